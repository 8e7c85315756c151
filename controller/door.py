"""What may come in: of the documents of a call, those that harm nothing that is placed.

The rules are those of docs/decisions/0002: a new intent that cannot be had stands refused; a change that would take
away what is placed is turned back at the door, by name, and the version that stands is untouched; but who may be displaced
may (docs/decisions/0023). Who is at fault is
asked of the resolved connections, so that it does not matter whether an intent, its slice or its profile was changed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from controller.road import Ground, Stopwatch, planned
from intents.conflicts import conflicts
from intents.documents import Document, Documents
from intents.model import Connection, Plan, Refusal, Wanted

Kind = Literal["intent", "slice", "profile"]
Name = tuple[Kind, str]


@dataclass(frozen=True)
class Entry:
    """What comes in: the documents that would stand and their plan; what was turned back, why, and what its connections
    would have come to."""

    documents: Documents
    wanted: Wanted
    plan: Plan
    turned_back: Mapping[Name, str] = field(default_factory=dict)
    attempts: Mapping[str, Refusal] = field(default_factory=dict)


@dataclass(frozen=True)
class _Trial:
    """Some of the new documents put in, and what came of it, beside how it is without any."""

    changed: frozenset[Name]
    documents: Documents
    before: Mapping[str, tuple[Connection, ...]]
    after: Mapping[str, tuple[Connection, ...]]
    standing: Plan
    plan: Plan


def admit(ground: Ground, standing: Documents, newer: Documents, watch: Stopwatch) -> Entry:
    """The newer documents that may come in, placed beside the standing ones. Raises BadInput."""
    changed = changed_names(standing, newer)
    turned_back: dict[Name, str] = {}
    attempts: dict[str, Refusal] = {}
    baseline: tuple[Wanted, Plan] | None = None
    while True:
        documents = standing.merged(_only(newer, changed))
        wanted, plan = planned(ground, documents, watch)
        if ground.plan.placements.keys() <= plan.placements.keys():
            return Entry(documents, wanted, plan, turned_back, attempts)
        baseline = baseline or planned(ground, standing, watch)
        trial = _Trial(changed, documents, _by_intent(baseline[0]), _by_intent(wanted), baseline[1], plan)
        faults = dict(_faults(trial))
        turned_back |= {name: _why(name, refusal) for name, refusal in faults.items()}
        attempts |= {refusal.key: refusal for refusal in _attempts(trial, faults)}
        changed -= faults.keys()
        if not faults:
            return Entry(documents, wanted, plan, turned_back, attempts)


def changed_names(standing: Documents, newer: Documents) -> frozenset[Name]:
    """Which of the newer documents are new or say something else than the one that stands."""
    old = by_name(standing)
    return frozenset(name for name, document in by_name(newer).items() if old.get(name) != document)


def by_name(documents: Documents) -> dict[Name, Document]:
    """Intents, slices and profiles by kind and name."""
    found: dict[Name, Document] = {("intent", name): intent for name, intent in documents.intents.items()}
    found |= {("slice", name): slice_ for name, slice_ in documents.slices.items()}
    return found | {("profile", name): profile for name, profile in documents.profiles.items()}


def mentions(connection: Connection, documents: Documents) -> frozenset[Name]:
    """The slice and the profiles that a connection takes its values from."""
    found: set[Name] = {("profile", source.removeprefix("profile ")) for _, source in connection.provenance
                        if source.startswith("profile ")}
    if connection.slice is not None:
        found.add(("slice", connection.slice))
        if connection.slice in documents.slices:
            found.add(("profile", documents.slices[connection.slice].spec.profile))
    return frozenset(found)


def _only(newer: Documents, names: frozenset[Name]) -> Documents:
    return newer.without(intents=[name for name in newer.intents if ("intent", name) not in names],
                         slices=[name for name in newer.slices if ("slice", name) not in names],
                         profiles=[name for name in newer.profiles if ("profile", name) not in names])


def _by_intent(wanted: Wanted) -> dict[str, tuple[Connection, ...]]:
    found: dict[str, tuple[Connection, ...]] = {}
    for connection in wanted.connections:
        found[connection.intent] = (*found.get(connection.intent, ()), connection)
    return found


def _faults(trial: _Trial) -> Iterator[tuple[Name, Refusal]]:
    """Documents that take away what is placed, each with the refusal that it brings about."""
    for intent, connections in sorted(trial.before.items()):
        lost = [connection for connection in connections if connection.key in trial.standing.placements
                and connection.key not in trial.plan.placements]
        fresh = [refusal for key, refusal in trial.plan.refusals.items()
                 if refusal.intent == intent and key not in trial.standing.refusals and not refusal.displaced_by]
        if lost and fresh:
            yield from ((name, fresh[0]) for name in sorted(_culprits(trial, intent, lost)))


def _culprits(trial: _Trial, loser: str, lost: list[Connection]) -> frozenset[Name]:
    """Who is to blame: what changed the loser itself, else what moved others into its way, else every change."""
    movers = {loser} if _moved(trial, loser) else {
        intent for intent, connections in trial.after.items() if _moved(trial, intent)
        and any(conflicts((mine, other)) for mine in lost for other in connections)}
    return frozenset(name for intent in movers for name in _sources(trial, intent)) or trial.changed


def _moved(trial: _Trial, intent: str) -> bool:
    return trial.before.get(intent) != trial.after.get(intent)


def _sources(trial: _Trial, intent: str) -> frozenset[Name]:
    """The changed documents that changed an intent: its own, else its slice and profiles."""
    own: frozenset[Name] = frozenset({("intent", intent)})
    if own & trial.changed:
        return own
    named = [mentions(connection, trial.documents) for connection in trial.after.get(intent, ())]
    return frozenset().union(*named) & trial.changed


def _why(name: Name, refusal: Refusal) -> str:
    if name == ("intent", refusal.intent):
        return f"{refusal.reason.value}: {refusal.message}; the version that is placed stands"
    return f'would leave intent "{refusal.intent}" without its place ({refusal.reason.value}: {refusal.message})'


def _attempts(trial: _Trial, faults: Mapping[Name, Refusal]) -> Iterator[Refusal]:
    """What the connections of the documents turned back would have come to."""
    for intent in sorted(trial.after.keys() | trial.before.keys()):
        guilty = _sources(trial, intent) & faults.keys() if _moved(trial, intent) else ()
        refused = [refusal for key, refusal in trial.plan.refusals.items()
                   if refusal.intent == intent and key not in trial.standing.refusals]
        if guilty and refused:
            yield from refused
        elif guilty:
            name = min(guilty)
            yield from (Refusal(connection.key, connection.title, intent, faults[name].reason,
                                _why(name, faults[name])) for connection in trial.after.get(intent, ())
                        if connection.key not in trial.standing.placements)
