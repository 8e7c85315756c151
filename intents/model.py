"""The values on the road from an intent to a plan. Times are integer ns, rates integer bit/s, sizes bytes (LANGUAGE rule 2:
a rate counts L2 bytes with FCS, without our label). Everything is frozen; provenance says where each value came from.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import Enum
from operator import attrgetter
from typing import Any, Literal

ServiceClass = Literal["delay-critical", "guaranteed", "assured", "best-effort"]
Direction = Literal["forward", "reverse"]
DIRECTIONS: tuple[Direction, Direction] = ("forward", "reverse")
Protection = Literal["none", "link", "node"]
"""`link`: whichever one link between switches fails, packets go on by a detour that stands ready; `node`: so they do if a
switch on the way fails, other than those that hosts of the connection are at (RFC 4090)."""
ProtectionMode = Literal["fast-failover", "standby"]
"""By detours that switches turn to by themselves, or by a second path that the loop goes over to."""
DiversityLevel = Literal["link", "node", "srlg"]
"""What connections that keep apart may not share (intents/diversity.py)."""


class Reason(str, Enum):
    """Why a connection is refused."""

    NO_PATH = "NO_PATH"
    LATENCY = "LATENCY"
    BANDWIDTH = "BANDWIDTH"
    DIVERSITY = "DIVERSITY"
    PROTECTION = "PROTECTION"
    REGION = "REGION"
    NO_INSTANCE = "NO_INSTANCE"
    CONFLICT = "CONFLICT"
    POLICY = "POLICY"
    RESOURCE = "RESOURCE"
    MTU = "MTU"
    UNVERIFIABLE = "UNVERIFIABLE"


@dataclass(frozen=True, slots=True)
class LatencyBound:
    """The delay may not exceed `max_ns` (`strict`: must stay below it) at this statistic over this window."""

    max_ns: int
    strict: bool = False
    kind: Literal["one-way", "round-trip"] = "one-way"
    statistic: str = "p99"
    window_ns: int = 10_000_000_000
    severe_above_ns: int | None = None

    def admits(self, delay_ns: int) -> bool:
        """Whether a delay keeps the bound."""
        return delay_ns < self.max_ns if self.strict else delay_ns <= self.max_ns


@dataclass(frozen=True, slots=True)
class Bandwidth:
    """What one direction may count on and may not exceed. `None`: not asked for. `reverse_bps` replaces
    `guaranteed_bps` for the reverse direction where it differs."""

    guaranteed_bps: int | None = None
    max_bps: int | None = None
    burst_bytes: int | None = None
    max_packet_bytes: int = 1500
    reverse_bps: int | None = None


@dataclass(frozen=True, slots=True)
class Selector:
    """Which packets between the two hosts, as sent in the forward direction. `None` is any. Ports need a protocol."""

    protocol: Literal["tcp", "udp", "icmp"] | int | None = None
    source_port: int | None = None
    destination_port: int | None = None
    dscp: int | None = None


@dataclass(frozen=True, slots=True)
class Connection:
    """One point-to-point wish, located in the network: what the planner places.

    `key` is always `intent/from-to`; `title` is what reports call it (the intent's name where it has one connection).
    Protection that is not required is had as far as it can be. A `pinned` working path takes for each hop one of the links
    named, in the forward direction's order, and nothing else. `diverse_from` names other intents; what is
    `is_exclusive` shares no link between switches with any. `may_displace`: less important ones give way to it
    (intents/preemption.py). `provenance` pairs a
    field's path (`slo.latency.max`) with its source (`phrase: "sub-ms"`, `profile NAME`, `default D-02`, `intent`,
    `slice NAME`).
    """

    key: str
    title: str
    intent: str
    source: str
    target: str
    both_ways: bool = True
    selector: Selector = Selector()
    service_class: ServiceClass = "best-effort"
    latency: LatencyBound | None = None
    bandwidth: Bandwidth = Bandwidth()
    via: tuple[str, ...] = ()
    avoid_links: frozenset[str] = frozenset()
    avoid_switches: frozenset[str] = frozenset()
    co_routed: bool = False
    objective: Literal["min-latency", "min-cost", "least-loaded", "spare-fast-links"] = "min-latency"
    priority: int = 50
    protection: Protection = "none"
    protection_mode: ProtectionMode = "fast-failover"
    protection_required: bool = True
    pinned: tuple[tuple[str, ...], ...] | None = None
    diverse_from: frozenset[str] = frozenset()
    diverse_level: DiversityLevel = "link"
    is_exclusive: bool = False
    may_displace: bool = False
    may_be_displaced: bool = True
    slice: str | None = None
    tenant: str | None = None
    provenance: tuple[tuple[str, str], ...] = ()


_FIELDS = tuple(each.name for each in fields(Connection))
_VALUES = attrgetter(*_FIELDS)


def but(connection: Connection, **changes: Any) -> Connection:
    """The connection with some fields changed, as `dataclasses.replace` has it in twice the time: who looks for what could
    be asked instead asks a great deal."""
    return Connection(**{**dict(zip(_FIELDS, _VALUES(connection), strict=True)), **changes})


@dataclass(frozen=True, slots=True)
class BudgetLine:
    """What one hop may cost at worst, in ns; the sum over a direction's lines is compared with the bound."""

    direction: Direction
    link: str
    propagation_ns: int
    serialisation_ns: int
    blocking_ns: int
    queueing_ns: int
    switch_ns: int

    @property
    def total_ns(self) -> int:
        """Sum of the line."""
        return self.propagation_ns + self.serialisation_ns + self.blocking_ns + self.queueing_ns + self.switch_ns


