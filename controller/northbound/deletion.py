"""What a deletion leaves, and who stands in its way: nothing goes that something left needs."""

from collections.abc import Sequence

from controller.door import Name, by_name, mentions
from controller.northbound.errors import NotDoneError, missing
from controller.road import Ground, Stopwatch, planned
from controller.snapshot import Snapshot
from intents.documents import Documents
from intents.model import Plan, Wanted
from topologies.source import BadInput


def left(snapshot: Snapshot, names: Sequence[Name]) -> Documents:
    """The documents without the named ones."""
    standing = by_name(snapshot.documents)
    for kind, name in names:
        if (kind, name) not in standing:
            raise missing((kind, name), standing)
    gone: dict[str, list[str]] = {"intent": [], "slice": [], "profile": []}
    for kind, name in names:
        gone[kind].append(name)
    return snapshot.documents.without(intents=gone["intent"], slices=gone["slice"], profiles=gone["profile"])


def planned_without(ground: Ground, snapshot: Snapshot, documents: Documents, names: Sequence[Name],
                    watch: Stopwatch) -> tuple[Wanted, Plan]:
    """The plan of what a deletion leaves. Refused where something that is left needs what would go."""
    try:
        wanted, plan = planned(ground, documents, watch)
    except BadInput as bad:
        users = _users(snapshot, documents, names) or [str(bad)]
        raise NotDoneError("FAILED_PRECONDITION", f"in use by {', '.join(users)}; nothing was deleted") from bad
    harmed = sorted({refusal.intent for key, refusal in plan.refusals.items()
                     if key in ground.plan.placements and not refusal.displaced_by})
    if harmed:
        raise NotDoneError("FAILED_PRECONDITION", f"without it intent {', '.join(harmed)} could not be placed; "
                                                  "nothing was deleted")
    return wanted, plan


def _users(snapshot: Snapshot, rest: Documents, names: Sequence[Name]) -> list[str]:
    """What is left and uses one of the names."""
    gone = frozenset(names)
    users = {f"slice {name}" for name, slice_ in rest.slices.items() if ("profile", slice_.spec.profile) in gone}
    for name, intent in rest.intents.items():
        if not isinstance(intent.spec, str) and ("slice", intent.spec.slice) in gone:
            users.add(f"intent {name}")
    placed = (placement.connection for placement in snapshot.plan.placements.values())
    users |= {f"intent {connection.intent}" for connection in placed
              if connection.intent in rest.intents and (mentions(connection, snapshot.documents) | {
                  ("intent", other) for other in connection.diverse_from}) & gone}
    return sorted(users)
