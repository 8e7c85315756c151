"""The best that one connection can have in an empty network, found by networkx: what plans are held against.

Rules of this file: nothing of the planner is used, not even the budget of a hop, whose formula is written out again. A
network is taken whose links cost the same both ways. A value is (cost, worst case in ns) of a direction: the cost counts
where the objective puts it first and is 0 else; a link of unknown delay counts as `UNKNOWN` ns and never under a bound.
"""

from collections import Counter
from collections.abc import Iterator
from itertools import permutations

import networkx as nx

from intents.model import Connection, Direction
from tests.intents.wishes import simple_trails
from topologies.model import Arc, Topology

NS = 1_000_000_000
UNKNOWN = 1 << 60
LABEL_BYTES, FRAME_BYTES = 4, 1_538

Value = tuple[int, int]


def fastest_ways(network: Topology, wish: Connection) -> Counter[tuple[str, str]]:
    """How many pairs of hosts have their fastest way over each link from each switch, for packets as a wish sends them: of
    all simple paths the fastest, of those the ones of fewest hops, of those the first by name."""
    found = Counter[tuple[str, str]]()
    for source, target in permutations(network.hosts, 2):
        ways = [[network.arcs[number] for number in trail]
                for trail in simple_trails(network, source.at.switch, target.at.switch)]
        fastest = min(ways, key=lambda way: (sum(_delay(network, wish, arc) for arc in way), len(way),
                                             [network.arcs.index(arc) for arc in way]), default=())
        found.update((arc.link, arc.source) for arc in fastest)
    return found


def best(network: Topology, wish: Connection, direction: Direction) -> Value | None:
    """The least value of a direction that obeys everything, `None` where nothing does. At most one stop, and none where a
    cost is bounded in delay."""
    source, target = (network.host_by_name[name] for name in (
        (wish.source, wish.target) if direction == "forward" else (wish.target, wish.source)))
    ends = [arc for arc in network.arcs if (arc.link, arc.source) in (
        (source.access_link, source.name), (target.access_link, target.at.switch))]
    if not all(_is_usable(network, wish, direction, arc) for arc in ends):
        return None
    spent = sum(_delay(network, wish, arc) for arc in ends)
    cost = sum(arc.cost for arc in ends) if wish.objective == "min-cost" else 0
    left = None if wish.latency is None else wish.latency.max_ns - int(wish.latency.strict) - spent
    graph = _graph(network, wish, direction)
    start, goal = source.at.switch, target.at.switch
    if start not in graph or goal not in graph:
        return None
    stops = [stop for stop in wish.via if stop not in (start, goal)]
    if wish.objective == "min-cost":
        found = next((value for value in _trades(graph, start, goal) if left is None or value[1] <= left), None)
    elif stops:
        found = _through(graph, start, stops[0], goal)
    else:
        found = (0, nx.dijkstra_path_length(graph, start, goal, "delay")) if nx.has_path(graph, start, goal) else None
    if found is None or (left is not None and found[1] > left):
        return None
    return cost + found[0], spent + found[1]


def _graph(network: Topology, wish: Connection, direction: Direction) -> nx.MultiDiGraph:
    """The switches with the links that a packet may use."""
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(network.switch_by_name.keys() - wish.avoid_switches)
    for arc in network.arcs:
        if arc.source in graph and arc.target in graph and _is_usable(network, wish, direction, arc):
            graph.add_edge(arc.source, arc.target, cost=arc.cost, delay=_delay(network, wish, arc))
    return graph


def _is_usable(network: Topology, wish: Connection, direction: Direction, arc: Arc) -> bool:
    asked = wish.bandwidth
    rate = asked.reverse_bps if direction == "reverse" and asked.reverse_bps is not None else asked.guaranteed_bps
    packet = min(asked.max_packet_bytes, *(network.host_by_name[name].mtu for name in (wish.source, wish.target)))
    between = arc.source in network.switch_by_name and arc.target in network.switch_by_name
    return (arc.link not in wish.avoid_links and wish.avoid_switches.isdisjoint((arc.source, arc.target))
            and arc.capacity_bps >= (rate or 0) and arc.mtu >= packet + (LABEL_BYTES if between else 0)
            and (wish.latency is None or arc.delay_ns is not None))


def _delay(network: Topology, wish: Connection, arc: Arc) -> int:
    if arc.delay_ns is None:
        return UNKNOWN
    entered = network.switch_by_name.get(arc.target)
    on_the_wire = sum(-(-size * 8 * NS // arc.capacity_bps) for size in (wish.bandwidth.max_packet_bytes, FRAME_BYTES))
    return arc.delay_ns + on_the_wire + dict(network.queues_ns)[wish.service_class] + (entered.delay_ns if entered else 0)


def _through(graph: nx.MultiDiGraph, start: str, stop: str, goal: str) -> Value | None:
    """The fastest path by a switch: two units that flow from it to both ends, meeting nowhere (Suurballe 1974). What leads
    to it is walked backwards, at the same price."""
    if stop not in graph:
        return None
    flow = nx.DiGraph()
    for node in graph:
        flow.add_edge((node, "in"), (node, "out"), capacity=1, weight=0)
    for source, target in dict.fromkeys(graph.edges()):
        fastest = min(data["delay"] for data in graph.get_edge_data(source, target).values())
        flow.add_edge((source, "out"), (target, "in"), capacity=1, weight=fastest)
    for end in (start, goal):
        flow.add_edge((end, "out"), "both", capacity=1, weight=0)
    found = nx.max_flow_min_cost(flow, (stop, "out"), "both")
    if sum(found[(stop, "out")].values()) < 2:
        return None
    return 0, nx.cost_of_flow(flow, found)


def _trades(graph: nx.MultiDiGraph, start: str, goal: str) -> Iterator[Value]:
    """The fastest way at each cost, cheapest first: by networkx on a graph of (switch, cost so far)."""
    costs = [data["cost"] for _, _, data in graph.edges(data=True)]
    most = (len(graph) - 1) * max(costs, default=0)
    states = nx.MultiDiGraph()
    states.add_node((start, 0))
    for source, target, data in graph.edges(data=True):
        for spent in range(most - data["cost"] + 1):
            states.add_edge((source, spent), (target, spent + data["cost"]), delay=data["delay"])
    reached = nx.single_source_dijkstra_path_length(states, (start, 0), weight="delay")
    yield from ((spent, reached[goal, spent]) for spent in range(most + 1) if (goal, spent) in reached)
