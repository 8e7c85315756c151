"""The desired side of the world brought up to date: a plan for the links there are, and rules for the plan.

Rules of this file:
- The first target waits until all switches were read, or as many as came within GRACE_S: labels and group ids are read
  off the tables, and what is right there must not be sent again. Without placements there are no such numbers.
- Tables read after that have the target compiled again with them; what is installed keeps its numbers, so the result is
  the same unless a switch holds what contradicts it.
- What is placed keeps its place. A connection whose link fails and that finds no other place keeps its rules as long
  as nobody who is placed needs its room: they work again as soon as the link does.
"""

from collections.abc import Mapping
from dataclasses import replace

from controller.agent.belief import Belief
from controller.agent.books import openable, working_paths
from controller.agent.claims import claim_of, claims_of
from controller.agent.world import World
from controller.store.record import Claim, Record
from intents.avoidance import plan_avoiding
from intents.compiler import compile_plan
from intents.documents import Documents
from intents.model import Placement, Plan, Wanted
from intents.rules import RuleSet, merged

GRACE_S = 15.0
"""Open vSwitch comes back within 12 s (its retries are 8 s apart); who is not there by then is not waited for."""


def up_to_date(world: World, barred: frozenset[int], now: float) -> World:
    """The world with a plan that uses no link that is down, and a target that knows all tables read."""
    if world.target is None and not _may_begin(world, now):
        return world
    down = world.down(now)
    if down != world.record.down_links:
        previous = Plan(in_place(world.record), world.record.plan.refusals)
        new = plan_avoiding(world.topology, previous, world.wanted, down, world.avoid)
        world = _revised(world, replace(world.record, down_links=down))
        return _compiled(world, new, _kept(world, new), barred)
    if world.target is None or world.target_reads != world.reads:
        return _compiled(world, world.record.plan, world.record.kept, barred)
    return world


def planned_again(world: World, barred: frozenset[int]) -> World:
    """The world with places for those who waited until others had left theirs; as it is while any has still to leave."""
    if world.target is None or world.record.older or not any(each.waits for each in world.record.plan.refusals.values()):
        return world
    new = plan_avoiding(world.topology, Plan(in_place(world.record), world.record.plan.refusals), world.wanted,
                        world.record.down_links, world.avoid)
    if new.placements == world.record.plan.placements:  # nobody is on his way, so there is nothing to wait for
        new = replace(new, refusals={key: replace(each, waits=False) for key, each in new.refusals.items()})
    world = _revised(world, world.record)
    return _compiled(world, new, _kept(world, new), barred)


def adopted(world: World, documents: Documents, wanted: Wanted, new: Plan, target: RuleSet,
            known_reads: int, barred: frozenset[int]) -> World:
    """The world with these wishes, their plan and its target, which were prepared on the world's revision. The target
    is compiled again where failed links left rules to keep, and by `up_to_date` where tables have been read since."""
    world = replace(_revised(world, replace(world.record, documents=documents)), wanted=wanted)
    kept = _kept(world, new)
    if world.target is None:
        return _with(world, new, kept, None, 0)
    return _compiled(world, new, kept, barred) if kept else _with(world, new, kept, target, known_reads)


def in_place(record: Record) -> Mapping[str, Placement]:
    """Every placement that has rules: those of the plan, and those kept without one."""
    return {**record.plan.placements, **record.kept}


def _may_begin(world: World, now: float) -> bool:
    all_read = all(channel.tables is not None for channel in world.channels.values())
    return all_read or not in_place(world.record) or now >= world.started + GRACE_S


def _revised(world: World, record: Record) -> World:
    return replace(world, record=replace(record, revision=record.revision + 1))


def _kept(world: World, new: Plan) -> dict[str, Placement]:
    """The placements that stay though they are refused now: nothing but a link has changed for them, and nobody who is
    placed needs their room."""
    down = world.record.down_links
    wished = {connection.key: connection for connection in world.wanted.connections}
    cut = {key: placement for key, placement in sorted(in_place(world.record).items())
           if key in new.refusals and wished.get(key) == placement.connection
           and any(not down.isdisjoint(path.links) for path in working_paths(placement))}
    held = {key: (placement,) for key, placement in new.placements.items()} if cut else {}
    verdicts = openable(world.topology, held, cut)
    return {key: placement for key, placement in cut.items() if verdicts[key] is None}


def _compiled(world: World, new: Plan, kept: Mapping[str, Placement], barred: frozenset[int]) -> World:
    """The world with this plan and its rules."""
    new, kept, target = compile_plan(world.topology, new, kept, _installed(world), barred)
    return _with(world, new, kept, target, world.reads)


def _installed(world: World) -> RuleSet:
    """What lends its numbers: all that the switches may hold."""
    belief = Belief(world)
    return merged(rules for dpid in world.channels for rules in reversed(belief.versions(dpid) or ()))


def _with(world: World, new: Plan, kept: Mapping[str, Placement], target: RuleSet | None, reads: int) -> World:
    """The world with this plan and target, what they leave behind in the books, and their rules claimed."""
    older = _older(world, {**new.placements, **kept})
    claims = world.record.claims if target is None else _claims(world, target)
    record = replace(world.record, plan=new, kept=kept, older=older, claims=claims)
    return replace(world, record=record, target=world.target if target == world.target else target, target_reads=reads,
                   edition=world.edition + 1)


def _older(world: World, new: Mapping[str, Placement]) -> dict[str, tuple[Placement, ...]]:
    """By connection, what its packets may still go by beside its new placement."""
    belief = Belief(world)
    found = {key: tuple(each for each in left if each != new.get(key)) for key, left in world.record.older.items()}
    for key, old in in_place(world.record).items():
        if new.get(key) is old or new.get(key) == old or old in found.get(key, ()):
            continue
        if belief.may_carry(old, but=(new[key],) if key in new else ()):
            found[key] = (*found.get(key, ()), old)
    return {key: left for key, left in sorted(found.items()) if left}


def _claims(world: World, target: RuleSet) -> frozenset[Claim]:
    """The claims with those of a target, and without those that nothing in any switch goes by."""
    wanted = claims_of(target)
    if any(channel.tables is None for channel in world.channels.values()):
        return world.record.claims | wanted
    belief = Belief(world)
    under_way = {claim_of(change.item) for dpid in world.channels for change in belief.under_way(dpid)}
    seen = claims_of(*world.known().values()) | under_way
    return world.record.claims & seen | wanted
