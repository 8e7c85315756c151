"""Plans of single connections against networkx: the same can be had, and what is had is as good.

On small networks against every placement there is, with every kind of constraint; on larger ones and on graphs of topohub
against networkx's own searches (tests/intents/oracle.py).
"""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import networkx as nx
import pytest

from controller.reference import Reference
from intents.model import Bandwidth, Connection, LatencyBound, Placement, Plan, Wanted
from intents.planner import plan
from tests.intents.audit import broken, every_placement, overbooked
from tests.intents.oracle import best
from tests.intents.test_plan_laws import price
from tests.intents.wishes import GBPS, MBPS, US
from topologies.graphs.graph import Entry, Graph
from topologies.graphs.network import network_of
from topologies.model import Link, Topology

SMALL, LARGE = 100, 100
GRAPHS = ("sndlib/germany50", "topozoo/Abilene", "topozoo/Aarnet", "topozoo/Geant2012", "topozoo/Garr201201",
          "sndlib/france")


def test_on_small_networks_nothing_is_better_of_all_there_is():
    assert differences_in_small(range(8), wishes=3) == []


@pytest.mark.slow
def test_on_a_hundred_small_networks_nothing_is_better_of_all_there_is():
    assert differences_in_small(range(SMALL), wishes=8) == []


def test_on_larger_networks_networkx_finds_the_same():
    counts = Counter[str]()
    assert differences_in_large(range(4), 8, counts) == []


@pytest.mark.slow
def test_on_a_hundred_larger_networks_networkx_finds_the_same():
    counts = Counter[str]()
    assert differences_in_large(range(LARGE), 10, counts) == []
    assert min(counts[what] for what in ("placed", "refused", "via", "min-cost", "bound", "rate", "avoid")) > 100


def test_on_germany50_networkx_finds_the_same():
    assert differences_on("sndlib/germany50", 12, Counter()) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", GRAPHS)
def test_on_graphs_of_topohub_networkx_finds_the_same(name: str):
    counts = Counter[str]()
    assert differences_on(name, 100, counts) == []
    assert min(counts[what] for what in ("placed", "refused", "via", "min-cost", "bound", "rate", "avoid")) > 10


def differences_in_small(seeds: range, wishes: int) -> list[str]:
    found = []
    for seed in seeds:
        chance = random.Random(seed)
        network = meshed(chance, chance.randint(3, 6))
        for wish in (any_wish(chance, network) for _ in range(wishes)):
            possible = [one for one in every_placement(network, wish) if not list(broken(network, one, frozenset()))
                        and not list(overbooked(network, {}, {wish.key: one}))]
            least = min((price(network, one) for one in possible), default=None)
            placement = placed_alone(network, wish)
            if (None if placement is None else price(network, placement)) != least:
                found.append(f"{seed}: {wish}: {placement} against {least}")
    return found


def differences_in_large(seeds: range, wishes: int, counts: Counter[str]) -> list[str]:
    return [difference for seed in seeds for chance in [random.Random(1_000 + seed)]
            for network in [meshed(chance, chance.randint(8, 40))]
            for difference in differences(network, [wish_like(chance, network) for _ in range(wishes)], counts)]


def differences_on(name: str, wishes: int, counts: Counter[str]) -> list[str]:
    chance = random.Random(name)
    network = varied(chance, graph(name))
    return list(differences(network, [wish_like(chance, network) for _ in range(wishes)], counts))


def differences(network: Topology, wishes: list[Connection], counts: Counter[str]) -> Iterator[str]:
    for wish in wishes:
        placement = placed_alone(network, wish)
        directions = ("forward", "reverse") if wish.both_ways else ("forward",)
        values = [best(network, wish, direction) for direction in directions]  # type: ignore[arg-type]
        count(counts, wish, placement)
        if placement is None or None in values:
            if placement is not None or None not in values:
                yield f"{network.name}: {wish}: {placement} against {values}"
            continue
        cost, unknown, delay = price(network, placement)
        least = [sum(each) for each in zip(*(value for value in values if value), strict=True)]
        if [cost, (unknown << 60) + delay] != least or list(broken(network, placement, frozenset())):
            yield f"{network.name}: {wish}: {placement} with {(cost, unknown, delay)} against {least}"


def count(counts: Counter[str], wish: Connection, placement: Placement | None) -> None:
    """Of what there was to differ about."""
    said = {"via": wish.via, "min-cost": wish.objective == "min-cost", "bound": wish.latency,
            "rate": wish.bandwidth.guaranteed_bps, "avoid": wish.avoid_links or wish.avoid_switches}
    counts.update(["refused" if placement is None else "placed", *(what for what, is_so in said.items() if is_so)])


