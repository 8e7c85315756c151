"""Stories of planning: who gets the room, what moves, what stays."""

from dataclasses import replace

from intents.model import Bandwidth, Connection, LatencyBound, Plan, Reason, Refusal, Selector, Wanted
from intents.planner import plan
from tests.intents.wishes import MBPS, US, cable, mesh, wish
from topologies.model import Topology

DIAMOND = mesh(cable("s1-s2"), cable("s2-s4"), cable("s1-s3", delay_ns=20 * US), cable("s3-s4"),
               hosts={"h1": "s1", "h2": "s1", "h4": "s4", "h5": "s4"})
NOTHING = Plan()
UPPER, LOWER = ("s1-s2", "s2-s4"), ("s1-s3", "s3-s4")


def asks(name: str, rate_mbps: int, source: str = "h1", target: str = "h4", **fields: object) -> Connection:
    """A one-way connection with a guaranteed rate and packets of its own."""
    said = {"both_ways": False, "service_class": "guaranteed", "bandwidth": Bandwidth(rate_mbps * MBPS),
            "selector": Selector("udp", None, sum(map(ord, name)))} | fields
    return wish(name, source, target, **said)


def planned(*wanted: Connection, before: Plan = NOTHING, down: tuple[str, ...] = (), on: Topology = DIAMOND) -> Plan:
    return plan(on, before, Wanted(wanted), frozenset(down))


def ways(found: Plan, direction: int = 0) -> dict[str, tuple[str, ...]]:
    """The links between switches that each intent runs over."""
    return {placement.connection.intent: placement.paths[direction].links[1:-1] for placement in found.placements.values()}


def test_a_placement_tells_nodes_links_delay_reservation_and_budget():
    found = planned(wish("a", "h1", "h4", bandwidth=Bandwidth(10 * MBPS, None, None, 256, 2 * MBPS))).placements["a/h1-h4"]
    forward, reverse = found.paths
    assert (forward.nodes, forward.links) == (("h1", "s1", "s2", "s4", "h4"), ("h1-s1", "s1-s2", "s2-s4", "h4-s4"))
    assert (reverse.nodes, reverse.links) == (forward.nodes[::-1], forward.links[::-1])
    assert (forward.delay_ns, forward.reserved_bps, reverse.reserved_bps) == (20 * US, 10 * MBPS, 2 * MBPS)
    assert [line.link for line in found.budget if line.direction == "forward"] == list(forward.links)


def test_without_a_bound_unknown_delays_are_used_last_and_make_no_budget():
    dark = mesh(cable("s1-s2", delay_ns=None), cable("s1-s3"), cable("s3-s2"), hosts={"h1": "s1", "h2": "s2"})
    assert ways(planned(wish("a", "h1", "h2"), on=dark)) == {"a": ("s1-s3", "s3-s2")}
    found = planned(wish("a", "h1", "h2"), on=dark, down=("s1-s3",)).placements["a/h1-h2"]
    assert found.paths[0].links == ("h1-s1", "s1-s2", "h2-s2")
    assert (found.paths[0].delay_ns, found.budget) == (None, ())


def test_priority_then_the_tighter_bound_then_the_larger_rate_comes_first():
    assert ways(planned(asks("a", 60), asks("b", 60, priority=1))) == {"b": UPPER, "a": LOWER}
    tight = asks("b", 60, latency=LatencyBound(10_000 * US))
    assert ways(planned(asks("a", 60, latency=LatencyBound(20_000 * US)), tight)) == {"b": UPPER, "a": LOWER}
    assert ways(planned(asks("a", 60), asks("b", 70))) == {"b": UPPER, "a": LOWER}
    assert ways(planned(asks("a", 60), asks("b", 60))) == {"a": UPPER, "b": LOWER}


def test_what_came_first_keeps_its_place_from_a_newcomer_of_any_priority():
    before = planned(asks("a", 60))
    after = planned(asks("a", 60), asks("b", 60, priority=1), before=before)
    assert ways(after) == {"a": UPPER, "b": LOWER}
    assert ways(planned(asks("a", 60), asks("b", 60, priority=1))) == {"a": LOWER, "b": UPPER}


