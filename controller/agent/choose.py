"""What may be sent to each switch now: the first step of its gap that has something to send.

Rules of this file: prepare goes at once; a door opens, or a trunk is re-pointed, once all that its connections rest on
is confirmed, by barriers and by a probe (confirm.py), and the books have room; a door closes once the connection's other
doors are open; what is to be retired waits until nothing has led to it for RETIRE_S. A switch takes one step at a time.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from controller.agent.books import openable
from controller.agent.replan import in_place
from controller.agent.scene import Scene, moves
from controller.agent.world import item_key
from intents.marks import mark_in
from intents.rules import Change, Flow, Group, Meter
from intents.tables import references

RETIRE_S = max(2.0, 4 * 0.5)
"""How long caches may go on sending packets by a rule that nothing leads to: four times Open vSwitch's max-revalidator
of 500 ms, and not under 2 s (with 20,000 megaflows 1,014 ms were measured after the barrier)."""

Kind = Literal["prepare", "switch", "retire"]


@dataclass(frozen=True, slots=True)
class Offer:
    """What one switch may be sent now."""

    kind: Kind
    changes: tuple[Change, ...]


def offers(scene: Scene) -> tuple[dict[int, Offer], dict[str, str]]:
    """By switch what may be sent, and by connection what its doors still wait for."""
    waits = dict(_waits(scene))
    found: dict[int, Offer] = {}
    for dpid, gap in scene.gaps.by_dpid.items():
        for step in gap.steps if dpid not in scene.world.requests else ():
            allowed = tuple(change for change in step.changes if _may_go(scene, step.kind, change, waits))
            if allowed:
                found[dpid] = Offer(step.kind, allowed)
                break
    return found, waits


def _waits(scene: Scene) -> Iterator[tuple[str, str]]:
    """The connections whose doors must stay as they are for now, each with the reason."""
    ready = {}
    for key in sorted(scene.moving):
        why = scene.unready(key)
        if why is None:
            ready[key] = in_place(scene.world.record)[key]
        else:
            yield key, why
    record = scene.world.record
    if record.older or record.kept:  # else the plan itself fits, and nothing beside it is held
        for key, link in openable(scene.world.topology, scene.held, ready).items():
            if link is not None:
                yield key, f"waits until link {link} has room: what leaves it has not moved yet"


def _may_go(scene: Scene, kind: Kind, change: Change, waits: Mapping[str, str]) -> bool:
    item, key = change.item, item_key(change.item)
    if key in scene.refuted or scene.now < scene.world.retry_at(key):
        return False
    if kind == "retire":
        return key in scene.idle_since and scene.now >= scene.idle_since[key] + RETIRE_S
    if isinstance(item, Flow) and change.verb != "delete" and _leads_nowhere(scene, item):
        return False
    if isinstance(item, Meter) or not moves(change):
        return True
    if change.verb == "delete":
        return isinstance(item, Group) or _has_other_doors(scene, item)
    return not any(key in waits for key in scene.needs.moved_by(item))


def _leads_nowhere(scene: Scene, flow: Flow) -> bool:
    """Whether the group or meter that a flow would refer to is not as it should be yet."""
    return any(("Group" if what == "group" else "Meter", *key) in scene.lacking for what, *key in references(flow))


def _has_other_doors(scene: Scene, door: Flow) -> bool:
    """Whether a door may close: its connection is gone, or comes in by others, which are open."""
    key = scene.needs.of_mark(mark_in(door.cookie))
    return key is None or not any(("Flow", *other) in scene.lacking for other in scene.needs.doors(key))
