"""How long what was moved for congestion stays where it is, whatever the load does.

Rules of this file: pure, time is an argument (s, monotonic). What is moved stays for HOLD_S; each time it is moved back to
where it was moved off before, it stays twice as long: load that swings more slowly than HOLD_S is followed a few times and
then ridden out. What has been left alone for LONGEST_HOLD_S begins anew.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from controller.decisions import Move

HOLD_S = 30.0
"""How long a connection that was moved off a full link is not moved off another."""

LONGEST_HOLD_S = 960.0
"""Where the doubling ends: load that has changed for good is followed within a quarter of an hour."""

Place = tuple[str, tuple[str, ...]]
"""A direction, and the nodes that it takes."""


@dataclass(frozen=True, slots=True)
class Stay:
    """One connection: the places that it was moved off, how long it stays, and until when."""

    left: frozenset[Place]
    hold_s: float
    until: float


Stays = Mapping[str, Stay]
"""By connection."""


def held(stays: Stays, now: float) -> frozenset[str]:
    """The connections that are not to be moved now."""
    return frozenset(key for key, stay in stays.items() if now < stay.until)


def after(stays: Stays, moves: Iterable[Move], now: float) -> Stays:
    """The stays once these moves have been made."""
    found = {key: stay for key, stay in stays.items() if now < stay.until + LONGEST_HOLD_S}
    by_connection: dict[str, list[Move]] = {}
    for move in moves:
        by_connection.setdefault(move.connection, []).append(move)
    return found | {key: _moved(found.get(key), of_key, now) for key, of_key in by_connection.items()}


def _moved(stay: Stay | None, moves: Iterable[Move], now: float) -> Stay:
    left = stay.left if stay else frozenset()
    returns = any((move.direction, move.after) in left for move in moves)
    hold_s = min(2 * stay.hold_s, LONGEST_HOLD_S) if stay and returns else HOLD_S
    return Stay(left | {(move.direction, move.before) for move in moves}, hold_s, now + hold_s)
