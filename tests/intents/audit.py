"""Placements judged by the words of the language, without the planner's own searches and books."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import combinations, pairwise, product

from intents.budget import hop
from intents.model import Connection, Direction, Path, Placement
from intents.roads import LABEL_BYTES
from tests.intents.wishes import simple_trails
from topologies.model import Arc, Topology

NS = 1_000_000_000


def broken(network: Topology, placement: Placement, down: frozenset[str]) -> Iterator[str]:
    """What a placement breaks of its connection's constraints, room aside."""
    wish, spent = placement.connection, {}
    directions: tuple[Direction, ...] = ("forward", "reverse") if wish.both_ways else ("forward",)
    working = _working(placement)
    if tuple(path.direction for path in working) != directions:
        yield "directions"
    for path in working:
        arcs = arcs_of(network, path)
        yield from _broken_path(network, wish, path, arcs, down)
        spent[path.direction] = budget_ns(network, wish, path)
        if wish.latency and spent[path.direction] is None:
            yield "unknown delay under a bound"
    if wish.co_routed and wish.both_ways and placement.paths[0].links != placement.paths[1].links[::-1]:
        yield "co-routed"
    if not _is_in_time(wish, list(spent.values())):
        yield "latency"
    standby = [path for path in placement.paths if path.role == "standby"]
    if standby:
        second = replace(placement, paths=tuple(replace(path, role="working") for path in standby))
        yield from (f"standby: {what}" for what in broken(network, second, down))
        if not unlike(replace(placement, paths=tuple(working)), second):
            yield "shared with the standby"
    for name in sorted({path.protects for path in placement.paths if path.protects}):
        yield from _broken_detours(network, placement, name, down)
    if wish.protection == "node":
        yield from _broken_past_switches(network, placement)


def unlike(one: Placement, other: Placement) -> bool:
    """Whether two ways to run a connection share no link between switches, and at level node no switch but at their ends."""
    links = [{link for path in _working(each) for link in path.links[1:-1]} for each in (one, other)]
    nodes = [{node for path in _working(each) for node in path.nodes[2:-2]} for each in (one, other)]
    return links[0].isdisjoint(links[1]) and (one.connection.protection != "node" or nodes[0].isdisjoint(nodes[1]))


def _is_in_time(wish: Connection, spent: list[int | None]) -> bool:
    delays = [delay for delay in spent if delay is not None]
    judged = [sum(delays)] if wish.latency and wish.latency.kind == "round-trip" else delays
    return wish.latency is None or len(delays) < len(spent) or all(map(wish.latency.admits, judged))


def _broken_detours(network: Topology, placement: Placement, failed: str, down: frozenset[str]) -> Iterator[str]:
    """What the ways of a connection break while a link is dead."""
    wish, ways = placement.connection, []
    for path in _working(placement):
        around = [way for way in placement.detours(path.direction) if way.protects == failed]
        ways += around or [path]
        for way in around:
            place = path.links.index(failed)
            shared = (path.nodes[:place + 1], path.links[:place])
            if len(around) != 1 or (way.nodes[:place + 1], way.links[:place]) != shared:
                yield f"the detour of {failed} does not begin before it"
            if failed in way.links or len(set(way.nodes[place:])) != len(way.nodes[place:]):
                yield f"the detour of {failed} is no simple path around it"
            yield from _broken_path(network, wish, way, arcs_of(network, way), down)
    spent = [budget_ns(network, wish, way) for way in ways]
    if wish.latency and (None in spent or not _is_in_time(wish, spent)):
        yield f"latency while {failed} is dead"


def _broken_past_switches(network: Topology, placement: Placement) -> Iterator[str]:
    """What the ways of a connection break while a switch is dead that its hosts are not at and that it survives."""
    for switch, ways in _ways_past(placement):
        spent = [budget_ns(network, placement.connection, way) for way in ways]
        if not _is_in_time(placement.connection, spent):
            yield f"latency while {switch} is dead"


def stopped_by(placement: Placement) -> set[str]:
    """The switches, other than those of its hosts, whose death stops a direction of a connection."""
    passed = {node for path in _working(placement) for node in path.nodes[2:-2]}
    return passed - {switch for switch, ways in _ways_past(placement) if len(ways) == len(_working(placement))}


def _ways_past(placement: Placement) -> Iterator[tuple[str, list[Path]]]:
    """For each such switch on the way, the ways that are left when it is dead."""
    for switch in sorted({node for path in _working(placement) for node in path.nodes[2:-2]}):
        spared = [path for path in _working(placement) if switch not in path.nodes]
        yield switch, spared + [way for way in _turned(placement, switch) if switch not in way.nodes]


def _turned(placement: Placement, switch: str) -> list[Path]:
    """The detours that packets take when a switch dies on their way, other than at its ends."""
    return [way for path in _working(placement) for link, node in zip(path.links[1:-2], path.nodes[2:-2], strict=True)
            for way in placement.detours(path.direction) if node == switch and way.protects == link]


