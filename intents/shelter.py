"""Protection of one route, whatever its kind: detours for its hops (detours.py), or a standby beside it (standby.py)."""

from intents import detours, standby
from intents.capacity import Books
from intents.chosen import Route
from intents.detours import Hop
from intents.model import Connection
from intents.roads import Roads


def sheltered(roads: Roads, books: Books, connection: Connection, chosen: Route,
              standing: Route | None = None) -> tuple[Route, tuple[Hop, ...]]:
    """The route with such protection as it can have, and the hops that have none such as is wished. What protects the
    `standing` route stays where it obeys and has room."""
    if connection.protection_mode == "standby":
        return standby.with_standby(roads, books, connection, chosen, standing and standing.standby)
    return detours.sheltered(roads, books, connection, chosen, standing.detours if standing else ())


def is_sheltered(roads: Roads, books: Books, connection: Connection, chosen: Route) -> bool:
    """Whether the protection that a route has obeys every constraint, has room, is of the kind wished and leaves no hop
    without."""
    if connection.protection_mode == "standby":
        return not chosen.detours and standby.serves(roads, books, connection, chosen)
    return chosen.standby is None and detours.is_sheltered(roads, books, connection, chosen)


def enter_draws(roads: Roads, books: Books, connection: Connection, chosen: Route) -> None:
    """Enters what the protection of a route draws on the pool. It has room."""
    detours.enter_draws(roads, books, connection, chosen)
    standby.draw_standby(roads, books, connection, chosen)
