"""Where everything that is wanted runs, or why it cannot.

The law of order: a plan depends neither on the order of documents nor on hashing. With nothing placed before, it is a
function of the set alone: connections are placed one after the other by priority (1 first), then the tightest latency
bound, then the largest rate, then key. What is placed keeps its place while it obeys its constraints and there is room;
what lost its place comes before newcomers; what was refused is tried again each time. A newcomer is refused where the
protection that it requires cannot be had; what was placed goes on without it, and gets it back as soon as it can be had.
What has a standby and lost its working path goes over to it, before anybody else takes the room: all working paths come
before all protection, as the pool promised. Whom others give way to is for intents/preemption.py to say.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from types import MappingProxyType

from intents.alternatives import Find
from intents.asked import limit_ns
from intents.balance import worth
from intents.capacity import Books, demand
from intents.chosen import Route, claims
from intents.companions import Side, considerate
from intents.conflicts import conflicts
from intents.detours import whole_way
from intents.diversity import Apart
from intents.model import Connection, Direction, Path, Placement, Plan, Wanted
from intents.paths import Trail
from intents.preemption import NOBODY, displacing, noticed
from intents.protection import anew, protected_route, settled
from intents.refusals import Refusals
from intents.roads import Roads
from intents.routes import obeyed
from intents.rubbish import uncollected
from intents.shelter import sheltered
from intents.staying import kept, protect, route_of
from intents.usual import taken
from topologies.model import Topology


@uncollected()
def plan(network: Topology, previous: Plan, wanted: Wanted, down: frozenset[str] = frozenset(),
         kept_off: Mapping[str, frozenset[str]] = MappingProxyType({})) -> Plan:
    """Places what is wanted, beside what stays. `down` names links (or access links) not to be used, `kept_off` those that
    the working paths of a connection shall not take, though its protection may.

    Promises: every placement obeys its connection's constraints, but that what was placed may lack its protection; on
    every arc the reservations of all placements, for what moves the larger of its old and its new one, and the most that
    the failure of any one link brings by detours, are within capacity; no key is both placed and refused. The old path of
    what moves counts for nothing where a link of it is down: nothing flows there.
    """
    planned = partial(_planned, network, down, kept_off)
    found = planned(previous, wanted, NOBODY)
    if found.refusals and any(one.may_displace for one in wanted.connections if one.key in found.refusals):
        found = displacing(planned, previous, wanted, found, _rank, down)
    return noticed(previous, found)


def _planned(network: Topology, down: frozenset[str], kept_off: Mapping[str, frozenset[str]], previous: Plan, wanted: Wanted,
             yielding: frozenset[str]) -> Plan:
    """The plan in which those who are `yielding` stay only beside all others."""
    roads, minds_switches = Roads(network, down), any(one.protection == "node" for one in wanted.connections)
    books = Books(network, Apart(network, wanted.connections), minds_switches, {
        key: frozenset(number for number, arc in enumerate(roads.arcs) if arc.link in links)
        for key, links in kept_off.items()})
    refusals = {refusal.key: refusal for refusal in wanted.refusals} | dict(conflicts(wanted.connections))
    ranked = sorted((one for one in wanted.connections if one.key not in refusals), key=_rank)
    old = {one.key: previous.placements[one.key] for one in ranked if one.key in previous.placements}
    in_order = [*(one for one in ranked if one.key not in yielding), *(one for one in ranked if one.key in yielding)]
    routes, ready = kept(roads, books, [(one, old[one.key]) for one in in_order if one.key in old])

    moving = [one for one in ranked if one.key in old and one.key not in routes]
    coming = moving + [one for one in ranked if one.key not in old]
    for place, one in enumerate(coming):
        if one.protection == "none" and (found := taken(roads, books, one)) is not None:
            routes[one.key] = found
            continue
        later = coming[place + 1:] if books.apart.bonds(one) else ()
        chosen = sheltered(roads, books, one, ready[one.key])[0] if one.key in ready else _chosen(
            roads, books, one, old, later)
        if chosen is None:
            books.release(one.key)
            books.apart.release(one)
        else:
            _enter(roads, books, one, chosen)
            routes[one.key] = chosen

    _settle(books, [one for one in moving if one.key in routes], routes)
    refused = Refusals(roads, books, bool(moving))
    refusals |= {one.key: refused.of(one) for one in ranked if one.key not in routes}
    placements = {one.key: _placement(roads, one, routes[one.key], old[one.key].paths if one.key in old else ())
                  for one in wanted.connections if one.key in routes}
    return Plan({key: placements[key] for key in sorted(placements)}, {key: refusals[key] for key in sorted(refusals)})


def _rank(connection: Connection) -> tuple[int, bool, int, int, str]:
    bound, wished = limit_ns(connection), connection.bandwidth
    there, back = wished.guaranteed_bps or 0, wished.reverse_bps or 0
    return (connection.priority, bound is None, bound or 0, -(there if there > back else back), connection.key)


def _enter(roads: Roads, books: Books, connection: Connection, chosen: Route) -> None:
    books.take(claims(connection, chosen), connection.key)
    books.apart.put(connection, (*chosen.forward, *chosen.reverse))
    protect(roads, books, connection, chosen)


def _settle(books: Books, moved: Sequence[Connection], routes: Mapping[str, Route]) -> None:
    """The books as they will be when those who moved have left their old paths: what can be had then is waited for."""
    for one in moved:
        books.settle(claims(one, routes[one.key]), one.key)
        books.apart.settle(one)


def _chosen(roads: Roads, books: Books, connection: Connection, old: Mapping[str, Placement],
            later: Sequence[Connection]) -> Route | None:
    """A route for what has none yet; where it keeps apart from others, one that leaves those who come later a way."""
    def side(one: Connection) -> Side:
        before = route_of(roads, old[one.key]) if one.key in old else None
        return Side(one, partial(_sought, roads, books, one, old.get(one.key)),
                    lambda chosen: (before is not None and [*chosen.trails()] != [*before.trails()],
                                    *worth(roads, books, one, chosen)))

    if not books.apart.bonds(connection):
        return _sought(roads, books, connection, old.get(connection.key))
    return considerate(books.apart, side(connection), later, side)


def _sought(roads: Roads, books: Books, connection: Connection, placement: Placement | None,
            off: frozenset[int] = frozenset()) -> Route | None:
    """The best route that keeps off some arcs, beside all who have theirs."""
    if placement is None:
        return protected_route(roads, books, connection, off)
    return _moved(roads, books, connection, placement, off)


def _moved(roads: Roads, books: Books, connection: Connection, placement: Placement, off: frozenset[int]) -> Route | None:
    """A route for what could not simply stay: the old one after all, or one direction of it, or another."""
    before, old = route_of(roads, placement), placement.connection
    finds: list[Find] = [anew(roads, books, connection, off=off)]
    if before is not None:
        good = obeyed(roads, books, connection, before)
        stay = {direction: trail for direction, trail in before.trails() if direction in good and off.isdisjoint(trail)}
        if stay:
            finds.insert(0, anew(roads, books, connection, stay, off))
        if len(stay) == len(list(before.trails())) and books.fits(claims(connection, before), connection.key):
            finds.insert(0, lambda shut: _spared(before, shut))
    is_same_wish = (old.protection, old.protection_mode, old.protection_required) == (
        connection.protection, connection.protection_mode, connection.protection_required)
    return settled(roads, books, connection, finds, before, is_same_wish, off)


def _spared(chosen: Route, shut: Mapping[Direction, frozenset[int]]) -> Route | None:
    """A route, unless it takes an arc that is shut."""
    is_free = all(shut[direction].isdisjoint(trail) for direction, trail in chosen.trails())
    return replace(chosen, detours=(), standby=None) if is_free else None


def _placement(roads: Roads, connection: Connection, chosen: Route, before: Sequence[Path]) -> Placement:
    """What is as it was before is not made anew."""
    old = before[0] if before else None
    paths = [_path(roads, connection, "forward", chosen.forward, old)]
    service_class, packet = connection.service_class, connection.bandwidth.max_packet_bytes
    budget = roads.budget(service_class, packet, "forward", chosen.forward)
    if chosen.reverse:
        old = before[1] if len(before) > 1 else None
        paths.append(_path(roads, connection, "reverse", chosen.reverse, old))
        back = roads.budget(service_class, packet, "reverse", chosen.reverse)
        budget = None if budget is None or back is None else budget + back
    return Placement(connection, (*paths, *_protecting(roads, connection, chosen)), budget or ())


def _protecting(roads: Roads, connection: Connection, chosen: Route) -> Iterator[Path]:
    """The standby, or the detours."""
    for direction, trail in chosen.standby.trails() if chosen.standby else ():
        yield replace(_path(roads, connection, direction, trail), role="standby")
    for detour in chosen.detours:
        yield replace(_path(roads, connection, detour.direction, whole_way(chosen, detour)), role="detour",
                      protects=roads.arcs[detour.arc].link)


def _path(roads: Roads, connection: Connection, direction: Direction, trail: Trail, old: Path | None = None) -> Path:
    (nodes, links, delay_ns), wished = roads.along(trail), demand(connection, direction)
    rate_bps = wished.rate_bps if wished else 0
    if old is not None and old.nodes == nodes and old.links == links and old.role == "working" and (
            old.direction == direction and old.delay_ns == delay_ns and old.reserved_bps == rate_bps):
        return old
    return Path("working", direction, nodes, links, delay_ns, rate_bps)
