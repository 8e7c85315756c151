"""The proof of steps: it holds for the compiler's own steps, finds what is wrong with others, and is exact."""

from dataclasses import replace
from itertools import chain, combinations, permutations, product

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from intents.compiler import compile_rules
from intents.forwarding import walk
from intents.model import Connection, Plan, Selector, Wanted
from intents.packets import with_field
from intents.planner import plan
from intents.proof import prove
from intents.rules import (
    IN_PORT,
    Change,
    Flow,
    Kind,
    Output,
    RuleSet,
    SetField,
    Step,
    Table,
    cookie,
    match,
    rule_set,
)
from intents.steps import diff, take
from tests.intents.worlds import by_key, disturbed_steps, network_of, networks, packet, placed, plans, trail_of
from topologies.builders import ring

RING = network_of(4, [(1, 2), (2, 3), (3, 4), (4, 1)], [1, 3, 1])
NORTH, SOUTH = ("l1", "l2"), ("l4", "l3")
NOTHING = RuleSet()


def compiled(placements, installed=NOTHING):
    return compile_rules(RING, placements, installed)


ON_NORTH = by_key(placed(RING, "h1", "h2", NORTH))
ON_SOUTH = by_key(placed(RING, "h1", "h2", SOUTH))
INSTALLED = compiled(ON_NORTH)
MOVED = compiled(ON_SOUTH, INSTALLED)
MOVE = diff(INSTALLED, MOVED)


def test_the_compilers_own_move_holds():
    proof = prove(RING, INSTALLED, MOVE, ON_NORTH, ON_SOUTH)
    assert proof.holds
    assert proof.walks > 0


def test_a_path_that_is_used_before_it_is_installed_loses_packets():
    prepare, switch, retire = MOVE
    proof = prove(RING, INSTALLED, (switch, prepare, retire), ON_NORTH, ON_SOUTH)
    first = proof.counterexamples[0]
    assert (first.step, first.connection, first.arrived, first.missing) == (0, "i/h1-h2", switch.changes, ())
    assert str(first) == ("i/h1-h2, h1 to h2, in step 1 (1 changes it meets arrived, 0 not): "
                          "dropped at s4:12 (no rule in table 2), left by s1:12")


def test_a_path_that_is_retired_while_it_is_used_loses_packets():
    prepare, switch, retire = MOVE
    proof = prove(RING, INSTALLED, (prepare, retire, switch), ON_NORTH, ON_SOUTH)
    assert [example.step for example in proof.counterexamples] == [1]
    (lost,) = proof.counterexamples
    assert len(lost.arrived) == 1
    assert lost.arrived[0] in retire.changes


def test_a_step_that_prepares_and_switches_at_once_loses_packets_when_half_of_it_arrived():
    prepare, switch, retire = MOVE
    at_once = Step("switch", (*prepare.changes, *switch.changes))
    (lost,) = prove(RING, INSTALLED, (at_once, retire), ON_NORTH, ON_SOUTH).counterexamples
    assert lost.arrived == switch.changes
    assert set(lost.missing) <= set(prepare.changes)


def test_a_group_that_goes_before_the_flow_that_uses_it_takes_it_along():
    (group,) = INSTALLED.groups.values()
    steps = (Step("retire", (Change("delete", group),)),)
    assert not prove(RING, INSTALLED, steps, ON_NORTH, ON_NORTH).holds
    assert prove(RING, INSTALLED, steps, ON_NORTH, {}).holds


def test_steps_that_stop_short_do_not_hold():
    (left,) = prove(RING, INSTALLED, MOVE[:1], ON_NORTH, ON_SOUTH).counterexamples
    assert (left.step, left.outcome.ends[0].what) == (None, "delivered")


def test_a_loop_is_found():
    label = next(field.value for flow in INSTALLED.flows.values() for field in flow.match if field.name == "mpls_label")
    back = tuple(Flow(dpid, Table.LABEL, 200, match(eth_type=0x8847, mpls_label=label), (Output(port),))
                 for dpid, port in ((2, 12), (3, 12), (4, 12), (1, 11)))
    proof = prove(RING, INSTALLED, (Step("switch", tuple(Change("add", flow) for flow in back)),), ON_NORTH, ON_NORTH)
    assert "looped" in {end.what for example in proof.counterexamples for end in example.outcome.ends}


