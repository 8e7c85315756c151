"""Why not there: the paths that somebody might have expected instead, and what each of them lacks or costs more.

Rules of this file: paths come in the order of what makes a path short for the connection, as if the network were empty, its
links wide and nothing forbidden; each is then held against everything that is asked of it. What lacks nothing and would
be better now was not so when the connection was placed: what is placed keeps its place.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice

from intents.alternatives import in_order
from intents.asked import measure_of
from intents.capacity import Books
from intents.chosen import Route, claims, price
from intents.diversity import Apart
from intents.model import Bandwidth, Connection, Direction, Plan
from intents.paths import Trail
from intents.roads import Roads
from intents.routes import route
from intents.shortcomings import Case, Lack, shortcomings
from intents.staying import protect, route_of
from topologies.model import Topology
from topologies.units import render_time

MOST = 3
"""Paths that are told of in each direction."""

EFFORT = 40
"""Routes that one direction may ask for."""

_WIDE = 1 << 20
"""An MTU that every packet fits in."""

_STAYS = "what is placed keeps its place (plan --from-scratch shows what it would get)"


@dataclass(frozen=True, slots=True)
class Alternative:
    """A path not taken: what it may take at worst, if that is known, and the cost of its links. `lacks` says what it has
    not, `why` the same in one sentence, or what it costs more."""

    direction: Direction
    nodes: tuple[str, ...]
    links: tuple[str, ...]
    worst_ns: int | None
    cost: int
    lacks: tuple[Lack, ...]
    why: str


def alternatives(network: Topology, plan: Plan, wish: Connection,
                 down: frozenset[str] = frozenset()) -> Iterator[Alternative]:
    """The best paths that a connection does not take, for each direction the first few. It is placed by this plan, or
    refused."""
    placement = plan.placements.get(wish.key)
    roads, books = Roads(network, down), _books(network, plan, wish)
    stands = route_of(roads, placement) if placement is not None else None
    beside = stands or route(roads, books, replace(wish, protection="none"))
    taken = dict(beside.trails()) if beside else {}
    directions: tuple[Direction, ...] = ("forward", "reverse") if wish.both_ways else ("forward",)
    for direction in directions:
        mine = taken.get(direction) if stands else None
        others = (trail for trail in _paths(network, wish, direction) if trail != mine)
        yield from (_told(Case(roads, books, wish, taken, direction, trail), mine) for trail in islice(others, MOST))


def _books(network: Topology, plan: Plan, wish: Connection) -> Books:
    """What all others have taken."""
    others = [placement for key, placement in plan.placements.items() if key != wish.key]
    roads, wishes = Roads(network, frozenset()), [wish, *(placement.connection for placement in others)]
    books = Books(network, Apart(network, wishes), any(one.protection == "node" for one in wishes))
    for placement in others:
        chosen = route_of(roads, placement)
        if chosen is not None:
            books.take(claims(placement.connection, chosen), placement.connection.key)
            books.apart.put(placement.connection, (*chosen.forward, *chosen.reverse))
            protect(roads, books, placement.connection, chosen)
    return books


def _paths(network: Topology, wish: Connection, direction: Direction) -> Iterator[Trail]:
    """The paths of a direction in their order, were the network empty, its links wide and nothing forbidden."""
    wide = replace(network, links=tuple(replace(link, mtu=_WIDE) for link in network.links))
    roads, books = Roads(wide, frozenset()), Books(wide)
    source, target = (wish.source, wish.target) if direction == "forward" else (wish.target, wish.source)
    packets = Bandwidth(max_packet_bytes=wish.bandwidth.max_packet_bytes)
    bare = Connection(wish.key, wish.title, wish.intent, source, target, both_ways=False, objective=wish.objective,
                      service_class=wish.service_class, bandwidth=packets)

    def find(shut: Mapping[Direction, frozenset[int]]) -> Route | None:
        return route(roads, books, bare, shut=shut)

    yield from (found.forward for found in in_order(find, partial(price, roads, bare), EFFORT))


def _told(case: Case, mine: Trail | None) -> Alternative:
    lacks, arcs = shortcomings(case), case.arcs
    why = "; ".join(sentence for _, sentence in lacks) or _compared(case, mine)
    return Alternative(case.direction, (arcs[0].source, *(arc.target for arc in arcs)), tuple(arc.link for arc in arcs),
                       case.worst_ns, sum(arc.cost for arc in arcs), lacks, why)


def _compared(case: Case, mine: Trail | None) -> str:
    """What a path that lacks nothing costs more than the one taken, or would cost less now."""
    if mine is None:
        return "lacks nothing by itself; the other direction has no place beside it"
    own = replace(case, trail=mine)
    more = sum(arc.cost for arc in case.arcs) - sum(arc.cost for arc in own.arcs)
    if case.wish.objective == "min-cost" and more:
        return f"costs {more} more" if more > 0 else f"would cost {-more} less now; {_STAYS}"
    if case.wish.objective == "spare-fast-links" and (others := _others(case) - _others(own)):
        told = f"the fastest ways of {abs(others)} {'pair' if abs(others) == 1 else 'pairs'} of hosts"
        return f"takes links of {told} more" if others > 0 else f"would take links of {told} less now; {_STAYS}"
    if case.wish.objective == "least-loaded" and (fuller := case.fullest - own.fullest):
        told = f"its fullest link would be {float(case.fullest):.0%} reserved, {float(own.fullest):.0%} on the path taken"
        return told if fuller > 0 else f"{told}, now; {_STAYS}"
    unknown = sum(arc.delay_ns is None for arc in case.arcs) - sum(arc.delay_ns is None for arc in own.arcs)
    if unknown:
        more_of = f"{abs(unknown)} {'link' if abs(unknown) == 1 else 'links'} of unknown delay"
        return f"has {more_of} more" if unknown > 0 else f"would have {more_of} less now; {_STAYS}"
    slower = case.known_ns - own.known_ns
    if slower:
        at_worst = "at worst" if case.worst_ns is not None else "in what is known of it"
        return (f"takes {render_time(slower)} more {at_worst}" if slower > 0
                else f"would take {render_time(-slower)} less {at_worst} now; {_STAYS}")
    if len(case.trail) != len(mine):
        return "has more hops" if len(case.trail) > len(mine) else f"would have fewer hops now; {_STAYS}"
    return "is as good, and comes later by name" if case.trail > mine else f"is as good; {_STAYS}"


def _others(case: Case) -> int:
    """How many pairs of hosts have their fastest way over the links of a path, one counted on each of them."""
    ways = case.roads.fastest_ways(measure_of(case.wish)._replace(first="time"))
    return sum(ways[arc] for arc in case.trail)