def _gone_over(placement: Placement, failed: str) -> list[Path]:
    """The standby, if a link or a switch between the ends fails on the way."""
    passed = {name for path in _working(placement) for name in (*path.links[1:-1], *path.nodes[2:-2])}
    return [path for path in placement.paths if path.role == "standby" and failed in passed]


def budget_ns(network: Topology, wish: Connection, path: Path) -> int | None:
    """The worst case of any path of a connection, None where a delay is unknown."""
    lines = [hop(network, arc, path.direction, wish.service_class, wish.bandwidth.max_packet_bytes)
             for arc in arcs_of(network, path)]
    return None if None in lines else sum(line.total_ns for line in lines if line)


def _broken_path(network: Topology, wish: Connection, path: Path, arcs: list[Arc], down: frozenset[str]) -> Iterator[str]:
    ends = (wish.source, wish.target) if path.direction == "forward" else (wish.target, wish.source)
    via = wish.via if path.direction == "forward" else wish.via[::-1]
    hosts = [network.host_by_name[name] for name in ends]
    packet = min(wish.bandwidth.max_packet_bytes, *(host.mtu for host in hosts))
    if (path.nodes[0], path.nodes[-1]) != ends or (path.role == "working" and len(set(path.nodes)) != len(path.nodes)):
        yield "not a simple path between the hosts"
    if not down.isdisjoint(path.links) or not wish.avoid_links.isdisjoint(path.links):
        yield "link"
    if not wish.avoid_switches.isdisjoint(path.nodes):
        yield "switch"
    if wish.pinned is not None and path.role == "working":
        hops = wish.pinned if path.direction == "forward" else wish.pinned[::-1]
        if [link in hop for link, hop in zip(path.links[1:-1], hops, strict=False)] != [True] * max(
                len(hops), len(path.links) - 2):
            yield "pinned"
    nodes = iter(path.nodes)
    if not all(stop in nodes for stop in via):
        yield "via"
    if any(arc.mtu < packet + LABEL_BYTES for arc in arcs[1:-1]):
        yield "mtu"


def entangled(network: Topology, placements: Iterable[Placement]) -> Iterator[str]:
    """What connections share that are to be kept apart."""
    for one, other in combinations(placements, 2):
        for asker, named in ((one, other), (other, one)):
            wish = asker.connection
            if named.connection.intent in wish.diverse_from - {wish.intent}:
                yield from (f"{what} of {wish.key} and {named.connection.key}" for what in sorted(
                    _common(network, one, other, wish.diverse_level)))
            if wish.is_exclusive and named.connection.intent != wish.intent:
                yield from (f"{what} of {wish.key}, whose own it is, and {named.connection.key}" for what in sorted(
                    _common(network, one, other, "link")))


def _common(network: Topology, one: Placement, other: Placement, level: str) -> set[str]:
    links = [each.links & network.link_by_name.keys() for each in (one, other)]
    common = set(links[0] & links[1])
    if level == "srlg":
        groups = [{group for name in names for group in network.link_by_name[name].srlg} for names in links]
        common |= groups[0] & groups[1]
    if level == "node":
        passed = [{node for path in _working(each) for node in path.nodes[1:-1]} for each in (one, other)]
        ends = [{path.nodes[place] for path in _working(each) for place in (1, -2)} for each in (one, other)]
        common |= (passed[0] & passed[1]) - (ends[0] & ends[1])
    return common


def overbooked(network: Topology, before: Mapping[str, Placement], after: Mapping[str, Placement],
               down: frozenset[str] = frozenset()) -> Iterator[str]:
    """Arcs and queues that hold more than they may at some instant between two plans: what moves has its old place
    until it has its new one, the larger of the two where they meet; and one link may fail."""
    rates: dict[Arc, int] = defaultdict(int)
    bursts: dict[tuple[Arc, str], int] = defaultdict(int)
    packets: dict[tuple[Arc, str], int] = {}
    for key, placement in after.items():
        shares = [_share(network, placement, _working(placement))]
        old = before.get(key)
        if old is not None and [path.links for path in old.paths] != [path.links for path in placement.paths]:
            alive = [path for path in _working(old) if down.isdisjoint(path.links)]
            shares.append(_share(network, old, alive))
        for arc in {arc for rate, _, _ in shares for arc in rate}:
            rates[arc] += max(rate.get(arc, 0) for rate, _, _ in shares)
        for queue in {queue for _, burst, _ in shares for queue in burst}:
            bursts[queue] += max(burst.get(queue, 0) for _, burst, _ in shares)
            least = min(packet.get(queue, 1 << 30) for _, _, packet in shares)
            packets[queue] = min(packets.get(queue, 1 << 30), least)
    brought = [_brought(network, [(each, [way for way in each.paths if way.protects == failed] + _gone_over(each, failed))
                                  for each in after.values()], packets) for failed in network.link_by_name]
    for failed in network.switch_by_name:
        turned = [(each, _turned(each, failed) + _gone_over(each, failed)) for each in after.values()]
        spared = [(each, ways) for each, ways in turned if each.connection.protection == "node"]
        survived = _brought(network, spared, packets)
        brought.append(tuple({place: amount for place, amount in all_of.items() if place in counting}  # type: ignore[arg-type]
                             for all_of, counting in zip(_brought(network, turned, packets), survived, strict=True)))
    for arc in rates.keys() | {arc for rate, _ in brought for arc in rate}:
        rates[arc] += max((rate.get(arc, 0) for rate, _ in brought), default=0)
    for queue in bursts.keys() | {queue for _, burst in brought for queue in burst}:
        bursts[queue] += max((burst.get(queue, 0) for _, burst in brought), default=0)
    yield from (f"{rate} bps on {arc.link} from {arc.source}" for arc, rate in rates.items() if rate > arc.capacity_bps)
    yield from (f"{burst} B in the queue {queue} of {arc.link} from {arc.source}" for (arc, queue), burst in bursts.items()
                if (burst - packets[arc, queue]) * 8 * NS > network.queue_ns(queue) * arc.capacity_bps)


