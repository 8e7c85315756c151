"""What wakes the loop: frozen facts that the edges put in its inbox. A fact says what was seen, never what to do."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

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


@dataclass(frozen=True, slots=True)
class Probed:
    """The probe `token` came out of a path under this label, at a switch and the port by which it came in. A token comes
    back once."""

    dpid: int
    token: int
    port: int
    label: int


Fact = SwitchUp | SwitchDown | PortChanged | TablesRead | Confirmed | Rejected | Probed


class PortCount(NamedTuple):
    """What a port has counted since it was made, `duration_ns` ago by its switch's clock. `None`: the switch does not
    count that. Bytes are those of frames without FCS, with the labels they carry (telemetry/loads.py)."""

    rx_packets: int | None = None
    tx_packets: int | None = None
    rx_bytes: int | None = None
    tx_bytes: int | None = None
    rx_dropped: int | None = None
    tx_dropped: int | None = None
    rx_errors: int | None = None
    tx_errors: int | None = None
    duration_ns: int | None = None


class FlowCount(NamedTuple):
    """What a flow has counted since it was added, `duration_ns` ago by its switch's clock: every packet that matched, also
    those that its meter dropped, in bytes without FCS as they came in. `None`: the switch does not count that."""

    cookie: int
    packets: int | None = None
    bytes: int | None = None
    duration_ns: int | None = None


@dataclass(frozen=True, slots=True)
class PortCounters:
    """The counters of all ports of a switch, by port number, as its answer to the poll `token` began to come in
    (`at_ns`, monotonic)."""

    dpid: int
    token: int
    at_ns: int
    ports: Mapping[int, PortCount]


@dataclass(frozen=True, slots=True)
class FlowCounters:
    """The counters of the classify flows of ours on a switch, as its answer to the poll `token` began to come in
    (`at_ns`, monotonic)."""

    dpid: int
    token: int
    at_ns: int
    flows: tuple[FlowCount, ...]


Counters = PortCounters | FlowCounters
"""What polls bring. It has a door of its own beside `Fact`: it changes nothing in the world that the loop acts upon, and
its tokens answer no request of the loop's."""
