"""Connections kept off links for a while: placed elsewhere where they can be, refused never."""

from bisect import bisect_left
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.avoidance import plan_avoiding
from intents.model import LatencyBound, Plan, Wanted
from intents.planner import plan
from tests.intents.test_planner import DIAMOND, LOWER, NOTHING, UPPER, asks, ways
from tests.intents.wishes import US, connections, networks, wish
from topologies.builders import ring

KEY = "a/h1-h4"


def test_who_is_to_move_leaves_the_links_and_keeps_the_operators_words() -> None:
    wanted = Wanted((asks("a", 10), asks("b", 10)))
    before = plan(DIAMOND, NOTHING, wanted)
    found = plan_avoiding(DIAMOND, before, wanted, frozenset(), {KEY: frozenset({"s1-s2"})}, frozenset({KEY}))
    assert ways(found) == {"a": LOWER, "b": UPPER}
    assert [placement.connection for placement in found.placements.values()] == list(wanted.connections)


def test_who_is_not_to_move_stays() -> None:
    wanted = Wanted((asks("a", 10),))
    before = plan(DIAMOND, NOTHING, wanted)
    assert plan_avoiding(DIAMOND, before, wanted, frozenset(), {KEY: frozenset({"s1-s2"})}) == before


def test_who_has_to_move_anyway_keeps_off_them() -> None:
    wanted = Wanted((asks("a", 10),))
    before = plan(DIAMOND, NOTHING, wanted, frozenset({"s1-s2"}))
    assert ways(before) == {"a": LOWER}
    away = plan_avoiding(DIAMOND, before, wanted, frozenset({"s3-s4"}), {KEY: frozenset({"s2-s4"})})
    assert ways(away) == {"a": UPPER}  # there is no other way left


@given(st.data())
def test_an_avoidance_refuses_nobody_and_none_is_plan_itself(data: st.DataObject) -> None:
    network = data.draw(networks())
    wanted = Wanted(tuple(sorted((data.draw(connections(network, f"i{n}")) for n in range(3)), key=lambda one: one.key)))
    before = plan(network, Plan(), wanted)
    assert plan_avoiding(network, before, wanted, frozenset(), {}) == plan(network, before, wanted)
    links = frozenset(data.draw(st.sets(st.sampled_from(sorted(network.link_by_name))))) if network.links else frozenset()
    avoid = {one.key: links for one in wanted.connections}
    alone = replace(wanted, connections=wanted.connections[:1])
    assert plan_avoiding(network, Plan(), alone, frozenset(), avoid).refusals == plan(network, Plan(), alone).refusals


@pytest.mark.parametrize(("mode", "protects"), [("fast-failover", {"s4-s1", "s3-s4"}), ("standby", {None})])
def test_protection_may_use_what_the_working_path_is_kept_off(mode: str, protects: set[str | None]) -> None:
    wanted = Wanted((wish("a", "h1", "h3", protection="link", protection_mode=mode),))
    before = plan(ring(4), Plan(), wanted)
    assert ways(before) == {"a": ("s1-s2", "s2-s3")}
    found = plan_avoiding(ring(4), before, wanted, frozenset(), {"a/h1-h3": frozenset({"s1-s2"})}, frozenset({"a/h1-h3"}))
    assert ways(found) == {"a": ("s4-s1", "s3-s4")}
    spare = [path for path in found.placements["a/h1-h3"].paths if path.role != "working" and path.direction == "forward"]
    assert {path.protects for path in spare} == protects
    assert all("s1-s2" in path.links for path in spare)
    assert not found.placements["a/h1-h3"].exposed


def test_nothing_is_kept_off_a_link_at_the_price_of_its_protection() -> None:
    slow = replace(ring(4), links=tuple(replace(link, delay_ns=40 * US) if link.name == "s4-s1" else link
                                        for link in ring(4).links))

    def asked(bound_us: int) -> Wanted:
        return Wanted((wish("a", "h1", "h3", service_class="delay-critical", protection="link",
                            latency=LatencyBound(bound_us * US)),))

    wanted = asked(bisect_left(range(2_000), True, key=lambda us: not plan(slow, Plan(), asked(us)).refusals))
    before = plan(slow, Plan(), wanted)
    bare = Wanted((replace(wanted.connections[0], protection="none"),))
    avoid, moving = {"a/h1-h3": frozenset({"s1-s2"})}, frozenset({"a/h1-h3"})
    assert ways(plan_avoiding(slow, plan(slow, Plan(), bare), bare, frozenset(), avoid, moving)) == {"a": ("s4-s1", "s3-s4")}
    assert plan_avoiding(slow, before, wanted, frozenset(), avoid, moving) == before
