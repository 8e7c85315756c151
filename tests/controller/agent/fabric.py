"""Switches in memory that do what they are told, in simulated time: what the loop's timelines are played on.

A message takes DELAY_S to its switch and its answer as long back. A switch can be slow, deaf (takes what it is sent,
answers nothing), refuse changes, lose its channel, and come back empty. A probe goes where the tables that the switches hold
send it, is lost on a cable that is cut or drops what it is given, and takes as long as a message to come back.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count

from controller.facts import Confirmed, Fact, PortChanged, Probed, Rejected, SwitchDown, SwitchUp, TablesRead
from intents.forwarding import walk
from intents.probes import Probe, packet_of
from intents.rules import Change, RuleSet
from intents.steps import take
from topologies.model import PortId, Topology

DELAY_S = 0.001


@dataclass
class Fabric:
    """The agent's southbound, and the truth about the switches."""

    network: Topology
    now: float = 0.0
    tables: dict[int, RuleSet] = field(default_factory=dict)
    connected: set[int] = field(default_factory=set)
    cut: set[str] = field(default_factory=set)
    silent: set[PortId] = field(default_factory=set)
    """Ports that are up, and nothing gets through them."""
    loses: Callable[[Probe], bool] = lambda probe: False
    probes: list[tuple[float, Probe]] = field(default_factory=list)
    tokens: dict[int, Probe] = field(default_factory=dict)
    answer_s: float = 0.0
    """How much longer a probe takes through the switches."""
    slow: dict[int, float] = field(default_factory=dict)
    deaf: set[int] = field(default_factory=set)
    refuses: Callable[[Change], bool] = lambda change: False
    after_each: Callable[[], None] = lambda: None
    sent: list[tuple[float, int, Change]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._order = count()
        self._agenda: list[tuple[float, int, Callable[[], None]]] = []
        self._facts: list[Fact] = []
        self._session = dict.fromkeys((switch.dpid for switch in self.network.switches), 0)
        self.tables = {switch.dpid: RuleSet() for switch in self.network.switches} | self.tables

    def read(self, dpid: int, token: int) -> None:
        self._later(dpid, lambda: self._answer(dpid, TablesRead(dpid, token, self.tables[dpid])))

    def send(self, dpid: int, changes: Sequence[Change], token: int) -> None:
        self.sent += [(self.now, dpid, change) for change in changes]
        self._later(dpid, lambda: self._take(dpid, changes, token))

    def probe(self, probe: Probe, token: int) -> None:
        self.probes.append((self.now, probe))
        self.tokens[token] = probe
        self._later(probe.dpid, lambda: self._send_out(probe, token), self.answer_s)

    def tell(self, fact: Fact) -> None:
        """What a switch says unasked, true or not."""
        self._facts.append(fact)

    def refuse(self, dpid: int, token: int) -> None:
        """The answer of a switch that does not understand what it is asked."""
        self._answer(dpid, Rejected(dpid, token, 1, 1, "OFPBRC_BAD_TYPE"))

    def connect(self, *dpids: int) -> None:
        for dpid in dpids or self.tables:
            self.connected.add(dpid)
            self._session[dpid] += 1
            self._facts.append(SwitchUp(dpid, self._ports(dpid)))

    def disconnect(self, dpid: int) -> None:
        self.connected.discard(dpid)
        self._session[dpid] += 1
        self._facts.append(SwitchDown(dpid, "closed"))

    def cut_link(self, name: str) -> None:
        self.cut.add(name)
        self._tell_ports(name, False)

    def mend_link(self, name: str) -> None:
        self.cut.discard(name)
        self._tell_ports(name, True)

    def passed(self, now: float) -> list[Fact]:
        """Time moves on; what the switches said until then."""
        while self._agenda and self._agenda[0][0] <= now:
            self.now, _, event = heappop(self._agenda)
            event()
        self.now = now
        facts, self._facts = self._facts, []
        return facts

    @property
    def is_busy(self) -> bool:
        """Whether anything is on its way."""
        return bool(self._agenda or self._facts)

    def down_ports(self) -> frozenset[PortId]:
        links = (self.network.link_by_name[name] for name in self.cut)
        return frozenset(port for link in links for port in (link.a, link.b))

    def dead_ports(self) -> frozenset[PortId]:
        """Ports that nothing gets through, whether they say so or not."""
        return self.down_ports() | self.silent

    def whole(self) -> RuleSet:
        """What all switches hold."""
        parts = self.tables.values()
        return RuleSet({key: flow for part in parts for key, flow in part.flows.items()},
                       {key: group for part in parts for key, group in part.groups.items()},
                       {key: meter for part in parts for key, meter in part.meters.items()})

    def _later(self, dpid: int, event: Callable[[], None], more_s: float = 0.0) -> None:
        if dpid in self.connected:
            session = self._session[dpid]
            delay = self.slow.get(dpid, DELAY_S) + more_s
            heappush(self._agenda, (self.now + delay, next(self._order),
                                    lambda: event() if self._session[dpid] == session else None))

    def _answer(self, dpid: int, fact: Fact) -> None:
        if dpid not in self.deaf:
            self._later(dpid, lambda: self._facts.append(fact))

    def _take(self, dpid: int, changes: Sequence[Change], token: int) -> None:
        answer: Fact = Confirmed(dpid, token)
        for change in changes:
            if self.refuses(change):
                answer = Rejected(dpid, token, 5, 1, "OFPFMFC_TABLE_FULL")
            else:
                self.tables[dpid] = take(self.tables[dpid], (change,))
                self.after_each()
        self._answer(dpid, answer)

    def _send_out(self, probe: Probe, token: int) -> None:
        port = PortId(self.network.switch_by_dpid[probe.dpid].name, probe.port)
        peer, dead = self.network.peer_of[port], self.dead_ports()
        if self.loses(probe) or not dead.isdisjoint((port, peer)):
            return
        for end in walk(self.network, self.whole(), packet_of(probe), peer, dead).ends:
            assert end.what in ("controller", "dropped"), end
            if end.what == "controller":
                dpid = self.network.switch_by_name[end.at.switch].dpid
                self._answer(dpid, Probed(dpid, token, end.at.number, end.packet.stack[0].label))

    def _ports(self, dpid: int) -> dict[int, bool]:
        name = self.network.switch_by_dpid[dpid].name
        ports = [port for link in self.network.links for port in (link.a, link.b)]
        ports += [host.at for host in self.network.hosts]
        down = self.down_ports()
        return {port.number: port not in down for port in ports if port.switch == name}

    def _tell_ports(self, name: str, is_up: bool) -> None:
        link = self.network.link_by_name[name]
        for port in (link.a, link.b):
            dpid = self.network.switch_by_name[port.switch].dpid
            if dpid in self.connected:
                self._facts.append(PortChanged(dpid, port.number, is_up))
