"""Spare fast links: within its bound a connection runs where the fewest others have their fastest way."""

from hypothesis import given
from hypothesis import strategies as st

from intents.asked import measure_of
from intents.instead import alternatives
from intents.model import LatencyBound
from intents.roads import Roads
from tests.intents.oracle import fastest_ways
from tests.intents.test_planner import DIAMOND, LOWER, UPPER, asks, planned, ways
from tests.intents.wishes import US, connections, networks
from topologies.model import Topology

SPARING = {"objective": "spare-fast-links"}


def test_the_fast_links_are_left_to_those_who_need_them() -> None:
    fast = planned(asks("a", 10)).placements["a/h1-h4"].budget_ns("forward") or 0
    for more_ns, way in ((10 * US, LOWER), (10 * US - 1, UPPER)):
        assert ways(planned(asks("a", 10, **SPARING, latency=LatencyBound(fast + more_ns)))) == {"a": way}
    assert ways(planned(asks("a", 60, **SPARING), asks("b", 60, priority=60, latency=LatencyBound(fast)))) == {
        "a": LOWER, "b": UPPER}


def test_it_is_told_why_not_there() -> None:
    found = planned(asks("a", 10, **SPARING))
    (other,) = alternatives(DIAMOND, found, found.placements["a/h1-h4"].connection)
    assert (other.links[1:-1], other.why) == (UPPER, "takes links of the fastest ways of 8 pairs of hosts more")


@given(networks(), st.data())
def test_the_fastest_ways_are_counted_as_on_all_simple_paths(network: Topology, data: st.DataObject) -> None:
    wish, roads = data.draw(connections(network)), Roads(network, frozenset())
    counted, found = fastest_ways(network, wish), roads.fastest_ways(measure_of(wish)._replace(first="time"))
    assert [counted[arc.link, arc.source] for arc in roads.arcs] == list(found)
