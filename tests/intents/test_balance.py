"""Least loaded: of all the routes there are, none leaves its fullest link less full, and of those as good none is faster."""

from collections import Counter
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.balance import least_loaded
from intents.capacity import Books, Demand
from intents.instead import alternatives
from intents.model import Placement, Plan, Wanted
from intents.planner import plan
from intents.roads import Roads
from tests.intents.audit import arcs_of, broken, every_placement, overbooked
from tests.intents.enumeration import asks as asked
from tests.intents.test_plan_laws import price
from tests.intents.test_planner import DIAMOND, LOWER, UPPER, asks, planned, ways
from tests.intents.wishes import MBPS, US, cable, connections, mesh, networks, wishes
from topologies.model import Topology

LEAST = {"objective": "least-loaded"}


def test_each_goes_where_least_is_reserved() -> None:
    wanted = [asks(name, 20, **LEAST) for name in ("a", "b", "c")]
    assert ways(planned(*wanted)) == {"a": UPPER, "b": LOWER, "c": UPPER}
    assert ways(planned(*(replace(one, objective="min-latency") for one in wanted))) == dict.fromkeys("abc", UPPER)


def test_what_is_placed_stays_where_others_come_to_it() -> None:
    before = planned(asks("a", 20, **LEAST))
    after = planned(asks("a", 20, **LEAST), asks("b", 50), before=before)
    assert ways(after) == {"a": UPPER, "b": UPPER}


def test_protection_is_kept_and_what_it_draws_counts() -> None:
    found = planned(asks("a", 20), asks("b", 20, **LEAST, protection="link"))
    assert ways(found) == {"a": UPPER, "b": LOWER}
    assert not found.placements["b/h1-h4"].exposed


@pytest.mark.parametrize("beside", ["standby", "diverse"])
def test_a_faster_route_is_not_taken_for_less_loaded_where_another_is_to_stand_beside_it(beside: str) -> None:
    half = {"capacity_bps": 50 * MBPS}
    network = mesh(cable("s1-s3"), cable("s3-s2", **half), cable("s3-s5", delay_ns=90 * US), cable("s5-s2"),
                   cable("s1-s4", **half), cable("s4-s2", **half), hosts={"h1": "s1", "h2": "s2"})
    wish = asks("a", 10, "h1", "h2", **LEAST)
    others = [asks("b", 1, "h1", "h2", priority=60, diverse_from=frozenset("a"))] if beside == "diverse" else []
    if beside == "standby":
        wish = replace(wish, protection="link", protection_mode="standby")
    found = planned(wish, *others, on=network)
    assert ways(found)["a"] == ("s1-s3", "s3-s5", "s5-s2")
    assert len(found.placements) == 1 + len(others)


def test_what_is_shut_is_no_way_to_less_load() -> None:
    roads, books, wish = Roads(DIAMOND, frozenset()), Books(DIAMOND), asks("b", 20, **LEAST)
    books.take([(roads.number[link, node], Demand("guaranteed", 10 * MBPS, 0, 1500)) for link, node in zip(
        UPPER, ("s1", "s2"), strict=True)], "a")
    shut = {"forward": frozenset((roads.number["s1-s3", "s1"],)), "reverse": frozenset[int]()}
    for found, way in ((least_loaded(roads, books, wish), LOWER), (least_loaded(roads, books, wish, shut=shut), UPPER)):
        assert found is not None
        assert tuple(roads.arcs[arc].link for arc in found.forward[1:-1]) == way


def test_it_is_told_why_not_there() -> None:
    found = planned(asks("a", 20), asks("b", 20, **LEAST))
    (other,) = alternatives(DIAMOND, found, found.placements["b/h1-h4"].connection)
    assert (other.links[1:-1], other.why) == (
        UPPER, "its fullest link would be 40% reserved, 20% on the path taken")


def fullest(network: Topology, placement: Placement, others: list[Placement]) -> Fraction:
    """The fullest link between switches of either direction, by sums of its own."""
    reserved = Counter[tuple[str, str]]()
    for other in others:
        for path in other.paths:
            for arc in arcs_of(network, path):
                reserved[arc.link, arc.source] += asked(other.connection, path.direction)[0]
    return max((Fraction(reserved[arc.link, arc.source] + asked(placement.connection, path.direction)[0], arc.capacity_bps)
                for path in placement.paths for arc in arcs_of(network, path)[1:-1]), default=Fraction(0))


@pytest.mark.slow
@given(st.data())
def test_no_route_is_less_loaded(data: st.DataObject) -> None:
    network = data.draw(networks(most_switches=5))
    others = [one for one in data.draw(wishes(network, most=3)) if not one.diverse_from]
    wish = replace(data.draw(connections(network, "z")), diverse_from=frozenset(), objective="least-loaded")
    before = plan(network, Plan(), Wanted(tuple(others)))
    after = plan(network, before, Wanted((*others, wish)))
    by_delay = plan(network, before, Wanted((*others, replace(wish, objective="min-latency"))))
    assert after.placements.keys() == by_delay.placements.keys()
    if wish.key in after.refusals:
        return
    placed = {key: each for key, each in after.placements.items() if key != wish.key}
    if placed != before.placements:  # who comes wants what one of them does, and both are refused
        return
    found = after.placements[wish.key]
    possible = [one for one in every_placement(network, wish) if not list(broken(network, one, frozenset()))
                and not list(overbooked(network, before.placements, {**placed, wish.key: one}))]
    assert (fullest(network, found, [*placed.values()]), price(network, found)) == min(
        (fullest(network, one, [*placed.values()]), price(network, one)) for one in possible)
