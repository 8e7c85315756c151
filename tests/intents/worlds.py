"""Random networks and placements: what the properties of rules, steps and proofs are tried on."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from ipaddress import IPv4Interface
from itertools import combinations, islice, pairwise

import networkx as nx
from hypothesis import strategies as st

from intents.base_rules import mac_number
from intents.model import Bandwidth, Connection, Direction, Path, Placement, Selector
from intents.packets import Packet
from intents.rules import Step
from topologies.model import Dpid, Host, Link, PortId, Switch, Topology

FAMILY = (
    Selector(), Selector("udp"), Selector("udp", None, 5004), Selector("udp", None, 5004, 46),
    Selector("tcp"), Selector("tcp", 80, None), Selector("icmp"), Selector(47),
)
"""Selectors that are nested wherever they overlap, as the plan promises for the connections of a pair."""

CLASSES = ("delay-critical", "guaranteed", "assured", "best-effort")


def network_of(switches: int, cables: Sequence[tuple[int, int]], hosts: Sequence[int],
               gateways: tuple[str, ...] = ()) -> Topology:
    """Switches s1, s2, ...; cables between them by number; hosts h1, h2, ... each at the switch of that number, with
    10.0.0.N and a MAC that ends in N. Hosts sit on ports 1, 2, ...; cables on ports 11, 12, ... of each switch."""
    ports = dict.fromkeys(range(1, switches + 1), 10)
    links = []
    for number, (a, b) in enumerate(cables, 1):
        ports[a] += 1
        ports[b] += 1
        links.append(Link(f"l{number}", PortId(f"s{a}", ports[a]), PortId(f"s{b}", ports[b]), 10**9, 10_000, 1600))
    bound = [Host(f"h{number}", PortId(f"s{at}", 1 + list(hosts[:number - 1]).count(at)), f"00:00:00:00:00:{number:02x}",
                  (IPv4Interface(f"10.0.0.{number}/24"),), 10**9) for number, at in enumerate(hosts, 1)]
    return Topology("random", tuple(Switch(f"s{n}", Dpid(n)) for n in range(1, switches + 1)), tuple(links),
                    tuple(bound), tuple(IPv4Interface(gateway) for gateway in gateways))


def path_along(network: Topology, source: str, target: str, links: Sequence[str], direction: Direction) -> Path:
    """The working path between two hosts over these cables."""
    ends = network.host_by_name[source], network.host_by_name[target]
    nodes = [ends[0].at.switch]
    for name in links:
        nodes.append(network.arc_by_ends[name, nodes[-1]].target)
    assert nodes[-1] == ends[1].at.switch
    return Path("working", direction, (source, *nodes, target), (ends[0].access_link, *links, ends[1].access_link),
                0, 0)


def placed(network: Topology, source: str, target: str, forward: Sequence[str], reverse: Sequence[str] | None = None,
           selector: Selector = FAMILY[0], *, name: str = "i", service_class: str = "assured",
           max_bps: int | None = None) -> Placement:
    """A connection placed over these cables: without `reverse` one-way."""
    wish = Connection(f"{name}/{source}-{target}", name, name, source, target, reverse is not None, selector,
                      service_class, bandwidth=Bandwidth(max_bps=max_bps))  # type: ignore[arg-type]
    paths = [path_along(network, source, target, forward, "forward")]
    if reverse is not None:
        paths.append(path_along(network, target, source, reverse, "reverse"))
    return Placement(wish, tuple(paths), ())


def protected(network: Topology, placement: Placement) -> Placement:
    """A placement with a detour, of fewest links, for each of its links that can have one."""
    paths = [path for path in placement.paths if path.role == "working"]
    detours = [detour for path in paths for hop in range(1, len(path.links) - 1)
               for detour in _detour(network, path, hop)]
    return replace(placement, connection=replace(placement.connection, protection="link"), paths=(*paths, *detours))


def _detour(network: Topology, path: Path, hop: int) -> Iterator[Path]:
    graph = nx.Graph()
    graph.add_nodes_from(switch.name for switch in network.switches)
    for link in network.links:
        if link.name != path.links[hop]:
            graph.add_edge(link.a.switch, link.b.switch, link=link.name)
    if nx.has_path(graph, path.nodes[hop], path.nodes[-2]):
        nodes = nx.shortest_path(graph, path.nodes[hop], path.nodes[-2])
        links = [graph[a][b]["link"] for a, b in pairwise(nodes)]
        yield Path("detour", path.direction, (*path.nodes[:hop], *nodes, path.nodes[-1]),
                   (*path.links[:hop], *links, path.links[-1]), 0, 0, path.links[hop])


def by_key(*placements: Placement) -> dict[str, Placement]:
    """Placements as a plan holds them."""
    return {placement.connection.key: placement for placement in sorted(placements, key=lambda p: p.connection.key)}


def trail_of(network: Topology, path: Path) -> tuple[PortId, ...]:
    """The ports by which a packet on a path leaves its switches."""
    target = network.host_by_name[path.nodes[-1]]
    cables = [network.link_by_name[name] for name in path.links[1:-1]]
    outs = [link.a if link.a.switch == node else link.b for link, node in zip(cables, path.nodes[1:-2], strict=True)]
    return (*outs, target.at)


def routes(network: Topology, source: str, target: str) -> list[tuple[str, ...]]:
    """The first few ways between two hosts, shortest first, as names of cables."""
    ends = [network.host_by_name[name].at.switch for name in (source, target)]
    if ends[0] == ends[1]:
        return [()]
    graph = nx.Graph()
    graph.add_nodes_from(switch.name for switch in network.switches)
    for link in network.links:
        graph.add_edge(link.a.switch, link.b.switch, link=link.name)
    return [tuple(graph[a][b]["link"] for a, b in pairwise(nodes))
            for nodes in islice(nx.shortest_simple_paths(graph, *ends), 4)]


@st.composite
def networks(draw: st.DrawFn, most_switches: int = 5, most_hosts: int = 4) -> Topology:
    """A connected network with at least two hosts."""
    switches = draw(st.integers(1, most_switches))
    cables = [(draw(st.integers(1, number - 1)), number) for number in range(2, switches + 1)]
    more = [pair for pair in combinations(range(1, switches + 1), 2) if pair not in cables]
    cables += draw(st.lists(st.sampled_from(more), unique=True, max_size=4)) if more else []
    hosts = draw(st.lists(st.integers(1, switches), min_size=2, max_size=most_hosts))
    return network_of(switches, cables, hosts)


@st.composite
def plans(draw: st.DrawFn, network: Topology, most: int = 4) -> Mapping[str, Placement]:
    """Some connections of a network on ways of their own, some with detours; those of a pair have different, nested
    selectors."""
    pairs = list(combinations([host.name for host in network.hosts], 2))
    wishes = draw(st.lists(st.tuples(st.sampled_from(pairs), st.sampled_from(range(len(FAMILY)))), unique=True,
                           max_size=most))
    found = []
    for (source, target), chosen in wishes:
        ways = st.sampled_from(routes(network, source, target))
        back = draw(st.one_of(st.none(), ways))
        plain = placed(network, source, target, draw(ways), None if back is None else back[::-1],
                       FAMILY[chosen], name=f"i{chosen}", service_class=draw(st.sampled_from(CLASSES[:2])),
                       max_bps=draw(st.sampled_from((None, 5_000_000))))
        found.append(protected(network, plain) if draw(st.booleans()) else plain)
    return by_key(*found)


@st.composite
def disturbed_steps(draw: st.DrawFn, steps: Sequence[Step]) -> list[Step]:
    """Steps in some other order, cut up otherwise, with something left out: mostly wrong."""
    changes = draw(st.permutations([change for step in steps for change in step.changes]))
    changes = changes[:draw(st.integers(max(0, len(changes) - 2), len(changes)))]
    cuts = sorted(draw(st.lists(st.integers(0, len(changes)), max_size=3)))
    bounds = zip([0, *cuts], [*cuts, len(changes)], strict=True)
    return [Step("switch", tuple(changes[start:end])) for start, end in bounds if end > start]


def packet(source: Host, target: Host, **fields: int) -> Packet:
    """A packet of one host to another, UDP from and to port 9 where nothing else is said."""
    sent = {"eth_src": mac_number(source.mac), "eth_dst": mac_number(target.mac), "vlan_vid": 0, "eth_type": 0x0800,
            "ipv4_src": int(source.addresses[0].ip), "ipv4_dst": int(target.addresses[0].ip), "ip_proto": 17,
            "ip_dscp": 0} | fields
    ports = {6: ("tcp_src", "tcp_dst"), 17: ("udp_src", "udp_dst")}.get(sent["ip_proto"], ())
    return Packet(dict.fromkeys(ports, 9) | sent)
