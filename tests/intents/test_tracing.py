"""A packet's walk told switch by switch: the same walk as a proof's, with each rule named and owned."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.agreement import deed, difference
from intents.compiler import compile_rules
from intents.forwarding import walk
from intents.model import Plan, Reason, Refusal, Selector
from intents.owners import owners_of
from intents.rules import Bucket, Flow, Group, Output, RuleSet, SetField, Table, ToGroup, match, rule_set
from intents.specimen import AskError, NoPacketError, of_connection, of_reader
from intents.tracing import trace
from intents.walks import Walk
from tests.intents.worlds import FAMILY, by_key, network_of, networks, packet, placed, plans, protected

DIAMOND = network_of(4, [(1, 2), (2, 4), (1, 3), (3, 4)], [1, 4])
H1, H2 = DIAMOND.hosts
WAY = protected(DIAMOND, placed(DIAMOND, "h1", "h2", ("l1", "l2"), ("l2", "l1"), name="video"))
PLAN = Plan(by_key(WAY))
RULES = compile_rules(DIAMOND, PLAN.placements, RuleSet())
OWNERS = owners_of(DIAMOND, PLAN.placements)
KEY = "video/h1-h2"


def traced(rules: RuleSet = RULES, **named: object) -> Walk:
    return trace(DIAMOND, rules, of_connection(DIAMOND, PLAN, "video", "forward").packet, H1.at, owners=OWNERS,
                 **named)  # type: ignore[arg-type]


def with_rules(*items: Flow | Group) -> RuleSet:
    return rule_set([*RULES.flows.values(), *RULES.groups.values(), *RULES.meters.values(), *items])


def without(*gone: Flow) -> RuleSet:
    return replace(RULES, flows={key: flow for key, flow in RULES.flows.items() if flow not in gone})


def flow_at(dpid: int, table: Table, **fields: int) -> Flow:
    found = [flow for flow in RULES.flows.values() if (flow.dpid, flow.table) == (dpid, table)
             and all(each.value == fields.get(each.name, each.value) for each in flow.match)]
    return next(flow for flow in found if flow.table != Table.LABEL or flow.cookie in {
        look.cookie for visit in traced().visits for look in visit.looks})


def test_every_hop_is_told_with_its_rules_their_owners_and_what_they_do():
    told = traced()
    assert [str(visit.at) for visit in told.visits] == ["s1:1", "s2:11", "s4:11"]
    assert told.ends == ("delivered to h2",)
    looks = [[(look.table, look.owner) for look in visit.looks] for visit in told.visits]
    assert looks == [
        [(0, "admits h1"), (1, f"{KEY} forward")],
        [(0, "admits labels from l1"), (2, f"path of {KEY} forward")],
        [(0, "admits labels from l2"), (2, f"path of {KEY} forward"), (3, "delivers to h2")]]
    pushing = told.visits[0].looks[1]
    assert pushing.bucket == 0
    assert deed(pushing).startswith(f"group:{pushing.group}, bucket 0: push_mpls:0x8847,set_field:")
    assert deed(pushing).endswith("->mpls_label,set_field:2->mpls_tc,set_mpls_ttl(64),output:11")
    assert [copy.to for visit in told.visits for copy in visit.copies] == ["s2:11", "s4:11", "h2"]


def test_with_a_link_down_it_goes_by_the_detour_and_says_whose_that_is():
    link = DIAMOND.link_by_name["l1"]
    told = traced(down=frozenset((link.a, link.b)))
    assert [str(visit.at) for visit in told.visits] == ["s1:1", "s3:11", "s4:12"]
    assert told.visits[0].looks[1].bucket == 1
    assert told.visits[1].looks[1].owner == f"detour of {KEY} forward"
    assert told.ends == ("delivered to h2",)


@given(st.data())
def test_the_ends_are_those_that_a_proof_comes_to(data: st.DataObject) -> None:
    network = data.draw(networks())
    rules = compile_rules(network, data.draw(plans(network)), RuleSet())
    source, target = data.draw(st.permutations(network.hosts))[:2]
    down = frozenset(data.draw(st.sets(st.sampled_from([source.at, *network.peer_of]), max_size=3)))
    sent = packet(source, target)
    ends = walk(network, rules, sent, source.at, down).ends
    told = trace(network, rules, sent, source.at, down)
    found = [(visit.what, visit.why) for visit in told.visits if visit.what] + [
        (copy.what, copy.why) for visit in told.visits for copy in visit.copies if copy.what]
    assert sorted(found) == sorted((end.what, end.why) for end in ends)


def test_what_no_rule_takes_is_dropped_where_and_why():
    assert traced(without(flow_at(1, Table.CLASSIFY))).ends == ("dropped at s1: no rule in table 1",)


def test_what_has_not_been_read_is_unknown_from_there_on():
    told = traced(unread={"s2"})
    assert told.ends == ("unknown from s2 on: its tables have not been read",)
    assert difference(("planned", traced()), ("installed", told)) is None


@pytest.mark.parametrize(("items", "words"), [
    ((Group(1, 5, "indirect", ()), Flow(1, 0, 900, match(), (ToGroup(5),))), "group 0x5 is of a type"),
    ((Flow(1, 0, 900, match(), (SetField("action-17", 0),)),), "table 0 has a rule with action-17"),
])
def test_what_the_model_has_no_words_for_is_unknown(items: tuple[Flow | Group, ...], words: str):
    (end,) = traced(with_rules(*items)).ends
    assert end.startswith(f"unknown from s1 on: {words}")


def part(rules: RuleSet) -> str:
    """Where the walk through other rules parts from the planned one."""
    return str(difference(("planned", traced()), ("installed", traced(rules))))


def test_equal_tables_agree():
    assert difference(("planned", traced()), ("installed", traced())) is None
    assert difference(("planned", traced()), ("installed", traced(with_rules(Flow(1, 0, 1, match(), ()))))) is None


def test_a_rule_that_is_gone_is_missing():
    gone = flow_at(1, Table.CLASSIFY)
    assert part(without(gone)) == (
        f"s1, table 1 classify: the installed table lacks the rule priority 100 eth_type=0x0800,ipv4_dst=10.0.0.2,"
        f"ipv4_src=10.0.0.1 ({KEY} forward); nothing there takes the packet")


def test_what_takes_the_packet_instead_is_named_with_what_is_missing():
    rules = without(flow_at(4, Table.DELIVER))
    lower = Flow(4, Table.DELIVER, 7, match(), (Output(9),))
    rules = replace(rules, flows={**rules.flows, lower.key: lower})
    assert part(rules).endswith("(delivers to h2); priority 7 any (somebody else's) takes the packet")


def test_a_rule_that_takes_the_packet_away_is_there_too_much():
    assert part(with_rules(Flow(2, 0, 65535, match()))) == (
        "s2, table 0 admit: the installed table has a rule more, which takes the packet: priority 65535 any "
        "(somebody else's) does drop")


def test_a_rule_that_does_something_else_is_told_with_both():
    changed = replace(flow_at(1, Table.CLASSIFY), actions=(Output(12),))
    words = part(with_rules(changed))
    assert words.startswith("s1, table 1 classify: the installed rule priority 100 ")
    assert "does output:12; the planned one does group:" in words


def test_a_group_that_does_something_else_is_told_so():
    (group,) = (group for group in RULES.groups.values() if group.dpid == 1)
    other = replace(group, buckets=(Bucket((Output(12),), 12), *group.buckets[1:]))
    assert "bucket 0: output:12; the planned one does group:" in part(with_rules(other))


def test_a_reader_s_packet_says_whose_it_is():
    assert of_reader(PLAN, H1, H2, Selector("udp", None, 5004)).connection == KEY
    nobody = of_reader(Plan(), H2, H1, Selector())
    assert str(nobody) == "h2 (10.0.0.2) to h1 (10.0.0.1), protocol: icmp, dscp: 0: of no intent"


def test_a_connection_s_packet_is_not_that_of_a_narrower_one():
    wide = placed(DIAMOND, "h1", "h2", ("l1", "l2"), ("l2", "l1"), FAMILY[1], name="wide")
    narrow = placed(DIAMOND, "h1", "h2", ("l3", "l4"), None, Selector("udp", None, 9), name="narrow")
    plan = Plan(by_key(wide, narrow))
    for name in ("wide", "narrow"):
        found = of_connection(DIAMOND, plan, name, "forward")
        again = of_reader(plan, H1, H2, Selector("udp", found.packet.fields["udp_src"], found.packet.fields["udp_dst"]))
        assert (found.connection, again.connection) == (f"{name}/h1-h2", f"{name}/h1-h2")


def test_names_that_stand_for_no_connection_say_what_would_be_right():
    two = placed(DIAMOND, "h2", "h1", ("l2", "l1"), None, FAMILY[4], name="video")
    refusal = Refusal("far/h1-h2", "far", "far", Reason.LATENCY, "under 1 us is asked")
    plan = Plan(by_key(WAY, two), {refusal.key: refusal})
    with pytest.raises(AskError, match='no intent "vdeo"; did you mean "video"'):
        of_connection(DIAMOND, PLAN, "vdeo", "forward")
    with pytest.raises(AskError, match='intent "video" has 2 connections; name one: video/h1-h2, video/h2-h1'):
        of_connection(DIAMOND, replace(plan, placements=by_key(WAY, replace(two, connection=replace(
            two.connection, title="other")))), "video", "forward")
    with pytest.raises(NoPacketError, match="far/h1-h2 has no place, LATENCY: under 1 us is asked"):
        of_connection(DIAMOND, plan, "far", "forward")
    with pytest.raises(NoPacketError, match="video/h2-h1 goes one way only: it has no reverse packets"):
        of_connection(DIAMOND, plan, "video/h2-h1", "reverse")
