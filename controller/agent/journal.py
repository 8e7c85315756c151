"""What happened in a turn, in sentences: the loop's memory for people."""

from collections.abc import Iterator

from controller.agent.decide import Decision
from controller.agent.world import Batch, World
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
    for key in sorted(old.older.keys() - new.older.keys()):
        yield f"{key}: the reservation of its former path is released"


def raised(before: Snapshot, after: Snapshot) -> Iterator[str]:
    """Alarms that were not there before."""
    return (f"alarm: {alarm}" for alarm in after.alarms if alarm not in before.alarms)
