"""The compiler: which rules placements become, and which numbers they go by."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.compiler import NoRoom, compile_plan, compile_rules, owner_marks
from intents.model import Plan, Reason, Refusal, Selector
from intents.riders import riders_of
from intents.rules import (
    CONTROLLER,
    GROUP_IDS,
    IPV4,
    LABELS,
    METER_IDS,
    MPLS,
    Change,
    DecMplsTtl,
    Flow,
    Kind,
    Meter,
    Output,
    PopMpls,
    PushMpls,
    RuleSet,
    SetField,
    SetMplsTtl,
    Table,
    ToGroup,
    cookie,
    is_ours,
    match,
    rule_set,
)
from intents.steps import diff, take
from tests.intents.worlds import by_key, network_of, networks, placed, plans

RING = network_of(4, [(1, 2), (2, 3), (3, 4), (4, 1)], [1, 1, 3, 3])
NORTH, SOUTH = ("l1", "l2"), ("l4", "l3")
NOTHING = RuleSet()


def one_way(source="h1", target="h3", links=NORTH, **kwargs):
    return placed(RING, source, target, links, **kwargs)


def compiled(*placements, installed=NOTHING, barred=frozenset()):
    return compile_rules(RING, by_key(*placements), installed, barred)


def labels_in(rules: RuleSet) -> set[int]:
    return {field.value for flow in rules.flows.values() for field in flow.match if field.name == "mpls_label"}


def classified(rules: RuleSet) -> list[Flow]:
    return [flow for flow in rules.flows.values() if flow.table == Table.CLASSIFY]


def test_a_path_of_two_cables_pushes_swaps_nothing_and_pops():
    rules = compiled(one_way(service_class="delay-critical"))
    (group,), (entry,), (label,) = rules.groups.values(), classified(rules), labels_in(rules)
    assert (group.dpid, group.kind, len(group.buckets)) == (1, "indirect", 1)
    assert group.buckets[0].actions == (PushMpls(), SetField("mpls_label", label), SetField("mpls_tc", 5),
                                        SetMplsTtl(64), Output(11))
    assert (entry.dpid, entry.actions) == (1, (ToGroup(group.id),))
    at_the_end = {2: (DecMplsTtl(), Output(12)), 3: (PopMpls(IPV4),)}
    ways = [flow for flow in rules.flows.values() if flow.table == Table.LABEL and flow.actions != (Output(CONTROLLER),)]
    assert {flow.dpid: flow.actions for flow in ways} == at_the_end


def test_what_has_another_label_beneath_is_handed_up_at_the_end_of_a_path_and_nowhere_else():
    rules = compiled(one_way())
    (label,) = labels_in(rules)
    (handing_up,) = (flow for flow in rules.flows.values() if flow.actions == (Output(CONTROLLER),))
    assert (handing_up.dpid, handing_up.match) == (3, match(eth_type=MPLS, mpls_label=label, mpls_bos=0))
    way = next(flow for flow in rules.flows.values() if (flow.dpid, flow.table) == (2, Table.LABEL))
    assert handing_up.cookie == way.cookie


@pytest.mark.parametrize(("service_class", "tc"), [
    ("delay-critical", 5), ("guaranteed", 4), ("assured", 2), ("best-effort", 0)])
def test_the_class_rides_in_the_tc_bits(service_class, tc):
    (group,) = compiled(one_way(service_class=service_class)).groups.values()
    assert SetField("mpls_tc", tc) in group.buckets[0].actions


def test_connections_of_one_class_on_one_path_share_a_trunk_and_two_classes_never_a_label():
    shared = compiled(one_way("h1", "h3"), one_way("h2", "h4"))
    assert (len(shared.groups), len(labels_in(shared)), len(classified(shared))) == (1, 1, 2)
    apart = compiled(one_way("h1", "h3"), one_way("h2", "h4", service_class="guaranteed"))
    assert (len(apart.groups), len(labels_in(apart))) == (2, 2)


def test_both_ends_on_one_switch_need_no_label():
    rules = compiled(one_way("h1", "h2", ()))
    assert (len(rules.groups), labels_in(rules)) == (0, set())
    assert [(flow.actions, flow.goto) for flow in classified(rules)] == [((), Table.DELIVER)]


def test_the_reverse_direction_mirrors_addresses_and_ports():
    wish = Selector("udp", 7000, 5004, 46)
    forward, reverse = riders_of(RING, placed(RING, "h1", "h3", NORTH, NORTH[::-1], wish))
    asked = {"eth_type": 0x0800, "ip_proto": 17, "ip_dscp": 46}
    h1, h3 = 0x0A000001, 0x0A000003
    assert forward.matches == (match(**asked, ipv4_src=h1, ipv4_dst=h3, udp_src=7000, udp_dst=5004),)
    assert reverse.matches == (match(**asked, ipv4_src=h3, ipv4_dst=h1, udp_src=5004, udp_dst=7000),)


def test_a_narrower_selector_wins():
    wishes = (Selector(), Selector("udp"), Selector("udp", None, 5004), Selector("udp", None, 5004, 46))
    rules = compiled(*(one_way(selector=wish, name=f"i{n}") for n, wish in enumerate(wishes)))
    by_width = sorted(classified(rules), key=lambda flow: len(flow.match))
    assert [flow.priority for flow in by_width] == [100, 101, 102, 103]


def test_ports_without_a_protocol_that_has_them_are_bad_input():
    with pytest.raises(ValueError, match="ports need the protocol"):
        compiled(one_way(selector=Selector("icmp", 7, 7)))


def test_a_maximum_is_metered_in_each_direction_and_rounded_up():
    rules = compiled(placed(RING, "h1", "h3", NORTH, NORTH[::-1], max_bps=5_000_100))
    assert sorted((meter.dpid, meter.rate_kbps, meter.burst_kb) for meter in rules.meters.values()) == [
        (1, 5001, 501), (3, 5001, 501)]
    assert {(flow.dpid, flow.meter) for flow in classified(rules)} == set(rules.meters)
    assert all(number in METER_IDS for _, number in rules.meters)


def test_every_rule_is_marked_as_ours():
    rules = compiled(one_way(max_bps=1000))
    assert all(is_ours(flow) for flow in rules.flows.values())
    assert all(number in GROUP_IDS for _, number in rules.groups)
    kinds = {(flow.table, flow.cookie >> 48 & 0xFF) for flow in rules.flows.values()}
    assert kinds == {(table, table) for table in Table}
    assert owner_marks(rules) >= {flow.cookie for flow in rules.flows.values()} | set(rules.groups) | set(rules.meters)


# numbers


def test_a_label_is_the_same_in_every_compilation_and_another_on_every_path():
    north, south = compiled(one_way()), compiled(one_way(links=SOUTH))
    assert labels_in(north) == labels_in(compiled(one_way()))
    assert not labels_in(north) & labels_in(south)


def test_a_label_that_is_barred_or_held_for_another_path_is_not_given_out():
    (label,) = labels_in(compiled(one_way()))
    assert labels_in(compiled(one_way(), barred=frozenset({label}))) == {label + 1}
    other = Flow(4, Table.LABEL, 100, match(eth_type=0x8847, mpls_label=label), cookie=cookie(Kind.LABEL, 1))
    alien = Flow(4, Table.LABEL, 100, match(eth_type=0x8847, mpls_label=label + 1), cookie=1)
    assert labels_in(compiled(one_way(), installed=rule_set([other, alien]))) == {label + 2}


def test_a_path_that_is_installed_keeps_its_label():
    (label,) = labels_in(compiled(one_way()))
    once = compiled(one_way(), barred=frozenset({label}))
    assert compiled(one_way(), installed=once) == once
    assert compiled(one_way(), installed=once, barred=frozenset({label, label + 1})) == once


def test_a_replugged_cable_makes_another_path():
    crossed = network_of(4, [(2, 3), (1, 2), (3, 4), (4, 1)], [1, 1, 3, 3])
    before = compiled(one_way())
    after = compile_rules(crossed, by_key(placed(crossed, "h1", "h3", ("l2", "l1"))), before)
    assert not labels_in(after) & labels_in(before)


def moves(before: RuleSet, after: RuleSet) -> list[Change]:
    return [change for step in diff(before, after) if step.kind == "switch" for change in step.changes]


def test_a_trunk_that_moves_as_a_whole_is_one_group_modify():
    before = compiled(one_way("h1", "h3"), one_way("h2", "h4"))
    after = compiled(one_way("h1", "h3", SOUTH), one_way("h2", "h4", SOUTH), installed=before)
    (change,) = moves(before, after)
    assert (change.verb, change.item.key) == ("modify", next(iter(before.groups)))


def test_two_trunks_that_change_places_are_two_group_modifies():
    before = compiled(one_way("h1", "h3"), one_way("h2", "h4", SOUTH))
    after = compiled(one_way("h1", "h3", SOUTH), one_way("h2", "h4"), installed=before)
    assert [change.verb for change in moves(before, after)] == ["modify", "modify"]
    assert before.groups.keys() == after.groups.keys()


def test_a_connection_that_leaves_its_trunk_takes_one_flow_modify():
    before = compiled(one_way("h1", "h3"), one_way("h2", "h4"))
    after = compiled(one_way("h1", "h3"), one_way("h2", "h4", SOUTH), installed=before)
    (change,) = moves(before, after)
    assert (change.verb, change.item) == ("modify", classified(after)[-1])
    assert before.groups.items() <= after.groups.items()


def test_who_joins_a_path_joins_its_group():
    before = compiled(one_way("h1", "h3"))
    after = compiled(one_way("h2", "h4"), installed=before)
    assert before.groups == after.groups


def test_a_meter_keeps_its_number_when_another_takes_its_place_in_the_hash():
    before = compiled(one_way(max_bps=1000))
    ((_, number),) = before.meters
    squatter = Meter(1, number, 5, 5)
    assert (1, number + 1) in compiled(one_way(max_bps=1000), installed=rule_set([squatter])).meters
    assert compiled(one_way(max_bps=1000), installed=before).meters == before.meters


def test_no_room_says_who_has_to_be_refused_and_for_want_of_what():
    with pytest.raises(NoRoom) as caught:
        compiled(one_way(), one_way("h1", "h2", ()), barred=frozenset(LABELS))
    assert caught.value.lacking == {"i/h1-h3": "no MPLS label is free"}


def test_no_room_for_a_meter():
    full = rule_set([Meter(1, number, 1, 1) for number in METER_IDS])
    with pytest.raises(NoRoom, match="i/h1-h3: no meter id is free at switch 0x1"):
        compiled(one_way(max_bps=1000), one_way("h2", "h4"), installed=full)


def test_what_no_number_is_left_for_is_refused_and_the_rest_stands():
    poor, rich = one_way("h1", "h3"), one_way("h1", "h2", ())
    plan, kept, rules = compile_plan(RING, Plan(by_key(poor, rich)), {}, NOTHING, frozenset(LABELS))
    assert (plan.placements, kept) == (by_key(rich), {})
    assert plan.refusals == {"i/h1-h3": Refusal("i/h1-h3", "i", "i", Reason.RESOURCE, "no MPLS label is free")}
    assert rules == compiled(rich)


def test_what_is_kept_beside_a_plan_is_let_go_where_it_finds_no_number():
    placements, old = by_key(one_way("h1", "h2", ())), by_key(one_way("h1", "h3"))
    refusals = {"i/h1-h3": Refusal("i/h1-h3", "i", "i", Reason.NO_PATH, "cut off")}
    before = Plan(placements, refusals)
    assert compile_plan(RING, before, old, NOTHING) == (before, old, compile_rules(RING, {**placements, **old}, NOTHING))
    full = compile_plan(RING, before, old, NOTHING, frozenset(LABELS))
    assert full == (before, {}, compile_rules(RING, placements, NOTHING))


def test_a_plan_that_fits_comes_back_as_it_is():
    plan = Plan(by_key(one_way()))
    assert compile_plan(RING, plan, {}, NOTHING)[0] is plan


@given(st.data())
def test_compiling_again_over_its_own_result_changes_nothing(data):
    network = data.draw(networks())
    placements = data.draw(plans(network))
    rules = compile_rules(network, placements, NOTHING)
    assert compile_rules(network, placements, rules) == rules
    assert diff(rules, compile_rules(network, placements, rules)) == ()


@given(st.data())
def test_the_order_of_placements_and_of_installed_rules_does_not_matter(data):
    network = data.draw(networks())
    installed = compile_rules(network, data.draw(plans(network)), NOTHING)
    placements = data.draw(plans(network))
    chance = random.Random(data.draw(st.integers()))
    shuffled = rule_set(chance.sample([*installed.flows.values(), *installed.groups.values(),
                                       *installed.meters.values()],
                                      len(installed.flows) + len(installed.groups) + len(installed.meters)))
    disorder = dict(chance.sample(list(placements.items()), len(placements)))
    assert compile_rules(network, placements, installed) == compile_rules(network, disorder, shuffled)


@given(st.data())
def test_deleting_every_connection_returns_the_tables_to_what_they_were(data):
    network = data.draw(networks())
    empty = compile_rules(network, {}, NOTHING)
    full = compile_rules(network, data.draw(plans(network)), NOTHING)
    tables = full
    for step in diff(full, empty):
        tables = take(tables, step.changes)
    assert tables == empty
