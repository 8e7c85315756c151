"""Searches against every simple path there is, listed by networkx."""

from hypothesis import given
from hypothesis import strategies as st

from intents.paths import Search, Trail, trails
from intents.roads import COST_UNIT, Measure, Roads
from tests.intents.wishes import cable, mesh, networks, simple_trails
from topologies.model import Topology


@st.composite
def searches(draw: st.DrawFn, stops: int = 0) -> tuple[Roads, Search]:
    network: Topology = draw(networks(most_switches=6))
    roads = Roads(network, draw(st.frozensets(st.sampled_from(sorted(network.link_by_name)), max_size=1)))
    shut = draw(st.frozensets(st.integers(0, len(roads.arcs) - 1), max_size=3))
    start, goal, *others = draw(st.permutations(sorted(network.switch_by_name)))
    first = draw(st.sampled_from(("time", "cost", "sparing")))
    return roads, Search(
        start, goal, Measure("delay-critical", draw(st.sampled_from((256, 1500))), first),
        lambda arc: arc not in shut, draw(st.none() | st.integers(100_000, 2_000_000)), tuple(others[:stops]))


@given(searches() | searches(1) | searches(2))
def test_the_first_trail_is_the_best_of_all_simple_paths(case: tuple[Roads, Search]):
    roads, search = case
    assert next(trails(roads, search), None) == next(iter(_allowed(roads, search)), None)


@given((searches() | searches(1)).filter(lambda case: case[1].limit_ns is not None))
def test_the_trails_are_every_trade_of_cost_for_delay(case: tuple[Roads, Search]):
    roads, search = case
    best: list[Trail] = []
    for trail in _allowed(roads, search):
        if all(_delay(roads, search, trail) < _delay(roads, search, other) for other in best):
            best.append(trail)
    assert list(trails(roads, search)) == best


def test_a_stop_at_the_end_or_the_start_of_the_way_is_passed():
    roads = Roads(mesh(cable("s1-s2"), cable("s2-s3"), hosts={}), frozenset())
    for via in (("s1",), ("s3",), ("s1", "s2", "s3")):
        assert _names(roads, _search("s1", "s3", via)) == [("s1-s2", "s2-s3")]
    assert _names(roads, _search("s1", "s2", ("s3",))) == []
    assert _names(roads, _search("s1", "s3", ("s2", "s1"))) == []


def test_a_way_out_to_a_stop_and_back_is_no_path():
    network = mesh(cable("s1-s2"), cable("s2-s3"), cable("s2-s4"), hosts={})
    assert _names(Roads(network, frozenset()), _search("s1", "s3", ("s4",))) == []
    around = mesh(*network.links, cable("s4-s5"), cable("s3-s5"), hosts={})
    assert _names(Roads(around, frozenset()), _search("s1", "s3", ("s4",))) == [("s1-s2", "s2-s4", "s4-s5", "s3-s5")]


def test_the_dearer_way_to_a_stop_is_taken_where_the_cheaper_uses_up_the_only_way_on():
    network = mesh(cable("s1-s2"), cable("s2-s3"), cable("s2-s4"), cable("s1-s5", delay_ns=9_000), cable("s3-s5"), hosts={})
    assert _names(Roads(network, frozenset()), _search("s1", "s4", ("s3",))) == [("s1-s5", "s3-s5", "s2-s3", "s2-s4")]


def test_a_search_through_stops_ends_in_a_large_grid_that_its_first_half_cuts_in_two():
    cables = [cable(f"s{10 * row + column}-s{10 * row + column + step}") for row in range(7) for column in range(7)
              for step, stays in ((1, column < 6), (10, row < 6)) if stays]
    roads = Roads(mesh(*cables, hosts={}), frozenset())
    assert _names(roads, _search("s3", "s36", ("s63", "s30"))) == []
    assert len(_names(roads, _search("s3", "s36", ("s30", "s63")))[0]) == 18


def _search(start: str, goal: str, via: tuple[str, ...]) -> Search:
    return Search(start, goal, Measure("delay-critical", 256), lambda arc: True, None, via)


def _names(roads: Roads, search: Search) -> list[tuple[str, ...]]:
    return [tuple(roads.arcs[arc].link for arc in trail) for trail in trails(roads, search)]


def _allowed(roads: Roads, search: Search) -> list[Trail]:
    """By the definition of what is sought, the best first."""
    found = [trail for trail in simple_trails(roads.network, search.start, search.goal)
             if all(search.usable(arc) and roads.arcs[arc].link not in roads.down for arc in trail)
             and _passes([search.start, *(roads.arcs[arc].target for arc in trail)], search.via)
             and (search.limit_ns is None or _delay(roads, search, trail) <= search.limit_ns)]
    return sorted(found, key=lambda trail: _key(roads, search, trail))


def _passes(nodes: list[str], via: tuple[str, ...]) -> bool:
    return [node for node in nodes if node in via] == list(via)


def _delay(roads: Roads, search: Search, trail: Trail) -> int:
    return _weight(roads, search, trail) % COST_UNIT


def _weight(roads: Roads, search: Search, trail: Trail) -> int:
    weights = roads.weights(search.measure)
    return sum(weights[arc] for arc in trail)


def _key(roads: Roads, search: Search, trail: Trail) -> tuple[int, int, list[tuple[str, str]]]:
    return (_weight(roads, search, trail), len(trail), [(roads.arcs[arc].target, roads.arcs[arc].link) for arc in trail])
