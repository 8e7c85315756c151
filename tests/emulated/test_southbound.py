"""Open vSwitch reports what it was sent, value for value: so a controller that comes back has nothing to change."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from queue import Queue
from typing import Any, TypeVar

from controller.facts import Confirmed, Fact, PortChanged, SwitchDown, SwitchUp, TablesRead
from controller.southbound.channel import Southbound
from intents.compiler import compile_rules
from intents.model import Placement
from intents.rules import Change, Flow, Group, Meter, RuleSet, match, rule_set
from intents.steps import diff, take
from labs import backend
from labs.network import EmulatedNetwork, running
from tests.emulated.every_form import FAST, ONE, every_form
from tests.intents.worlds import by_key, placed, routes
from topologies.builders import diamond, linear
from topologies.emulate import CONTROLLER_ADDRESS
from topologies.metro import metro
from topologies.model import Topology

InSandbox = Callable[..., Any]
F = TypeVar("F", bound=Fact)


class Loop:
    """The other side of the southbound, as plain as can be."""

    def __init__(self, southbound: Southbound, facts: "Queue[Fact]", network: EmulatedNetwork) -> None:
        self.southbound, self.facts, self.network = southbound, facts, network
        self.dpids = [switch.dpid for switch in network.topology.switches]

    def next(self, kind: type[F]) -> F:
        """The next fact of this kind; port changes of the start are passed over."""
        while not isinstance(fact := self.facts.get(timeout=15), kind):
            assert isinstance(fact, PortChanged), fact
        return fact

    def send(self, *changes: Change) -> None:
        """Send changes to whom they are for and wait until all is confirmed."""
        for dpid in self.dpids:
            self.southbound.send(dpid, [change for change in changes if change.item.dpid == dpid], token=dpid)
        assert {self.next(Confirmed).token for _ in self.dpids} == set(self.dpids)

    def read(self) -> RuleSet:
        """All that all switches hold."""
        for dpid in self.dpids:
            self.southbound.read(dpid, token=dpid)
        found = [self.next(TablesRead) for _ in self.dpids]
        assert {read.dpid for read in found} == set(self.dpids)
        assert sum(read.unreadable for read in found) == 0
        return rule_set([item for read in found for held in (read.tables.flows, read.tables.groups, read.tables.meters)
                         for item in held.values()])


@contextmanager
def joined(topology: Topology) -> Iterator[Loop]:
    facts: Queue[Fact] = Queue()
    southbound = Southbound()
    with running(topology, backend.attempt()) as network:
        port = southbound.start(CONTROLLER_ADDRESS, 0, facts.put)
        network.attach((CONTROLLER_ADDRESS, port))
        loop = Loop(southbound, facts, network)
        assert {loop.next(SwitchUp).dpid for _ in topology.switches} == set(loop.dpids)
        yield loop
        southbound.stop()


def send_every_form() -> tuple[RuleSet, ...]:
    with joined(linear(2)) as loop:
        network = loop.network.topology
        wanted = every_form(network.switches[0].dpid)
        added = [Change("add", item) for held in (wanted.groups, wanted.meters, wanted.flows) for item in held.values()]
        loop.send(*added)
        first = loop.read()
        changes = [*_modified(first), *_deleted(first)]
        loop.send(*changes)
        return wanted, first, take(wanted, changes), loop.read()


def _modified(held: RuleSet) -> list[Change]:
    dpid = next(iter(held.flows.values())).dpid
    group, meter, flow = held.groups[dpid, ONE], held.meters[dpid, FAST], max(held.flows.values(), key=lambda it: it.cookie)
    return [Change("modify", Group(dpid, ONE, "fast-failover", held.groups[dpid, ONE + 1].buckets)),
            Change("modify", Meter(dpid, meter.id, 7, 8)), Change("modify", group),
            Change("modify", Flow(dpid, flow.table, flow.priority, flow.match, goto=254, cookie=1))]


def _deleted(held: RuleSet) -> list[Change]:
    flows = [flow for flow in held.flows.values() if flow.table in (1, 2)]
    return [Change("delete", flow) for flow in flows] + [Change("delete", next(iter(held.groups.values())))]


def test_every_form_of_rule_reads_back_as_it_was_sent(in_sandbox: InSandbox) -> None:
    wanted, first, changed, second = in_sandbox(send_every_form)
    assert first == wanted
    assert second == changed


def send_a_metro() -> tuple[RuleSet, RuleSet]:
    network = metro()
    with joined(network) as loop:
        wanted = compile_rules(network, _placements(network), RuleSet())
        for step in diff(loop.read(), wanted):
            loop.send(*step.changes)
        return wanted, loop.read()


def _placements(network: Topology) -> dict[str, Placement]:
    names = [host.name for host in network.hosts]
    found = []
    for number, (source, target) in enumerate(zip(names, names[1:] + names[:1], strict=True)):
        ways = routes(network, source, target)
        found.append(placed(network, source, target, ways[0], ways[-1][::-1], name=f"i{number}",
                            service_class=("delay-critical", "assured")[number % 2],
                            max_bps=(None, 5_000_000)[number % 2]))
    return by_key(*found)


def test_the_rules_of_a_metro_read_back_and_leave_nothing_to_change(in_sandbox: InSandbox) -> None:
    wanted, found = in_sandbox(send_a_metro)
    assert wanted.flows
    assert wanted.groups
    assert wanted.meters
    assert found == wanted
    assert diff(found, wanted) == ()


ALIENS = {
    "add-group": ("group_id=7,type=select,bucket=weight:2,output:1,bucket=output:2", "group_id=8,type=all,bucket=output:1"),
    "add-meter": ("meter=3,pktps,burst,bands=type=drop,rate=5,burst_size=5",),
    "add-flow": (
        "table=9,priority=1,actions=normal", "table=9,priority=2,actions=resubmit(,10)",
        "table=9,priority=3,actions=group:7",
        "table=9,priority=4,actions=meter:3,push_vlan:0x8100,set_field:4101->vlan_vid,output:1",
        "table=9,priority=5,actions=load:5->NXM_NX_REG0[],move:NXM_NX_REG0[0..3]->NXM_NX_REG1[4..7]",
        "table=9,priority=6,actions=write_actions(output:3),write_metadata:5",
        "table=9,priority=7,ip,actions=dec_ttl,ct(commit,zone=3)", "table=9,priority=8,actions=note:00.11,set_queue:2",
        "table=10,priority=1,reg3=5/7,tcp,tcp_flags=+syn-ack,actions=drop", "table=10,priority=2,conj_id=5,actions=drop",
        "table=10,priority=3,ct_state=+trk,actions=drop", "table=10,priority=4,tun_src=1.2.3.4,actions=drop",
        "table=10,priority=5,icmp6,icmp_type=135,nd_target=::5,nd_sll=00:00:00:00:00:01,actions=drop",
        "table=10,priority=6,arp,arp_spa=10.0.0.0/8,idle_timeout=60,actions=drop", "table=10,priority=7,rarp,actions=drop"),
}
"""What other hands may have put into a switch."""


def read_aliens() -> RuleSet:
    with joined(linear(2)) as loop:
        for command, rules in ALIENS.items():
            for rule in rules:
                loop.network.ofctl("s1", command, rule)
        return loop.read()


def test_alien_rules_are_read_each_with_its_identity(in_sandbox: InSandbox) -> None:
    found: RuleSet = in_sandbox(read_aliens)
    assert (len(found.flows), len(found.groups), len(found.meters)) == tuple(
        len(ALIENS[command]) for command in ("add-flow", "add-group", "add-meter"))
    assert (1, 10, 6, match(eth_type=0x0806, arp_spa=(0x0A000000, 0xFF000000))) in found.flows


def cut_and_kill() -> tuple[set[PortChanged], SwitchDown, SwitchUp]:
    with joined(diamond()) as loop:
        loop.network.cut("s1-s2")
        downs: set[PortChanged] = set()
        while len(downs) < 2:
            changed = loop.next(PortChanged)
            downs |= set() if changed.is_up else {changed}
        loop.network.net["s4"].daemons["ovs-vswitchd"].kill()
        down = loop.next(SwitchDown)
        loop.network.net["s4"].serve()
        return downs, down, loop.next(SwitchUp)


def test_a_pulled_cable_and_a_killed_switch_are_told(in_sandbox: InSandbox) -> None:
    downs, down, up = in_sandbox(cut_and_kill)
    assert downs == {PortChanged(1, 2, False), PortChanged(2, 2, False)}
    assert (down.dpid, up.dpid) == (4, 4)
