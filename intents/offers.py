"""Counter-offers: the smallest single changes with which a connection that was refused could be placed.

Rules of this file: an offer changes one thing and as little of it as will do, bounds and rates rounded to three digits on
the safe side; it is made only if the connection so changed has a route beside everything that the plan holds.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from intents.capacity import Books, demand
from intents.model import Bandwidth, Connection
from intents.roads import COST_UNIT, LABEL_BYTES, UNKNOWN_NS, Roads
from intents.routes import Route, barred_to, is_round_trip, measure_of, route, weight
from topologies.units import render_rate, render_size, render_time

PACKETS = frozenset((1280, 1024, 512, 256, 128, 64))
"""Largest packets worth offering, in bytes: 1,280 is the least MTU of IPv6, 64 the least Ethernet frame."""

Offer = tuple[str, Connection]
"""A sentence, and the connection as it would be."""


def counter_offers(roads: Roads, books: Books, connection: Connection) -> tuple[Offer, ...]:
    """One for each thing whose change alone would do."""
    def works(offer: Offer) -> bool:
        return route(roads, books, offer[1]) is not None

    barred = barred_to(roads, connection)
    arcs = [number for number in range(len(roads.arcs)) if number not in barred]
    ladders = (_latency(roads, books, connection), _rates(books, connection, arcs), _reverse_rates(books, connection, arcs),
               _bursts(books, connection, arcs), _packets(roads, connection), _unavoided_links(roads, books, connection),
               _unavoided_switches(roads, books, connection), _fewer_stops(roads, books, connection),
               _not_co_routed(connection))
    found = (_mildest(ladder, works) for ladder in ladders)
    return tuple(offer for offer in found if offer is not None)


def fastest(roads: Roads, books: Books, connection: Connection) -> tuple[int, Route] | None:
    """The least value that the latency bound could have, in ns, and the route that has it; `None` where no bound is asked
    or no path of known delays is free."""
    if connection.latency is None:
        return None
    loose = replace(connection.latency, max_ns=UNKNOWN_NS - 1, strict=False)
    chosen = route(roads, books, replace(connection, latency=loose, objective="min-latency"))
    if chosen is None:
        return None
    spent = [weight(roads, measure_of(connection), trail) % COST_UNIT for _, trail in chosen.trails()]
    return sum(spent) if is_round_trip(connection) else max(spent), chosen


def _mildest(ladder: Sequence[Offer], works: Callable[[Offer], bool]) -> Offer | None:
    """The first offer of a ladder that works, where every one after it works too."""
    first, last = 0, len(ladder) - 1
    if not ladder or not works(ladder[last]):
        return None
    while first < last:
        middle = (first + last) // 2
        first, last = (first, middle) if works(ladder[middle]) else (middle + 1, last)
    return ladder[last]


def _latency(roads: Roads, books: Books, connection: Connection) -> list[Offer]:
    bound, best = connection.latency, fastest(roads, books, connection)
    if bound is None or best is None or bound.admits(best[0]):
        return []
    enough = -_to_three_digits(-best[0] - bound.strict)
    return [(f"latency {render_time(bound.max_ns)} -> {render_time(enough)}",
             replace(connection, latency=replace(bound, max_ns=enough)))]


def _rates(books: Books, connection: Connection, arcs: Collection[int]) -> list[Offer]:
    """Lower rates, of both directions where the reverse has none of its own; at last none."""
    wished = connection.bandwidth
    if wished.guaranteed_bps is None:
        return []
    return [(f"bandwidth {render_rate(wished.guaranteed_bps)} -> {render_rate(rate)}",
             _with(connection, replace(wished, guaranteed_bps=rate)))
            for rate in _rates_below(books, arcs, wished.guaranteed_bps)] + [
           ("without guaranteed bandwidth", _with(connection, replace(wished, guaranteed_bps=None)))]


def _reverse_rates(books: Books, connection: Connection, arcs: Collection[int]) -> list[Offer]:
    asked = connection.bandwidth.reverse_bps
    if asked is None or not connection.both_ways:
        return []
    return [(f"reverse bandwidth {render_rate(asked)} -> {render_rate(rate)}",
             _with(connection, replace(connection.bandwidth, reverse_bps=rate)))
            for rate in _rates_below(books, arcs, asked)]


def _rates_below(books: Books, arcs: Collection[int], asked_bps: int) -> list[int]:
    """What some arc has left and is less than asked, the most first: the rates at which other paths become wide enough."""
    left = {_to_three_digits(books.left_bps(arc)) for arc in arcs}
    return sorted((rate for rate in left if 0 < rate < asked_bps), reverse=True)


def _bursts(books: Books, connection: Connection, arcs: Collection[int]) -> list[Offer]:
    wished = demand(connection, "forward") or demand(connection, "reverse")
    if wished is None:
        return []
    left = {books.left_bytes(arc, wished) for arc in arcs}
    return [(f"burst {render_size(wished.burst_bytes)} -> {render_size(burst)}",
             _with(connection, replace(connection.bandwidth, burst_bytes=burst)))
            for burst in sorted(left, reverse=True) if wished.packet_bytes <= burst < wished.burst_bytes]


def _packets(roads: Roads, connection: Connection) -> list[Offer]:
    """Smaller packets; a burst of one packet shrinks with it."""
    wished, packet = connection.bandwidth, connection.bandwidth.max_packet_bytes
    sizes = PACKETS | {arc.mtu - LABEL_BYTES for arc in roads.arcs}
    return [(f"max-packet {render_size(packet)} -> {render_size(size)}",
             _with(connection, replace(wished, max_packet_bytes=size,
                                       burst_bytes=size if wished.burst_bytes == packet else wished.burst_bytes)))
            for size in sorted(sizes, reverse=True) if min(PACKETS) <= size < packet]


def _with(connection: Connection, bandwidth: Bandwidth) -> Connection:
    return replace(connection, bandwidth=bandwidth)


def _unavoided_links(roads: Roads, books: Books, connection: Connection) -> list[Offer]:
    """Without avoiding those links that the path takes where none is avoided."""
    chosen = route(roads, books, replace(connection, avoid_links=frozenset())) if connection.avoid_links else None
    taken = {roads.arcs[arc].link for _, trail in chosen.trails() for arc in trail} if chosen else set()
    needed = connection.avoid_links & taken
    return [(f"without avoid links {', '.join(sorted(needed))}",
             replace(connection, avoid_links=connection.avoid_links - needed))] if needed else []


def _unavoided_switches(roads: Roads, books: Books, connection: Connection) -> list[Offer]:
    """Without avoiding those switches that the path takes where none is avoided."""
    chosen = route(roads, books, replace(connection, avoid_switches=frozenset())) if connection.avoid_switches else None
    taken = {roads.arcs[arc].target for _, trail in chosen.trails() for arc in trail} if chosen else set()
    needed = connection.avoid_switches & taken
    return [(f"without avoid switches {', '.join(sorted(needed))}",
             replace(connection, avoid_switches=connection.avoid_switches - needed))] if needed else []


def _fewer_stops(roads: Roads, books: Books, connection: Connection) -> list[Offer]:
    """Without the first stop that is one too many, else without any."""
    single = [(f"without via {stop}", replace(connection, via=connection.via[:place] + connection.via[place + 1:]))
              for place, stop in enumerate(connection.via)]
    whole = [(f"without via {', '.join(connection.via)}", replace(connection, via=()))]
    return next(([offer] for offer in single if route(roads, books, offer[1])), whole) if connection.via else []


def _not_co_routed(connection: Connection) -> list[Offer]:
    return [("without co-routed", replace(connection, co_routed=False))] if connection.co_routed else []


def _to_three_digits(value: int) -> int:
    unit = int("1" + "0" * (len(str(abs(value))) - 3))
    return value // unit * unit
