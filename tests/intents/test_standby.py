"""Standbys as planned: which second path a connection gets, what it may cost, and that it is there when it is needed."""

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intents.compiler import compile_rules
from intents.model import Bandwidth, Connection, LatencyBound, Placement, Plan, Reason, Selector, Wanted
from intents.planner import plan
from intents.proof import prove
from intents.rules import Group, RuleSet
from intents.steps import diff
from tests.intents.audit import broken, every_placement, overbooked, unlike
from tests.intents.test_plan_laws import price
from tests.intents.wishes import MBPS, US, cable, connections, mesh, networks, wish
from topologies.builders import linear, ring
from topologies.model import Topology

HOSTS = {"h1": "s1", "h2": "s1", "h3": "s4", "h4": "s4"}
TRAP = mesh(cable("s1-s2"), cable("s2-s3"), cable("s3-s4"), cable("s1-s3", delay_ns=400 * US),
            cable("s2-s4", delay_ns=400 * US), hosts=HOSTS)
STANDBY = {"protection": "link", "protection_mode": "standby"}


def planned(network: Topology, *wished: Connection, before: Plan | None = None, down: str = "") -> Plan:
    return plan(network, before or Plan(), Wanted(wished), frozenset(down.split()))


def ways(placement: Placement) -> dict[tuple[str, str], str]:
    """The switches of each path by its role and direction."""
    return {(path.role, path.direction): " ".join(path.nodes[1:-1]) for path in placement.paths}


def test_a_second_path_stands_by_that_shares_no_link_with_the_first():
    wished = wish("a", "h1", "h3", **STANDBY)
    placement = planned(ring(4), wished).placements[wished.key]
    assert ways(placement) == {("working", "forward"): "s1 s2 s3", ("working", "reverse"): "s3 s2 s1",
                               ("standby", "forward"): "s1 s4 s3", ("standby", "reverse"): "s3 s4 s1"}
    assert placement.exposed == frozenset()


def test_the_working_path_leaves_the_standby_the_only_cut():
    wished = wish("a", "h1", "h3", service_class="delay-critical", both_ways=False)
    assert ways(planned(TRAP, wished).placements[wished.key]) == {("working", "forward"): "s1 s2 s3 s4"}
    assert set(ways(planned(TRAP, replace(wished, **STANDBY)).placements[wished.key]).values()) == {"s1 s2 s4", "s1 s3 s4"}


def test_at_level_node_it_shares_no_switch_between_the_ends():
    hourglass = mesh(cable("s1-s2"), cable("s1-s3", delay_ns=20 * US), cable("s2-s5"), cable("s3-s5"), cable("s5-s6"),
                     cable("s5-s7", delay_ns=20 * US), cable("s6-s4"), cable("s7-s4"), hosts=HOSTS)
    wished = wish("a", "h1", "h3", **STANDBY)
    assert ways(planned(hourglass, wished).placements[wished.key])["standby", "forward"] == "s1 s3 s5 s7 s4"
    refusal = planned(hourglass, replace(wished, protection="node")).refusals[wished.key]
    assert (refusal.reason, refusal.counter_offers) == (Reason.PROTECTION, ("without protection", "protection node -> link"))
    assert refusal.message == "no second way from h1 to h3 shares no link or switch with the first"


def test_what_cannot_have_one_is_refused_or_goes_without():
    wished = wish("a", "h1", "h3", **STANDBY)
    refusal = planned(linear(3), wished).refusals[wished.key]
    assert (refusal.reason, refusal.counter_offers) == (Reason.PROTECTION, ("without protection",))
    bare = planned(linear(3), replace(wished, protection_required=False)).placements[wished.key]
    assert bare.exposed == {"s1-s2", "s2-s3"}
    tight = wish("a", "h1", "h3", latency=LatencyBound(1100 * US), service_class="delay-critical", **STANDBY)
    refusal = planned(TRAP, tight).refusals[tight.key]
    assert refusal.message == "at most 1.1 ms is asked and of two ways that share no link one takes 1168.688 us at best"
    assert refusal.counter_offers[:2] == ("without protection", "latency 1.1 ms -> 1.17 ms")


def test_standbys_share_room_where_no_failure_brings_both():
    network = mesh(cable("s1-s2"), cable("s3-s4"), cable("s1-s5"), cable("s3-s5"), cable("s5-s6"), cable("s2-s6"),
                   cable("s4-s6"), hosts={"h1": "s1", "h2": "s2", "h3": "s3", "h4": "s4"})
    both = [wish(name, *ends.split(), bandwidth=Bandwidth(60 * MBPS), service_class="best-effort", **STANDBY)
            for name, ends in (("a", "h1 h2"), ("b", "h3 h4"))]
    found = planned(network, *both).placements
    assert all("s5-s6" in each.standby("forward").links for each in found.values())
    third = wish("c", "h1", "h2", bandwidth=Bandwidth(50 * MBPS), service_class="best-effort", selector=Selector("udp"),
                 avoid_links=frozenset({"s1-s2"}))
    assert third.key not in planned(network, *both, third, before=Plan(found)).placements