def _brought(network: Topology, turned: Iterable[tuple[Placement, list[Path]]], packets: dict[tuple[Arc, str], int],
             ) -> tuple[dict[Arc, int], dict[tuple[Arc, str], int]]:
    """What a failure brings to arcs and queues beside what is reserved there by turning placements to these detours;
    `packets` learns of it."""
    rates: dict[Arc, int] = defaultdict(int)
    bursts: dict[tuple[Arc, str], int] = defaultdict(int)
    for placement, ways in turned:
        for way in ways:
            path = placement.working(way.direction)
            assert path is not None
            _, burst, packet = _share(network, placement, [way])
            _, usual, _ = _share(network, placement, [path])
            for queue in burst:
                times = (burst[queue] - usual.get(queue, 0)) // max(1, min(burst.values()))
                if times > 0:
                    rates[queue[0]] += times * way.reserved_bps
                    bursts[queue] += burst[queue] - usual.get(queue, 0)
                    packets[queue] = min(packets.get(queue, 1 << 30), packet[queue])
    return rates, bursts


def _working(placement: Placement) -> list[Path]:
    return [path for path in placement.paths if path.role == "working"]


def every_placement(network: Topology, wish: Connection) -> Iterator[Placement]:
    """Every way to run a connection on simple paths, whether it obeys anything or not."""
    there = list(_paths(network, wish, "forward"))
    back = list(_paths(network, wish, "reverse")) if wish.both_ways else []
    for paths in product(there, back) if wish.both_ways else ((path,) for path in there):
        yield Placement(wish, tuple(paths), ())


def arcs_of(network: Topology, path: Path) -> list[Arc]:
    """The arcs of a path; fails where it is none."""
    arcs = [network.arc_by_ends[hop] for hop in zip(path.links, path.nodes[:-1], strict=True)]
    assert [arc.target for arc in arcs] == list(path.nodes[1:])
    assert all(one.target == other.source for one, other in pairwise(arcs))
    return arcs


def _paths(network: Topology, wish: Connection, direction: Direction) -> Iterator[Path]:
    names = (wish.source, wish.target) if direction == "forward" else (wish.target, wish.source)
    source, target = (network.host_by_name[name] for name in names)
    for trail in simple_trails(network, source.at.switch, target.at.switch):
        arcs = [network.arcs[number] for number in trail]
        yield Path("working", direction, (source.name, source.at.switch, *(arc.target for arc in arcs), target.name),
                   (source.access_link, *(arc.link for arc in arcs), target.access_link), None, 0)


Share = tuple[dict[Arc, int], dict[tuple[Arc, str], int], dict[tuple[Arc, str], int]]


def _share(network: Topology, placement: Placement, paths: "tuple[Path, ...] | list[Path]") -> Share:
    """What some paths of a connection reserve: rates, bursts, and their smallest packets."""
    wish, asked = placement.connection, placement.connection.bandwidth
    rates: dict[Arc, int] = defaultdict(int)
    bursts: dict[tuple[Arc, str], int] = defaultdict(int)
    packets: dict[tuple[Arc, str], int] = {}
    for path in paths:
        rate = asked.reverse_bps if path.direction == "reverse" and asked.reverse_bps is not None else asked.guaranteed_bps
        for arc in arcs_of(network, path) if rate else ():
            rates[arc] += rate
            bursts[arc, wish.service_class] += max(asked.burst_bytes or 0, asked.max_packet_bytes)
            packets[arc, wish.service_class] = asked.max_packet_bytes
    return dict(rates), dict(bursts), packets
