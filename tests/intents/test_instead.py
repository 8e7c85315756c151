"""Why not there: every path that is told of lacks what is said or is no better; what lacks nothing could be taken."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intents.instead import alternatives
from intents.model import Bandwidth, Connection, LatencyBound, Plan, Reason, Selector, Wanted
from intents.planner import plan
from tests.intents.wishes import MBPS, US, cable, connections, mesh, networks, wish, wishes
from topologies.model import Topology

SQUARE = mesh(cable("s1-s2"), cable("s2-s4"), cable("s1-s3", delay_ns=100 * US), cable("s3-s4"),
              cable("s1-s4", delay_ns=400 * US),
              hosts={"h1": "s1", "h4": "s4"})
FAST = {"service_class": "delay-critical", "both_ways": False}


def why_not(network: Topology, *wanted: Connection, down: frozenset[str] = frozenset()) -> dict[str, str]:
    """By the switches of each path that the last wish does not take: why not."""
    found = plan(network, Plan(), Wanted(wanted), down)
    return {" ".join(each.nodes[1:-1]): each.why for each in alternatives(network, found, wanted[-1], down)}


def test_what_lacks_nothing_costs_more():
    assert why_not(SQUARE, wish("a", "h1", "h4", **FAST)) == {
        "s1 s3 s4": "takes 90 us more at worst", "s1 s4": "takes 75.96 us more at worst"}
    cheap = mesh(cable("s1-s2"), cable("s2-s4"), cable("s1-s4", cost=7), hosts={"h1": "s1", "h4": "s4"})
    assert why_not(cheap, wish("a", "h1", "h4", objective="min-cost", **FAST)) == {"s1 s4": "costs 5 more"}


def test_equals_are_told_apart_by_name():
    even = mesh(cable("s1-s2"), cable("s2-s4"), cable("s1-s3"), cable("s3-s4"), hosts={"h1": "s1", "h4": "s4"})
    assert why_not(even, wish("a", "h1", "h4", **FAST)) == {"s1 s3 s4": "is as good, and comes later by name"}


@pytest.mark.parametrize(("fields", "switches", "why"), [
    ({"avoid_switches": frozenset({"s2"})}, "s1 s2 s4", "s2 is to be avoided"),
    ({"avoid_links": frozenset({"s1-s2", "s2-s4"})}, "s1 s2 s4", "s1-s2, s2-s4 are to be avoided"),
    ({"via": ("s3",)}, "s1 s2 s4", "does not come by s3"),
    ({"pinned": (("s1-s4",),)}, "s1 s2 s4", "is not the pinned path"),
    ({"latency": LatencyBound(800 * US)}, "s1 s4", "takes 854.648 us at worst, at most 800 us is asked"),
])
def test_what_is_asked_and_lacking_is_named(fields: dict, switches: str, why: str):
    assert why_not(SQUARE, wish("a", "h1", "h4", **FAST, **fields))[switches] == why


def test_a_link_that_is_down_is_named():
    assert why_not(SQUARE, wish("a", "h1", "h4", **FAST), down=frozenset({"s2-s4"}))["s1 s2 s4"] == "s2-s4 is down"


def test_a_full_link_is_named_with_what_is_left():
    full = wish("x", "h1", "h4", both_ways=False, bandwidth=Bandwidth(70 * MBPS), selector=Selector("tcp"), priority=1)
    wide = wish("a", "h1", "h4", both_ways=False, bandwidth=Bandwidth(40 * MBPS))
    assert why_not(SQUARE, full, wide)["s1 s4"] == "s1-s4 from s1 to s4 has 30 Mbps left, 40 Mbps are asked"
    bursty = replace(wide, service_class="delay-critical", bandwidth=Bandwidth(MBPS, None, 9000, 1500))
    assert set(why_not(SQUARE, bursty).values()) >= {
        "the delay-critical queue of s1-s4 from s1 to s4 has room for 2012 B, a burst of 9 kB is asked"}


def test_a_narrow_mtu_an_unknown_delay_and_company_are_named():
    odd = mesh(cable("s1-s2", mtu=1500), cable("s2-s4"), cable("s1-s3", delay_ns=None), cable("s3-s4"), cable("s1-s4"),
               hosts={"h1": "s1", "h4": "s4"})
    found = why_not(odd, wish("a", "h1", "h4", latency=LatencyBound(5000 * US), **FAST))
    assert found == {"s1 s2 s4": "the mtu of s1-s2 does not hold 1500 B and a label of 4 B",
                     "s1 s3 s4": "the delay of s1-s3 is unknown, which meets no bound"}
    first = wish("x", "h1", "h4", selector=Selector("tcp"), priority=1, **FAST)
    apart = wish("a", "h1", "h4", diverse_from=frozenset({"x"}), **FAST)
    assert why_not(SQUARE, first, apart)["s1 s2 s4"].startswith(
        "takes link s1-s2, as x does, from which it is to be kept apart")


def test_a_path_without_detours_is_told_the_hop():
    network = mesh(cable("s1-s2"), cable("s2-s4"), cable("s1-s3", delay_ns=400 * US), cable("s3-s4"), cable("s4-s5"),
                   cable("s2-s5"), hosts={"h1": "s1", "h5": "s5"})
    narrow = wish("a", "h1", "h5", protection="link", latency=LatencyBound(1000 * US), **FAST)
    assert "has no better detour than one of" in why_not(network, narrow)["s1 s2 s5"]


def test_what_would_be_better_now_says_that_places_are_kept():
    before = plan(SQUARE, Plan(), Wanted((wish("a", "h1", "h4", avoid_switches=frozenset({"s2"}), **FAST),)))
    free = wish("a", "h1", "h4", **FAST)
    found = plan(SQUARE, before, Wanted((free,)))
    (better, *_) = alternatives(SQUARE, found, free)
    assert better.why == ("would take 75.96 us less at worst now; what is placed keeps its place (plan --from-scratch shows "
                          "what it would get)")


def test_each_direction_is_told_of_and_a_refused_wish_as_well():
    slow = wish("a", "h1", "h4", service_class="delay-critical", latency=LatencyBound(700 * US))
    found = plan(SQUARE, Plan(), Wanted((slow,)))
    told = [*alternatives(SQUARE, found, slow)]
    assert {(each.direction, each.nodes[1:-1]) for each in told} == {
        (direction, nodes if direction == "forward" else nodes[::-1]) for direction in ("forward", "reverse")
        for nodes in (("s1", "s2", "s4"), ("s1", "s4"), ("s1", "s3", "s4"))}
    assert {reason for each in told for reason, _ in each.lacks} == {Reason.LATENCY}


@pytest.mark.slow
@given(networks(5), st.data())
@settings(max_examples=200, deadline=None)
def test_what_lacks_nothing_is_placed_when_it_is_pinned_and_nothing_else_is(network: Topology, data: st.DataObject):
    others = tuple(replace(other, priority=1) for other in data.draw(wishes(network, 3)))
    wanted = replace(data.draw(connections(network, "mine")), both_ways=False, co_routed=False, pinned=None, priority=99)
    found = plan(network, Plan(), Wanted((*others, wanted)))
    if wanted.key in found.refusals and found.refusals[wanted.key].reason is Reason.CONFLICT:
        return
    rest = Plan({key: placement for key, placement in found.placements.items() if key != wanted.key}, {})
    for each in alternatives(network, found, wanted):
        taken = replace(wanted, pinned=tuple((link,) for link in each.links[1:-1]))
        after = plan(network, rest, Wanted((*(other for other in others if other.key in rest.placements), taken)))
        assert (wanted.key in after.placements) == (not each.lacks), each.why
        assert "keeps its place" not in each.why
