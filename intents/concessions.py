"""Counter-offers that ask something of another intent: which would have to move, so that a refused connection has a place.

Rules of this file:
- An offer is tried before it is made: with the other intent kept off one link, both have a place, at once or as soon as its
  old path is left, and nobody loses his, nor protection that he requires; also in a plan that begins anew, if this one did.
- The link is one that the refused connection would take if it were alone, the fullest first; asked are those who run over
  it, the least important first, then those who reserve least.
- This takes plans: it is for where somebody waits for an answer, never for the loop. What all of them may cost is EFFORT, in
  connections planned; the first refusals get it.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace

from intents.model import Connection, Placement, Plan, Reason, Refusal, Wanted
from intents.rewrite import rewritten

EFFORT = 1_000
"""Connections planned for all offers to one plan: each takes 1 to 3 ms, so an answer is a second or two later at most."""

PROTECTED = 10
"""Of these, what one counts that asks for protection."""

Planned = Callable[[Plan, Wanted], Plan]
"""The plan of what is wanted after a previous one."""


def with_concessions(planned: Planned, previous: Plan, wanted: Wanted, found: Plan) -> Plan:
    """The plan that was `found` after a previous one, whose refusals for want of room also offer the move of another."""
    wishes = {one.key: one for one in wanted.connections}
    short = (refusal for key, refusal in found.refusals.items() if key in wishes and not refusal.waits
             and refusal.reason in (Reason.BANDWIDTH, Reason.DIVERSITY)
             and not any(change.intent for changes in refusal.rewrites for change in changes))
    thrifty = _Thrifty(planned)
    offered = {}
    with suppress(_SpentError):
        for refusal in short:
            offered[refusal.key] = _offering(thrifty, previous, wanted, found, wishes[refusal.key])
    return replace(found, refusals={key: offered.get(key, refusal) for key, refusal in found.refusals.items()})


class _SpentError(Exception):
    """The effort is spent."""


class _Thrifty:
    """Plans until the effort is spent."""

    def __init__(self, planned: Planned) -> None:
        self._planned, self._left = planned, EFFORT

    def __call__(self, previous: Plan, wanted: Wanted) -> Plan:
        self._left -= sum(1 if one.protection == "none" else PROTECTED for one in wanted.connections)
        if self._left < 0:
            raise _SpentError
        return self._planned(previous, wanted)


def _offering(planned: Planned, previous: Plan, wanted: Wanted, found: Plan, wish: Connection) -> Refusal:
    refusal = found.refusals[wish.key]
    for other, link in _in_the_way(planned, found, wish):
        changed = replace(wanted, connections=tuple(_off(one, link) if one.intent == other.intent else one
                                                    for one in wanted.connections))
        if _would_do(planned, previous, changed, found, wish.key):
            changes = tuple(replace(change, intent=other.intent) for change in rewritten(other, _off(other, link)))
            return replace(refusal, counter_offers=(*refusal.counter_offers, f"if intent {other.intent} moves off {link}"),
                           rewrites=(*refusal.rewrites, changes))
    return refusal


def _in_the_way(planned: Planned, found: Plan, wish: Connection) -> Iterator[tuple[Connection, str]]:
    """Whom to ask to leave which link, in order."""
    alone = planned(Plan(), Wanted((wish,))).placements.get(wish.key)
    if alone is None:
        return
    load = _load(found.placements)
    for link in sorted(_between(alone), key=lambda link: (-load[link], link)):
        riders = [each.connection for each in found.placements.values()
                  if each.connection.intent != wish.intent and link in _between(each)]
        yield from ((one, link) for one in sorted(riders, key=_importance))


def _importance(one: Connection) -> tuple[int, int, str]:
    return (-one.priority, one.bandwidth.guaranteed_bps or 0, one.key)


def _between(placement: Placement) -> frozenset[str]:
    """The links between switches that the working paths take."""
    return frozenset(link for path in placement.paths if path.role == "working" for link in path.links[1:-1])


def _load(placements: Mapping[str, Placement]) -> Counter[str]:
    """What working paths reserve on each link, both directions together."""
    load: Counter[str] = Counter()
    for placement in placements.values():
        for path in placement.paths:
            if path.role == "working":
                load.update(dict.fromkeys(path.links, path.reserved_bps))
    return load


def _off(one: Connection, link: str) -> Connection:
    return replace(one, avoid_links=one.avoid_links | {link})


def _would_do(planned: Planned, previous: Plan, changed: Wanted, found: Plan, key: str) -> bool:
    """Whether all who have a place keep one, none with less protection, and the refused connection gets one."""
    then = planned(found, changed)
    if key not in then.placements:
        then = planned(then, changed)
    return _serves(then, found, key) and (bool(previous.placements) or _serves(planned(Plan(), changed), found, key))


def _serves(new: Plan, found: Plan, key: str) -> bool:
    return {*found.placements, key} <= new.placements.keys() and all(
        found.placements[one].lacks_protection for one, each in new.placements.items()
        if one in found.placements and each.lacks_protection)