def test_a_rule_that_opens_a_way_nobody_asked_for_is_a_leak():
    wide = Flow(1, Table.CLASSIFY, 90, match(eth_type=0x0800, ipv4_src=0x0A000001, ipv4_dst=0x0A000003), (),
                Table.DELIVER, cookie=cookie(Kind.CLASSIFY, 1))
    (leak, last) = prove(RING, INSTALLED, (Step("switch", (Change("add", wide),)),), ON_NORTH,
                         ON_NORTH).counterexamples
    assert (leak.step, leak.connection, leak.source, leak.target) == (0, None, "h1", "h3")
    assert last.step is None


def test_a_rule_wider_than_its_connection_is_a_leak():
    narrow = by_key(placed(RING, "h1", "h2", NORTH, selector=Selector("udp", None, 5004)))
    steps = diff(compiled({}), INSTALLED)
    assert not prove(RING, compiled({}), steps, {}, narrow).holds
    assert prove(RING, compiled({}), steps, {}, ON_NORTH).holds


def test_a_selector_that_changes_leaves_no_gap_and_cutting_first_does():
    before = by_key(placed(RING, "h1", "h2", NORTH, selector=Selector("udp")))
    after = by_key(placed(RING, "h1", "h2", SOUTH, selector=Selector("udp", None, 5004)))
    installed = compiled(before)
    steps = diff(installed, compiled(after, installed))
    assert prove(RING, installed, steps, before, after).holds
    led, cut = (position for position, step in enumerate(steps)
                if any(isinstance(change.item, Flow) and change.item.table == Table.CLASSIFY for change in step.changes))
    wrong = [*steps[:led], steps[cut], steps[led], *steps[cut + 1:]]
    assert not prove(RING, installed, wrong, before, after).holds


def violations(rules: RuleSet, placements) -> set[str]:
    """What is wrong with rules that are installed as they are."""
    return {each.violation for each in prove(RING, NOTHING, diff(NOTHING, rules), {}, placements).counterexamples}


def test_each_kind_of_violation_is_called_by_its_name():
    by_the_south = by_key(replace(ON_SOUTH["i/h1-h2"], connection=replace(ON_SOUTH["i/h1-h2"].connection, via=("s4",))))
    to_the_north = replace(MOVED, groups=INSTALLED.groups, flows={**INSTALLED.flows, **MOVED.flows})
    assert violations(MOVED, by_the_south) == set()
    assert violations(to_the_north, by_the_south) == {"waypoint"}
    assert violations(to_the_north, ON_SOUTH) == {"astray"}
    assert violations(INSTALLED, {}) == {"leak"}
    label = next(flow for key, flow in sorted(INSTALLED.flows.items()) if key[1] == Table.LABEL)
    assert violations(replace(INSTALLED, flows={key: flow for key, flow in INSTALLED.flows.items() if key != label.key}),
                      ON_NORTH) == {"black hole"}
    back = replace(label, actions=(Output(IN_PORT),))
    there = replace(back, dpid=1)
    assert violations(replace(INSTALLED, flows={**INSTALLED.flows, back.key: back, there.key: there}), ON_NORTH) == {"loop"}


@pytest.mark.parametrize("forbidden", [
    {"via": ("s4",)}, {"via": ("s3", "s2")}, {"avoid_switches": frozenset({"s2"})}, {"avoid_links": frozenset({"l2"})}])
def test_a_plan_that_forgets_what_a_connection_is_to_pass_or_to_keep_off_does_not_hold(forbidden: dict):
    placement = ON_NORTH["i/h1-h2"]
    forgetful = by_key(replace(placement, connection=replace(placement.connection, **forbidden)))
    assert violations(INSTALLED, ON_NORTH) == set()
    assert violations(INSTALLED, forgetful) == {"waypoint"}