def placed_alone(network: Topology, wish: Connection) -> Placement | None:
    return plan(network, Plan(), Wanted((wish,))).placements.get(wish.key)


@cache
def graph(name: str) -> Topology:
    return Reference(f"topohub:{name}").load(lambda _: "")


def meshed(chance: random.Random, size: int) -> Topology:
    """A random network, mostly connected, with some parallel links."""
    drawn = nx.gnm_random_graph(size, chance.randint(size, 2 * size), seed=chance.randrange(1 << 30))
    pairs = [*drawn.edges(), *(chance.choice([*drawn.edges()]) for _ in range(size // 5))]
    edges = tuple(Entry({"source": str(a), "target": str(b)}) for a, b in pairs)
    bare = network_of(Graph("random", tuple(Entry({"id": str(node)}) for node in drawn), edges), "random")
    links = tuple(replace(link, delay_ns=None if chance.random() < 0.1 else chance.randint(0, 900) * US)
                  for link in bare.links)
    return varied(chance, replace(bare, links=links))


def varied(chance: random.Random, network: Topology) -> Topology:
    """With links and cables that differ in rate, cost, and a few in MTU."""
    def changed(link: Link) -> Link:
        return replace(link, capacity_bps=chance.choice((10, 40, 100)) * GBPS // 10, cost=chance.choice((0, 1, 1, 1, 2, 3)),
                       mtu=chance.choice((1600,) * 9 + (1500,)))
    hosts = tuple(replace(host, capacity_bps=chance.choice((4, 10, 10)) * GBPS) for host in network.hosts)
    return replace(network, links=tuple(map(changed, network.links)), hosts=hosts)


def wish_like(chance: random.Random, network: Topology) -> Connection:
    """With what the oracle knows: a bound, a rate, a packet, what to avoid; a stop, or cost first; both ways without a rate
    that could meet itself."""
    source, target = chance.sample(network.hosts, 2)
    name = f"i/{source.name}-{target.name}"
    kind = chance.choice(("plain", "plain", "via", "min-cost"))
    both = chance.random() < 0.3
    drawn = Connection(
        name, "i", "i", source.name, target.name, both, service_class=chance.choice(("delay-critical", "guaranteed")),
        bandwidth=Bandwidth(None if both else chance.choice((None, GBPS // 2, 2 * GBPS, 5 * GBPS)), None, None,
                            chance.choice((256, 1500))),
        avoid_links=frozenset(sample(chance, network.link_by_name, 3)),
        avoid_switches=frozenset(sample(chance, network.switch_by_name.keys() - {source.at.switch, target.at.switch}, 2)),
        objective="min-cost" if kind == "min-cost" else "min-latency")
    fastest = best(network, replace(drawn, objective="min-latency"), "forward")
    if kind == "via":
        drawn = replace(drawn, via=(chance.choice(sorted(network.switch_by_name.keys() - drawn.avoid_switches)),))
    if fastest is None or fastest[1] >= 1 << 60 or chance.random() < 0.3:
        return drawn
    least = best(network, drawn, "forward") or fastest
    near = chance.choice((fastest[1], least[1], least[1], round(least[1] * 1.2)))
    return replace(drawn, latency=LatencyBound(max(1, near + chance.choice((-1, 0, 1, 20 * US))), chance.random() < 0.5))


def sample(chance: random.Random, names: "dict[str, object] | set[str]", most: int) -> list[str]:
    known = sorted(names)
    return chance.sample(known, min(len(known), chance.choice((0, 0, most)))) if known else []


def any_wish(chance: random.Random, network: Topology) -> Connection:
    """With every kind of constraint at once."""
    drawn = wish_like(chance, network)
    switches = sorted(network.switch_by_name.keys() - drawn.avoid_switches)
    bound = drawn.latency and replace(drawn.latency, kind=chance.choice(("one-way", "round-trip")),
                                      max_ns=drawn.latency.max_ns * chance.choice((1, 2)))
    return replace(
        drawn, both_ways=chance.random() < 0.5, co_routed=chance.random() < 0.3, latency=bound,
        objective=chance.choice(("min-latency", "min-cost")),
        via=tuple(chance.sample(switches, min(len(switches), chance.choice((0, 0, 1, 2))))),
        bandwidth=replace(drawn.bandwidth, guaranteed_bps=chance.choice((None, 100 * MBPS, 2 * GBPS, 3 * GBPS)),
                          reverse_bps=chance.choice((None, None, 0, 2 * GBPS))))
