"""The metro keeps its promises: a millisecond from surgeon to robot, whatever single part fails on the way."""

from itertools import combinations

import networkx as nx
import pytest

from topologies.metro import metro

NETWORK = metro()
SWITCHES = nx.Graph([(link.a.switch, link.b.switch) for link in NETWORK.links])
AT = {host.name: host.at.switch for host in NETWORK.hosts}
BOTH_WAYS = [(AT["surgeon"], AT["robot"]), (AT["robot"], AT["surgeon"])]


def short_paths(source, target):
    return list(nx.all_simple_paths(SWITCHES, source, target, cutoff=3))


def after_failure(path, hop, what):
    """The network that is left when the link or the switch at a hop of a path fails."""
    left = SWITCHES.copy()
    if what == "link":
        left.remove_edge(path[hop], path[hop + 1])
    else:
        left.remove_node(path[hop + 1])
    return left


def budget_us(switches):
    """The worst way through so many switches in us: fibre, own packet, the one before it, queue; switches; access."""
    return (switches - 1) * (10 + 20.48 + 123.04 + 41) + switches * 20 + 2 * (2.048 + 12.304 + 41)


def test_five_switches_keep_a_millisecond_and_six_do_not():
    assert budget_us(5) < 1000 < budget_us(6)


@pytest.mark.parametrize(("source", "target"), BOTH_WAYS)
def test_the_working_path_is_the_only_one_of_three_switches(source, target):
    paths = short_paths(source, target)
    assert sorted(map(len, paths))[:2] == [3, 4]
    assert set(min(paths, key=len)) == {"s1", "s2", "s3"}


def test_two_more_paths_of_four_switches_share_no_switch_with_it_or_each_other():
    inner = [set(path[1:-1]) for path in short_paths(*BOTH_WAYS[0])]
    assert any(not (a & b or (a | b) & {"s2"}) for a, b in combinations(inner, 2))


@pytest.mark.parametrize(("source", "target"), BOTH_WAYS)
@pytest.mark.parametrize("what", ["link", "switch"])
def test_after_any_failure_the_way_on_has_at_most_five_switches(source, target, what):
    for path in short_paths(source, target):
        for hop in range(len(path) - 1 - (what == "switch")):
            way_on = nx.shortest_path(after_failure(path, hop, what), path[hop], target)
            assert len(path[:hop] + way_on) <= 5, (path, hop, way_on)


def test_the_scanner_shares_a_link_with_the_surgeon_and_need_not():
    paths = list(nx.all_shortest_paths(SWITCHES, AT["scanner"], AT["archive"]))
    assert paths == [["s8", "s1", "s2"]]
    left = SWITCHES.copy()
    left.remove_edges_from([("s1", "s2"), ("s2", "s3")])
    assert nx.has_path(left, AT["scanner"], AT["archive"])


def test_links_are_what_the_budget_counts_on():
    assert {(link.capacity_bps, link.delay_ns, link.mtu) for link in NETWORK.links} == {(10**8, 10_000, 1600)}
    assert {(host.capacity_bps, host.delay_ns, host.mtu) for host in NETWORK.hosts} == {(10**9, 0, 1500)}
    assert {switch.delay_ns for switch in NETWORK.switches} == {20_000}
    assert NETWORK.queue_ns("delay-critical") == 41_000
    assert sorted(switch.dpid for switch in NETWORK.switches) == list(range(1, 9))
    assert len({switch.site for switch in NETWORK.switches}) == 8
