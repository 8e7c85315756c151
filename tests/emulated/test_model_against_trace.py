"""The forwarding model against Open vSwitch's own: 10,000 packets on the rules of a plan, and on rules that it never makes.

Each switch of a network is a bridge without a cable. `ofproto/trace` is asked over vswitchd's own socket, JSON-RPC, and
tells the actions of the datapath; what they make of the packet's bytes must be what the model sends out of the switch.
A trace ends where a pop makes Open vSwitch look at the packet again; there a port of the bridge leads on to table 3.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import combinations, islice
from typing import Any

from controller.openvswitch.frames import RESUME, TO_CONTROLLER, sent_by
from intents.compiler import compile_rules
from intents.forwarding import walk
from intents.packets import ETHERNET, LabelEntry, Packet, with_field
from intents.rules import (
    CONTROLLER,
    IN_PORT,
    IPV4,
    MPLS,
    Bucket,
    CopyField,
    DecMplsTtl,
    Flow,
    Group,
    Item,
    Output,
    PopMpls,
    PushMpls,
    RuleSet,
    SetField,
    SetMplsTtl,
    Table,
    ToGroup,
    match,
    rule_set,
)
from intents.tables import Tables
from tests.emulated.dummy_switches import DummySwitches
from tests.emulated.frames import IPV6, frame
from tests.intents.worlds import CLASSES, FAMILY, by_key, network_of, packet, placed, protected, routes
from topologies.model import Host, PortId, Switch, Topology

PACKETS = 10_000
NETWORK = network_of(6, [(1, 2), (2, 3), (3, 4), (4, 5), (5, 6), (6, 1), (2, 5)], [1, 1, 2, 3, 4, 4, 5, 6],
                     ("10.0.0.254/24",))
SPARE, RESUMED = 98, 99
"""Ports that every switch has besides: one that no plan uses, down at some as are two cables' ends; and the one to go on
by after a pop."""
DOWN = frozenset({PortId("s2", SPARE), PortId("s5", SPARE), NETWORK.link_by_name["l2"].a, NETWORK.link_by_name["l5"].b})

EVERY_ACTION = (
    ({"mpls_label": 20}, (SetField("mpls_label", 21), SetField("mpls_tc", 3), DecMplsTtl(), Output(11))),
    ({"mpls_label": 21}, (PushMpls(), SetField("mpls_label", 22), SetMplsTtl(9), Output(12))),
    ({"mpls_label": 22, "mpls_bos": 0}, (PopMpls(MPLS), Output(11))),
    ({"mpls_label": 23}, (DecMplsTtl(), Output(IN_PORT), SetField("eth_dst", 5), Output(11))),
    ({"mpls_label": 24}, (Output(11), Output(12), Output(CONTROLLER))),
    ({"mpls_label": 25}, (DecMplsTtl(), ToGroup(1))),
    ({"mpls_label": 28}, (ToGroup(3),)),
    ({"mpls_label": 26}, (ToGroup(2), Output(12))),
    ({"mpls_label": 27, "mpls_bos": 1}, (CopyField("eth_src", "eth_dst", 48), Output(11), PopMpls(IPV4), Output(12))),
)
"""What labelled frames may meet that no plan has."""

WRONG_POP = 27
"""The label that is popped as IPv4, whatever lies beneath; the model then knows no more of the packet than Ethernet."""


def unplanned(dpid: int) -> Iterator[Item]:
    """What the compiler does not make: failover, swaps, stacks, copies, masks; and the way on after a pop."""
    yield Flow(dpid, Table.ADMIT, 200, match(in_port=RESUMED), (), Table.DELIVER)
    spare, detour = Bucket((Output(SPARE),), SPARE), Bucket((SetField("mpls_label", 30), Output(11)), 11)
    yield Group(dpid, 1, "fast-failover", (spare, detour))
    yield Group(dpid, 3, "fast-failover", (spare,))
    yield Group(dpid, 2, "indirect", (Bucket((SetField("eth_src", 6), Output(11))),))
    for fields, actions in EVERY_ACTION:
        yield Flow(dpid, Table.LABEL, 50, match(eth_type=MPLS, **fields), actions)
    yield Flow(dpid, Table.LABEL, 40, match(eth_type=MPLS, mpls_tc=3, mpls_bos=1), (Output(12),))
    yield Flow(dpid, Table.CLASSIFY, 50, match(eth_type=IPV4, ipv4_dst=(0x0A000000, 0xFFFFFFFC)), (ToGroup(2),))
    yield Flow(dpid, Table.CLASSIFY, 60, match(eth_type=IPV4, ip_proto=6, tcp_dst=(0, 1)), (), Table.DELIVER)


def rules_of_a_plan(chance: random.Random) -> RuleSet:
    placements = []
    for source, target in combinations([host.name for host in NETWORK.hosts], 2):
        for number in chance.sample(range(len(FAMILY)), 2):
            way = chance.choice(routes(NETWORK, source, target))
            plain = placed(NETWORK, source, target, way, way[::-1], FAMILY[number], name=f"i{number}",
                           service_class=chance.choice(CLASSES), max_bps=chance.choice((None, 10**7)))
            placements.append(protected(NETWORK, plain) if chance.random() < 0.5 else plain)
    return compile_rules(NETWORK, by_key(*placements), RuleSet())


def packets(chance: random.Random, rules: RuleSet) -> Iterator[tuple[PortId, Packet]]:
    """Packets that hosts and neighbours send, honest and forged, and where they enter: some where such never come from."""
    labels = sorted({field.value for flow in rules.flows.values() for field in flow.match
                     if field.name == "mpls_label"})
    cables, anywhere = sorted(NETWORK.peer_of), sorted(PortId(switch.name, number) for switch in NETWORK.switches
                                                       for number in ports_of(switch) if number != RESUMED)
    while True:
        source, target = chance.sample(NETWORK.hosts, 2)
        sent = packet(source, target, ip_proto=chance.choice((17, 17, 6, 1, 47)), ip_dscp=chance.choice((0, 46)))
        for name in ("udp_src", "udp_dst", "tcp_src", "tcp_dst"):
            if name in sent.fields:
                sent = with_field(sent, name, chance.choice((9, 80, 5004)))
        kind, tagged = chance.random(), 0x1000 | chance.randrange(4096)
        if kind < 0.4:
            yield source.at, sent
        elif kind < 0.7:
            beneath = chance.choice((*(sent,) * 7, ipv6(sent)))
            known = [*labels, *(label for label in range(19, 33) if label != WRONG_POP or beneath is sent)]
            stack = tuple(LabelEntry(chance.choice(known), chance.randrange(8), chance.choice((1, 2, 64)))
                          for _ in range(chance.choice((1, 1, 2))))
            labelled = Packet(beneath.fields, stack)
            yield (chance.choice(anywhere if chance.random() < 0.1 else cables),
                   with_field(labelled, "vlan_vid", tagged) if chance.random() < 0.1 else labelled)
        elif kind < 0.82:
            yield source.at, request(source, chance)
        elif kind < 0.86:
            yield chance.choice((source.at, chance.choice(anywhere))), ipv6(sent)
        else:
            forged = chance.choice(("eth_src", "vlan_vid", "ipv4_src", "eth_dst", "nothing"))
            value = {"vlan_vid": tagged, "ipv4_src": 0x0A000001}.get(forged, chance.randrange(1 << 48))
            whole = chance.choice((sent, request(source, chance)))
            yield (chance.choice((source.at, chance.choice(anywhere))),
                   whole if forged == "nothing" else with_field(whole, forged, value))


def ipv6(sent: Packet) -> Packet:
    """As a host sends it that no rule of ours knows: nothing behind Ethernet is matched."""
    return Packet({**{name: sent.fields[name] for name in ETHERNET}, "eth_type": IPV6})


def request(sender: Host, chance: random.Random) -> Packet:
    mac, address = packet(sender, sender).fields["eth_src"], int(sender.addresses[0].ip)
    return Packet({"eth_src": mac, "eth_dst": (1 << 48) - 1, "vlan_vid": 0, "eth_type": 0x0806, "arp_sha": mac,
                   "arp_op": chance.choice((1, 1, 1, 2)), "arp_spa": chance.choice((address, address, 0)), "arp_tha": 0,
                   "arp_tpa": chance.choice((0x0A000000 | chance.randrange(1, 10), 0x0A0000FE))})


def alone(switch: Switch) -> Topology:
    """A switch with a host on each of its ports: what is delivered is what leaves it."""
    hosts = tuple(Host(f"at{number}", PortId(switch.name, number), "00:00:00:00:00:00", (), 1)
                  for number in ports_of(switch))
    return Topology(switch.name, (switch,), (), hosts)


def ports_of(switch: Switch) -> list[int]:
    taken = (port.number for port in (*NETWORK.peer_of, *NETWORK.host_at) if port.switch == switch.name)
    return [*sorted(taken), SPARE, RESUMED]


def disagreements(seed: int) -> tuple[list[str], dict[str, int]]:
    """Packets that the model and Open vSwitch send out differently; and how many came to what."""
    chance = random.Random(seed)
    planned = rules_of_a_plan(chance)
    asked = DummySwitches({switch.name: ports_of(switch) for switch in NETWORK.switches})
    for port in DOWN:
        asked.cut(port)
    tables = {}
    for switch in NETWORK.switches:
        held = planned.of(switch.dpid)
        both = rule_set([*held.flows.values(), *held.groups.values(), *held.meters.values(),
                         *unplanned(switch.dpid)])
        asked.load(switch.name, both)
        tables[switch.name] = Tables(both)
    detours = {action.value for group in planned.groups.values() for bucket in group.buckets[1:] for action in bucket.actions
               if isinstance(action, SetField) and action.name == "mpls_label"}
    wrong, counts = [], Counter[str]()
    for at, sent in islice(packets(chance, planned), PACKETS):
        outcome = walk(alone(NETWORK.switch_by_name[at.switch]), tables[at.switch], sent, at, DOWN)
        counts.update(end.what if not end.why else end.why for end in outcome.ends)
        counts["by a detour"] += any(end.what == "delivered" and labels_of(end.packet) & detours > labels_of(sent) & detours
                                     for end in outcome.ends)
        model = sorted((CONTROLLER if end.what == "controller" else end.at.number, frame(end.packet))
                       for end in outcome.ends if end.what != "dropped")
        real = sorted((number, data) for number, data in leaving(asked, at, frame(sent))
                      if PortId(at.switch, number) not in DOWN)  # what is sent to a dead cable a trace shows as sent
        if model != real:
            wrong.append(f"{at}: {sent}\n  model: {outcome}\n  {model}\n  real:  {real}")
    return wrong, counts


def labels_of(packet: Packet) -> set[int]:
    return {entry.label for entry in packet.stack}


def leaving(asked: DummySwitches, at: PortId, data: bytes) -> Iterator[tuple[int, bytes]]:
    """What Open vSwitch sends out for a packet, by its ports."""
    for number, changed in sent_by(asked.trace(at, data), data):
        if number == RESUME:
            yield from leaving(asked, PortId(at.switch, RESUMED), changed)
        else:
            yield (CONTROLLER if number == TO_CONTROLLER else asked.port_by_number[number].number), changed


def test_the_model_sends_out_what_open_vswitch_does(in_sandbox: Callable[..., Any]) -> None:
    wrong, counts = in_sandbox(disagreements, seed=7)
    assert wrong == []
    assert sum(counts.values()) >= PACKETS
    assert counts["delivered"] > PACKETS / 4
    assert counts["by a detour"] > PACKETS / 200
    assert {"controller", "its TTL ran out", "sent out of its port of entry", "no output"} <= counts.keys()
