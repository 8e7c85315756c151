"""What wakes the loop: frozen facts that the edges put in its inbox. A fact says what was seen, never what to do."""

from collections.abc import Mapping
from dataclasses import dataclass

from intents.rules import RuleSet


@dataclass(frozen=True, slots=True)
class SwitchUp:
    """A switch finished its handshake. `ports` maps a port's number to whether it is live."""

    dpid: int
    ports: Mapping[int, bool]


@dataclass(frozen=True, slots=True)
class SwitchDown:
    """A switch's channel ended: closed, silent past the echo limit, or refused to take what was sent."""

    dpid: int
    why: str


@dataclass(frozen=True, slots=True)
class PortChanged:
    """A port of a switch came up or went down (`state & 1 or config & 1` is down), or was removed."""

    dpid: int
    port: int
    is_up: bool


@dataclass(frozen=True, slots=True)
class TablesRead:
    """All of one switch's flows, groups and meters, ours and alien, as it reported them after `token`'s read."""

    dpid: int
    token: int
    tables: RuleSet
    unreadable: int = 0


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The barrier behind the batch `token` was answered and no message of it was rejected."""

    dpid: int
    token: int


@dataclass(frozen=True, slots=True)
class Rejected:
    """The switch answered a message of the batch `token` with an error: OpenFlow's type and code, and their names."""

    dpid: int
    token: int
    type: int
    code: int
    words: str


Fact = SwitchUp | SwitchDown | PortChanged | TablesRead | Confirmed | Rejected
