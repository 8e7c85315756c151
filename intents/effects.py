"""What a plan changes: whom it touches, what that means for what they were promised, and how many rules it takes.

Rules of this file: who keeps his place, or stays refused for the same reason, is not told of. Delays and reservations are
the model's: a budget depends on nobody else's traffic, so whoever is not told of keeps what he was promised.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal, TypeVar

from intents.model import DIRECTIONS, Connection, Direction, LatencyBound, Placement, Plan, Refusal
from intents.rules import Flow, Group, Item, Meter, RuleSet
from intents.tables import FlowKey, key_order

Key = TypeVar("Key", FlowKey, tuple[int, int])
Held = TypeVar("Held", Flow, Group, Meter)

What = Literal["placed", "moved", "changed", "removed", "refused"]
"""`placed`: had no place. `moved`: runs over other links. `changed`: keeps its links, with another bound, reservation or
other detours. `removed`: is wanted no more. `refused`: is wanted, and has no place now."""

Kind = Literal["flow", "group", "meter", "queue"]
Verb = Literal["add", "change", "remove"]
KINDS: tuple[Kind, ...] = ("flow", "group", "meter", "queue")
VERBS: tuple[Verb, ...] = ("add", "change", "remove")



@dataclass(frozen=True, slots=True)
class Course:
    """One direction of a place: its nodes and links, what it may take at worst (`None`: a delay is unknown) and the bound on
    that, what it reserves, and the links and switches whose failure would stop it (`Placement.exposed`)."""

    nodes: tuple[str, ...]
    links: tuple[str, ...]
    worst_ns: int | None
    bound: LatencyBound | None
    reserved_bps: int
    exposed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Turn:
    """One direction before and after, `None` where it had or has no place."""

    direction: Direction
    before: Course | None
    after: Course | None


@dataclass(frozen=True, slots=True)
class Effect:
    """What becomes of one connection. `title` as reports call it; no turns where it has no place, before or after."""

    key: str
    title: str
    intent: str
    what: What
    turns: tuple[Turn, ...] = ()


@dataclass(frozen=True, slots=True)
class Edit:
    """One rule that is to be added, changed or removed: as it was, as it will be."""

    before: Item | None
    after: Item | None

    @property
    def kind(self) -> Kind:
        """What sort of rule it is."""
        item = self.after or self.before
        return "flow" if isinstance(item, Flow) else "group" if isinstance(item, Group) else "meter"

    @property
    def verb(self) -> Verb:
        """What is done."""
        return "add" if self.before is None else "remove" if self.after is None else "change"


@dataclass(frozen=True, slots=True)
class Difference:
    """What lies between two plans and their rules. `untouched`: how many connections keep their place as it is."""

    effects: tuple[Effect, ...] = ()
    untouched: int = 0
    edits: tuple[Edit, ...] = ()


def difference(before: Plan, after: Plan, installed: RuleSet, wanted: RuleSet) -> Difference:
    """What it takes to come from a plan and its rules to others."""
    touched = effects(before, after)
    stay = len(after.placements) - sum(effect.key in after.placements for effect in touched)
    return Difference(touched, stay, edits(installed, wanted))


def effects(before: Plan, after: Plan) -> tuple[Effect, ...]:
    """Everybody whom a plan touches, by key. Promise: `effects(x, x)` is empty."""
    found = (_effect(key, before, after) for key in sorted(
        before.placements.keys() | after.placements.keys() | after.refusals.keys()))
    return tuple(effect for effect in found if effect is not None)


def edits(before: RuleSet, after: RuleSet) -> tuple[Edit, ...]:
    """The rules that differ: flows, then groups, then meters, by identity. Promise: `edits(x, x)` is empty."""
    return (*_edits(before.flows, after.flows), *_edits(before.groups, after.groups),
            *_edits(before.meters, after.meters))


def _effect(key: str, before: Plan, after: Plan) -> Effect | None:
    old, new, refusal = before.placements.get(key), after.placements.get(key), after.refusals.get(key)
    if refusal is not None:
        known = before.refusals.get(key)
        return None if known and known.reason == refusal.reason else _told(refusal, "refused", old, None)
    if old is not None and new is not None:
        if _as_promised(old) == _as_promised(new):
            return None
        links = [[path.links for path in each.paths if path.role == "working"] for each in (old, new)]
        return _told(new.connection, "changed" if links[0] == links[1] else "moved", old, new)
    stands = new or old
    assert stands is not None, "the key is that of a placement or a refusal"
    return _told(stands.connection, "removed" if new is None else "placed", old, new)


def _told(named: Connection | Refusal, what: What, old: Placement | None, new: Placement | None) -> Effect:
    turns = (Turn(direction, _course(direction, old), _course(direction, new)) for direction in DIRECTIONS)
    return Effect(named.key, named.title, named.intent, what, tuple(turn for turn in turns if turn.before or turn.after))


def _course(direction: Direction, placement: Placement | None) -> Course | None:
    path = placement.working(direction) if placement else None
    if placement is None or path is None:
        return None
    return Course(path.nodes, path.links, placement.budget_ns(direction), placement.connection.latency,
                  path.reserved_bps, placement.exposed_in(direction))


def _as_promised(placement: Placement) -> Placement:
    """The placement without what is only said about it."""
    return replace(placement, connection=replace(placement.connection, title="", tenant=None, provenance=()))


def _edits(before: Mapping[Key, Held], after: Mapping[Key, Held]) -> Iterator[Edit]:
    differing = [key for key in before.keys() | after.keys()
                 if before.get(key) is not after.get(key) and before.get(key) != after.get(key)]
    return (Edit(before.get(key), after.get(key)) for key in sorted(differing, key=_order))


def _order(key: FlowKey | tuple[int, int]) -> tuple[object, ...]:
    return key if len(key) == 2 else key_order(key)
