"""What the loop shows to everybody else: one frozen value, replaced as a whole, read without a lock."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from controller.decisions import Autonomy, DecisionRecord
from controller.telemetry.history import History
from controller.telemetry.sending import Loads
from intents.avoidance import Avoid
from intents.documents import Documents
from intents.model import Plan
from intents.rules import RuleSet


class Status(str, Enum):
    """How a connection stands. Computed from the plan and the tables read, never stored."""

    PENDING = "PENDING"
    SATISFIED = "SATISFIED"
    DEGRADED = "DEGRADED"
    UNSATISFIABLE = "UNSATISFIABLE"


@dataclass(frozen=True, slots=True)
class SwitchView:
    """A switch as the loop knows it. `adopted`: its tables were read and hold what they should."""

    name: str
    dpid: int
    connected: bool
    tables_read: bool
    adopted: bool
    changes_sent: int
    """Flow, group and meter changes sent to it since this controller started."""
    unclaimed: int = 0
    """Rules in it that look like ours and that no store knows: kept, until they are adopted or purged."""


@dataclass(frozen=True)
class Snapshot:
    """The whole state after a turn of the loop. `revision` grows with every committed apply or delete, when links that went
    down or came back have everything planned anew, and when the agent re-places something."""

    revision: int
    documents: Documents
    plan: Plan
    target: RuleSet
    actual: RuleSet
    reads: int = 0
    """How many times tables were read, since the controller started, for `actual`."""
    down_links: frozenset[str] = frozenset()
    dead_links: frozenset[str] = frozenset()
    """Of these, those that an end says are down; the others are kept out for a while although they are up."""
    statuses: Mapping[str, Status] = field(default_factory=dict)
    why: Mapping[str, str] = field(default_factory=dict)
    """For a connection that is not SATISFIED, one sentence."""
    switches: tuple[SwitchView, ...] = ()
    alarms: tuple[str, ...] = ()
    settled: bool = False
    """Every switch connected and read, nothing sent that is not confirmed, nothing left to send or to retire."""
    barred_labels: frozenset[int] = frozenset()
    """Labels at rest since their path was retired, for `compile_rules`."""
    autonomy: Autonomy = "off"
    loads: Loads = field(default_factory=dict)
    """What each direction of each link carried by the last round of polls, `None` is unknown; empty without polls."""
    history: History = field(default_factory=History)
    """What switches counted lately, for the rates of connections (`controller.agent.measuring.rates_of`)."""
    avoid: Avoid = field(default_factory=dict)
    """Links that connections are kept off until links have cooled."""
    decisions: tuple[DecisionRecord, ...] = ()
    """What the agent decided by itself, the last ones, oldest first."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A change of what is wanted, prepared off the loop on the snapshot of `base_revision`, proved, ready to commit. `reads`
    is that snapshot's: where tables have been read since, the target is compiled once more."""

    base_revision: int
    documents: Documents
    plan: Plan
    target: RuleSet
    reads: int = 0


@dataclass(frozen=True, slots=True)
class Committed:
    """The proposal stands: stored, and from now on what the loop drives the network to."""

    revision: int


@dataclass(frozen=True, slots=True)
class Stale:
    """The world moved since the proposal's revision (or a link did): prepare it again on the newer snapshot."""

    revision: int


@dataclass(frozen=True, slots=True)
class NotStored:
    """The store refused the write: nothing changed, in the network or in what is wanted."""

    why: str