def test_a_detour_that_is_not_laid_is_a_black_hole_while_its_link_is_down():
    network = ring(4)
    wish = Connection("i/h1-h3", "i", "i", "h1", "h3", both_ways=False, protection="link")
    plans = plan(network, Plan(), Wanted((wish,))).placements
    rules = compile_rules(network, plans, NOTHING)
    assert prove(network, NOTHING, diff(NOTHING, rules), {}, plans).holds
    turn = next(key for key, group in sorted(rules.groups.items()) if len(group.buckets) == 2)
    bare = replace(rules, groups={**rules.groups, turn: replace(rules.groups[turn], buckets=rules.groups[turn].buckets[:1])})
    lost = prove(network, NOTHING, diff(NOTHING, bare), {}, plans).counterexamples
    assert {each.violation for each in lost} == {"black hole"}
    assert all(len(each.failure) == 2 for each in lost)


@pytest.mark.parametrize("table", [Table.ADMIT, Table.LABEL, Table.DELIVER])
def test_steps_may_mend_what_was_broken_when_they_began(table):
    for key in [key for key in INSTALLED.flows if key[1] == table]:
        for harm in ((), (Output(1),), (SetField("eth_dst", 9), Output(11))):
            broken = RuleSet({**INSTALLED.flows, key: Flow(*key, harm, cookie=INSTALLED.flows[key].cookie)},
                             INSTALLED.groups)
            assert prove(RING, broken, diff(broken, INSTALLED), ON_NORTH, ON_NORTH).holds


def test_a_switch_that_came_back_empty_is_filled_again():
    for dpid in (1, 2, 3):
        left = rule_set([item for item in (*INSTALLED.flows.values(), *INSTALLED.groups.values()) if item.dpid != dpid])
        again = compiled(ON_NORTH, left)
        assert prove(RING, left, diff(left, again), ON_NORTH, ON_NORTH).holds
        assert again == INSTALLED


def test_no_steps_prove_what_is_installed():
    assert prove(RING, INSTALLED, (), {}, ON_NORTH).holds
    assert not prove(RING, compiled({}), (), {}, ON_NORTH).holds


def test_a_change_walks_only_what_it_concerns():
    many = by_key(*(placed(RING, source, target, NORTH, NORTH[::-1], name="many")
                    for source, target in (("h1", "h2"), ("h3", "h2"))))
    installed = compiled(many)
    one_more = by_key(*many.values(), placed(RING, "h1", "h3", (), name="one more"))
    steps = diff(installed, compiled(one_more, installed))
    assert prove(RING, installed, steps, many, one_more).walks == 2  # with the change and without


@given(st.data())
def test_the_compilers_steps_hold_between_any_two_plans(data):
    network = data.draw(networks())
    before, after = data.draw(plans(network)), data.draw(plans(network))
    installed = compile_rules(network, before, NOTHING)
    steps = diff(installed, compile_rules(network, after, installed))
    assert prove(network, installed, steps, before, after).counterexamples == ()
    bare = diff(NOTHING, installed)
    assert prove(network, NOTHING, bare, {}, before).counterexamples == ()


def test_protection_may_pass_from_a_wide_selector_to_a_narrow_one():
    network = ring(3)

    def planned(**protections):
        selectors = {"wide": Selector(), "udp": Selector("udp"), "tcp": Selector("tcp")}
        wishes = [Connection(f"{name}/h1-h2", name, name, "h1", "h2", both_ways=False, selector=selectors[name],
                             protection=protection) for name, protection in sorted(protections.items())]
        return plan(network, Plan(), Wanted(tuple(wishes))).placements

    before, after = planned(wide="link", udp="none"), planned(wide="none", tcp="link")
    installed = compile_rules(network, before, NOTHING)
    steps = diff(installed, compile_rules(network, after, installed))
    assert len(before) == len(after) == 2
    assert prove(network, installed, steps, before, after).holds


# exactness: against every subset, every pair and every kind of packet, walked one by one


