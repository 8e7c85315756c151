"""A timeline whose hosts send: switches count what passes them and answer polls, on simulated time."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import partial
from heapq import heappush

from controller.agent.agent import Agent, Thought
from controller.decisions import Autonomy, DecisionRecord
from controller.facts import Counters, FlowCount, FlowCounters, PortCount, PortCounters
from controller.store.sqlite import open_store
from controller.telemetry.connections import counted_at
from controller.telemetry.sending import arcs_of
from intents.model import Direction, Placement
from intents.riders import riders_of
from tests.controller.agent.fabric import DELAY_S, Fabric
from tests.controller.agent.timeline import STEP_S, Timeline, intents
from topologies.builders import diamond
from topologies.model import Topology

FRAME = 1_250
"""Bytes with FCS of every frame: 10,000 bits."""

MBPS = 1_000_000
Way = tuple[str, Direction]


@dataclass
class CountingFabric(Fabric):
    """Counts by port and by flow. Open vSwitch tells of flows what it knew at the last half second. `told` is what becomes
    of an answer on its way: any number of answers, each so many seconds later."""

    ports: dict[int, Counter[tuple[int, str]]] = field(default_factory=dict)
    flows: dict[int, Counter[int]] = field(default_factory=dict)
    told_flows: dict[int, Counter[int]] = field(default_factory=dict)
    polled: list[tuple[float, str, int]] = field(default_factory=list)
    told: Callable[[Counters], Iterable[tuple[float, Counters]]] = lambda fact: [(0.0, fact)]

    def poll_ports(self, dpid: int, token: int) -> None:
        self.polled.append((self.now, "ports", dpid))
        self._later(dpid, lambda: self._counted(dpid, self._port_counters(dpid, token)))

    def poll_flows(self, dpid: int, token: int) -> None:
        self.polled.append((self.now, "flows", dpid))
        self._later(dpid, lambda: self._counted(dpid, self._flow_counters(dpid, token)))

    def _counted(self, dpid: int, fact: Counters) -> None:
        for late_s, told in self.told(fact):
            heappush(self._agenda, (self.now + late_s, next(self._order), partial(self._stamped, dpid, told)))

    @property
    def is_busy(self) -> bool:
        """Whether anything is on its way that will not be late."""
        return bool(self._facts) or any(at <= self.now + DELAY_S for at, *_ in self._agenda)

    def _stamped(self, dpid: int, fact: Counters) -> None:
        self._answer(dpid, replace(fact, at_ns=self._ns()))

    def _port_counters(self, dpid: int, token: int) -> PortCounters:
        counted = self.ports.get(dpid, Counter())
        return PortCounters(dpid, token, self._ns(), {number: PortCount(
            counted[number, "rx"], counted[number, "tx"], *(self._bytes(dpid, number, counted[number, side])
                                                            for side in ("rx", "tx")),
            duration_ns=self._ns()) for number in self._ports(dpid)})

    def _flow_counters(self, dpid: int, token: int) -> FlowCounters:
        counted = self.told_flows.get(dpid, Counter())
        return FlowCounters(dpid, token, self._ns(), tuple(
            FlowCount(flow.cookie, counted[flow.cookie], counted[flow.cookie] * (FRAME - 4), self._ns())
            for flow in self.tables[dpid].flows.values() if flow.table == 1))

    def _bytes(self, dpid: int, number: int, frames: int) -> int:
        switch = self.network.switch_by_dpid[dpid].name
        is_host = any(str(host.at) == f"{switch}:{number}" for host in self.network.hosts)
        return frames * (FRAME - 4 if is_host else FRAME)

    def _ns(self) -> int:
        return round(self.now * 1e9)


class Traffic(Timeline):
    """`offered` says what each direction of each connection sends, in Mbps, at a time; it takes the way of its placement as
    soon as that is SATISFIED. Links carry no more than they can. Answers to questions take `thinking_s`."""

    fabric: CountingFabric
    thinking_s = 0.0

    def __init__(self, network: Topology | None = None, autonomy: Autonomy = "act", path: str = ":memory:") -> None:
        self.autonomy = autonomy
        self.offered: dict[Way, Callable[[float], float]] = {}
        self._thoughts: list[tuple[float, Thought]] = []
        self._sent: Counter[Way] = Counter()
        self._riding: dict[str, Placement] = {}
        super().__init__(network or diamond(), path)

    def start(self) -> None:
        if not isinstance(self.fabric, CountingFabric):
            self.fabric = CountingFabric(self.network)
            self.fabric.after_each = self._watch
        self._store = open_store(self._path)
        self._thoughts = []
        self.agent = Agent(self.network, self._store, self.fabric, self.now, self.autonomy)

    def send(self, key: str, mbps: float | Callable[[float], float], direction: Direction = "forward") -> None:
        """From now on."""
        self.offered[key, direction] = mbps if callable(mbps) else lambda _: mbps

    def step(self) -> None:
        before = self.now
        is_near = any(at <= before + self.idle_s for at, _ in self._thoughts)
        self.now = round(self.now + (STEP_S if self.fabric.is_busy or is_near else self.idle_s), 6)
        thoughts = [thought for at, thought in self._thoughts if at <= self.now]
        self._thoughts = [(at, thought) for at, thought in self._thoughts if at > self.now]
        self._count(before, self.now)
        self.agent.turn([*self.fabric.passed(self.now), *thoughts], self.now)
        question = self.agent.next_question()
        if question is not None:
            self._thoughts.append((self.now + self.thinking_s, self.agent.considered(question)))
        self._notice()

    def run_until(self, is_so: Callable[[], bool], seconds: float) -> None:
        self.run(seconds, until=lambda _: is_so())
        assert is_so()

    @property
    def decisions(self) -> tuple[DecisionRecord, ...]:
        return self.snapshot.decisions

    def share(self, link: str, source: str) -> float | None:
        load = self.snapshot.loads.get((link, source))
        return load and load.share

    def riding(self, key: str) -> tuple[str, ...]:
        """The nodes that what a connection sends forward passes."""
        path = self._riding[key].working("forward")
        return path.nodes if path else ()

    def switched_at(self, since: float) -> float | None:
        """When the first door or trunk was moved after a time."""
        return min((at for at, _, change in self.fabric.sent if at > since and change.verb == "modify"), default=None)

    def _count(self, before: float, now: float) -> None:
        for key, placement in self.snapshot.plan.placements.items():
            if self.snapshot.statuses.get(key) == "SATISFIED":
                self._riding[key] = placement
        bits: Counter[tuple[str, str]] = Counter()
        sending = {way: rate(now) * MBPS * (now - before) for way, rate in self.offered.items()}
        for (key, direction), sent in sending.items():
            path = self._riding[key].working(direction) if key in self._riding else None
            bits.update(dict.fromkeys(arcs_of(path), sent) if path else {})  # type: ignore[arg-type]
        for way, sent in sending.items():
            self._sent_by(way, sent)
        for (link, source), sent in bits.items():
            arc = self.network.arc_by_ends[link, source]
            frames = min(sent, arc.capacity_bps * (now - before)) / (8 * FRAME)
            for name, port, side in ((arc.source, arc.out_port, "tx"), (arc.target, arc.in_port, "rx")):
                if port is not None:
                    dpid = self.network.switch_by_name[name].dpid
                    self.fabric.ports.setdefault(dpid, Counter())[port, side] += frames  # type: ignore[assignment]
        if int(2 * now) > int(2 * before):
            self.fabric.told_flows = {dpid: Counter(counted) for dpid, counted in self.fabric.flows.items()}

    def _sent_by(self, way: Way, bits: float) -> None:
        if way[0] in self._riding:
            (dpid, cookie), = [place for at, place in counted_at(
                riders_of(self.network, self._riding[way[0]])).items() if at == way]
            self.fabric.flows.setdefault(dpid, Counter())[cookie] += bits / (8 * FRAME)  # type: ignore[assignment]


def flows(*names: str, rest: str = "") -> str:
    """Intents of one-way flows from h1 to h4, told apart by their ports."""
    return intents(*(f"{name}: from: h1, to: h4, direction: forward, match: {{protocol: udp, destination-port: {5000 + n}}}"
                     f"{', ' if rest else ''}{rest}" for n, name in enumerate(names)))


def key(name: str) -> str:
    return f"{name}/h1-h4"


def loaded(*names: str, autonomy: Autonomy = "act") -> Traffic:
    """A diamond with flows from h1 to h4, which all take s2, counted for a while."""
    timeline = Traffic(autonomy=autonomy)
    timeline.begin()
    timeline.apply(flows(*names))
    timeline.settle()
    timeline.run(3.0)
    assert {timeline.path(key(name)) for name in names} == {("s1", "s2", "s4")}
    return timeline