@dataclass(frozen=True, slots=True)
class Path:
    """Host, switches, host, and the links between them (`len(links) == len(nodes) - 1`). `delay_ns` is propagation
    alone, `None` where a link's delay is unknown.

    A detour is the whole way of a packet while the link that it `protects` is dead: the working path up to the switch
    before that link, from there to the other host; it may come by a switch twice. A standby is a second path whose rules
    are in the switches, and which nothing takes until the loop goes over to it. What either reserves it draws on a pool: no
    two failures are taken to come at once.
    """

    role: Literal["working", "standby", "detour"]
    direction: Direction
    nodes: tuple[str, ...]
    links: tuple[str, ...]
    delay_ns: int | None
    reserved_bps: int
    protects: str | None = None


@dataclass(frozen=True, slots=True)
class Placement:
    """A connection and where it runs. One working path, two where it goes both ways, then the detours or the standby.
    `budget` is that of the working paths, empty where a link's delay is unknown (which no latency bound admits)."""

    connection: Connection
    paths: tuple[Path, ...]
    budget: tuple[BudgetLine, ...]

    def working(self, direction: Direction) -> Path | None:
        """The working path of a direction, `None` for the reverse of a one-way connection."""
        found = (path for path in self.paths if path.role == "working" and path.direction == direction)
        return next(found, None)

    def standby(self, direction: Direction) -> Path | None:
        """The second path of a direction, `None` where there is none."""
        found = (path for path in self.paths if path.role == "standby" and path.direction == direction)
        return next(found, None)

    def detours(self, direction: Direction) -> tuple[Path, ...]:
        """The detours of a direction, in the order of the links that they protect."""
        return tuple(path for path in self.paths if path.role == "detour" and path.direction == direction)

    @property
    def links(self) -> frozenset[str]:
        """The links that packets use while none fails."""
        return frozenset(link for path in self.paths if path.role == "working" for link in path.links)

    @property
    def exposed(self) -> frozenset[str]:
        """The links between switches, and at level `node` the switches between the first and the last, whose failure would
        stop packets of this connection."""
        return frozenset((*self.exposed_in("forward"), *self.exposed_in("reverse")))

    def exposed_in(self, direction: Direction) -> tuple[str, ...]:
        """Those of one direction, in the order of its path."""
        path, around = self.working(direction), {detour.protects: detour.nodes for detour in self.detours(direction)}
        if path is None or self.standby(direction) is not None:
            return ()
        links = tuple(link for link in path.links[1:-1] if link not in around)
        hops = zip(path.links[1:-2], path.nodes[2:-2], strict=True)
        return links if self.connection.protection != "node" else (
            *links, *(switch for link, switch in hops if switch in around.get(link, path.nodes)))

    @property
    def lacks_protection(self) -> bool:
        """Whether something is exposed although the connection requires that none is."""
        wish = self.connection
        return wish.protection != "none" and wish.protection_required and bool(self.exposed)

    def budget_ns(self, direction: Direction) -> int | None:
        """The worst case of a direction in ns, `None` where a delay is unknown."""
        lines = [line.total_ns for line in self.budget if line.direction == direction]
        return sum(lines) if lines else None


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field of an intent, by its path (`slo.latency.max`), and what to write there; `None`: nothing, it goes. `intent`
    names the other intent that is to be changed, empty for the one that was refused."""

    field: str
    value: str | bool | tuple[str, ...] | None
    intent: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a connection cannot be had, and what could. `title` as reports call it. `is_undeclared`: the network does not
    say what the wish would have to be measured by (a link's delay); what is missing is a fact, not a resource. Each of
    `counter_offers` is one sentence; `rewrites` holds, in their order, what to write in the intent to take it. `waits`: it
    has a place as soon as others, who have to leave it, are gone: the loop plans again then. `displaced_by`: the key of the
    connection that it gave way to."""

    key: str
    title: str
    intent: str
    reason: Reason
    message: str
    counter_offers: tuple[str, ...] = ()
    is_undeclared: bool = False
    rewrites: tuple[tuple[FieldChange, ...], ...] = ()
    waits: bool = False
    displaced_by: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """Per connection key a Placement or a Refusal, never both; keys sorted."""

    placements: Mapping[str, Placement] = field(default_factory=dict)
    refusals: Mapping[str, Refusal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What resolving the documents gave: connections to place, and refusals of what no plan could change (a field that
    this network gives no ground for). Both sorted by key; no key stands in both."""

    connections: tuple[Connection, ...] = ()
    refusals: tuple[Refusal, ...] = ()
