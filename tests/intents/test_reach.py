"""Which pairs of hosts a change concerns: never one too few, and not all of them."""

from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from intents.compiler import compile_rules
from intents.forwarding import walk
from intents.reach import Reach
from intents.rules import Change, Flow, RuleSet, Table, match
from intents.steps import diff
from intents.tables import Tables
from tests.intents.worlds import by_key, disturbed_steps, network_of, networks, packet, placed, plans

RING = network_of(3, [(1, 2), (2, 3), (3, 1)], [1, 2, 3])
PLAN = by_key(placed(RING, "h1", "h2", ("l1",)), placed(RING, "h1", "h3", ("l3",)), placed(RING, "h3", "h2", ("l2",)))
TABLES = Tables(compile_rules(RING, PLAN, RuleSet()))
PAIRS = [("h1", "h2"), ("h1", "h3"), ("h3", "h2")]


def concerned(item, verb="delete") -> list:
    return sorted(Reach(RING, PAIRS, TABLES, ()).pairs(Change(verb, item)))


def rules(table: Table, dpid: int) -> list[Flow]:
    return [flow for flow in TABLES.flows.values() if (flow.table, flow.dpid) == (table, dpid)]


def test_a_path_and_its_group_concern_who_rides_on_them():
    (classified, *_), (popped, handed_up) = rules(Table.CLASSIFY, 3), rules(Table.LABEL, 3)
    assert concerned(classified) == [("h3", "h2")]
    assert concerned(popped) == concerned(handed_up) == [("h1", "h3")]
    (group,) = (group for group in TABLES.groups.values() if group.dpid == 3)
    assert concerned(group) == [("h3", "h2")]


def test_admission_concerns_a_sender_and_delivery_a_receiver():
    heard = [flow for flow in rules(Table.ADMIT, 1) if flow.goto == Table.CLASSIFY]
    assert [concerned(flow) for flow in heard] == [[("h1", "h2"), ("h1", "h3")]]
    assert [concerned(flow) for flow in rules(Table.DELIVER, 2)] == [[("h1", "h2"), ("h3", "h2")]]


def test_a_cable_concerns_all_and_arp_no_connection():
    labelled = [flow for flow in rules(Table.ADMIT, 1) if flow.goto == Table.LABEL]
    assert {tuple(concerned(flow)) for flow in labelled} == {tuple(PAIRS)}
    assert concerned(Flow(1, Table.ANSWER, 1, match(eth_type=0x0806, arp_tpa=1))) == []


@given(st.data())
def test_a_change_makes_no_difference_to_pairs_that_it_does_not_concern(data):
    network = data.draw(networks())
    before, after = data.draw(plans(network)), data.draw(plans(network))
    tables = Tables(compile_rules(network, before, RuleSet()))
    steps = data.draw(disturbed_steps(diff(tables.rules(), compile_rules(network, after, tables.rules()))))
    ends = {(path.nodes[0], path.nodes[-1]) for plan in (before, after) for each in plan.values() for path in each.paths}
    reach = Reach(network, ends, tables, steps)
    sent = {(source.name, target.name): [packet(source, target, ip_proto=17, udp_dst=5004, ip_dscp=46),
                                         packet(source, target, ip_proto=6, tcp_src=80)]
            for source, target in permutations(network.hosts, 2)}

    def outcomes(pair):
        return [walk(network, tables, each, network.host_by_name[pair[0]].at) for each in sent[pair]]

    for step in steps:
        reach.during(step)
        for change in step.changes:
            others = [pair for pair in sent if pair not in reach.pairs(change)]
            unchanged = [outcomes(pair) for pair in others]
            tables.apply(change)
            assert [outcomes(pair) for pair in others] == unchanged