def every_packet(network):
    for source, target in permutations(network.hosts, 2):
        for proto, dscp, src, dst in product((17, 6, 1, 47), (0, 46), (9, 80, 5004), (9, 80, 5004)):
            ports = {} if proto not in (6, 17) else dict(zip((("tcp_src", "tcp_dst"), ("udp_src", "udp_dst"))[proto == 17],
                                                             (src, dst), strict=True))
            if ports or (src, dst) == (9, 9):
                yield source, target, packet(source, target, ip_proto=proto, ip_dscp=dscp, **ports)


def takes(placement, direction, sent) -> bool:
    wish, fields = placement.connection.selector, sent.fields
    ports = (fields.get("udp_src", fields.get("tcp_src")), fields.get("udp_dst", fields.get("tcp_dst")))
    source, target = ports if direction == "forward" else ports[::-1]
    proto = {"udp": 17, "tcp": 6, "icmp": 1}.get(wish.protocol, wish.protocol)
    return (proto in (None, fields["ip_proto"]) and wish.dscp in (None, fields["ip_dscp"])
            and wish.source_port in (None, source) and wish.destination_port in (None, target))


def ways(network, placements, source, target, sent, failed=None) -> list[tuple | None]:
    """The trails of the connections that take a packet, narrowest first, None where the failed link stops it."""
    found = [(sum(value is not None for value in (wish.protocol, wish.source_port, wish.destination_port, wish.dscp)),
              number, trail_in(network, placement, path, failed))
             for number, placement in enumerate(placements.values()) for wish in [placement.connection.selector]
             for path in placement.paths if (path.nodes[0], path.nodes[-1]) == (source.name, target.name)
             and path.role == "working" and takes(placement, path.direction, sent)]
    return [trail for _, _, trail in sorted(found, reverse=True)]


def trail_in(network, placement, path, failed):
    if failed not in path.links:
        return trail_of(network, path)
    detours = (way for way in placement.detours(path.direction) if way.protects == failed)
    return next((trail_of(network, way) for way in detours), None)


def holds_by_force(network, installed, steps, before, after) -> bool:
    return all(packet_is_safe(network, installed, steps, before, after, failed, *case)
               for case in every_packet(network) for failed in (None, *network.link_by_name))


def packet_is_safe(network, installed, steps, before, after, failed, source, target, sent) -> bool:
    was, will = (ways(network, plan, source, target, sent, failed) for plan in (before, after))
    owned = [(plan[0], unhurt[0]) for plan, unhurt in (
        (was, ways(network, before, source, target, sent)), (will, ways(network, after, source, target, sent))) if plan]
    if failed is not None and not any(trail is not None and trail != unhurt for trail, unhurt in owned):
        return True
    link = network.link_by_name.get(failed)
    down = frozenset((link.a, link.b)) if link else frozenset()
    arriving = with_field(sent, "eth_dst", packet(target, target).fields["eth_src"])

    def arrives(outcome, trails) -> bool:
        return any(outcome.ends == (end,) and end.what == "delivered" and end.at == target.at and end.trail in trails
                   and end.packet == arriving for end in outcome.ends)

    tables = installed
    for step in steps:
        start = walk(network, tables, sent, source.at, down)
        for some in chain.from_iterable(combinations(step.changes, n) for n in range(len(step.changes) + 1)):
            outcome = walk(network, take(tables, some), sent, source.at, down)
            may_drop = outcome.is_dropped and not (will and will[0] and arrives(start, was + will))
            if not (arrives(outcome, was + will) or may_drop or outcome == start):
                return False
        tables = take(tables, step.changes)
    last = walk(network, tables, sent, source.at, down)
    return arrives(last, will[:1]) if will and will[0] else last.is_dropped


@pytest.mark.slow
@given(st.data())
def test_the_proof_holds_exactly_when_no_packet_is_harmed_by_any_subset(data):
    network = data.draw(networks(most_switches=3, most_hosts=2))
    before, after = data.draw(plans(network, most=2)), data.draw(plans(network, most=2))
    installed = compile_rules(network, before, NOTHING)
    steps = diff(installed, compile_rules(network, after, installed))
    steps = data.draw(st.one_of(st.just(steps), disturbed_steps(steps)))
    assume(all(len(step.changes) <= 7 for step in steps))
    assert prove(network, installed, steps, before, after).holds == holds_by_force(network, installed, steps, before, after)
