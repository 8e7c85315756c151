"""What the loop shows to everybody else: how each connection, each switch and the whole stands.

Rules of this file: computed from the plan and the tables, never stored. A connection that is refused and whose rules are
kept is DEGRADED while they forward, over their links or round a dead one, which nothing promises; else UNSATISFIABLE.
"""

from collections.abc import Iterator

from controller.agent.audit import SAID_S
from controller.agent.confirm import alarms
from controller.agent.links import goes_on
from controller.agent.memory import Memory
from controller.agent.needs import Needs
from controller.agent.world import Batch, ItemKey, World, item_key
from controller.snapshot import Snapshot, Status, SwitchView
from intents.model import Placement, Refusal
from intents.rules import RuleSet, merged

Standing = tuple[Status, str]
"""A status and, unless it is SATISFIED, the reason in one sentence."""


def published(world: World, memory: Memory, now: float, troubles: tuple[str, ...] = ()) -> Snapshot:
    """The world as a snapshot; `troubles` are alarms of the edges (the store)."""
    standings = _standings(world, memory)
    return Snapshot(
        revision=world.record.revision, documents=world.record.documents, plan=world.record.plan,
        target=world.target or RuleSet(), actual=merged(world.known().values()), reads=world.reads,
        down_links=world.record.down_links,
        dead_links=frozenset(name for name, state in world.links.items() if not state.is_up),
        statuses={key: status for key, (status, _) in standings.items()},
        why={key: why for key, (status, why) in standings.items() if status is not Status.SATISFIED},
        switches=tuple(_views(world, memory)), alarms=(*troubles, *sorted(_alarms(world, memory, now))),
        settled=_is_settled(world, memory), barred_labels=memory.barred_at(now))


def _standings(world: World, memory: Memory) -> dict[str, Standing]:
    record = world.record
    found: dict[str, Standing] = {}
    if world.target is None or memory.needs is None:
        found = dict.fromkeys(record.plan.placements, (Status.PENDING, "waits until the switches' tables are read"))
    else:
        wrong = memory.gaps.lacking | _under_way(world)
        for key, placement in record.plan.placements.items():
            found[key] = _degraded(world, placement, _placed(world, memory, memory.needs, key, wrong))
    for key, refusal in record.plan.refusals.items():
        found[key] = _refused(world, refusal, record.kept.get(key))
    return dict(sorted(found.items()))


def _placed(world: World, memory: Memory, needs: Needs, key: str, wrong: frozenset[ItemKey]) -> Standing:
    for dpid in sorted(needs.switches(key)):
        if world.channels[dpid].tables is None:
            lost = "has not been read yet" if world.channels[dpid].connected else "is not connected"
            return Status.PENDING, f"switch {world.topology.switch_by_dpid[dpid].name} {lost}"
    missing = needs.of(key) & wrong
    if not missing:
        return Status.SATISFIED, ""
    for item in sorted(missing & world.rejections.keys(), key=str):
        status = Status.DEGRADED if key in world.record.older else Status.UNSATISFIABLE
        return status, f"RESOURCE: {_rejected(world, item)}"
    for item in sorted(missing & memory.refuted.keys(), key=str):
        return Status.PENDING, f"its next step is held back, for its proof fails: {memory.refuted[item]}"
    return Status.PENDING, memory.waits.get(key, f"{len(missing)} of its rules are not confirmed yet")


def _degraded(world: World, placement: Placement, standing: Standing) -> Standing:
    """DEGRADED in place of a better standing where detours have taken over, or are missing though they are required."""
    status, why = standing
    if status is Status.PENDING:
        former = world.record.older.get(placement.connection.key, ())
        dead = sorted({link for each in former if goes_on(world.links, each) for link in each.links
                       if not world.links[link].is_up})
        told = f"forwards on a detour around {', '.join(dead)} until its new path stands ({why})"
        return (Status.DEGRADED, told) if dead else standing
    if status is Status.SATISFIED and placement.lacks_protection:
        lacks = ("no standby is left" if placement.connection.protection_mode == "standby"
                 else f"no detour is left for {', '.join(sorted(placement.exposed))}")
        return Status.DEGRADED, f"goes on without its required protection: {lacks}"
    return standing


def _refused(world: World, refusal: Refusal, kept: Placement | None) -> Standing:
    why = f"{refusal.reason.value}: {refusal.message}"
    if kept is None or not goes_on(world.links, kept):
        return Status.UNSATISFIABLE, why
    return Status.DEGRADED, f"forwards on its old path, without a promise: {why}"


def _under_way(world: World) -> frozenset[ItemKey]:
    return frozenset(item_key(change.item) for request in world.requests.values() if isinstance(request, Batch)
                     for change in request.changes)


def _views(world: World, memory: Memory) -> Iterator[SwitchView]:
    for switch in world.topology.switches:
        channel, gap = world.channels[switch.dpid], memory.gaps.by_dpid.get(switch.dpid)
        yield SwitchView(switch.name, switch.dpid, channel.connected, channel.tables is not None,
                         gap is not None and gap.holds_all, channel.changes_sent, gap.owners.unclaimed if gap else 0)


def _is_settled(world: World, memory: Memory) -> bool:
    return (world.target is not None and not world.requests and not world.record.older
            and all(channel.tables is not None for channel in world.channels.values())
            and not any(gap.steps for gap in memory.gaps.by_dpid.values()))


def _alarms(world: World, memory: Memory, now: float) -> Iterator[str]:
    for dpid in world.strangers:
        yield (f"switch {dpid:016x} is not in topology {world.topology.name}; nothing is sent to it: "
               "add it to the topology, or point it at another controller")
    for dpid, gap in memory.gaps.by_dpid.items():
        name = world.topology.switch_by_dpid[dpid].name
        if gap.owners.unclaimed:
            yield (f"switch {name} holds {gap.owners.unclaimed} rules that look like ours and are not in the store; they "
                   "are kept: apply what they belong to, or isochrone purge --unclaimed")
        for key in gap.owners.occupied:
            yield f"switch {name} holds a rule of somebody else in the place of one of ours (table {key[1]}); it is kept"
        for key in gap.owners.shadowing:
            yield (f"switch {name} holds a rule of somebody else that takes packets from ours (table {key[1]}, priority "
                   f"{key[2]}); it is kept")
    for dpid, finding in world.findings.items():
        if now < finding.at + SAID_S:
            yield f"switch {world.topology.switch_by_dpid[dpid].name}: {finding.words}"
    for dpid, channel in world.channels.items():
        if channel.unreadable:
            name = world.topology.switch_by_dpid[dpid].name
            yield f"switch {name} holds {channel.unreadable} rules that cannot be read; they are left alone"
    for name, link in world.links.items():
        if link.is_up and now < link.usable_from:
            yield f"link {name} was down and is kept out until it has been up for {link.hold_s:.0f} s"
    yield from alarms(world, now)
    yield from {f"not sent, its proof fails: {harm}" for harm in memory.refuted.values()}
    yield from {_rejected(world, item) for item in world.rejections}


def _rejected(world: World, item: ItemKey) -> str:
    found = world.rejections[item]
    dpid = item[1]
    name = world.topology.switch_by_dpid[dpid].name if isinstance(dpid, int) else "?"
    what = "its tables to be read" if item[0] == "Tables" else "a change"
    return f"switch {name} refuses {what} ({found.words}), {found.times} times in a row; it is tried again"
