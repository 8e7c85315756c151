"""Detours for the hops of one route (RFC 4090, one-to-one backup).

Rules of this file:

- A hop is a link between two switches on a working path. Its detour leads from the switch before it to the last switch
  of the path, without that link, and may go back over links that the packet came by. No link to a host has a detour.
- The whole way of a diverted packet, the working path up to the hop and then the detour, obeys what the working path does:
  the latency bound (a round-trip bound: the sum of both ways that the failure leaves), the switches to pass, what to keep
  off, the MTU. Cost does not count, as a detour serves for moments only: it is the fastest that has room. Co-routed
  connections are so while nothing fails.
- Room is drawn on the pool that all detours share (capacity.py).
"""

from collections.abc import Iterable
from dataclasses import replace

from intents.capacity import Books, Demand, demand
from intents.model import Connection, Direction
from intents.paths import Search, Trail, trails
from intents.roads import COST_UNIT, Measure, Roads
from intents.routes import Detour, Route, barred_to, claims, is_round_trip, limit_ns, stops, weight

Hop = tuple[Direction, int]
"""A direction and the number of an arc on its way."""


def sheltered(roads: Roads, books: Books, connection: Connection, chosen: Route,
              standing: Iterable[Detour] = ()) -> tuple[Route, tuple[Hop, ...]]:
    """The route with the detours that its hops can have, and the hops that can have none. Detours that are `standing`
    stay where they obey and have room."""
    draft = _Draft(roads, books, connection, chosen)
    for detour in standing:
        if draft.takes(detour):
            draft.enter(detour)
    for hop in draft.hops:
        if hop not in draft.detours and (found := draft.fastest(hop)) is not None:
            draft.enter(found)
    lacking = draft.lacking
    return replace(chosen, detours=tuple(draft.detours[hop] for hop in draft.hops if hop not in lacking)), lacking


def is_sheltered(roads: Roads, books: Books, connection: Connection, chosen: Route) -> bool:
    """Whether the detours that a route has obey every constraint, have room, and leave no hop without."""
    draft = _Draft(roads, books, connection, chosen)
    for detour in chosen.detours:
        if not draft.takes(detour):
            return False
        draft.enter(detour)
    return not draft.lacking


def enter_draws(roads: Roads, books: Books, connection: Connection, chosen: Route) -> None:
    """Enters what the detours of a route draw on the pool. They have room."""
    draft = _Draft(roads, books, connection, chosen)
    for detour in chosen.detours:
        draft.enter(detour)
    for arc, draws in draft.draws.items():
        books.draw(arc, draws)


def whole_way(chosen: Route, detour: Detour) -> Trail:
    """The arcs of a diverted packet from host to host."""
    trail = dict(chosen.trails())[detour.direction]
    return (*trail[:trail.index(detour.arc)], *detour.trail, trail[-1])


def slowest_ns(roads: Roads, connection: Connection, chosen: Route, failing: frozenset[str] | None = None) -> int:
    """The worst delay while nothing fails or one link does (of these, where some are named): of a direction, or of both
    together where the bound is on a round trip."""
    measure = Measure(connection.service_class, connection.bandwidth.max_packet_bytes)
    links = {roads.arcs[detour.arc].link for detour in chosen.detours}
    worst = 0
    for failed in ("", *(links if failing is None else links & failing)):
        around = {detour.direction: whole_way(chosen, detour) for detour in chosen.detours
                  if roads.arcs[detour.arc].link == failed}
        ways = {**dict(chosen.trails()), **around}.values()
        delays = [weight(roads, measure, trail) % COST_UNIT for trail in ways]
        worst = max(worst, sum(delays) if is_round_trip(connection) else max(delays))
    return worst


