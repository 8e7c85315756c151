"""Who gives way: a connection that may displace others and finds no place takes that of less important ones.

Rules of this file (setup and holding priority of RFC 3209, section 4.7.3, with one number for both):
- Only who says `preemption.may` displaces, and nobody who has a place; only those of a larger priority number yield, and of
  them only those that do not say `by-others: false`. Nobody yields where there is a place without.
- It takes the best route that it would have if none of them were there. Of those who are in its way the least important ones
  go, as few as that takes; where its protection has no room beside them, all who share a link with it. Those that find
  another place move there, the others end and are told who displaced them.
- Who moves holds his old place until he has left it. Who is to come there waits, and the next plan places him: so the books
  balance at every instant.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from intents.model import Connection, Placement, Plan, Reason, Refusal, Wanted

MOST = 20
"""Connections of one plan that others give way to; the next plan looks at those who are left."""

Rank = Callable[[Connection], tuple[object, ...]]

Planned = Callable[[Plan, Wanted, frozenset[str]], Plan]
"""The plan of what is wanted after a previous one; some keys stay only beside all others."""

NOBODY: frozenset[str] = frozenset()


def displacing(planned: Planned, previous: Plan, wanted: Wanted, found: Plan, rank: Rank, down: frozenset[str]) -> Plan:
    """The plan that was found, or one in which others give way to some whom it refuses. `down`: links that carry nothing."""
    alive = {key for key, old in previous.placements.items() if down.isdisjoint(old.links)}
    eager = [one for one in sorted(wanted.connections, key=rank) if one.may_displace and one.key not in alive
             and one.key in found.refusals and found.refusals[one.key].reason is not Reason.CONFLICT]
    firm: Mapping[str, Placement] = {}
    seats: list[Connection] = []
    yielding: frozenset[str] = NOBODY
    for one in eager[:MOST]:
        more = yielding | _yielding(wanted, previous, one)
        tried = _without_them(planned, previous, wanted, found, firm, one) if more else {}
        if one.key in tried and found.placements.keys() & previous.placements.keys() - more <= tried.keys():
            seats, yielding = [*seats, one], more
            firm = {key: placement for key, placement in tried.items() if key not in yielding}
    for leaving in (NOBODY, _beside(previous, firm, yielding)) if seats else ():
        stay = {key: placement for key, placement in previous.placements.items() if key not in leaving}
        new = planned(Plan({**stay, **firm}), wanted, yielding)
        if all(new.placements.get(key) == placement for key, placement in firm.items()):
            # where old places were not in its books, a plan may have used their room
            waits = _waiting(previous, new, firm, new.placements.keys() if leaving else firm.keys(), down)
            if waits.keys().isdisjoint(previous.placements.keys() - yielding - {one.key for one in seats}):
                return _told(previous, found, _refusing(new, waits), [new.placements[one.key] for one in seats])
    return found


def noticed(previous: Plan, found: Plan) -> Plan:
    """The plan, whose refusals still tell who displaced them while he has his place."""
    told = {key: refusal.displaced_by for key, refusal in previous.refusals.items()
            if refusal.displaced_by in found.placements and key in found.refusals}
    refusals = {key: _displaced(found.refusals[key], found.placements[by].connection)
                for key, by in told.items() if not found.refusals[key].displaced_by}
    return replace(found, refusals={**found.refusals, **refusals}) if refusals else found


def _yielding(wanted: Wanted, previous: Plan, to: Connection) -> frozenset[str]:
    return frozenset(one.key for one in wanted.connections
                     if one.key in previous.placements and one.may_be_displaced and one.priority > to.priority)


def _without_them(planned: Planned, previous: Plan, wanted: Wanted, found: Plan, firm: Mapping[str, Placement],
                  one: Connection) -> Mapping[str, Placement]:
    """Where a connection and all who do not yield to it would be if those who yield were not there."""
    there = (found.placements.keys() | firm.keys()) - _yielding(wanted, previous, one)
    stay = {key: placement for key, placement in {**previous.placements, **firm}.items() if key in there}
    beside = tuple(other for other in wanted.connections if other is one or other.key in there)
    return planned(Plan(stay), Wanted(beside), NOBODY).placements


def _beside(previous: Plan, firm: Mapping[str, Placement], yielding: Iterable[str]) -> frozenset[str]:
    """Those who yield and share a link with any new path of those who do not."""
    links = frozenset().union(*(_taken(each) for key, each in firm.items() if each != previous.placements.get(key)))
    return frozenset(key for key in yielding if not links.isdisjoint(previous.placements[key].links))


def _taken(placement: Placement) -> frozenset[str]:
    return frozenset(link for path in placement.paths for link in path.links)


def _waiting(previous: Plan, new: Plan, firm: Mapping[str, Placement], in_doubt: Iterable[str],
             down: frozenset[str]) -> dict[str, Refusal]:
    """Those of a plan, `in_doubt` whether there is room yet, who come where somebody has to leave first."""
    changed = {key: each for key, each in new.placements.items() if each != previous.placements.get(key)}
    leaving = [old for key, old in previous.placements.items()
               if key in changed and old.links != changed[key].links and down.isdisjoint(old.links)]
    waits = {}
    for key in changed.keys() & set(in_doubt):
        wish, links = changed[key].connection, _taken(changed[key])
        first = [old.connection.title if old.connection.key != key else "its old path" for old in leaving
                 if (key in firm if old.connection.key == key else not links.isdisjoint(old.links))]
        if first:
            waits[key] = Refusal(key, wish.title, wish.intent, Reason.BANDWIDTH,
                                 f"waits until {', '.join(first)} made way", waits=True)
    return waits


def _refusing(new: Plan, waits: Mapping[str, Refusal]) -> Plan:
    return Plan({key: placement for key, placement in new.placements.items() if key not in waits},
                dict(sorted({**new.refusals, **waits}.items())))


def _told(previous: Plan, found: Plan, new: Plan, seats: Sequence[Placement]) -> Plan:
    """The plan, whose victims know who displaced them."""
    refusals = dict(new.refusals)
    for key in new.refusals.keys() & previous.placements.keys() - found.refusals.keys():
        old = previous.placements[key]
        above = [seat for seat in seats if seat.connection.priority < old.connection.priority]
        by = next((seat for seat in above if not _taken(seat).isdisjoint(old.links)), above[0])
        refusals[key] = _displaced(refusals[key], by.connection)
    return replace(new, refusals=refusals)


def _displaced(refusal: Refusal, by: Connection) -> Refusal:
    return replace(refusal, displaced_by=by.key,
                   message=f"displaced by {by.title}, whose priority is {by.priority}; {refusal.message}")
