"""Detours: what protected placements become in the switches, and where packets go while links are down."""

from dataclasses import replace
from itertools import chain, combinations

from hypothesis import given
from hypothesis import strategies as st

from intents.compiler import compile_rules
from intents.forwarding import walk
from intents.proof import prove
from intents.rules import (
    IN_PORT,
    Bucket,
    Change,
    DecMplsTtl,
    Group,
    Output,
    PushMpls,
    RuleSet,
    SetField,
    SetMplsTtl,
    Step,
    Table,
    ToGroup,
)
from intents.steps import diff
from tests.intents.worlds import by_key, network_of, networks, packet, placed, plans, protected, trail_of

RING = network_of(4, [(1, 2), (2, 3), (3, 4), (4, 1)], [1, 1, 3, 3])
NORTH, SOUTH = ("l1", "l2"), ("l4", "l3")
NOTHING = RuleSet()


def safe(source="h1", target="h3", links=NORTH, **kwargs):
    return protected(RING, placed(RING, source, target, links, **kwargs))


def compiled(*placements, installed=NOTHING):
    return compile_rules(RING, by_key(*placements), installed)


def labels_in(rules: RuleSet) -> list[int]:
    return sorted({field.value for flow in rules.flows.values() for field in flow.match if field.name == "mpls_label"})


def label_flow(rules: RuleSet, dpid: int, label: int):
    return next(flow for flow in rules.flows.values() if flow.dpid == dpid and flow.table == Table.LABEL
                and any((field.name, field.value) == ("mpls_label", label) for field in flow.match))


def dead(network, *names):
    return frozenset(end for name in names for end in (network.link_by_name[name].a, network.link_by_name[name].b))


def moves(before: RuleSet, after: RuleSet) -> list[Change]:
    return [change for step in diff(before, after) if step.kind == "switch" for change in step.changes]


def test_the_ingress_pushes_the_working_label_or_that_of_its_detour():
    rules = compiled(safe())
    ingress = next(group for group in rules.groups.values() if group.dpid == 1)
    (push, working, tc, ttl, out), (_, detour, *same, around) = (bucket.actions for bucket in ingress.buckets)
    assert ingress.kind == "fast-failover"
    assert [bucket.watch_port for bucket in ingress.buckets] == [out.port, around.port] == [11, 12]
    assert (push, tc, ttl) == (PushMpls(), SetField("mpls_tc", 2), SetMplsTtl(64))
    assert same == [tc, ttl]
    assert working != detour


def test_on_a_ring_a_packet_turns_round_by_its_port_of_entry():
    rules = compiled(safe())
    (group,) = (group for group in rules.groups.values() if group.dpid == 2)
    straight, around = group.buckets
    assert straight == Bucket((Output(12),), 12)
    assert around.watch_port == 11
    (label, back) = around.actions
    assert back == Output(IN_PORT)
    assert label_flow(rules, 1, label.value).actions == (DecMplsTtl(), Output(12))


def test_a_detours_label_meets_no_group():
    rules = compiled(safe(), safe("h3", "h1", ("l3", "l4")))
    groups = rules.groups.values()
    detours = {action.value for group in groups for bucket in group.buckets[1:] for action in bucket.actions
               if isinstance(action, SetField) and action.name == "mpls_label"}
    assert len(detours) == 4
    for flow in rules.flows.values():
        if any(field.name == "mpls_label" and field.value in detours for field in flow.match):
            assert not any(isinstance(action, ToGroup) for action in flow.actions)


def test_detours_over_the_same_cables_share_a_label():
    bare = placed(RING, "h1", "h3", NORTH)
    way_back = safe().paths[2]
    one = replace(bare, paths=(*bare.paths, way_back))
    other = placed(RING, "h2", "h4", NORTH)
    other = replace(other, paths=(*other.paths, *safe("h2", "h4").paths[1:]))
    assert len(labels_in(compiled(one, other))) == len({"one", "other", "from s1", "from s2"})


def test_connections_share_a_trunk_only_with_the_same_detours():
    assert len({flow.actions for flow in compiled(safe(), safe("h2", "h4")).flows.values()
                if flow.table == Table.CLASSIFY}) == 1
    assert len({flow.actions for flow in compiled(safe(), placed(RING, "h2", "h4", NORTH)).flows.values()
                if flow.table == Table.CLASSIFY}) == 2


def test_a_protected_trunk_moves_by_one_group_modify():
    before = compiled(safe(), safe("h2", "h4"))
    after = compiled(safe(links=SOUTH), safe("h2", "h4", SOUTH), installed=before)
    (change,) = moves(before, after)
    assert (change.verb, change.item.kind, change.item.dpid) == ("modify", "fast-failover", 1)


