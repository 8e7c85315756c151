"""Counter-offers: the smallest single changes with which a connection that was refused could be placed.

Rules of this file: an offer changes one thing and as little of it as will do, bounds and rates rounded to three digits on
the safe side; it is made only if the connection so changed has a route beside everything that the plan holds.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import combinations, islice
from typing import Any, Literal

from intents.asked import is_round_trip, is_too_far, measure_of
from intents.capacity import Books, Demand, demand
from intents.chosen import Route, weight
from intents.exposure import fastest_protected_ns
from intents.model import Connection, DiversityLevel, but
from intents.protection import protected_route
from intents.roads import COST_UNIT, LABEL_BYTES, UNKNOWN_NS, Roads
from intents.routes import route
from topologies.units import render_rate, render_size, render_time

PACKETS = frozenset((1280, 1024, 512, 256, 128, 64))
"""Largest packets worth offering, in bytes: 1,280 is the least MTU of IPv6, 64 the least Ethernet frame."""

TIMES = (1, 2, 3, 4)
"""How often a connection may count on one arc: each direction on its way, and by a detour."""

EFFORT = 500
"""Sets of things to give up that are tried for one offer: all of them on a small network."""

Offer = tuple[str, Connection]
"""A sentence, and the connection as it would be."""


def fastest(roads: Roads, books: Books, connection: Connection) -> tuple[int, Route] | None:
    """The least value that the latency bound could have, in ns, and the route that has it; `None` where no bound is asked
    or no path of known delays is free."""
    if connection.latency is None:
        return None
    loose = replace(connection.latency, max_ns=UNKNOWN_NS - 1, strict=False)
    chosen = route(roads, books, but(connection, latency=loose, objective="min-latency"))
    if chosen is None:
        return None
    spent = [weight(roads, measure_of(connection), trail) % COST_UNIT for _, trail in chosen.trails()]
    return sum(spent) if is_round_trip(connection) else max(spent), chosen


class Offers:
    """Offers beside one plan, made when its books are closed."""

    def __init__(self, roads: Roads, books: Books):
        self._roads, self._books = roads, books
        left = {_to_three_digits(books.left_bps(arc) // times) for arc in range(len(roads.arcs)) for times in TIMES}
        self._rates = sorted((rate for rate in left if rate > 0), reverse=True)
        self._sizes = sorted(PACKETS | {arc.mtu - LABEL_BYTES for arc in roads.arcs}, reverse=True)
        self._bursts: dict[tuple[str, int], Sequence[int]] = {}
        self._fastest: dict[Connection, tuple[int, Route] | None] = {}

    def of(self, connection: Connection) -> Iterator[Offer]:
        """One for each thing whose change alone would do."""
        for kind in (self._diversity, self._diversity_level, self._isolation, self._protection, self._protection_level,
                     self._latency, self._rate, self._reverse_rate, self._burst, self._packet, self._avoided_links,
                     self._avoided_switches, self._stops, self._pin, self._co_routing):
            offer = kind(connection)
            if offer is not None:
                yield offer

    def _diversity(self, connection: Connection) -> Offer | None:
        others = connection.diverse_from
        return self._without(others, others, lambda given_up: (
            f"without diversity from {', '.join(sorted(given_up))}", but(connection, diverse_from=others - given_up)))

    def _diversity_level(self, connection: Connection) -> Offer | None:
        """At a level that asks for less, or for something else."""
        levels: tuple[DiversityLevel, ...] = ("srlg", "node", "link")
        tried = (self._working(f"diversity {connection.diverse_level} -> {level}",
                               but(connection, diverse_level=level))
                 for level in levels if connection.diverse_from and connection.diverse_level not in ("link", level))
        return next((offer for offer in tried if offer), None)

    def _isolation(self, connection: Connection) -> Offer | None:
        return self._working("isolation exclusive -> shared", but(connection, is_exclusive=False)) if (
            connection.is_exclusive) else None

    def _protection(self, connection: Connection) -> Offer | None:
        return self._working("without protection", but(connection, protection="none")) if (
            connection.protection != "none" and connection.protection_required) else None

    def _protection_level(self, connection: Connection) -> Offer | None:
        return self._working("protection node -> link", but(connection, protection="link")) if (
            connection.protection == "node" and connection.protection_required) else None

    def _latency(self, connection: Connection) -> Offer | None:
        bound, best = connection.latency, self._least_ns(connection)
        if bound is None or best is None or bound.admits(best):
            return None
        enough = -_to_three_digits(-best - bound.strict)
        severe = bound.severe_above_ns if (bound.severe_above_ns or 0) > enough else None
        sentence = f"latency {render_time(bound.max_ns)} -> {render_time(enough)}"
        changed = but(connection, latency=replace(bound, max_ns=enough, severe_above_ns=severe))
        return (sentence, changed) if _is_sought_by_time(connection) else self._working(sentence, changed)

    def _least_ns(self, connection: Connection) -> int | None:
        """The least bound that the connection could have as it is, `None` where none would do."""
        if connection.protection != "none" and connection.protection_required:
            return fastest_protected_ns(self._roads, self._books, connection)
        best = self.fastest(connection)
        return best and best[0]

    def fastest(self, connection: Connection) -> tuple[int, Route] | None:
        """As `fastest` beside this plan has it."""
        if connection not in self._fastest:
            self._fastest[connection] = fastest(self._roads, self._books, connection)
        return self._fastest[connection]

    def _rate(self, connection: Connection) -> Offer | None:
        """A lower rate, of both directions where the reverse has none of its own; else none."""
        asked = connection.bandwidth.guaranteed_bps
        if asked is None:
            return None
        none = self._working("without guaranteed bandwidth", _with(connection, guaranteed_bps=None))
        return none and (self._mildest(self._rates, asked, lambda rate: (
            f"bandwidth {render_rate(asked)} -> {render_rate(rate)}", _with(connection, guaranteed_bps=rate))) or none)

    def _reverse_rate(self, connection: Connection) -> Offer | None:
        """A lower rate of its own for the reverse direction; else none."""
        asked = connection.bandwidth.reverse_bps
        if not asked or not connection.both_ways:
            return None
        none = self._working("without guaranteed reverse bandwidth", _with(connection, reverse_bps=0))
        return none and (self._mildest(self._rates, asked, lambda rate: (
            f"reverse bandwidth {render_rate(asked)} -> {render_rate(rate)}", _with(connection, reverse_bps=rate))) or none)

    def _burst(self, connection: Connection) -> Offer | None:
        wished = demand(connection, "forward") or demand(connection, "reverse")
        if wished is None or wished.burst_bytes == wished.packet_bytes:
            return None
        asked = wished.burst_bytes
        return self._mildest(self._bursts_for(wished), asked, lambda burst: (
            f"burst {render_size(asked)} -> {render_size(burst)}", _with(connection, burst_bytes=burst)))

    def _packet(self, connection: Connection) -> Offer | None:
        """Smaller packets; a burst of one packet shrinks with it."""
        asked, burst = connection.bandwidth.max_packet_bytes, connection.bandwidth.burst_bytes
        if is_too_far(self._roads, connection, self._sizes[-1]):
            return None
        return self._mildest(self._sizes, asked, lambda size: (
            f"max-packet {render_size(asked)} -> {render_size(size)}",
            _with(connection, max_packet_bytes=size, burst_bytes=size if burst == asked else burst)))

    def _avoided_links(self, connection: Connection) -> Offer | None:
        avoided = connection.avoid_links
        if not avoided:
            return None
        likely = self._taken(but(connection, avoid_links=frozenset()), "link")
        return self._without(avoided, likely, lambda given_up: (
            f"without avoid links {', '.join(sorted(given_up))}", but(connection, avoid_links=avoided - given_up)))

    def _avoided_switches(self, connection: Connection) -> Offer | None:
        avoided = connection.avoid_switches
        if not avoided:
            return None
        likely = self._taken(but(connection, avoid_switches=frozenset()), "target")
        return self._without(avoided, likely, lambda given_up: (
            f"without avoid switches {', '.join(sorted(given_up))}",
            but(connection, avoid_switches=avoided - given_up)))

    def _stops(self, connection: Connection) -> Offer | None:
        via = connection.via
        return self._without(frozenset(via), frozenset(via), lambda given_up: (
            f"without via {', '.join(stop for stop in via if stop in given_up)}",
            but(connection, via=tuple(stop for stop in via if stop not in given_up))))

    def _pin(self, connection: Connection) -> Offer | None:
        return self._working("without pinned", but(connection, pinned=None)) if connection.pinned is not None else None

    def _co_routing(self, connection: Connection) -> Offer | None:
        return self._working("without co-routed", but(connection, co_routed=False)) if connection.co_routed else None

    def _working(self, sentence: str, changed: Connection) -> Offer | None:
        return (sentence, changed) if protected_route(self._roads, self._books, changed) else None

    def _without(self, names: frozenset[str], likely: frozenset[str],
                 offer_of: Callable[[frozenset[str]], Offer]) -> Offer | None:
        """The offer that gives up the fewest of these names, first those that are `likely` in the way; of as few, the first
        by name. Where EFFORT does not suffice to try all, none of those given up could stay."""
        if not names or not self._working(*offer_of(names)):
            return None
        enough = names & likely if self._working(*offer_of(names & likely)) else names
        for name in sorted(enough):
            if len(enough) > 1 and self._working(*offer_of(enough - {name})):
                enough -= {name}
        fewer = (frozenset(some) for number in range(1, len(enough)) for some in combinations(sorted(names), number))
        tried = (self._working(*offer_of(some)) for some in islice(fewer, EFFORT))
        return next((offer for offer in tried if offer), None) or offer_of(enough)

    def _mildest(self, values: Sequence[int], asked: int, offer_of: Callable[[int], Offer]) -> Offer | None:
        """The offer of the largest of these values (largest first) that is less than asked and works; where one does, so
        does every smaller one."""
        below = [value for value in values if value < asked]
        first, last = 0, len(below) - 1
        if not below or not self._working(*offer_of(below[last])):
            return None
        while first < last:
            middle = (first + last) // 2
            works = self._working(*offer_of(below[middle]))
            first, last = (first, middle) if works else (middle + 1, last)
        return offer_of(below[last])

    def _bursts_for(self, wished: Demand) -> Sequence[int]:
        """Bursts for which the queue of some arc has just room, no smaller than the packet."""
        key = (wished.service_class, wished.packet_bytes)
        if key not in self._bursts:
            left = {self._books.left_bytes(arc, wished) for arc in range(len(self._roads.arcs))}
            self._bursts[key] = sorted((burst for burst in left if burst >= wished.packet_bytes), reverse=True)
        return self._bursts[key]

    def _taken(self, connection: Connection, what: Literal["link", "target"]) -> frozenset[str]:
        """The links of the best route, or the nodes that it comes by."""
        chosen = route(self._roads, self._books, connection)
        trails = [trail for _, trail in chosen.trails()] if chosen else []
        return frozenset(getattr(self._roads.arcs[arc], what) for trail in trails for arc in trail)


def _is_sought_by_time(connection: Connection) -> bool:
    """Whether the fastest route is the one that is found under any bound that it keeps."""
    return connection.protection == "none" and connection.objective == "min-latency" and not connection.via


def _with(connection: Connection, **changes: Any) -> Connection:
    return but(connection, bandwidth=replace(connection.bandwidth, **changes))


def _to_three_digits(value: int) -> int:
    """Rounded towards minus infinity."""
    unit = int("1" + "0" * (len(str(abs(value))) - 3))
    return value // unit * unit
