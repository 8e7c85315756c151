"""The next things to send: a look at the whole, and the first step of what is still missing.

Rules of this file: pure and level-triggered; nothing here resumes or rolls back, so that a restart in the middle of a
move is a turn like any other. Old reservations are released COMMIT_S after no door leads to their paths any more, rules
retired RETIRE_S after nothing leads to them, and their labels rest REST_S.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from controller.agent.audit import SAID_S
from controller.agent.belief import Belief
from controller.agent.choose import RETIRE_S, Offer, offers
from controller.agent.confirm import due, probing, wakings
from controller.agent.gaps import Gaps, compared
from controller.agent.memory import Memory
from controller.agent.needs import Needs
from controller.agent.prove import proved
from controller.agent.replan import GRACE_S, in_place, planned_again, up_to_date
from controller.agent.scene import Scene
from controller.agent.world import Batch, ItemKey, Read, Request, World, item_key, sent
from intents.model import Placement
from intents.rules import Change, Flow, RuleSet, Table
from intents.tables import Reference, reference_to, references

COMMIT_S = 0.1
"""From the barrier behind a swap to the release of what was reserved on the old path: what is in flight arrives."""

REST_S = 60.0
"""How long a retired label is not given to another path: no packet and no cache outlives it."""


@dataclass(frozen=True)
class Decision:
    """What to do now: the requests are noted in the world already; a record that moved is stored before they go out."""

    world: World
    memory: Memory
    requests: tuple[Request, ...] = ()


def decide(world: World, memory: Memory, now: float) -> Decision:
    """The world brought up to date, and the next requests. Nothing is done twice in one edition of the world."""
    if world.edition == memory.edition and now < memory.wake_at:
        return Decision(world, memory)
    world = up_to_date(world, memory.barred_at(now), now)
    fresh = world.edition != memory.edition
    left_since = {key: memory.left_since.get(key, now) for key in _left(world)}
    world = _released(world, frozenset(key for key, since in left_since.items() if now >= since + COMMIT_S))
    world = planned_again(world, memory.barred_at(now))
    memory = replace(memory, gaps=compared(world, memory.gaps), needs=_needs(world, memory.needs),
                     refuted={} if fresh else memory.refuted)
    world = _forgiven(world, memory.gaps)
    scene = Scene(world, memory.gaps, memory.needs or _needs(world, None), {}, memory.refuted, now)
    scene = replace(scene, idle_since={key: memory.idle_since.get(key, now) for key in _idle(scene)})
    open_to, waits = offers(scene)
    chosen, refuted = proved(scene, open_to)
    world = replace(world, trials=scene.trials)
    requests = tuple(_requests(scene, chosen, memory.next_token))
    requests += tuple(_probings(scene, memory.next_token + len(requests)))
    memory = replace(memory, next_token=memory.next_token + len(requests), idle_since=scene.idle_since, waits=waits,
                     left_since={key: since for key, since in left_since.items() if key in world.record.older},
                     barred=_barred(memory, requests, now), refuted={**memory.refuted, **refuted})
    world = sent(world, requests)
    return Decision(world, replace(memory, edition=world.edition, wake_at=_wake_at(world, memory, now)), requests)


def _forgiven(world: World, gaps: Gaps) -> World:
    """The world without rejections of what its switch holds by now, or need not hold any more."""
    if not world.rejections:
        return world
    open_still = {item_key(change.item) for gap in gaps.by_dpid.values() for step in gap.steps for change in step.changes}
    kept = {key: found for key, found in world.rejections.items()
            if key[0] == "Tables" or key in open_still or key[1] not in gaps.by_dpid}
    return world if len(kept) == len(world.rejections) else replace(world, rejections=kept)


def _left(world: World) -> Iterator[str]:
    """The connections that have older placements, and no door leads to any of them."""
    belief, placed = Belief(world), in_place(world.record)
    for key, older in world.record.older.items():
        new: tuple[Placement, ...] = (placed[key],) if key in placed else ()
        if not any(belief.may_carry(each, but=new) for each in older):
            yield key


def _released(world: World, keys: frozenset[str]) -> World:
    if not keys:
        return world
    older = {key: left for key, left in world.record.older.items() if key not in keys}
    return replace(world, record=replace(world.record, older=older))


def _needs(world: World, before: Needs | None) -> Needs:
    target, placements = world.target or RuleSet(), in_place(world.record) if world.target else {}
    if before is not None and before.target is target and before.placements == placements:
        return before
    return Needs(world.topology, placements, target)


def _idle(scene: Scene) -> Iterator[ItemKey]:
    """What is to be retired and nothing leads to."""
    for dpid, gap in scene.gaps.by_dpid.items():
        leaving = [*gap.changes("retire")]
        used = frozenset(_used(scene, dpid)) if any(not isinstance(change.item, Flow) for change in leaving) else frozenset()
        yield from (item_key(change.item) for change in leaving if _is_idle(scene, change, used))


def _used(scene: Scene, dpid: int) -> Iterator[Reference]:
    """The groups and meters that flows which may be met refer to on a switch."""
    for rules in scene.belief.versions(dpid) or ():
        for flow in rules.flows.values():
            found = [*references(flow)]
            if found and scene.belief.may_be_met(flow):
                yield from found


def _is_idle(scene: Scene, change: Change, used: frozenset[Reference]) -> bool:
    item = change.item
    if isinstance(item, Flow):
        return item.table != Table.LABEL or not scene.belief.may_be_met(item)
    return reference_to(item) not in used


def _requests(scene: Scene, chosen: Mapping[int, Offer], token: int) -> Iterator[Request]:
    for dpid, channel in sorted(scene.world.channels.items()):
        if dpid in scene.world.requests or not channel.connected:
            continue
        if channel.tables is None and scene.now >= scene.world.retry_at(("Tables", dpid)):
            yield Read(dpid, token, scene.now)
        elif dpid in chosen:
            yield Batch(dpid, token, scene.now, chosen[dpid].kind, chosen[dpid].changes)
        else:
            continue
        token += 1


def _probings(scene: Scene, token: int) -> Iterator[Request]:
    probes = due(scene.world, scene.needs, scene.trials, scene.now)
    return (probing(trial, hop, token + place, scene.now) for place, (trial, hop) in enumerate(probes))


def _barred(memory: Memory, requests: tuple[Request, ...], now: float) -> dict[int, float]:
    """The labels at rest, with those that are retired now."""
    retired = {field.value for request in requests if isinstance(request, Batch) and request.kind == "retire"
               for change in request.changes if isinstance(change.item, Flow) and change.item.table == Table.LABEL
               for field in change.item.match if field.name == "mpls_label"}
    resting = {label: until for label, until in memory.barred.items() if now < until}
    return {**resting, **dict.fromkeys(sorted(retired), now + REST_S)}


def _wake_at(world: World, memory: Memory, now: float) -> float:
    """When something will have to be decided though nothing happened."""
    times = [since + RETIRE_S for since in memory.idle_since.values()]
    times += [since + COMMIT_S for since in memory.left_since.values()]
    times += [world.retry_at(key) for key in world.rejections]
    times += [finding.at + SAID_S for finding in world.findings.values()]
    times += [link.usable_from for link in world.links.values()]
    times += wakings(world.trials)
    times.append(world.started + GRACE_S)
    return min((time for time in times if time > now), default=float("inf"))
