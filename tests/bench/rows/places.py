"""Where connections run: one constrained path, ten thousand places with admission, and new places after a link has failed.

The peers are networkx as its competent user writes it, on a graph made beforehand.

- One path: kytos-ng's pathfinder, which filters edges, takes the subgraph and the first of the shortest simple paths. Ours
  has its index beforehand too, which does not depend on what is asked: the distances to each goal, and on the small network
  the way that each pair of hosts has while nothing hinders it. Each call has other wishes.
- Many: in the same order, a bidirectional Dijkstra each, whose weights leave out what has no room; what is found is within
  its bound or refused, and takes its room. Ours makes its index and all distances anew in each call.
- After a failure: those that ran over the link give back their room and are placed again in the same way.

Rates are such that links fill and some wishes are refused; bursts have room in every queue. Delays are those of real
distances, so that no two paths are equally good.
"""

import random
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import cycle, pairwise, permutations

import networkx as nx

from controller.reference import Reference
from intents.asked import measure_of
from intents.budget import hop
from intents.capacity import Books
from intents.chosen import weight
from intents.model import Bandwidth, Connection, LatencyBound, Plan, Selector, Wanted
from intents.planner import plan
from intents.roads import Roads
from intents.routes import route
from tests.bench.row import Row
from topologies.model import Arc, Topology

ONE, MANY = 200, 10_000
PACKET = 1_500
NETWORKS = {"germany50": "topohub:sndlib/germany50", "gabriel-500-0": "topohub:gabriel/500/0"}
SMALL = 50
"""Hosts of a network of which each pair's way is worth knowing beforehand: 2,450 pairs are asked in any 10,000 intents."""

MBPS = 1_000_000


def rows() -> Iterator[Row]:
    """The rows."""
    for title, reference in NETWORKS.items():
        network = Reference(reference, "10 Gbps").load(lambda name: name)
        yield _one(title, network)
        yield from _many(title, network)


def _one(title: str, network: Topology) -> Row:
    asked = [_wishes(network, ONE, number) for number in range(16)]
    mine, others = cycle(asked), cycle(asked)
    peer, roads, books = Peer(network), Roads(network, frozenset()), Books(network)
    for goal in network.switch_by_name:
        roads.ahead(measure_of(asked[0][0]), goal)
    for source, target in permutations(network.hosts, 2) if len(network.hosts) <= SMALL else ():
        route(roads, books, replace(asked[0][0], source=source.name, target=target.name))

    def ours() -> list[int | None]:
        wishes = next(mine)
        found = [route(roads, books, wish) for wish in wishes]
        return [weight(roads, measure_of(wish), each.forward[1:-1]) if each else None
                for wish, each in zip(wishes, found, strict=True)]

    return Row(f"one constrained path on {title}, {ONE} times", ours, lambda: [peer.filtered(each) for each in next(others)],
               "kytos-ng's pathfinder on networkx", least=20)


def _many(title: str, network: Topology) -> Iterator[Row]:
    wishes = _wishes(network, MANY)
    wanted = Wanted(wishes)

    def peer() -> frozenset[str]:
        loop = Peer(network)
        return frozenset(wish.key for wish in _ranked(wishes) if loop.place(wish))

    yield Row(f"{MANY:,} places with bound and admission on {title}", lambda: frozenset(
        plan(network, Plan(), wanted).placements), peer, "networkx, bidirectional Dijkstra", least=5)
    before = plan(network, Plan(), wanted)
    busiest = max(network.link_by_name, key=lambda link: sum(link in each.links for each in before.placements.values()))
    affected = frozenset(key for key, each in before.placements.items() if busiest in each.links)

    def again() -> frozenset[str]:
        after = plan(network, before, wanted, frozenset((busiest,))).placements
        assert all(after[key].links == each.links for key, each in before.placements.items() if key not in affected)
        return frozenset(after) & affected

    def peer_again() -> frozenset[str]:
        loop = Peer(network)
        for placement in before.placements.values():
            loop.take(placement.connection, placement.paths[0].nodes[1:-1])
        loop.graph.remove_edges_from([(arc.source, arc.target) for arc in network.arcs if arc.link == busiest])
        for key in affected:
            loop.take(before.placements[key].connection, before.placements[key].paths[0].nodes[1:-1], -1)
        return frozenset(wish.key for wish in _ranked(wishes) if wish.key in affected and loop.place(wish))

    yield Row(f"new places for {len(affected):,} of {MANY:,} after {title}'s busiest link has failed", again, peer_again,
              "the same on networkx", least=3, most_s=0.06)


