"""Steps: in which order switches come from what they hold to what they should, and what becomes of packets meanwhile."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.compiler import compile_rules
from intents.forwarding import walk
from intents.model import Selector
from intents.rules import (
    OWNER,
    Bucket,
    Change,
    Flow,
    Group,
    Kind,
    Meter,
    Output,
    RuleSet,
    Table,
    ToGroup,
    cookie,
    match,
    rule_set,
)
from intents.steps import diff, take
from intents.traffic import NO_FAILURE, Traffic
from tests.intents.worlds import by_key, network_of, networks, placed, plans

RING = network_of(4, [(1, 2), (2, 3), (3, 4), (4, 1)], [1, 3, 1])
NORTH, SOUTH = ("l1", "l2"), ("l4", "l3")
NOTHING = RuleSet()


def compiled(*placements, installed=NOTHING):
    return compile_rules(RING, by_key(*placements), installed)


BASE = compiled()
ON_NORTH = compiled(placed(RING, "h1", "h2", NORTH))
ON_SOUTH = compiled(placed(RING, "h1", "h2", SOUTH), installed=ON_NORTH)


def shape(before, after):
    """The steps in short: (kind, verb and what it concerns)."""
    return [(step.kind, sorted({f"{change.verb} {concerned(change)}" for change in step.changes}))
            for step in diff(before, after)]


def concerned(change: Change) -> str:
    item = change.item
    return Table(item.table).name.lower() if isinstance(item, Flow) else type(item).__name__.lower()


def test_a_first_connection_is_prepared_then_led_in():
    assert shape(BASE, ON_NORTH) == [("prepare", ["add group", "add label"]), ("switch", ["add classify"])]


def test_a_trunk_moves_by_its_group_and_the_old_path_is_retired():
    assert shape(ON_NORTH, ON_SOUTH) == [
        ("prepare", ["add label"]), ("switch", ["modify group"]), ("retire", ["delete label"])]


def test_a_deleted_connection_stops_first_and_its_group_goes_last():
    assert shape(ON_NORTH, BASE) == [
        ("switch", ["delete classify"]), ("retire", ["delete label"]), ("retire", ["delete group"])]


def test_a_selector_that_changes_is_led_before_it_is_cut():
    narrowed = compiled(placed(RING, "h1", "h2", NORTH, selector=Selector("udp")), installed=ON_NORTH)
    assert shape(ON_NORTH, narrowed) == [("switch", ["add classify"]), ("switch", ["delete classify"])]


def test_a_network_without_rules_gets_the_base_before_the_connections():
    (first, *_), every = diff(NOTHING, ON_NORTH), shape(NOTHING, ON_NORTH)
    assert {concerned(change) for change in first.changes} == {"admit", "label", "deliver", "answer", "group"}
    assert [kind for kind, _ in every] == ["prepare", "switch"]


def test_a_damaged_rule_is_mended_before_anything_leans_on_it():
    key = next(key for key in ON_NORTH.flows if key[1] == Table.DELIVER and key[0] == 3)
    damaged = RuleSet({**BASE.flows, key: Flow(*key, (Output(99),), cookie=BASE.flows[key].cookie)})
    assert shape(damaged, ON_NORTH) == [("prepare", ["add group", "add label"]), ("switch", ["modify deliver"]),
                                        ("switch", ["add classify"])]


def test_a_rule_under_a_wrong_mark_is_replaced_as_a_modify_keeps_the_cookie():
    key, flow = next((key, flow) for key, flow in ON_NORTH.flows.items() if key[1] == Table.CLASSIFY)
    marked = Flow(*key, flow.actions, flow.goto, flow.meter, cookie(Kind.CLASSIFY, 7))
    assert shape(RuleSet({**ON_NORTH.flows, key: marked}, ON_NORTH.groups), ON_NORTH) == [("switch", ["add classify"])]
    assert take(rule_set([marked, *ON_NORTH.groups.values()]), [Change("modify", flow)]).flows[key].cookie == marked.cookie


def test_new_flows_that_refer_to_new_groups_come_behind_them():
    group = Group(2, 0x49000001, "fast-failover", (Bucket((Output(11),), 11),))
    transit = Flow(2, Table.LABEL, 100, match(eth_type=0x8847, mpls_label=20), (ToGroup(group.id),),
                   cookie=cookie(Kind.LABEL, 1))
    assert shape(NOTHING, rule_set([group, transit])) == [("prepare", ["add group"]), ("prepare", ["add label"])]
    assert shape(rule_set([group, transit]), NOTHING) == [("retire", ["delete label"]), ("retire", ["delete group"])]


ALIENS = (
    Flow(1, 0, 7, match(in_port=9), (Output(1),), cookie=5),
    Group(1, 9, "indirect", (Bucket((Output(1),)),)),
    Meter(1, 9, 5, 5),
)


def test_what_is_not_ours_is_left_alone():
    with_aliens = rule_set([*ON_NORTH.flows.values(), *ON_NORTH.groups.values(), *ALIENS])
    assert diff(with_aliens, ON_NORTH) == ()
    assert shape(with_aliens, BASE) == shape(ON_NORTH, BASE)


def test_a_rule_of_ours_does_not_push_an_alien_from_its_place():
    key = next(key for key in ON_NORTH.flows if key[1] == Table.CLASSIFY)
    squatter = Flow(*key, (Output(1),), cookie=5)
    assert ("switch", ["add classify"]) not in shape(RuleSet({**BASE.flows, key: squatter}), ON_NORTH)


def test_a_group_of_ours_stays_while_an_alien_flow_refers_to_it():
    (group,) = ON_NORTH.groups.values()
    leaning = Flow(1, 0, 7, match(in_port=9), (ToGroup(group.id),), cookie=5)
    assert shape(rule_set([*ON_NORTH.flows.values(), group, leaning]), BASE)[-1] == ("retire", ["delete label"])


# what Open vSwitch does with messages

GROUP = Group(1, 0x49000001, "indirect", (Bucket((Output(1),)),))
USER = Flow(1, 1, 5, match(in_port=1), (ToGroup(GROUP.id),), meter=0x10001, cookie=OWNER << 56)
METER = Meter(1, 0x10001, 5, 5)


def taken(held, *changes):
    after = take(rule_set(held), [Change(verb, item) for verb, item in changes])
    return [*after.flows.values(), *after.groups.values(), *after.meters.values()]


@pytest.mark.parametrize("gone", [GROUP, METER])
def test_deleting_a_group_or_meter_deletes_the_flows_that_refer_to_it(gone):
    assert USER not in taken([USER, GROUP, METER], ("delete", gone))


@pytest.mark.parametrize("there", [[], [GROUP], [METER]])
def test_a_flow_that_refers_to_what_is_not_there_is_refused(there):
    assert USER not in taken(there, ("add", USER))
    assert USER in taken([GROUP, METER], ("add", USER))


@pytest.mark.parametrize("item", [USER, GROUP, METER])
def test_a_modify_of_what_is_not_there_adds_nothing(item):
    there = [other for other in (GROUP, METER) if item is USER]
    assert taken(there, ("modify", item)) == there


@pytest.mark.parametrize(("held", "second"), [
    (GROUP, Group(1, GROUP.id, "indirect", (Bucket((Output(2),)),))), (METER, Meter(1, METER.id, 6, 6))])
def test_a_second_group_or_meter_under_one_id_is_refused_and_a_modify_takes_its_place(held, second):
    assert taken([held], ("add", second)) == [held]
    assert taken([held], ("modify", second)) == [second]


# laws


@given(st.data())
def test_the_difference_to_itself_is_empty(data):
    network = data.draw(networks())
    rules = compile_rules(network, data.draw(plans(network)), NOTHING)
    assert diff(rules, rules) == ()


@given(st.data())
def test_taking_all_steps_gives_what_is_wanted(data):
    network = data.draw(networks())
    installed = compile_rules(network, data.draw(plans(network)), NOTHING)
    wanted = compile_rules(network, data.draw(plans(network)), installed)
    tables = rule_set([*installed.flows.values(), *installed.groups.values(), *installed.meters.values(), *ALIENS])
    for step in diff(tables, wanted):
        tables = take(tables, step.changes)
    assert tables == rule_set([*wanted.flows.values(), *wanted.groups.values(), *wanted.meters.values(), *ALIENS])


@given(st.data())
def test_some_of_a_step_can_be_taken_again_as_a_whole(data):
    network = data.draw(networks())
    installed = compile_rules(network, data.draw(plans(network)), NOTHING)
    wanted = compile_rules(network, data.draw(plans(network)), installed)
    tables = installed
    for step in diff(installed, wanted):
        some = take(tables, data.draw(st.lists(st.sampled_from(step.changes), unique=True)))
        tables = take(tables, step.changes)
        remaining = some
        for rest in diff(some, wanted):
            remaining = take(remaining, rest.changes)
        assert remaining == wanted
    assert tables == wanted


@given(st.data())
def test_whatever_part_of_a_step_has_arrived_no_packet_is_lost_or_looped(data):
    network = data.draw(networks())
    before, after = data.draw(plans(network)), data.draw(plans(network))
    installed = compile_rules(network, before, NOTHING)
    tables = installed
    traffic = Traffic(network, before, after)
    for step in diff(installed, compile_rules(network, after, installed)):
        some = take(tables, data.draw(st.lists(st.sampled_from(step.changes), unique=True)))
        for sample in (sample for pair in traffic.pairs for sample in traffic.samples(pair)):
            (end,) = walk(network, some, sample.packet, sample.source.at).ends
            assert end.what in ("delivered", "dropped")
            assert end.what == "dropped" or (end.at == sample.target.at and end.trail in sample.trails(NO_FAILURE))
            assert end.what == "delivered" or sample.before is None or sample.after is None
        tables = take(tables, step.changes)


def test_steps_are_sorted_so_that_the_same_difference_is_the_same_bytes():
    (first, *_) = diff(NOTHING, ON_NORTH)
    flows = [change.item.key for change in first.changes if isinstance(change.item, Flow)]
    assert all(one[:3] <= other[:3] for one, other in pairwise(flows))
