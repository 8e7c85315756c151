"""The way that was chosen for a connection: its arcs from host to host, what protects it, what it reserves and costs."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from intents.asked import measure_of
from intents.capacity import Claim, demand
from intents.model import Connection, Direction
from intents.paths import Trail
from intents.roads import Measure, Roads


@dataclass(frozen=True, slots=True)
class Detour:
    """What stands in for one arc of a direction and all behind it: the arcs from the switch before it to the last one."""

    direction: Direction
    arc: int
    trail: Trail


@dataclass(frozen=True, slots=True)
class Route:
    """The arcs of each direction from host to host; `reverse` is empty for a one-way connection. `detours` are those that
    stand ready (intents/detours.py), or a `standby` is, a route that has neither itself (intents/standby.py)."""

    forward: Trail
    reverse: Trail = ()
    detours: tuple[Detour, ...] = ()
    standby: "Route | None" = None

    def trails(self) -> Iterator[tuple[Direction, Trail]]:
        """The directions there are."""
        yield "forward", self.forward
        if self.reverse:
            yield "reverse", self.reverse


def claims(connection: Connection, chosen: Route) -> list[Claim]:
    """What a connection reserves on a route, arc by arc."""
    return [(arc, wished) for direction, trail in chosen.trails()
            if (wished := demand(connection, direction)) is not None for arc in trail]


def mirrored(roads: Roads, trail: Trail) -> Trail:
    """The same links backwards."""
    return tuple(roads.mirror[arc] for arc in reversed(trail))


def weight(roads: Roads, measure: Measure, trail: Iterable[int]) -> int:
    """The sum of a measure along arcs; its budget in ns is `weight % COST_UNIT`."""
    weights = roads.weights(measure)
    return sum(weights[arc] for arc in trail)


def price(roads: Roads, connection: Connection, chosen: Route) -> tuple[int, int]:
    """What makes one route worse than another for this connection: its weight, then its hops."""
    weights = (weight(roads, measure_of(connection), trail) for _, trail in chosen.trails())
    return sum(weights), len(chosen.forward) + len(chosen.reverse)
