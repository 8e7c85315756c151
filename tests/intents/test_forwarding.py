"""The forwarding model: where packets end, in the words of OpenFlow 1.3 as Open vSwitch keeps them."""

from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.compiler import compile_rules
from intents.forwarding import walk
from intents.packets import LabelEntry, Packet, popped, with_field
from intents.rules import (
    CONTROLLER,
    IN_PORT,
    Bucket,
    DecMplsTtl,
    Flow,
    Group,
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
from intents.traffic import Traffic
from tests.intents.worlds import by_key, network_of, networks, packet, placed, plans, trail_of
from topologies.model import PortId, Topology

LINE = network_of(3, [(1, 2), (2, 3)], [1, 3, 1], ("10.0.0.254/24",))
RING = network_of(3, [(1, 2), (2, 3), (3, 1)], [1, 2])
H1, H2, H3 = LINE.hosts


def at_s1(*actions: object, goto: int | None = None, **fields: int) -> Flow:
    return Flow(1, Table.ADMIT, 1, match(**fields), actions, goto)  # type: ignore[arg-type]


def ends(network: Topology, items: list, sent: Packet, at: PortId = H1.at, **kwargs: frozenset) -> list[str]:
    """How a packet's copies end: what, where, and why."""
    return [f"{end.what} {end.at}{f': {end.why}' if end.why else ''}"
            for end in walk(network, rule_set(items), sent, at, **kwargs).ends]


def test_a_packet_that_no_rule_takes_is_dropped():
    assert ends(LINE, [], packet(H1, H2)) == ["dropped s1:1: no rule in table 0"]


def test_a_goto_that_does_not_lead_on_ends_a_packet():
    """No switch takes such a rule, but one could tell of it."""
    assert ends(LINE, [at_s1(goto=0)], packet(H1, H2)) == ["dropped s1:1: table 0 goes on to table 0"]


def test_the_highest_priority_that_matches_wins():
    low = Flow(1, 0, 1, match(), (Output(1),))
    high = Flow(1, 0, 2, match(eth_type=0x0800), (Output(2),))
    assert ends(LINE, [low, high], packet(H1, H2)) == ["delivered s1:2"]


def test_a_masked_field_matches_under_its_mask_only():
    subnet = match(eth_type=0x0800, ipv4_dst=(0x0A000000, 0xFF000000))
    elsewhere = match(eth_type=0x0800, ipv4_dst=(0x0B000000, 0xFF000000))
    assert ends(LINE, [Flow(1, 0, 1, subnet, (Output(2),))], packet(H1, H2)) == ["delivered s1:2"]
    assert ends(LINE, [Flow(1, 0, 1, elsewhere, (Output(2),))], packet(H1, H2)) == ["dropped s1:1: no rule in table 0"]


def test_an_output_to_the_port_of_entry_is_dropped_and_in_port_sends_back():
    assert ends(LINE, [at_s1(Output(1))], packet(H1, H2)) == ["dropped s1:1: sent out of its port of entry"]
    assert ends(LINE, [at_s1(Output(IN_PORT))], packet(H1, H2)) == ["delivered s1:1"]


def test_every_copy_has_its_end():
    assert ends(LINE, [at_s1(Output(2), Output(CONTROLLER), Output(77))], packet(H1, H2)) == [
        "delivered s1:2", "controller s1:1", "dropped s1:1: nothing is attached to s1:77"]


def test_the_last_port_is_a_port_like_any_other():
    last = replace(H1, at=PortId("s1", 4_294_967_040))
    network = replace(LINE, hosts=(last, H2, H3))
    assert ends(network, [at_s1(Output(4_294_967_040))], packet(H3, last), H3.at) == ["delivered s1:4294967040"]


def test_a_reserved_port_is_beyond_the_model():
    assert ends(LINE, [at_s1(Output(0xFFFFFFFA))], packet(H1, H2)) == ["unknown s1:1: reserved port 0xfffffffa"]


def test_a_port_that_is_down_neither_sends_nor_receives():
    out = [at_s1(Output(11)), Flow(2, 0, 1, match(), (Output(12),))]
    for down in (PortId("s1", 11), PortId("s2", 11)):
        assert ends(LINE, out, packet(H1, H2), down_ports=frozenset({down})) == [f"dropped s1:1: port {down} is down"]


def failover(*ports: int, out: tuple[int, ...]) -> list:
    buckets = tuple(Bucket((Output(port),), watch) for port, watch in zip(out, ports, strict=True))
    return [Group(1, 7, "fast-failover", buckets), at_s1(ToGroup(7))]


@pytest.mark.parametrize(("down", "end"), [
    ((), "delivered s1:1: "), ((1,), "delivered s1:2"), ((1, 2), "dropped s1:11: no output"),
])
def test_fast_failover_takes_the_first_bucket_whose_port_is_up(down, end):
    ports = frozenset(PortId("s1", number) for number in down)
    items = failover(1, 2, out=(1, 2))
    assert ends(LINE, items, packet(H1, H2), PortId("s1", 11), down_ports=ports) == [end.removesuffix(": ")]


def test_a_detour_back_over_the_port_of_entry_needs_in_port():
    back = failover(12, 11, out=(12, 11))
    proper = failover(12, 11, out=(12, IN_PORT))
    down = frozenset({PortId("s1", 12)})
    at = PortId("s1", 11)
    sent = packet(*RING.hosts)
    assert ends(RING, back, sent, at, down_ports=down) == ["dropped s1:11: sent out of its port of entry"]
    assert ends(RING, proper, sent, at, down_ports=down) == ["dropped s2:11: no rule in table 0"]


def test_what_a_bucket_does_is_not_seen_behind_its_group():
    group = Group(1, 7, "indirect", (Bucket((SetField("eth_dst", 5), Output(1))),))
    outcome = walk(LINE, rule_set([group, at_s1(ToGroup(7), Output(2))]), packet(H1, H2), PortId("s1", 11))
    assert [end.packet.fields["eth_dst"] for end in outcome.ends] == [5, 2]


def labelled(*labels: int) -> Packet:
    return Packet(packet(H1, H2).fields, tuple(LabelEntry(label, 3) for label in labels))


def test_a_label_hides_the_packet_beneath_and_shows_its_bottom():
    by_address = at_s1(Output(2), eth_type=0x0800, ipv4_dst=int(H2.addresses[0].ip))
    by_label = at_s1(Output(2), eth_type=0x8847, mpls_label=20, mpls_bos=0, mpls_tc=3)
    assert ends(LINE, [by_address], labelled(20)) == ["dropped s1:1: no rule in table 0"]
    assert ends(LINE, [by_label], labelled(20)) == ["dropped s1:1: no rule in table 0"]
    assert ends(LINE, [by_label], labelled(20, 30)) == ["delivered s1:2"]


def test_push_set_and_pop_of_labels():
    push = at_s1(PushMpls(), SetField("mpls_label", 20), SetField("mpls_tc", 5), SetMplsTtl(9), Output(2))
    (end,) = walk(LINE, rule_set([push]), labelled(30), H1.at).ends
    assert end.packet.stack == (LabelEntry(20, 5, 9), LabelEntry(30, 3, 64))
    (end,) = walk(LINE, rule_set([at_s1(PopMpls(0x0800), Output(2))]), labelled(30), H1.at).ends
    assert end.packet == packet(H1, H2)


@pytest.mark.parametrize("stack", [(20,), (20, 30)])
def test_what_is_popped_for_another_family_than_lies_beneath_cannot_be_read_any_more(stack):
    wrong = 0x86DD if len(stack) == 1 else 0x0800
    assert "ipv4_dst" not in popped(labelled(*stack), wrong).fields


def test_the_last_of_the_ttl_ends_a_packet():
    sent = Packet(packet(H1, H2).fields, (LabelEntry(20, 0, 1),))
    assert ends(LINE, [at_s1(DecMplsTtl(), Output(2))], sent) == ["dropped s1:1: its TTL ran out"]


def test_a_ring_of_labels_loops():
    around = [Flow(dpid, 0, 1, match(), (DecMplsTtl(), Output(port))) for dpid, port in ((1, 11), (2, 12), (3, 12))]
    assert ends(RING, around, labelled(20), PortId("s1", 12)) == ["looped s1:12"]


def test_copies_that_double_at_every_hop_count_as_a_loop():
    doubling = [Flow(dpid, 0, 1, match(), (Output(11), Output(12), Output(IN_PORT), SetField("eth_dst", dpid)))
                for dpid in (1, 2, 3)]
    assert any(end.startswith("looped") for end in ends(RING, doubling, packet(*RING.hosts)))


# the rules of the compiler


def base() -> RuleSet:
    return compile_rules(LINE, {}, RuleSet())


def whole(*placements) -> RuleSet:
    return compile_rules(LINE, by_key(*placements), RuleSet())


CONNECTED = whole(placed(LINE, "h1", "h2", ("l1", "l2"), ("l2", "l1")))


def outcome_of(sent: Packet, at: PortId = H1.at, rules: RuleSet = CONNECTED) -> str:
    (end,) = walk(LINE, rules, sent, at).ends
    return end.what


def test_a_connection_carries_its_pair_both_ways_and_nobody_else():
    assert outcome_of(packet(H1, H2)) == "delivered"
    assert outcome_of(packet(H2, H1), H2.at) == "delivered"
    assert outcome_of(packet(H3, H2), H3.at) == "dropped"
    assert outcome_of(packet(H1, H3)) == "dropped"


def test_only_the_bound_port_mac_and_address_are_heard_and_only_untagged():
    assert outcome_of(packet(H1, H2), H3.at) == "dropped"
    assert outcome_of(packet(H1, H2, eth_src=3)) == "dropped"
    assert outcome_of(packet(H1, H2, ipv4_src=int(H3.addresses[0].ip))) == "dropped"
    assert outcome_of(packet(H1, H2, vlan_vid=0x1000)) == "dropped"
    assert outcome_of(packet(H1, H2, vlan_vid=0x1007)) == "dropped"


def test_a_host_gets_no_labelled_frame_in():
    label = next(field.value for flow in CONNECTED.flows.values() for field in flow.match if field.name == "mpls_label")
    assert outcome_of(Packet(packet(H1, H2).fields, (LabelEntry(label),))) == "dropped"


def arp(sender, address: int, **fields: int) -> Packet:
    mac = packet(sender, sender).fields["eth_src"]
    return Packet({"eth_src": mac, "eth_dst": 0xFFFFFFFFFFFF, "vlan_vid": 0, "eth_type": 0x0806, "arp_op": 1,
                   "arp_spa": int(sender.addresses[0].ip), "arp_sha": mac, "arp_tpa": address, "arp_tha": 0} | fields)


@pytest.mark.parametrize(("address", "mac"), [(0x0A000002, 2), (0x0A0000FE, 0x02490A0000FE)])
def test_the_switch_answers_arp_for_hosts_and_gateways(address, mac):
    (end,) = walk(LINE, base(), arp(H1, address), H1.at).ends
    assert (end.what, end.at) == ("delivered", H1.at)
    assert end.packet.fields == {
        "eth_src": mac, "eth_dst": 1, "vlan_vid": 0, "eth_type": 0x0806, "arp_op": 2,
        "arp_spa": address, "arp_sha": mac, "arp_tpa": int(H1.addresses[0].ip), "arp_tha": 1}


@pytest.mark.parametrize("forged", [{"arp_spa": 0x0A000003}, {"arp_sha": 3}, {"eth_src": 3}, {"vlan_vid": 0x1000}])
def test_a_forged_arp_request_is_not_answered(forged):
    assert outcome_of(arp(H1, 0x0A000002, **forged), rules=base()) == "dropped"


def test_what_is_sent_to_a_gateway_is_delivered_by_its_address():
    (end,) = walk(LINE, CONNECTED, packet(H1, H2, eth_dst=0x02490A0000FE), H1.at).ends
    assert (end.at, end.packet) == (H2.at, packet(H1, H2))


@given(st.data())
def test_every_connection_goes_its_planned_way_and_no_other_pair_gets_through(data):
    network = data.draw(networks())
    placements = data.draw(plans(network))
    rules = compile_rules(network, placements, RuleSet())
    traffic = Traffic(network, {}, placements)
    for pair in permutations([host.name for host in network.hosts], 2):
        source, target = (network.host_by_name[name] for name in pair)
        for sample in traffic.samples(pair):
            (end,) = walk(network, rules, sample.packet, source.at).ends
            path = placements[sample.after.connection].working(sample.after.direction)
            assert (end.what, end.at, end.trail) == ("delivered", target.at, trail_of(network, path))
            assert end.packet == with_field(sample.packet, "eth_dst", packet(target, target).fields["eth_src"])
        if pair not in traffic.pairs:
            assert walk(network, rules, packet(source, target), source.at).is_dropped
