"""Why a connection cannot be had, with a witness.

Rules of this file: reasons are told apart by leaving constraints out. What has a path but for its rate is refused for
BANDWIDTH, what has one but for its bound too for LATENCY, but for its size too for MTU; the rest is NO_PATH. What has
one, and not the detours that it requires, is refused for PROTECTION. What could be placed if nobody kept apart is refused
for DIVERSITY; what could not either is told as if nobody did.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from intents.asked import barred_to, ends, largest_packet
from intents.budget import hop
from intents.capacity import Books
from intents.chosen import Route, claims
from intents.entanglement import entanglement
from intents.exposure import exposure
from intents.model import Connection, LatencyBound, Reason, Refusal, Selector, but
from intents.offers import Offer, Offers, fastest
from intents.protection import protected_route
from intents.rewrite import rewritten
from intents.roads import LABEL_BYTES, UNKNOWN_NS, Roads
from intents.routes import route
from topologies.model import FIBRE_NS_PER_KM, Arc
from topologies.units import render_rate, render_size, render_time

US = 1_000
MS = 1_000_000

NAMED_AT_MOST = 8
"""Links that a sentence lists."""

WAITS = "waits until the paths that this plan gives up are left"
"""The message of who has a place then (`Refusal.waits`)."""

Finding = tuple[Reason, str, tuple[Offer, ...], bool]
"""Reason, message, counter-offers, and whether a fact is missing."""


class Refusals:
    """Refusals of one plan, made when its books are closed and all have left in them what they give up; if it `is_moving`
    anybody, some only wait for that. Connections that differ in nothing that matters are looked into once."""

    def __init__(self, roads: Roads, books: Books, is_moving: bool = False):
        self._roads, self._books, self._is_moving = roads, books, is_moving
        self._offers = Offers(roads, books)
        self._found: dict[Connection, Finding] = {}

    def of(self, connection: Connection) -> Refusal:
        """Why this connection has no place in the plan, and with what change it would."""
        alike = but(connection, key="", title="", selector=Selector(), priority=0, slice=None, tenant=None,
                        provenance=(), intent=connection.intent if self._books.apart.minds(connection) else "")
        if alike not in self._found:
            self._found[alike] = self._finding(alike)
        reason, message, offers, is_undeclared = self._found[alike]
        asked = but(alike, provenance=connection.provenance)
        return Refusal(connection.key, connection.title, connection.intent, reason, message,
                       tuple(sentence for sentence, _ in offers), is_undeclared,
                       tuple(rewritten(asked, offered) for _, offered in offers), message == WAITS)

    def _finding(self, connection: Connection) -> Finding:
        if (self._is_moving or self._books.kept_off) and protected_route(self._roads, self._books, connection):
            return Reason.BANDWIDTH, WAITS, (), False
        offers = tuple(self._offers.of(connection))
        reason, message = _reason(self._roads, self._books, connection, offers)
        is_undeclared = reason is Reason.LATENCY and self._offers.fastest(connection) is None
        return reason, message, offers, is_undeclared


def _reason(roads: Roads, books: Books, connection: Connection, offers: Iterable[Offer]) -> tuple[Reason, str]:
    if books.apart.minds(connection):
        if (witness := entanglement(roads, books, connection)) is not None:
            return Reason.DIVERSITY, witness
        books = books.with_apart(books.apart.anew())
    if connection.protection != "none" and connection.protection_required and (
            chosen := route(roads, books, connection)):
        return Reason.PROTECTION, exposure(roads, books, connection, chosen)
    unreserved = but(connection, bandwidth=replace(connection.bandwidth, guaranteed_bps=None, reverse_bps=None))
    if chosen := route(roads, books, unreserved):
        return Reason.BANDWIDTH, _bandwidth(roads, books, connection, offers, chosen)
    unbounded = but(unreserved, latency=None)
    if chosen := route(roads, books, unbounded):
        return Reason.LATENCY, _latency(roads, books, unreserved, chosen)
    unsized = but(unbounded, bandwidth=replace(unbounded.bandwidth, max_packet_bytes=1))
    if chosen := route(roads, books, unsized):
        return Reason.MTU, _mtu(roads, connection, chosen)
    return Reason.NO_PATH, _no_path(roads, connection)


def _bandwidth(roads: Roads, books: Books, connection: Connection, offers: Iterable[Offer], free: Route) -> str:
    """The bottleneck of the widest path, or of the free one where none has any room."""
    narrower = (offer for _, offer in offers if offer.bandwidth.guaranteed_bps != connection.bandwidth.guaranteed_bps)
    widest = next((found for offer in narrower if (found := route(roads, books, offer))), free)
    asked = claims(connection, widest)
    narrow = min(((books.left_bps(arc), arc, wished) for arc, wished in asked if books.left_bps(arc) < wished.rate_bps),
                 key=lambda found: found[:2], default=None)
    if narrow:
        left, number, wished = narrow
        return (f"{render_rate(wished.rate_bps)} are asked and the bottleneck, {_arc(roads, number)}, has "
                f"{render_rate(max(0, left))} of {render_rate(roads.arcs[number].capacity_bps)} left")
    short = min(((books.left_bytes(arc, wished), arc, wished) for arc, wished in asked
                 if books.left_bytes(arc, wished) < wished.burst_bytes), key=lambda found: found[:2], default=None)
    if short:
        left, number, wished = short
        return (f"a burst of {render_size(wished.burst_bytes)} is asked and the {wished.service_class} queue of "
                f"{_arc(roads, number)} has room for {render_size(max(0, left))}")
    meeting = next(_arc(roads, arc) for arc in sorted(frozenset(widest.forward).intersection(widest.reverse)))
    return f"both directions can only meet on {meeting}, which has no room for the sum"


def _latency(roads: Roads, books: Books, connection: Connection, free: Route) -> str:
    """The best value and its tightest hop, or what makes it unknown, or why no network could do better."""
    bound, best = connection.latency, fastest(roads, books, connection)
    assert bound is not None, "only a connection with a bound is refused for its latency"
    asked = f"{'under' if bound.strict else 'at most'} {render_time(bound.max_ns)}"
    if best is None:
        arcs = (roads.arcs[number] for _, trail in free.trails() for number in trail)
        unknown = {arc.link for arc in arcs if arc.delay_ns is None}
        return f"{asked} is asked and the delay of {_listed(unknown)} is unknown, which meets no bound; declare it"
    return (_too_far(roads, connection, bound, asked, free)
            or f"{asked} is asked and the best path takes {_told(best[0])}; its tightest hop is "
            f"{_tightest(roads, connection, best[1])}") + _left_out(roads, connection, bound)


def _too_far(roads: Roads, connection: Connection, bound: LatencyBound, asked: str, free: Route) -> str | None:
    """What light alone needs, where that breaks the bound: never where it is fast enough on the route that is free."""
    light = roads.along(free.forward).delay_ns
    if light is not None and bound.admits(_ways(bound) * light):
        return None
    delays = [UNKNOWN_NS if arc.delay_ns is None else arc.delay_ns for arc in roads.arcs]
    one_way, ways = _least_ns(roads, connection, delays), _ways(bound)
    if bound.admits(ways * one_way):
        return None
    within = bound.max_ns // ways // FIBRE_NS_PER_KM
    return (f"{asked} is asked and propagation alone takes {_told(ways * one_way)} ({one_way // FIBRE_NS_PER_KM} km "
            f"of fibre); light gets {within} km far in time" + ("; sub-ms is a metro promise" if bound.max_ns <= MS else ""))


def _tightest(roads: Roads, connection: Connection, chosen: Route) -> str:
    packet = connection.bandwidth.max_packet_bytes
    lines = [line for direction, trail in chosen.trails() for arc in trail
             if (line := roads.lines(connection.service_class, packet, direction)[arc]) is not None]
    line = max(lines, key=lambda line: line.total_ns)
    parts = {"propagation": line.propagation_ns, "own packet": line.serialisation_ns, "blocking": line.blocking_ns,
             "queue": line.queueing_ns, "switch": line.switch_ns}
    told = ", ".join(f"{_told(part)} {name}" for name, part in parts.items() if part)
    return f"{line.link} with {_told(line.total_ns)} ({told})"


def _left_out(roads: Roads, connection: Connection, bound: LatencyBound) -> str:
    """Links over which the bound might be met, were their delay known: were it nothing, it would be."""
    if connection.pinned is not None:
        return ""
    unknown = barred_to(roads, connection) - barred_to(roads, but(connection, latency=None))
    if not unknown:
        return ""
    lines = [hop(roads.network, replace(arc, delay_ns=arc.delay_ns or 0), "forward", connection.service_class,
                 connection.bandwidth.max_packet_bytes) for arc in roads.arcs]
    least = _least_ns(roads, connection, [line.total_ns if line else 0 for line in lines])
    if not bound.admits(least * _ways(bound)):
        return ""
    links = {roads.arcs[arc].link for arc in unknown}
    return f"; the delay of {_listed(links)} is unknown and so meets no bound: declare it if it is short"


def _least_ns(roads: Roads, connection: Connection, weights: Sequence[int]) -> int:
    """The least sum of such weights from host to host, whatever the constraints."""
    source, target = ends(roads, connection, "forward")
    between = roads.distances_by(weights, target.at.switch)[source.at.switch]
    return between + sum(weights[arc] for arc in roads.access(source, target))


def _ways(bound: LatencyBound) -> int:
    return 2 if bound.kind == "round-trip" else 1


def _mtu(roads: Roads, connection: Connection, chosen: Route) -> str:
    packet = largest_packet(roads, connection)
    narrow = {roads.arcs[arc].link: roads.arcs[arc].mtu for _, trail in chosen.trails() for arc in trail
              if roads.arcs[arc].mtu < packet + roads.overhead(arc)}
    least = min(narrow.values())
    return (f"a packet of {packet} B under a label of {LABEL_BYTES} B does not fit into the mtu of {least} B of "
            f"{_listed(narrow)}; set that mtu to {packet + LABEL_BYTES} B, or max-packet to {least - LABEL_BYTES} B")


def _no_path(roads: Roads, connection: Connection) -> str:
    """The smaller of the cuts around the two ends, or around a switch to pass that is cut off."""
    shut = roads.barred(connection.avoid_links, connection.avoid_switches, 0, False)
    for links in connection.pinned or ():
        arcs = [arc for arc in roads.arcs if arc.link in links]
        if all(roads.number[arc.link, arc.source] in shut for arc in arcs):
            told = sorted({f"{arc.link} ({_why_shut(roads, connection, arc)})" for arc in arcs})
            return f"the pinned path takes {' or '.join(told)}"
    source, target = connection.source, connection.target
    around = _reached(roads, source, shut)
    for stop in (*connection.via, target):
        if stop not in around:
            cuts = [_cut(roads, connection, inside) for inside in (around, _reached(roads, stop, shut))]
            cut = min(cuts, key=lambda cut: (len(cut), cut))
            return f"{stop} cannot be reached from {source}: " + (
                f"every way crosses {_listed(cut)}" if cut else "no links join them")
    return (f"no path from {source} to {target} that visits no switch twice was found through "
            f"{', '.join(connection.via)} in this order")


def _reached(roads: Roads, start: str, shut: frozenset[int]) -> frozenset[str]:
    """Every node with a way from `start`; no host but the first is left again, as it has one link only."""
    found, todo = {start}, [start]
    while todo:
        node = todo.pop()
        for arc in roads.network.arcs_from.get(node, ()):
            if arc.target not in found and roads.number[arc.link, node] not in shut:
                found.add(arc.target)
                todo.append(arc.target)
    return frozenset(found)


def _cut(roads: Roads, connection: Connection, inside: frozenset[str]) -> list[str]:
    """The links that leave a set of nodes, each with why it cannot be used."""
    leaving = [arc for arc in roads.arcs if arc.source in inside and arc.target not in inside]
    return sorted({f"{arc.link} ({_why_shut(roads, connection, arc)})" for arc in leaving})


def _why_shut(roads: Roads, connection: Connection, arc: Arc) -> str:
    if arc.link in roads.down:
        return "down"
    return "avoided" if arc.link in connection.avoid_links else "at an avoided switch"


def _told(time_ns: int) -> str:
    """To the ns, or from a millisecond on to the us above."""
    return render_time(time_ns if time_ns < MS else -(-time_ns // US) * US)


def _arc(roads: Roads, number: int) -> str:
    arc = roads.arcs[number]
    return f"link {arc.link} from {arc.source} to {arc.target}"


def _listed(names: Collection[str]) -> str:
    named = sorted(names)[:NAMED_AT_MOST]
    return ", ".join(named) + (f" and {len(names) - len(named)} more" if len(names) > len(named) else "")
