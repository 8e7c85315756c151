"""What one path lacks of all that is asked of it, each thing in a sentence, beside everybody who is placed.

Rules of this file: one direction is looked at, the other one stays where it is, or goes with it where both are co-routed.
Detours and standbys are looked for only where nothing else is lacking.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from intents.asked import is_round_trip, largest_packet, measure_of, stops
from intents.balance import reserved_shares
from intents.capacity import Books, demand
from intents.chosen import Route, mirrored, weight
from intents.exposure import exposure
from intents.model import Connection, Direction, Reason
from intents.paths import Trail
from intents.roads import COST_UNIT, LABEL_BYTES, UNKNOWN_NS, Roads
from intents.shelter import sheltered
from topologies.model import Arc
from topologies.units import render_rate, render_size, render_time

Lack = tuple[Reason, str]
"""What a path has not, by the reason that a refusal would give."""


@dataclass(frozen=True)
class Case:
    """A path that a wish might take in one direction; `taken` is where its directions run, `books` what others have."""

    roads: Roads
    books: Books
    wish: Connection
    taken: Mapping[Direction, Trail]
    direction: Direction
    trail: Trail

    @property
    def arcs(self) -> list[Arc]:
        """What it is made of."""
        return [self.roads.arcs[number] for number in self.trail]

    @property
    def known_ns(self) -> int:
        """What it may take at worst, links of unknown delay left out."""
        return weight(self.roads, measure_of(self.wish), self.trail) % COST_UNIT % UNKNOWN_NS

    @property
    def worst_ns(self) -> int | None:
        """What it may take at worst, `None` where a delay is unknown."""
        return None if any(arc.delay_ns is None for arc in self.arcs) else self.known_ns

    @property
    def fullest(self) -> Fraction:
        """The largest share of its links between switches that would be reserved."""
        shares = reserved_shares(self.roads, self.books, self.wish)[self.direction]
        return max((shares[arc] for arc in self.trail[1:-1]), default=Fraction(0))

    @property
    def whole(self) -> Route | None:
        """The route with this path, `None` where the other direction has no place."""
        if not self.wish.both_ways:
            return Route(self.trail)
        other: Direction = "reverse" if self.direction == "forward" else "forward"
        rest = mirrored(self.roads, self.trail) if self.wish.co_routed else self.taken.get(other)
        if rest is None:
            return None
        return Route(self.trail, rest) if self.direction == "forward" else Route(rest, self.trail)


def shortcomings(case: Case) -> tuple[Lack, ...]:
    """All that the path lacks; nothing where it could be taken."""
    found = [*_shut(case), *_narrow(case), *_slow(case), *_full(case), *_shared(case)]
    if case.wish.co_routed and case.wish.both_ways:
        other: Direction = "reverse" if case.direction == "forward" else "forward"
        back = replace(case, direction=other, trail=mirrored(case.roads, case.trail))
        found += (lack for lack in (*_narrow(back), *_full(back)) if lack not in found)
    return tuple(found or _exposed(case))


def _shut(case: Case) -> Iterator[Lack]:
    wish, links, nodes = case.wish, [arc.link for arc in case.arcs], [arc.target for arc in case.arcs[:-1]]
    for names, what in (([link for link in links if link in case.roads.down], "down"),
                        ([name for name in (*links, *nodes) if name in wish.avoid_links | wish.avoid_switches],
                         "to be avoided")):
        if names:
            yield Reason.NO_PATH, f"{_named(names)} {'is' if len(set(names)) == 1 else 'are'} {what}"
    passed, asked = iter(nodes), stops(wish, case.direction)
    if not all(stop in passed for stop in asked):
        yield Reason.NO_PATH, f"does not come by {_named(asked)}" + (" in this order" if len(asked) > 1 else "")
    hops = wish.pinned if wish.pinned is None or case.direction == "forward" else wish.pinned[::-1]
    if hops is not None and (len(hops) != len(links) - 2 or any(
            link not in hop for link, hop in zip(links[1:-1], hops, strict=True))):
        yield Reason.NO_PATH, "is not the pinned path"


def _narrow(case: Case) -> Iterator[Lack]:
    packet = largest_packet(case.roads, case.wish)
    narrow = [arc.link for number, arc in zip(case.trail, case.arcs, strict=True)
              if arc.mtu < packet + case.roads.overhead(number)]
    if narrow:
        yield Reason.MTU, f"the mtu of {_named(narrow)} does not hold {packet} B and a label of {LABEL_BYTES} B"


def _slow(case: Case) -> Iterator[Lack]:
    bound, spent = case.wish.latency, case.worst_ns
    if bound is None:
        return
    if spent is None:
        unknown = [arc.link for arc in case.arcs if arc.delay_ns is None]
        yield Reason.LATENCY, f"the delay of {_named(unknown)} is unknown, which meets no bound"
        return
    together = case.whole if is_round_trip(case.wish) else None
    for _, trail in together.trails() if together else ():
        spent += 0 if trail == case.trail else weight(case.roads, measure_of(case.wish), trail) % COST_UNIT
    if not bound.admits(spent):
        asked = f"{'under' if bound.strict else 'at most'} {render_time(bound.max_ns)}"
        yield Reason.LATENCY, f"takes {render_time(spent)} at worst{' both ways' if together else ''}, {asked} is asked"


def _full(case: Case) -> Iterator[Lack]:
    asked = demand(case.wish, case.direction)
    if asked is None:
        return
    left, arc = min((case.books.left_bps(arc), arc) for arc in case.trail)
    if left < asked.rate_bps:
        yield Reason.BANDWIDTH, (f"{_arc(case, arc)} has {render_rate(max(0, left))} left, "
                                 f"{render_rate(asked.rate_bps)} are asked")
    room, arc = min((case.books.left_bytes(arc, asked), arc) for arc in case.trail)
    if room < asked.burst_bytes:
        yield Reason.BANDWIDTH, (f"the {asked.service_class} queue of {_arc(case, arc)} has room for "
                                 f"{render_size(max(0, room))}, a burst of {render_size(asked.burst_bytes)} is asked")


def _shared(case: Case) -> Iterator[Lack]:
    apart = case.books.apart
    for element, (_, run) in apart.taken(case.wish).items():
        if not apart.arcs_of(element).isdisjoint(case.trail):
            yield Reason.DIVERSITY, f"takes {element}, as {run.connection.title} does, from which it is to be kept apart"


def _exposed(case: Case) -> Iterator[Lack]:
    wish, whole = case.wish, case.whole
    if whole is None or wish.protection == "none" or not wish.protection_required:
        return
    if sheltered(case.roads, case.books, wish, whole)[1]:
        yield Reason.PROTECTION, exposure(case.roads, case.books, wish, whole)


def _arc(case: Case, number: int) -> str:
    arc = case.roads.arcs[number]
    return f"{arc.link} from {arc.source} to {arc.target}"


def _named(names: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(names))