def test_a_trunk_gains_and_loses_protection_by_one_group_modify():
    bare = compiled(placed(RING, "h1", "h3", NORTH))
    with_detours = compiled(safe(), installed=bare)
    for before, after, kind in ((bare, with_detours, "fast-failover"), (
            with_detours, compiled(placed(RING, "h1", "h3", NORTH), installed=with_detours), "indirect")):
        (change,) = moves(before, after)
        assert (change.verb, change.item.kind) == ("modify", kind)


def test_a_missing_rule_of_a_detour_is_found():
    plan, rules = by_key(safe()), compiled(safe())
    ingress = next(group for group in rules.groups.values() if group.dpid == 1)
    detour = next(action.value for action in ingress.buckets[1].actions if isinstance(action, SetField))
    lost = label_flow(rules, 4, detour)
    steps = (Step("retire", (Change("delete", lost),)),)
    during, after = prove(RING, rules, steps, plan, plan).counterexamples
    assert (during.step, after.step) == (0, None)
    assert during.failure == after.failure == dead(RING, "l1")
    assert str(after) == ("i/h1-h3, h1 to h3, after the last step, while s1:11 and s2:11 are down: "
                          "dropped at s4:12 (no rule in table 2), left by s1:12")


def test_a_detour_that_could_be_diverted_is_found():
    plan, rules = by_key(safe()), compiled(safe())
    ingress = next(group for group in rules.groups.values() if group.dpid == 1)
    detour = next(action.value for action in ingress.buckets[1].actions if isinstance(action, SetField))
    onward = label_flow(rules, 4, detour)
    group = Group(4, 0x4900_0001, "indirect", (Bucket((Output(11),)),))
    steps = (Step("prepare", (Change("add", group),)),
             Step("switch", (Change("modify", replace(onward, actions=(DecMplsTtl(), ToGroup(group.id)))),)))
    found = prove(RING, rules, steps, plan, plan).counterexamples
    assert [(each.step, each.outcome.ends[0].what) for each in found] == [(1, "unknown"), (None, "unknown")]


def test_packets_go_by_the_detour_during_every_step_of_a_move():
    before, after = by_key(safe()), by_key(safe(links=SOUTH))
    rules = compiled(*before.values())
    steps = diff(rules, compiled(*after.values(), installed=rules))
    assert prove(RING, rules, steps, before, after).holds
    switch = next(number for number, step in enumerate(steps) if step.kind == "switch")
    hasty = [steps[switch], *steps[:switch], *steps[switch + 1:]]
    (first, *_) = prove(RING, rules, hasty, before, after).counterexamples
    assert first.step == 0


@given(st.data())
def test_whichever_link_fails_packets_go_the_planned_way(data):
    network = data.draw(networks())
    placements = data.draw(plans(network))
    rules = compile_rules(network, placements, NOTHING)
    for placement in placements.values():
        for path in (path for path in placement.paths if path.role == "detour" and is_alone(placements, path)):
            source, target = (network.host_by_name[path.nodes[end]] for end in (0, -1))
            (end,) = walk(network, rules, sent_by(placement, path, source, target), source.at,
                          dead(network, path.protects)).ends
            assert (end.what, end.trail) == ("delivered", trail_of(network, path))


@given(st.data())
def test_whatever_two_links_fail_no_packet_ever_loops(data):
    network = data.draw(networks())
    placements = data.draw(plans(network))
    rules = compile_rules(network, placements, NOTHING)
    for placement in placements.values():
        for path in (path for path in placement.paths if path.role == "working"):
            source, target = (network.host_by_name[path.nodes[end]] for end in (0, -1))
            sent = sent_by(placement, path, source, target)
            for names in chain(combinations(network.link_by_name, 2), combinations(network.link_by_name, 3)):
                ends = walk(network, rules, sent, source.at, dead(network, *names)).ends
                assert {end.what for end in ends} <= {"delivered", "dropped"}


def is_alone(placements, path) -> bool:
    """Whether no other connection takes packets of this one's pair, which would go another way."""
    ends = (path.nodes[0], path.nodes[-1])
    return sum((way.nodes[0], way.nodes[-1]) == ends for placement in placements.values()
               for way in placement.paths if way.role == "working") == 1


def sent_by(placement, path, source, target):
    """A packet of a connection's direction."""
    wish = placement.connection.selector
    protocol = {"tcp": 6, "udp": 17, "icmp": 1, None: 17}.get(wish.protocol, wish.protocol)
    ports = (wish.source_port or 9, wish.destination_port or 9)
    sent = dict(zip(({6: ("tcp_src", "tcp_dst"), 17: ("udp_src", "udp_dst")}.get(protocol, ())),
                    ports if path.direction == "forward" else ports[::-1], strict=False))
    return packet(source, target, ip_proto=protocol, ip_dscp=wish.dscp or 0, **sent)
