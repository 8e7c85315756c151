"""Protection as planned: which detours a connection gets, what they may cost, and what becomes of it when links fail."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intents.capacity import Books
from intents.chosen import claims
from intents.compiler import compile_rules
from intents.detours import enter_draws
from intents.diversity import Apart
from intents.model import Bandwidth, Connection, LatencyBound, Placement, Plan, Reason, Selector, Wanted
from intents.offers import Offers
from intents.planner import plan
from intents.proof import prove
from intents.roads import Roads
from intents.rules import RuleSet
from intents.staying import route_of
from intents.steps import diff
from tests.intents.audit import broken, budget_ns, every_placement, overbooked, stopped_by
from tests.intents.wishes import MBPS, US, cable, connections, mesh, networks, simple_trails, wish
from topologies.builders import linear, ring
from topologies.metro import metro
from topologies.model import Link, PortId, Topology

World = tuple[Topology, tuple[Connection, ...]]


@st.composite
def protected(draw: st.DrawFn, network: Topology, name: str = "i") -> Connection:
    return replace(draw(connections(network, name)), protection=draw(st.sampled_from(("link", "node"))),
                   protection_required=draw(st.booleans()))


@st.composite
def worlds(draw: st.DrawFn, most: int = 4) -> World:
    """Networks with a few wishes, most of them to be protected."""
    network = draw(networks(5))
    wished = [draw(protected(network, f"i{number}") | connections(network, f"i{number}"))
              for number in range(draw(st.integers(1, most)))]
    return network, tuple(wished)


def planned(network: Topology, *wished: Connection, before: Plan | None = None, down: str = "") -> Plan:
    return plan(network, before or Plan(), Wanted(wished), frozenset(down.split()))


def ways(placement: Placement) -> dict[tuple[str, str | None], str]:
    """The switches of each path by its direction and what it protects."""
    return {(path.direction, path.protects): " ".join(path.nodes[1:-1]) for path in placement.paths}


def twin(ends: str) -> Link:
    """A second cable like the first."""
    first = cable(ends)
    return replace(first, name=f"{ends}#2", a=PortId(first.a.switch, 90 + first.a.number),
                   b=PortId(first.b.switch, 90 + first.b.number))


def test_every_hop_of_the_surgery_has_a_detour_within_the_millisecond():
    network = metro()
    surgery = wish("surgery", "surgeon", "robot", latency=LatencyBound(1000 * US, True), service_class="delay-critical",
                   bandwidth=Bandwidth(5 * MBPS, None, 256, 256), protection="link")
    placement = planned(network, surgery).placements[surgery.key]
    assert ways(placement) == {
        ("forward", None): "s1 s2 s3", ("forward", "s1-s2"): "s1 s4 s2 s3", ("forward", "s2-s3"): "s1 s2 s5 s3",
        ("reverse", None): "s3 s2 s1", ("reverse", "s1-s2"): "s3 s2 s4 s1", ("reverse", "s2-s3"): "s3 s5 s2 s1"}
    assert placement.exposed == frozenset()
    assert {path.delay_ns for path in placement.paths if path.role == "detour"} == {30 * US}
    assert all(budget_ns(network, surgery, path) < 1000 * US for path in placement.paths)


def test_on_a_ring_a_detour_goes_back_over_the_links_that_it_came_by():
    wished = wish("a", "h1", "h3", protection="link")
    assert ways(planned(ring(4), wished).placements[wished.key])["forward", "s2-s3"] == "s1 s2 s1 s4 s3"


def test_both_hosts_on_one_switch_have_nothing_to_protect():
    network = mesh(cable("s1-s2"), hosts={"h1": "s1", "h2": "s1"})
    wished = wish("a", "h1", "h2", protection="link")
    placement = planned(network, wished).placements[wished.key]
    assert len(placement.paths) == 2
    assert placement.exposed == frozenset()


def test_a_slower_path_is_taken_where_only_that_can_be_protected_in_time():
    network = mesh(cable("s1-s2"), cable("s2-s5"), cable("s1-s3", delay_ns=20 * US), cable("s3-s5", delay_ns=20 * US),
                   cable("s3-s4"), cable("s4-s5"), hosts={"h1": "s1", "h2": "s5"})
    wished = wish("a", "h1", "h2", both_ways=False, service_class="delay-critical",
                  bandwidth=Bandwidth(max_packet_bytes=256), latency=LatencyBound(900 * US))
    fast, safe = (planned(network, each).placements[wished.key] for each in (wished, replace(wished, protection="link")))
    assert fast.paths[0].nodes == ("h1", "s1", "s2", "s5", "h2")
    assert ways(safe) == {
        ("forward", None): "s1 s3 s5", ("forward", "s1-s3"): "s1 s2 s5", ("forward", "s3-s5"): "s1 s3 s4 s5"}
    roomy = replace(wished, protection="link", latency=LatencyBound(1100 * US))
    assert ways(planned(network, roomy).placements[wished.key])["forward", "s2-s5"] == "s1 s2 s1 s3 s5"


def test_at_level_node_detours_lead_past_the_next_switch_but_the_last():
    wished = wish("a", "surgeon", "robot", both_ways=False, protection="node", service_class="delay-critical",
                  bandwidth=Bandwidth(max_packet_bytes=256))
    placement = planned(metro(), wished).placements[wished.key]
    assert ways(placement) == {
        ("forward", None): "s1 s2 s3", ("forward", "s1-s2"): "s1 s4 s5 s3", ("forward", "s2-s3"): "s1 s2 s5 s3"}
    assert placement.exposed == frozenset()


def test_at_level_node_a_path_is_taken_whose_switches_can_all_be_passed_by():
    network = mesh(*(link for ends in ("s1-s2", "s2-s5") for link in (cable(ends), twin(ends))),
                   hosts={"h1": "s1", "h2": "s5"})
    wished = wish("a", "h1", "h2", protection="node")
    assert len(planned(network, replace(wished, protection="link")).placements) == 1
    (refusal,) = planned(network, wished).refusals.values()
    assert (refusal.reason, refusal.message, refusal.counter_offers) == (
        Reason.PROTECTION, "hop s1-s2 (from s1 to s2, on the way to h2) has no detour past s2: no other way that it may use "
        "leads on from s1", ("without protection", "protection node -> link"))
    optional = planned(network, replace(wished, protection_required=False)).placements[wished.key]
    assert (ways(optional)["forward", "s1-s2"], optional.exposed) == ("s1 s2 s5", {"s2"})
    around = mesh(*network.links, cable("s1-s3", delay_ns=US), cable("s3-s5", delay_ns=US), hosts={"h1": "s1", "h2": "s5"})
    assert planned(around, wished).placements[wished.key].exposed == frozenset()


def test_the_failure_of_a_switch_brings_all_that_it_turns_where_one_is_to_survive_it():
    wide = [cable(ends, capacity_bps=200 * MBPS) for ends in ("s3-s4", "s3-s6")]
    cables = (cable(ends) for ends in ("s1-s3", "s2-s3", "s1-s5", "s2-s5", "s5-s7", "s4-s7", "s6-s7"))
    network = mesh(*wide, *cables, hosts={"h1": "s1", "h2": "s2", "h4": "s4", "h6": "s6"})
    both = [wish(name, *ends.split(), bandwidth=Bandwidth(60 * MBPS), service_class="best-effort", both_ways=False)
            for name, ends in (("a", "h1 h4"), ("b", "h2 h6"))]
    for levels, placed in ((("link", "link"), 2), (("node", "link"), 1), (("link", "node"), 1)):
        wished = [replace(each, protection=level) for each, level in zip(both, levels, strict=True)]
        found = planned(network, *wished).placements
        assert len(found) == placed
        assert {each.paths[0].nodes[2] for each in found.values()} == {"s3"}


def test_two_connections_share_the_pool_where_no_failure_turns_both_there():
    network = mesh(cable("s1-s2"), cable("s3-s4"), cable("s1-s5"), cable("s3-s5"), cable("s5-s6"), cable("s2-s6"),
                   cable("s4-s6"), hosts={"h1": "s1", "h2": "s2", "h3": "s3", "h4": "s4"})
    both = [wish(name, *ends.split(), bandwidth=Bandwidth(60 * MBPS), protection="link", service_class="best-effort")
            for name, ends in (("a", "h1 h2"), ("b", "h3 h4"))]
    found = planned(network, *both)
    assert len(found.placements) == 2
    assert all("s5-s6" in path.links for each in found.placements.values() for path in each.paths if path.protects)


def test_two_connections_that_one_failure_turns_the_same_way_need_room_for_both():
    network = mesh(cable("s1-s2"), cable("s1-s3"), cable("s2-s3"), hosts={"h1": "s1", "h2": "s2"})
    wished = [wish(name, "h1", "h2", bandwidth=Bandwidth(rate * MBPS), selector=Selector("udp", None, rate),
                   protection="link", service_class="best-effort") for name, rate in (("a", 40), ("b", 35), ("c", 30))]
    assert planned(network, *wished[:2]).placements.keys() == {"a/h1-h2", "b/h1-h2"}
    assert planned(network, *wished).placements.keys() == {"a/h1-h2", "b/h1-h2"}


def test_what_detours_draw_is_not_given_away():
    network = mesh(cable("s1-s2"), cable("s1-s3"), cable("s2-s3"), hosts={"h1": "s1", "h2": "s2", "h3": "s3"})
    safe = wish("a", "h1", "h2", bandwidth=Bandwidth(40 * MBPS), protection="link", service_class="best-effort")
    fits, exceeds = (wish("b", "h1", "h3", bandwidth=Bandwidth(rate * MBPS), avoid_links=frozenset({"s1-s2"}),
                          service_class="best-effort") for rate in (60, 61))
    before = planned(network, safe)
    assert "b/h1-h3" in planned(network, safe, fits, before=before).placements
    assert "b/h1-h3" not in planned(network, safe, exceeds, before=before).placements


def test_a_newcomer_that_cannot_be_protected_is_refused_and_one_that_need_not_be_is_placed():
    wished = wish("a", "h1", "h3", protection="link")
    assert planned(linear(3), wished).placements == {}
    placement = planned(linear(3), replace(wished, protection_required=False)).placements[wished.key]
    assert placement.exposed == {"s1-s2", "s2-s3"}


def test_what_is_placed_goes_on_without_protection_and_gets_it_back():
    wished = wish("a", "h1", "h3", protection="link")
    before = planned(ring(4), wished)
    cut = planned(ring(4), wished, before=before, down="s1-s2")
    assert ways(cut.placements[wished.key]) == {("forward", None): "s1 s4 s3", ("reverse", None): "s3 s4 s1"}
    assert cut.placements[wished.key].exposed == {"s3-s4", "s4-s1"}
    mended = planned(ring(4), wished, before=cut)
    assert ways(mended.placements[wished.key])["forward", None] == "s1 s4 s3"
    assert mended.placements[wished.key].exposed == frozenset()


def test_a_failed_link_of_a_detour_moves_the_detour_alone():
    network, wished = metro(), wish("a", "surgeon", "robot", both_ways=False, protection="link")
    before = planned(network, wished)
    after = planned(network, wished, before=before, down="s1-s4")
    assert ways(before.placements[wished.key]) == {
        ("forward", None): "s1 s2 s3", ("forward", "s1-s2"): "s1 s4 s2 s3", ("forward", "s2-s3"): "s1 s2 s5 s3"}
    assert ways(after.placements[wished.key]) == {
        ("forward", None): "s1 s2 s3", ("forward", "s1-s2"): "s1 s6 s7 s3", ("forward", "s2-s3"): "s1 s2 s5 s3"}


CRITICAL = {"service_class": "delay-critical", "bandwidth": Bandwidth(5 * MBPS, None, 256, 256), "protection": "link"}


@pytest.mark.parametrize(("network", "wished", "message", "offers"), [
    (linear(3), wish("a", "h1", "h3", bandwidth=Bandwidth(max_packet_bytes=1400), protection="link"),
     "hop s1-s2 (from s1 to s2, on the way to h3) has no detour: no other way that it may use leads on from s1",
     ("without protection",)),
    (metro(), wish("a", "surgeon", "robot", latency=LatencyBound(600 * US), **CRITICAL),
     "at most 600 us is asked and hop s1-s2 (from s1 to s2, on the way to robot) has no better detour than one of "
     "774.264 us in all", ("without protection", "latency 600 us -> 775 us")),
    (metro(), wish("a", "surgeon", "robot", latency=LatencyBound(1500 * US, kind="round-trip"), **CRITICAL),
     "at most 1.5 ms is asked and hop s1-s2 (from s1 to s2, on the way to robot) has no better detour than one of "
     "1548.528 us in all", ("without protection", "latency 1.5 ms -> 1.55 ms", "max-packet 256 B -> 128 B")),
    (ring(4), wish("a", "h1", "h3", bandwidth=Bandwidth(60 * MBPS), service_class="best-effort", co_routed=True,
                   protection="link"),
     "hop s2-s3 (from s2 to s3, on the way to h3) has no detour with room for 60 Mbps",
     ("without protection", "bandwidth 60 Mbps -> 50 Mbps", "without co-routed")),
])
def test_a_refusal_names_the_hop_and_what_would_do(network: Topology, wished: Connection, message: str,
                                                   offers: tuple[str, ...]):
    (refusal,) = planned(network, wished).refusals.values()
    assert (refusal.reason, refusal.message, refusal.counter_offers) == (Reason.PROTECTION, message, offers)


def test_both_directions_part_where_only_so_their_detours_have_room():
    wished = wish("a", "h1", "h3", bandwidth=Bandwidth(60 * MBPS), service_class="best-effort", protection="link")
    found = ways(planned(ring(4), wished).placements[wished.key])
    assert (found["forward", None], found["reverse", None]) == ("s1 s2 s3", "s3 s4 s1")
    assert len(found) == 6


def test_what_is_too_slow_even_alone_is_offered_the_delay_that_detours_need():
    hasty = wish("a", "surgeon", "robot", latency=LatencyBound(500 * US), **CRITICAL)
    (refusal,) = planned(metro(), hasty).refusals.values()
    assert (refusal.reason, refusal.counter_offers) == (Reason.LATENCY, ("latency 500 us -> 775 us",))


@pytest.mark.slow
@given(worlds())
@settings(max_examples=150, deadline=None)
def test_every_counter_offer_would_do(world: World):
    network, wished = world
    found = planned(network, *wished)
    roads, books = Roads(network, frozenset()), Books(network, Apart(network, wished))
    for placement in found.placements.values():
        chosen = route_of(roads, placement)
        books.take(claims(placement.connection, chosen), placement.connection.key)
        books.apart.put(placement.connection, (*chosen.forward, *chosen.reverse))
        enter_draws(roads, books, placement.connection, chosen)
    for one in wished:
        if one.key in found.refusals and found.refusals[one.key].reason != Reason.CONFLICT:
            offers = list(Offers(roads, books).of(one))
            assert tuple(sentence for sentence, _ in offers) == found.refusals[one.key].counter_offers
            for _, offered in offers:
                others = (other for other in wished if other.key != one.key)
                assert one.key in planned(network, *others, offered, before=found).placements


@pytest.mark.slow
@given(worlds())
@settings(max_examples=200, deadline=None)
def test_working_paths_and_detours_obey_and_fit(world: World):
    network, wished = world
    found = planned(network, *wished).placements
    for placement in found.values():
        assert list(broken(network, placement, frozenset())) == []
        if placement.connection.protection_required and placement.connection.protection != "none":
            assert placement.exposed == frozenset()
        if placement.connection.protection == "node":
            assert stopped_by(placement) == placement.exposed & network.switch_by_name.keys()
        assert placement.connection.protection != "none" or len(placement.paths) <= 2
    assert list(overbooked(network, {}, found)) == []


@pytest.mark.slow
@given(worlds(), st.data())
@settings(max_examples=150, deadline=None)
def test_a_failed_link_takes_the_place_of_none_that_could_go_on(world: World, data: st.DataObject):
    network, wished = world
    before = planned(network, *wished)
    down = data.draw(st.sampled_from(["", *network.link_by_name]))
    after = planned(network, *wished, before=before, down=down)
    for placement in after.placements.values():
        assert list(broken(network, placement, frozenset(down.split()))) == []
    assert list(overbooked(network, before.placements, after.placements, frozenset(down.split()))) == []
    for key in before.placements.keys() & after.placements.keys():
        if down not in before.placements[key].links:
            assert after.placements[key].links == before.placements[key].links
    assert planned(network, *wished, before=after, down=down) == after


@pytest.mark.slow
@given(worlds(), st.data())
@settings(max_examples=100, deadline=None)
def test_the_steps_to_any_plan_are_proved_for_every_failure(world: World, data: st.DataObject):
    network, wished = world
    before = planned(network, *wished).placements
    down = data.draw(st.sampled_from(["", *network.link_by_name]))
    after = planned(network, *wished, before=Plan(before), down=down).placements
    rules = compile_rules(network, before, RuleSet())
    assert prove(network, RuleSet(), diff(RuleSet(), rules), {}, before).counterexamples == ()
    steps = diff(rules, compile_rules(network, after, rules))
    assert prove(network, rules, steps, before, after).counterexamples == ()


@pytest.mark.slow
@given(networks(4), st.data())
@settings(max_examples=200, deadline=None)
def test_what_is_refused_for_its_delay_could_not_be_protected_on_any_path(network: Topology, data: st.DataObject):
    """Where nothing is reserved, the search is exact."""
    wished = replace(data.draw(protected(network)), bandwidth=Bandwidth(), via=(), co_routed=False, both_ways=False,
                     protection_required=True)
    if wished.latency is not None:
        wished = replace(wished, latency=replace(wished.latency, kind="one-way"))
    found = planned(network, wished).placements.get(wished.key)
    possible = [one for one in every_placement(network, wished) if can_be_protected(network, one)]
    assert (found is not None) == bool(possible)
    if found is not None and wished.latency is not None and wished.objective == "min-latency":
        best = min(budget_ns(network, wished, one.paths[0]) for one in possible)
        assert budget_ns(network, wished, found.paths[0]) == best


def can_be_protected(network: Topology, placement: Placement) -> bool:
    """Whether each hop of a one-way placement has a simple path around it, found by trying all."""
    path = placement.paths[0]
    if list(broken(network, placement, frozenset())):
        return False
    linked = replace(placement, connection=replace(placement.connection, protection="link"))
    for place in range(1, len(path.links) - 1):
        past = {path.nodes[place + 1]} - {path.nodes[-2]} if placement.connection.protection == "node" else set()
        detours = (replace(path, role="detour", protects=path.links[place],
                           nodes=(*path.nodes[:place], path.nodes[place], *(network.arcs[arc].target for arc in trail),
                                  path.nodes[-1]),
                           links=(*path.links[:place], *(network.arcs[arc].link for arc in trail), path.links[-1]))
                   for trail in simple_trails(network, path.nodes[place], path.nodes[-2]))
        if not any(not list(broken(network, replace(linked, paths=(path, detour)), frozenset()))
                   and past.isdisjoint(detour.nodes) for detour in detours):
            return False
    return True
