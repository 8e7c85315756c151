"""What stays where it is in a plan, what goes over to its standby, and what is held for those that have to move.

Rules of this file: all working paths come before all protection, as the pool promised: what a failure brings to standbys has
room beside every working path, though perhaps not beside all that others would like to have in reserve.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from intents.capacity import Books, Claim, demand
from intents.chosen import Detour, Route, claims
from intents.model import Connection, Direction, Placement
from intents.paths import Trail
from intents.roads import Roads
from intents.routes import found_again, obeyed
from intents.shelter import enter_draws, is_sheltered
from intents.usual import taken_again

Placed = tuple[Connection, Placement]


def kept(roads: Roads, books: Books, placed: Sequence[Placed]) -> tuple[dict[str, Route], dict[str, Route]]:
    """The routes of what stays where it is, and the standbys that others go over to: entered in the books, where what moves
    is held as well. What asks for more than before has to wait: the room of those who ask for no more is theirs."""
    staying: dict[str, Route] = {}
    for connection, placement in placed:
        is_bare = connection.protection == "none" and not _asks_more(placement.connection, connection)
        if is_bare and (stays := taken_again(roads, books, connection, placement.paths)) is not None:
            staying[connection.key] = stays
            continue
        before = route_of(roads, placement)
        if (before is not None and not _asks_more(placement.connection, connection)
                and stands(roads, books, connection, before) and books.fits(claims(connection, before), connection.key)):
            books.hold(claims(connection, before), connection.key)
            books.apart.put(connection, (*before.forward, *before.reverse))
            staying[connection.key] = before if connection.protection != "none" else replace(
                before, detours=(), standby=None)
    for connection, placement in placed:
        if connection.key not in staying:
            _hold(roads, books, connection, placement)
    ready = {connection.key: standby for connection, placement in placed if connection.key not in staying
             and (standby := _ready(roads, books, connection, placement)) is not None}
    for connection, placement in placed:
        if connection.protection == "none" or (stays := staying.get(connection.key)) is None:
            continue
        if is_sheltered(roads, books, connection, stays):
            protect(roads, books, connection, stays)
        else:
            del staying[connection.key]
            books.release(connection.key)
            books.apart.release(connection)
            _hold(roads, books, connection, placement)
    return staying, ready


def _hold(roads: Roads, books: Books, connection: Connection, placement: Placement) -> None:
    """Enters what a connection that is about to move still uses."""
    books.hold(_flowing(roads, placement), connection.key)
    books.apart.put(connection, (arc for arcs in _alive(roads, placement).values() for arc in arcs), "left")


def _ready(roads: Roads, books: Books, connection: Connection, placement: Placement) -> Route | None:
    """The standby that a connection whose working path is dead goes over to, held in the books; `None` where it has none or
    more failed than the pool is made for."""
    before = route_of(roads, placement)
    if before is None or before.standby is None or _asks_more(placement.connection, connection) or (
            roads.closed.isdisjoint((*before.forward, *before.reverse))):
        return None
    wanted = claims(connection, before.standby)
    if not stands(roads, books, connection, before.standby) or not books.fits(wanted, connection.key):
        return None
    flowing = [*_flowing(roads, placement)]
    own = {arc for arc, _ in flowing}
    books.hold([*flowing, *(claim for claim in wanted if claim[0] not in own)], connection.key)
    books.apart.put(connection, (*before.standby.forward, *before.standby.reverse))
    return before.standby


def protect(roads: Roads, books: Books, connection: Connection, chosen: Route) -> None:
    """Enters the protection of a route whose claims are entered."""
    enter_draws(roads, books, connection, chosen)
    if chosen.standby is not None:
        books.apart.put(connection, (*chosen.standby.forward, *chosen.standby.reverse), "standby")


def route_of(roads: Roads, placement: Placement) -> Route | None:
    """The route of a placement with those of its detours, or the standby, that still exist, `None` where links of it are
    gone."""
    working, standby = (tuple(found_again(roads, path) if path else () for path in pair) for pair in (
        (placement.working("forward"), placement.working("reverse")),
        (placement.standby("forward"), placement.standby("reverse"))))
    if working[0] is None or working[1] is None:
        return None
    spare = Route(standby[0], standby[1]) if standby[0] and standby[1] is not None else None
    return Route(working[0], working[1], tuple(_detours(roads, placement)), spare)


def _detours(roads: Roads, placement: Placement) -> Iterator[Detour]:
    for path in placement.paths:
        around, working = found_again(roads, path), placement.working(path.direction)
        if path.role == "detour" and path.protects and around and working and path.protects in working.links:
            hop = working.links.index(path.protects)
            if path.links[:hop] == working.links[:hop]:
                yield Detour(path.direction, roads.number[path.protects, working.nodes[hop]], around[hop:-1])


def stands(roads: Roads, books: Books, connection: Connection, before: Route) -> bool:
    """Whether a route obeys, both ways, room aside."""
    return obeyed(roads, books, connection, before) == {direction for direction, _ in before.trails()}


def _asks_more(old: Connection, new: Connection) -> bool:
    """Whether a connection asks for more room than before, or for room of another kind, or to keep apart from more."""
    if new is old:
        return False
    if new.is_exclusive > old.is_exclusive or not new.diverse_from <= old.diverse_from or (
            new.diverse_from and new.diverse_level != old.diverse_level):
        return True
    pairs = [(demand(old, direction), demand(new, direction)) for direction in ("forward", "reverse")]
    return any(more is not None and (less is None or more.rate_bps > less.rate_bps or more.burst_bytes > less.burst_bytes
                                     or more.packet_bytes < less.packet_bytes
                                     or more.service_class != less.service_class) for less, more in pairs)


def _flowing(roads: Roads, placement: Placement) -> Iterator[Claim]:
    """What the old paths of a connection still carry."""
    for direction, trail in _alive(roads, placement).items():
        if (wished := demand(placement.connection, direction)) is not None:
            yield from ((arc, wished) for arc in trail)


def _alive(roads: Roads, placement: Placement) -> dict[Direction, Trail]:
    """The old paths of a connection that carry anything: not those of which a link is down or gone."""
    working = {path.direction: found_again(roads, path) for path in placement.paths if path.role == "working"}
    return {direction: trail for direction, trail in working.items()
            if trail is not None and roads.closed.isdisjoint(trail)}