class _Draft:
    """The detours of one connection on one route, in the making."""

    def __init__(self, roads: Roads, books: Books, connection: Connection, chosen: Route) -> None:
        self._roads, self._books, self._connection, self._chosen = roads, books, connection, chosen
        self._trails = dict(chosen.trails())
        self._taken = books.growth(claims(connection, chosen), connection.key)
        self._barred = barred_to(roads, connection)
        self._measure = Measure(connection.service_class, connection.bandwidth.max_packet_bytes)
        self._limit = limit_ns(connection)
        self.hops: tuple[Hop, ...] = tuple((direction, arc) for direction, trail in self._trails.items()
                                           for arc in trail[1:-1])
        self.detours: dict[Hop, Detour] = {}
        self.draws: dict[int, dict[str, list[Demand]]] = {}

    @property
    def lacking(self) -> tuple[Hop, ...]:
        """The hops without a detour, or with one that is too slow together with the way back."""
        slow = self._slow_links()
        return tuple(hop for hop in self.hops if hop not in self.detours or self._link(hop[1]) in slow)

    def fastest(self, hop: Hop) -> Detour | None:
        """The fastest detour of a hop that obeys and has room."""
        direction, arc = hop
        before, last = self._before(hop), self._trails[direction][-1]
        limit = None if self._limit is None else self._limit - self._delay((*before, last))
        ahead = self._stops_ahead(direction, before)
        found = self._on_empty_links(arc, last, ahead)
        if found is not None and limit is not None and self._delay(found) > limit:
            return None
        if found is not None and not all(self._has_room(hop, other) for other in found):
            both = self._both(arc)
            search = Search(self._roads.arcs[arc].source, self._roads.arcs[last].source, self._measure, lambda other: (
                other not in self._barred and other not in both and self._has_room(hop, other)), limit, ahead)
            found = next(trails(self._roads, search), None)
        return None if found is None else Detour(direction, arc, found)

    def _on_empty_links(self, arc: int, last: int, ahead: tuple[str, ...]) -> Trail | None:
        """The fastest way around an arc if all links were empty. What is looked up once serves all connections alike."""
        known, key = self._roads.around, (arc, last, ahead, self._measure, self._barred)
        if key not in known:
            both = self._both(arc)
            search = Search(self._roads.arcs[arc].source, self._roads.arcs[last].source, self._measure,
                            lambda other: other not in self._barred and other not in both, None, ahead)
            known[key] = next(trails(self._roads, search), None)
        return known[key]

    def _both(self, arc: int) -> tuple[int, int]:
        """Both directions of an arc's link."""
        return (arc, self._roads.mirror[arc])

    def takes(self, detour: Detour) -> bool:
        """Whether a detour that leads from its hop to the end obeys and has room."""
        hop = (detour.direction, detour.arc)
        if hop not in self.hops or not self._barred.isdisjoint(detour.trail):
            return False
        passed = iter([self._roads.arcs[arc].target for arc in detour.trail])
        return (all(stop in passed for stop in self._stops_ahead(detour.direction, self._before(hop)))
                and self._link(detour.arc) not in map(self._link, detour.trail)
                and (self._limit is None or self._delay(whole_way(self._chosen, detour)) <= self._limit)
                and all(self._has_room(hop, arc) for arc in detour.trail))

    def enter(self, detour: Detour) -> None:
        """Counts on a detour, and on the room that it draws."""
        hop = (detour.direction, detour.arc)
        wished = demand(self._connection, detour.direction)
        self.detours[hop] = detour
        if wished is not None:
            for arc in detour.trail:
                if not self._is_behind(hop, arc):
                    self.draws.setdefault(arc, {}).setdefault(self._link(detour.arc), []).append(wished)

    def _has_room(self, hop: Hop, arc: int) -> bool:
        wished = demand(self._connection, hop[0])
        if wished is None or self._is_behind(hop, arc):
            return True
        draws, link = self.draws.get(arc, {}), self._link(hop[1])
        return self._books.shelters(arc, self._taken.get(arc, (0, 0)), {**draws, link: [*draws.get(link, ()), wished]})

    def _is_behind(self, hop: Hop, arc: int) -> bool:
        """Whether an arc lies behind a hop on the working path: what is reserved there serves the detour."""
        trail = self._trails[hop[0]]
        return arc in trail[trail.index(hop[1]) + 1:]

    def _slow_links(self) -> frozenset[str]:
        """The links whose failure leaves two ways that take longer together than the round trip may."""
        if self._limit is None or not is_round_trip(self._connection):
            return frozenset()
        made, limit = replace(self._chosen, detours=tuple(self.detours.values())), self._limit
        return frozenset(link for link in {self._link(arc) for _, arc in self.hops}
                         if slowest_ns(self._roads, self._connection, made, frozenset((link,))) > limit)

    def _before(self, hop: Hop) -> Trail:
        """The working path up to a hop."""
        trail = self._trails[hop[0]]
        return trail[:trail.index(hop[1])]

    def _stops_ahead(self, direction: Direction, before: Trail) -> tuple[str, ...]:
        """The switches to pass that a packet has not passed before a hop."""
        ahead = stops(self._connection, direction)
        for arc in before:
            if ahead and self._roads.arcs[arc].target == ahead[0]:
                ahead = ahead[1:]
        return ahead

    def _delay(self, trail: Iterable[int]) -> int:
        return weight(self._roads, self._measure, trail) % COST_UNIT

    def _link(self, arc: int) -> str:
        return self._roads.arcs[arc].link