def test_what_a_failure_moves_comes_before_newcomers():
    before = planned(asks("a", 60))
    after = planned(asks("a", 60), asks("b", 60, priority=1), before=before, down=("s1-s2",))
    assert ways(after) == {"a": LOWER}
    assert after.refusals["b/h1-h4"].reason == Reason.BANDWIDTH


def test_what_asks_for_no_more_is_not_moved_for_what_asks_for_more():
    before = planned(asks("a", 50), asks("b", 50))
    assert ways(before) == {"a": UPPER, "b": UPPER}
    after = planned(asks("a", 60, priority=1), asks("b", 50), before=before)
    assert ways(after) == {"a": LOWER, "b": UPPER}


def test_what_asks_for_more_stays_where_there_is_room():
    before = planned(asks("a", 30, avoid_links=frozenset({"s1-s2"})))
    assert ways(planned(asks("a", 90), before=before)) == {"a": LOWER}


def test_a_moving_connection_has_its_old_place_until_it_has_the_new_one():
    before = planned(asks("a", 60))
    away = asks("a", 60, avoid_switches=frozenset({"s2"}))
    after = planned(away, asks("b", 60), before=before)
    assert ways(after) == {"a": LOWER}
    assert ways(planned(away, asks("b", 60), before=after)) == {"a": LOWER, "b": UPPER}


def test_links_common_to_old_and_new_path_count_once():
    tail = mesh(*DIAMOND.links, cable("s4-s9"), hosts={"h1": "s1", "h9": "s9"})
    before = planned(asks("a", 60, target="h9"), on=tail)
    after = planned(asks("a", 60, target="h9", avoid_switches=frozenset({"s2"})), before=before, on=tail)
    assert ways(after) == {"a": (*LOWER, "s4-s9")}


def test_a_dead_path_holds_nothing():
    before = planned(asks("a", 60))
    after = planned(asks("a", 60), asks("b", 60, target="h5", via=("s2",), avoid_links=frozenset({"s1-s2"})),
                    asks("c", 90, source="h4", target="h1"), before=before, down=("s1-s2",))
    assert ways(after)["a"] == LOWER
    back = mesh(*DIAMOND.links, cable("s2-s3"), hosts={"h1": "s1", "h3": "s3", "h4": "s4"})
    before = planned(asks("a", 60), on=back)
    after = planned(asks("a", 60), asks("b", 60, source="h3", via=("s2",)), before=before, down=("s1-s2",), on=back)
    assert ways(after) == {"a": LOWER, "b": ("s2-s3", "s2-s4")}


def test_what_is_withdrawn_or_refused_leaves_its_room_at_once():
    before = planned(asks("a", 60), asks("b", 60))
    assert ways(planned(asks("c", 60), asks("b", 60), before=before)) == {"b": LOWER, "c": UPPER}
    impossible = asks("a", 60, latency=LatencyBound(1))
    after = planned(impossible, asks("b", 60), asks("c", 60), before=before)
    assert ways(after) == {"b": LOWER, "c": UPPER}
    assert after.refusals["a/h1-h4"].reason == Reason.LATENCY


def test_only_the_direction_that_fails_moves():
    network = mesh(*(replace(each, capacity_bps=200 * MBPS) for each in DIAMOND.links),
                   hosts={"h1": "s1", "h4": "s4", "h5": "s4"})
    blocker = asks("x", 190, source="h5", target="h1", avoid_switches=frozenset({"s3"}), priority=1)
    both = asks("a", 50, both_ways=True)
    before = planned(blocker, both, on=network)
    assert (ways(before)["a"], ways(before, -1)["a"]) == (UPPER, LOWER[::-1])
    after = planned(both, before=before, down=("s1-s2",), on=network)
    assert (ways(after)["a"], ways(after, -1)["a"]) == (LOWER, LOWER[::-1])
    after = planned(both, before=planned(both, before=before, on=network), down=("s1-s3",), on=network)
    assert (ways(after)["a"], ways(after, -1)["a"]) == (UPPER, UPPER[::-1])