class Peer:
    """A graph of the switches with weights in ns, and what is reserved on its edges."""

    def __init__(self, network: Topology) -> None:
        self.network = network
        self.graph = nx.DiGraph()
        for arc in network.arcs:
            if arc.in_port and arc.out_port:
                self.graph.add_edge(arc.source, arc.target, weight=_weight(network, arc), link=arc.link,
                                    left=arc.capacity_bps)
        self.access = {host.name: _weight(network, network.arc_by_ends[host.access_link, host.name])
                       for host in network.hosts}
        self.egress = {host.name: _weight(network, network.arc_by_ends[host.access_link, host.at.switch])
                       for host in network.hosts}

    def filtered(self, wish: Connection) -> int | None:
        """The weight of the path that kytos-ng's sequence of calls finds."""
        source, target = self._ends(wish)
        rate = wish.bandwidth.guaranteed_bps or 0
        edges = [(a, b) for a, b, told in self.graph.edges(data=True)
                 if told["left"] >= rate and told["link"] not in wish.avoid_links]
        try:
            nodes = next(nx.shortest_simple_paths(self.graph.edge_subgraph(edges), source, target, weight="weight"))
        except (nx.NetworkXNoPath, nx.NodeNotFound):
            return None
        found = sum(self.graph.edges[hop]["weight"] for hop in pairwise(nodes))
        return found if self._is_in_time(wish, found) else None

    def place(self, wish: Connection) -> bool:
        """Whether there is a place for a wish, which is then taken."""
        source, target = self._ends(wish)
        rate = wish.bandwidth.guaranteed_bps or 0

        def weight_of(_: str, __: str, told: Mapping[str, int]) -> int | None:
            return told["weight"] if told["left"] >= rate else None

        try:
            found, nodes = nx.bidirectional_dijkstra(self.graph, source, target, weight_of)
        except nx.NetworkXNoPath:
            return False
        if not self._is_in_time(wish, found):
            return False
        self.take(wish, nodes)
        return True

    def take(self, wish: Connection, nodes: tuple[str, ...] | list[str], times: int = 1) -> None:
        """Takes the room of a wish along its switches, or gives it back."""
        for edge in pairwise(nodes):
            if edge in self.graph.edges:
                self.graph.edges[edge]["left"] -= times * (wish.bandwidth.guaranteed_bps or 0)

    def _ends(self, wish: Connection) -> tuple[str, str]:
        hosts = self.network.host_by_name
        return hosts[wish.source].at.switch, hosts[wish.target].at.switch

    def _is_in_time(self, wish: Connection, between_ns: int) -> bool:
        return wish.latency is None or wish.latency.admits(self.access[wish.source] + between_ns + self.egress[wish.target])


def _weight(network: Topology, arc: Arc) -> int:
    line = hop(network, arc, "forward", "best-effort", PACKET)
    assert line is not None
    return line.total_ns


def _wishes(network: Topology, count: int, seed: int | None = None) -> tuple[Connection, ...]:
    """Wishes that can all be told apart; with a seed, each avoids some links."""
    chance = random.Random(count if seed is None else seed)
    links, fastest = sorted(network.link_by_name), Peer(network)
    least = {source: nx.single_source_dijkstra_path_length(fastest.graph, source) for source in network.switch_by_name}
    made = []
    for number in range(count):
        source, target = chance.sample(network.hosts, 2)
        best = least[source.at.switch][target.at.switch] + fastest.access[source.name] + fastest.egress[target.name]
        made.append(Connection(
            f"i{number}/{source.name}-{target.name}", f"i{number}", f"i{number}", source.name, target.name, False,
            Selector("udp", None, 1 + number), "best-effort", LatencyBound(round(best * chance.choice((1.02, 1.1, 1.5)))),
            bandwidth=Bandwidth(chance.randint(1, 45) * MBPS, None, PACKET, PACKET),
            avoid_links=frozenset(chance.sample(links, 3)) if seed is not None else frozenset()))
    return tuple(made)


def _ranked(wishes: tuple[Connection, ...]) -> list[Connection]:
    """In the order of the planner's law: the tightest bound first, then the largest rate, then by key."""
    return sorted(wishes, key=lambda wish: (wish.latency.max_ns if wish.latency else 0,
                                            -(wish.bandwidth.guaranteed_bps or 0), wish.key))
