"""Paths that are told hop by hop: taken as they are, or refused with what of them stands in the way."""

from dataclasses import replace

import pytest

from intents.model import Bandwidth, Connection, LatencyBound, Placement, Plan, Reason, Refusal, Wanted
from intents.planner import plan
from tests.intents.wishes import MBPS, US, cable, mesh, wish

DIAMOND = mesh(cable("s1-s2"), cable("s2-s4"), cable("s1-s3", delay_ns=500 * US, capacity_bps=10 * MBPS), cable("s3-s4"),
               hosts={"h1": "s1", "h4": "s4"})
SLOW = (("s1-s3",), ("s3-s4",))


def pinned(hops: tuple[tuple[str, ...], ...] = SLOW, **fields: object) -> Connection:
    return wish("a", "h1", "h4", pinned=hops, **fields)


def only(wished: Connection, before: Plan | None = None, down: str = "") -> Placement | Refusal:
    found = plan(DIAMOND, before or Plan(), Wanted((wished,)), frozenset(down.split()))
    return {**found.placements, **found.refusals}[wished.key]


def switches(found: Placement | Refusal) -> list[str]:
    assert isinstance(found, Placement)
    return [" ".join(path.nodes[1:-1]) for path in found.paths]


def test_the_pinned_path_is_taken_both_ways_however_slow():
    assert switches(only(pinned())) == ["s1 s3 s4", "s4 s3 s1"]
    assert switches(only(replace(pinned(), pinned=None))) == ["s1 s2 s4", "s4 s2 s1"]


def test_of_parallel_links_that_are_not_named_the_best_is_taken():
    faster = replace(cable("s1-s3"), name="s1-s3#2", a=replace(cable("s1-s3").a, number=7), b=replace(
        cable("s1-s3").b, number=7))
    network = mesh(*DIAMOND.links, faster, hosts={"h1": "s1", "h4": "s4"})
    either = pinned((("s1-s3", "s1-s3#2"), ("s3-s4",)))
    assert plan(network, Plan(), Wanted((either,))).placements[either.key].paths[0].links[1] == "s1-s3#2"
    named = plan(network, Plan(), Wanted((pinned(),))).placements[either.key]
    assert {path.links[1:-1] for path in named.paths} == {("s1-s3", "s3-s4"), ("s3-s4", "s1-s3")}


def test_what_is_newly_pinned_moves_and_what_is_unpinned_stays():
    before = plan(DIAMOND, Plan(), Wanted((replace(pinned(), pinned=None),)))
    moved = plan(DIAMOND, before, Wanted((pinned(),)))
    assert switches(moved.placements["a/h1-h4"])[0] == "s1 s3 s4"
    assert switches(only(replace(pinned(), pinned=None), moved))[0] == "s1 s3 s4"


CRITICAL = {"service_class": "delay-critical"}


@pytest.mark.parametrize(("wished", "down", "reason", "message"), [
    (pinned(), "s3-s4", Reason.NO_PATH, "the pinned path takes s3-s4 (down)"),
    (pinned(avoid_switches=frozenset({"s3"})), "", Reason.NO_PATH, "the pinned path takes s1-s3 (at an avoided switch)"),
    (pinned(latency=LatencyBound(900 * US), **CRITICAL), "", Reason.LATENCY,
     "at most 900 us is asked and the best path takes 3.457 ms; its tightest hop is s1-s3 with 2.992 ms (500 us "
     "propagation, 1.2 ms own packet, 1.231 ms blocking, 41 us queue, 20 us switch)"),
    (pinned(bandwidth=Bandwidth(50 * MBPS)), "", Reason.BANDWIDTH,
     "50 Mbps are asked and the bottleneck, link s1-s3 from s1 to s3, has 10 Mbps of 10 Mbps left"),
])
def test_a_refusal_names_what_of_the_pinned_path_stands_in_the_way(wished: Connection, down: str, reason: Reason,
                                                                   message: str):
    found = only(wished, down=down)
    assert isinstance(found, Refusal)
    assert (found.reason, found.message) == (reason, message)
    assert "without pinned" in found.counter_offers


def test_detours_leave_the_pinned_path():
    found = only(pinned(protection="link"))
    assert isinstance(found, Placement)
    assert found.exposed == frozenset()
    assert {path.protects: " ".join(path.nodes[1:-1]) for path in found.detours("forward")} == {
        "s1-s3": "s1 s2 s4", "s3-s4": "s1 s3 s1 s2 s4"}
