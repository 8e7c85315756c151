"""What happened in a turn, in sentences, and what the agent decided, as JSON: the loop's memory for people.

Rules of this file: a decision is entered when it is made and again when its outcome is known; the later entry stands.
"""

from collections.abc import Iterable, Iterator

from pydantic import TypeAdapter, ValidationError
from pydantic_core import to_json

from controller.agent.decide import Decision
from controller.agent.world import Batch, World
from controller.decisions import DecisionRecord
from controller.snapshot import Snapshot


def entries(before: World, decision: Decision) -> Iterator[str]:
    """What a turn decided, in its order."""
    world = decision.world
    old, new = before.record, world.record
    if new.down_links != old.down_links:
        yield f"links not to be used: {', '.join(sorted(new.down_links)) or 'none'}"
    if new.revision != old.revision:
        moved = sum(old.plan.placements.get(key) != each for key, each in new.plan.placements.items())
        yield (f"revision {new.revision}: {len(new.plan.placements)} connections placed, {moved} of them anew, "
               f"{len(new.plan.refusals)} refused")
    for request in decision.requests:
        if isinstance(request, Batch):
            name = world.topology.switch_by_dpid[request.dpid].name
            yield f"{request.kind}: {len(request.changes)} changes sent to {name}"
    for label, trial in sorted(world.trials.items()):
        if trial.is_overtaken and not (label in before.trials and before.trials[label].is_overtaken):
            yield f"put on a path before a probe came through, for the former one is dead: {trial.told(world.topology)}"
    for key in sorted(old.older.keys() - new.older.keys()):
        yield f"{key}: the reservation of its former path is released"


def raised(before: Snapshot, after: Snapshot) -> Iterator[str]:
    """Alarms that were not there before."""
    return (f"alarm: {alarm}" for alarm in after.alarms if alarm not in before.alarms)


DECISION = '{"decision":'
"""How an entry of a decision begins."""

_ENTRY = TypeAdapter(dict[str, DecisionRecord])


def decision_entry(record: DecisionRecord) -> str:
    """A decision as an entry of the journal."""
    return to_json({"decision": record}).decode()


def decisions_in(events: Iterable[str]) -> tuple[DecisionRecord, ...]:
    """The decisions of entries in their order, each as it was entered last. What cannot be read is left out: the journal
    is for people, and no ground to stand on."""
    found: dict[int, DecisionRecord] = {}
    for event in events:
        try:
            record = _ENTRY.validate_json(event)["decision"]
        except ValidationError:
            continue
        found[record.id] = record
    return tuple(found[number] for number in sorted(found))