def test_co_routed_directions_share_their_links_and_their_limits():
    blocker = asks("x", 90, source="h5", target="h2", avoid_switches=frozenset({"s3"}), priority=1)
    found = planned(blocker, asks("a", 50, both_ways=True, co_routed=True))
    assert (ways(found)["a"], ways(found, -1)["a"]) == (LOWER, LOWER[::-1])
    apart = planned(blocker, asks("a", 50, both_ways=True))
    assert (ways(apart)["a"], ways(apart, -1)["a"]) == (UPPER, LOWER[::-1])
    after = planned(blocker, asks("a", 50, both_ways=True, co_routed=True), before=apart)
    assert (ways(after)["a"], ways(after, -1)["a"]) == (LOWER, LOWER[::-1])


def test_directions_that_meet_on_an_arc_too_narrow_for_both_are_led_apart():
    """Four arcs are full, so both directions are best off over the arc from s2 to s3; it has room for one of them."""
    hosts = {f"h{number}": f"s{number}" for number in range(1, 5)}
    network = mesh(cable("s1-s2"), cable("s2-s3"), cable("s3-s4"), cable("s2-s4"), cable("s1-s3"),
                   cable("s1-s5", delay_ns=9_000 * US), cable("s4-s5"), hosts=hosts)
    full = [asks(f"x{arc}", 90, f"h{arc[0]}", f"h{arc[1]}", priority=1) for arc in ("13", "24", "43", "21")]
    middle, around = "s2-s3", ("s1-s5", "s4-s5")
    alone = [planned(*full, asks("a", 60, *ends), on=network) for ends in (("h1", "h4"), ("h4", "h1"))]
    assert all(middle in ways(found)["a"] for found in alone)
    found = planned(*full, asks("a", 60, both_ways=True), on=network)
    there, back = ways(found)["a"], ways(found, -1)["a"]
    assert sorted((middle in there, middle in back)) == [False, True]
    assert there == around or back == around[::-1]


def test_a_round_trip_bound_is_on_the_sum_of_both_directions():
    one_way = planned(wish("a", "h1", "h4")).placements["a/h1-h4"].budget_ns("forward") or 0
    for co_routed in (False, True):
        fits = wish("a", "h1", "h4", latency=LatencyBound(2 * one_way, kind="round-trip"), co_routed=co_routed,
                    service_class="best-effort")
        assert not planned(fits).refusals
        assert planned(replace(fits, latency=LatencyBound(2 * one_way, True, "round-trip"))).refusals


def test_the_least_cost_under_a_bound_on_the_round_trip_may_be_dear_one_way_and_cheap_the_other():
    network = mesh(cable("s1-s2", delay_ns=100 * US, cost=1), cable("s2-s4", cost=1), cable("s1-s3", cost=10),
                   cable("s3-s4", cost=10), hosts={"h1": "s1", "h4": "s4"})
    fast = planned(wish("a", "h1", "h4"), on=network).placements["a/h1-h4"].budget_ns("forward") or 0
    bound = LatencyBound(2 * fast + 100 * US, kind="round-trip")
    found = planned(wish("a", "h1", "h4", objective="min-cost", latency=bound), on=network)
    assert {ways(found)["a"], ways(found, -1)["a"][::-1]} == {UPPER, LOWER}


def test_two_hosts_of_a_switch_need_no_link_and_no_room_for_a_label():
    found = planned(asks("a", 10, target="h2"), on=mesh(cable("s1-s2", mtu=1500), hosts={"h1": "s1", "h2": "s1"}))
    assert found.placements["a/h1-h2"].paths[0].nodes == ("h1", "s1", "h2")


def test_what_resolving_refused_is_passed_on_and_conflicts_are_refused():
    hopeless = Refusal("z/h1-h4", "z", "z", Reason.UNVERIFIABLE, "no ground")
    found = plan(DIAMOND, Plan(), Wanted((asks("a", 1), replace(asks("b", 1), selector=asks("a", 1).selector)), (hopeless,)))
    assert {key: refusal.reason for key, refusal in found.refusals.items()} == {
        "a/h1-h4": Reason.CONFLICT, "b/h1-h4": Reason.CONFLICT, "z/h1-h4": Reason.UNVERIFIABLE}
    assert list(found.refusals) == sorted(found.refusals)


def test_a_host_that_moved_to_another_switch_is_placed_anew():
    before = planned(asks("a", 10))
    moved = mesh(*DIAMOND.links, hosts={"h1": "s2", "h4": "s4"})
    assert ways(planned(asks("a", 10), before=before, on=moved)) == {"a": ("s2-s4",)}
