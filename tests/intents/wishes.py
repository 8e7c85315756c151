"""Random networks with every kind of limit, and random connections on them: what the laws of planning are tried on."""

from collections.abc import Iterator, Mapping
from ipaddress import IPv4Interface
from itertools import combinations, islice
from typing import Any

import networkx as nx
from hypothesis import strategies as st

from intents.model import Bandwidth, Connection, LatencyBound, Selector
from intents.paths import Trail
from topologies.model import Dpid, Host, Link, PortId, Switch, Topology

MBPS = 1_000_000
GBPS = 1_000 * MBPS
US = 1_000
CLASSES = ("delay-critical", "guaranteed")

INTENTS = tuple(f"i{number}" for number in range(4))
"""Those that others keep apart from."""

SELECTORS = (*(Selector("udp", None, port) for port in range(1, 7)), Selector(), Selector("udp"), Selector(dscp=46))


@st.composite
def networks(draw: st.DrawFn, most_switches: int = 5, most_hosts: int = 4) -> Topology:
    """Switches with parallel links between some, links that differ in rate, delay (some unknown), MTU and cost."""
    size = draw(st.integers(2, most_switches))
    names = [f"s{number}" for number in range(1, size + 1)]
    pairs = list(combinations(names, 2))
    cables = draw(st.lists(st.sampled_from(pairs), min_size=min(len(pairs), 2 * size - 3), max_size=2 * size))
    ports = dict.fromkeys(names, 10)
    links = []
    for number, (a, b) in enumerate(cables):
        ports[a] += 1
        ports[b] += 1
        delay = draw(st.sampled_from((0, 10, 10, 30, 100, None)))
        links.append(Link(f"l{number:02}", PortId(a, ports[a]), PortId(b, ports[b]),
                          draw(st.sampled_from((10, 50, 100))) * MBPS, None if delay is None else delay * US,
                          draw(st.sampled_from((1500, 1600, 1600, 1600))), draw(st.sampled_from(((), (), ("duct",)))),
                          draw(st.sampled_from((0, 1, 1, 5)))))
    hosts = [Host(f"h{number}", PortId(draw(st.sampled_from(names)), number), f"00:00:00:00:00:{number:02x}",
                  (IPv4Interface(f"10.0.0.{number}/24"),), 100 * MBPS)
             for number in range(1, draw(st.integers(2, most_hosts)) + 1)]
    switches = [Switch(name, Dpid(number), draw(st.sampled_from((5, 20))) * US) for number, name in enumerate(names, 1)]
    return Topology("random", tuple(switches), tuple(links), tuple(hosts))


@st.composite
def connections(draw: st.DrawFn, network: Topology, name: str = "i", selectors: bool = True) -> Connection:
    """A wish between two hosts, with any of the constraints."""
    source, target = draw(st.permutations([host.name for host in network.hosts]))[:2]
    switches, links = sorted(network.switch_by_name), sorted(network.link_by_name)
    rare = st.integers(0, 3).map(lambda chance: chance == 0)
    packet = draw(st.sampled_from((256, 1500)))
    return Connection(
        f"{name}/{source}-{target}", name, name, source, target, draw(st.booleans()),
        draw(st.sampled_from(SELECTORS)) if selectors else Selector(), draw(st.sampled_from(CLASSES)),  # type: ignore[arg-type]
        draw(st.none() | bounds()),
        Bandwidth(draw(st.sampled_from((None, 4 * MBPS, 20 * MBPS, 50 * MBPS))), None,
                  draw(st.sampled_from((None, packet, 3000))), packet, draw(st.sampled_from((None, None, 0, 8 * MBPS)))),
        tuple(draw(st.lists(st.sampled_from(switches), unique=True, max_size=2))) if draw(rare) else (),
        draw(st.frozensets(st.sampled_from(links), max_size=2)) if links and draw(rare) else frozenset(),
        draw(st.frozensets(st.sampled_from(switches), max_size=1)) if draw(rare) else frozenset(),
        draw(rare), draw(st.sampled_from(("min-latency", "min-cost", "spare-fast-links"))),
        draw(st.sampled_from((1, 50, 50))),
        pinned=draw(pins(network, source, target)) if draw(rare) and draw(rare) else None,
        diverse_from=draw(st.frozensets(st.sampled_from(INTENTS), max_size=2)) - {name} if draw(rare) else frozenset(),
        diverse_level=draw(st.sampled_from(("link", "node", "srlg"))), is_exclusive=draw(rare) and draw(rare))


@st.composite
def pins(draw: st.DrawFn, network: Topology, source: str, target: str) -> tuple[tuple[str, ...], ...] | None:
    """A path to be taken, some of the links that join two of its switches hop by hop; none where there is no path."""
    ends = [network.host_by_name[name].at.switch for name in (source, target)]
    ways = [[(network.arcs[number].source, network.arcs[number].target) for number in trail]
            for trail in islice(simple_trails(network, *ends), 8)]
    chosen = draw(st.sampled_from(ways)) if ways else []
    joining = [tuple(arc.link for arc in network.arcs if (arc.source, arc.target) == hop) for hop in chosen]
    return tuple(draw(st.sampled_from((links, links[:1]))) for links in joining) if ways else None


@st.composite
def bounds(draw: st.DrawFn) -> LatencyBound:
    """A bound that some paths keep and others do not."""
    return LatencyBound(draw(st.integers(50, 3000)) * US, draw(st.booleans()),
                        draw(st.sampled_from(("one-way", "round-trip"))))


@st.composite
def wishes(draw: st.DrawFn, network: Topology, most: int = 5) -> tuple[Connection, ...]:
    """Several of them."""
    return tuple(draw(connections(network, f"i{number}")) for number in range(draw(st.integers(0, most))))


def mesh(*cables: Link, hosts: Mapping[str, str]) -> Topology:
    """The network of these cables; hosts by name, each with its switch."""
    switches = sorted({end.switch for cable in cables for end in (cable.a, cable.b)} | set(hosts.values()))
    bound = [Host(name, PortId(at, number), f"00:00:00:00:00:{number:02x}", (IPv4Interface(f"10.0.0.{number}/24"),), GBPS)
             for number, (name, at) in enumerate(sorted(hosts.items()), 1)]
    return Topology("mesh", tuple(Switch(name, Dpid(number)) for number, name in enumerate(switches, 1)),
                    tuple(sorted(cables, key=lambda cable: cable.name)), tuple(bound))


def cable(ends: str, **fields: Any) -> Link:
    """A link `a-b` of 100 Mbps and 10 us on ports of its own, but for the fields said."""
    a, b = ends.split("-")
    said = {"capacity_bps": 100 * MBPS, "delay_ns": 10 * US, "mtu": 1600} | fields
    return Link(ends, PortId(a, 100 + int(b[1:])), PortId(b, 100 + int(a[1:])), **said)


def wish(name: str, source: str, target: str, **fields: Any) -> Connection:
    """A connection of an intent of its own, nothing asked but for the fields said."""
    return Connection(f"{name}/{source}-{target}", name, name, source, target, **fields)


def simple_trails(network: Topology, start: str, goal: str) -> Iterator[Trail]:
    """Every path between two switches that visits no switch twice, as numbers of arcs; found by networkx."""
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(network.switch_by_name)
    for number, arc in enumerate(network.arcs):
        if arc.source in network.switch_by_name and arc.target in network.switch_by_name:
            graph.add_edge(arc.source, arc.target, key=number)
    if start == goal:
        yield ()
        return
    for edges in nx.all_simple_edge_paths(graph, start, goal):
        yield tuple(key for _, _, key in edges)
