"""Why a connection finds no way apart from those that it keeps apart from: what every way has in common with them."""

from collections.abc import Callable, Mapping, Sequence

from intents.capacity import Books
from intents.diversity import Bond, Element, Run
from intents.model import Connection
from intents.protection import protected_route
from intents.roads import Roads

NAMED_AT_MOST = 4
"""Shared elements that a sentence lists."""


def entanglement(roads: Roads, books: Books, connection: Connection) -> str | None:
    """What stands in the way of a connection that could be placed if nobody kept apart; `None` where it could not either.

    The elements named are as few as leave it no way: were any one of them free to be shared, it would have one.
    """
    taken, free = books.apart.taken(connection), books.with_apart(books.apart.anew())
    if not taken or protected_route(roads, free, connection) is None:
        return None

    def locks_out(elements: frozenset[Element]) -> bool:
        return protected_route(roads, books.with_apart(books.apart.only(elements)), connection) is None

    needed = min((_fewest(order, locks_out) for order in ([*reversed(taken)], [*taken])), key=len)
    return _told({element: taken[element] for element in sorted(needed)})


def _fewest(elements: Sequence[Element], locks_out: Callable[[frozenset[Element]], bool]) -> frozenset[Element]:
    """Elements none of which can be left out, those at the end rather than those before."""
    needed = frozenset(elements)
    for element in elements:
        if locks_out(needed - {element}):
            needed -= {element}
    return needed


_KINDS = {"working": "", "left": ", until it has moved", "standby": ", standing by"}


def _told(taken: Mapping[Element, tuple[Bond, Run]]) -> str:
    shown = [f"{element} ({run.connection.title}{_KINDS[run.kind]})"
             for element, (_, run) in taken.items()][:NAMED_AT_MOST]
    more = f" or {len(taken) - len(shown)} more" if len(taken) > len(shown) else ""
    wishes = sorted({_wish(bond) for bond, _ in taken.values()})
    return f"every way takes {' or '.join(shown)}{more}, and {' and '.join(wishes)}"


def _wish(bond: Bond) -> str:
    if bond.is_exclusive:
        return f"{bond.intent} asks for links of its own" if bond.is_asked_by_other else "it is to have links of its own"
    what = {"link": "link", "srlg": "link or risk group", "node": "link or switch"}[bond.level]
    if bond.is_asked_by_other:
        return f"{bond.intent} asks that it shares no {what} with it"
    return f"it is to share no {what} with {bond.intent}"