def test_who_loses_his_path_goes_over_to_his_standby_before_anybody_else_takes_its_room():
    network = mesh(cable("s1-s2"), cable("s3-s4"), cable("s1-s5"), cable("s3-s5"), cable("s5-s6"), cable("s2-s6"),
                   cable("s4-s6"), hosts={"h1": "s1", "h2": "s2", "h3": "s3", "h4": "s4"})
    both = [wish(name, *ends.split(), bandwidth=Bandwidth(60 * MBPS), service_class="best-effort", **STANDBY)
            for name, ends in (("a", "h1 h2"), ("b", "h3 h4"))]
    before = planned(network, *both)
    cut = planned(network, *both, before=before, down="s3-s4").placements
    assert ways(cut["b/h3-h4"]) == {("working", "forward"): "s3 s5 s6 s4", ("working", "reverse"): "s4 s6 s5 s3"}
    assert ways(cut["a/h1-h2"]) == {("working", "forward"): "s1 s2", ("working", "reverse"): "s2 s1"}
    assert cut["a/h1-h2"].lacks_protection
    mended = planned(network, *both, before=Plan(cut)).placements
    assert ways(mended["b/h3-h4"])["standby", "forward"] == "s3 s4"


def test_going_over_is_one_change_for_each_direction_of_rules_that_stand():
    network, wished = ring(4), wish("a", "h1", "h3", **STANDBY)
    before = planned(network, wished)
    rules = compile_rules(network, before.placements, RuleSet())
    after = planned(network, wished, before=before, down="s1-s2")
    steps = diff(rules, compile_rules(network, after.placements, rules))
    changes = [change for step in steps if step.kind == "switch" for change in step.changes]
    assert [(change.verb, type(change.item)) for change in changes] == [("modify", Group)] * 2
    assert not [step for step in steps if step.kind == "prepare"]
    assert prove(network, rules, steps, before.placements, after.placements).holds


@st.composite
def standing_by(draw: st.DrawFn, network: Topology, name: str = "i") -> Connection:
    return replace(draw(connections(network, name)), protection=draw(st.sampled_from(("link", "node"))), pinned=None,
                   protection_mode=draw(st.sampled_from(("standby", "standby", "fast-failover"))),
                   protection_required=draw(st.booleans()))


@st.composite
def worlds(draw: st.DrawFn, most: int = 4) -> tuple[Topology, tuple[Connection, ...]]:
    network = draw(networks(5))
    wished = [draw(standing_by(network, f"i{number}") | connections(network, f"i{number}"))
              for number in range(draw(st.integers(1, most)))]
    return network, tuple(wished)


World = tuple[Topology, tuple[Connection, ...]]


@pytest.mark.slow
@given(worlds(), st.data())
@settings(max_examples=200, deadline=None)
def test_standbys_obey_and_fit_and_what_one_link_cuts_goes_over(world: World, data: st.DataObject):
    network, wished = world
    before = planned(network, *wished)
    assert planned(network, *wished, before=before) == before
    assert list(overbooked(network, {}, before.placements)) == []
    for placement in before.placements.values():
        assert list(broken(network, placement, frozenset())) == []
        assert placement.connection.protection != "none" or len(placement.paths) <= 2
        assert not placement.lacks_protection
    down = data.draw(st.sampled_from(["", *network.link_by_name]))
    after = planned(network, *wished, before=before, down=down)
    assert list(overbooked(network, before.placements, after.placements, frozenset(down.split()))) == []
    for key, old in before.placements.items():
        new = after.placements.get(key)
        assert new is None or list(broken(network, new, frozenset(down.split()))) == []
        if down not in old.links:
            assert new is not None
            assert new.links == old.links
        elif old.standby("forward") is not None:
            assert new is not None
            assert new.links == {link for path in old.paths if path.role == "standby" for link in path.links}
    assert planned(network, *wished, before=after, down=down) == after


@pytest.mark.slow
@given(worlds(), st.data())
@settings(max_examples=100, deadline=None)
def test_going_over_is_proved(world: World, data: st.DataObject):
    network, wished = world
    before = planned(network, *wished).placements
    down = data.draw(st.sampled_from(["", *network.link_by_name]))
    after = planned(network, *wished, before=Plan(before), down=down).placements
    rules = compile_rules(network, before, RuleSet())
    assert compile_rules(network, before, rules) == rules
    assert prove(network, RuleSet(), diff(RuleSet(), rules), {}, before).counterexamples == ()
    steps = diff(rules, compile_rules(network, after, rules))
    assert prove(network, rules, steps, before, after).counterexamples == ()


@pytest.mark.slow
@given(networks(5), st.data())
@settings(max_examples=250, deadline=None)
def test_two_paths_are_found_wherever_there_are_two_and_the_first_is_the_best(network: Topology, data: st.DataObject):
    """Where nothing is reserved, the search is exact."""
    wished = replace(data.draw(standing_by(network)), bandwidth=Bandwidth(), protection_mode="standby",
                     protection_required=True)
    found = planned(network, wished).placements.get(wished.key)
    ways = [one for one in every_placement(network, wished) if not list(broken(network, one, frozenset()))]
    possible = [one for one, other in product(ways, repeat=2) if len(one.paths[0].links) == 2 or unlike(one, other)]
    assert (found is not None) == bool(possible)
    if found is not None:
        working = replace(found, paths=tuple(path for path in found.paths if path.role == "working"))
        assert price(network, working) == min(price(network, one) for one in possible)
