"""The compiler: from placements to what every switch should hold.

Rules of this file: the result depends on the placements, on what is installed and on what is barred, not on their
order. What is installed keeps its numbers: a path its label, a trunk its group where the same flows refer to it (so
that moving them all is one group modify) or where it pushes the trunk's label, a direction its meter. So compiling
again over its own result gives the same rules, and a restart changes nothing.
"""

from collections.abc import Iterator, Mapping

from intents.base_rules import base_rules
from intents.labels import Member, Way, groups_of, labels_of, meters_of
from intents.model import DIRECTIONS, Placement, Plan, Reason, Refusal
from intents.riders import Rider, riders_of
from intents.rules import Item, RuleSet, Table, rule_set
from intents.trunks import (
    PRIORITY,
    TTL,
    Post,
    Trunk,
    idle_trunk_of,
    label_rules,
    labelled,
    posts_of,
    trunk_group,
)
from topologies.model import Topology

Mark = int | tuple[int, int]


class NoRoom(Exception):  # noqa: N818 - said in the field's words
    """Numbers ran out. `lacking` says of each connection that has to be refused (RESOURCE) what there was none of."""

    def __init__(self, lacking: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{key}: {what}" for key, what in sorted(lacking.items())))
        self.lacking = lacking


def compile_rules(network: Topology, placements: Mapping[str, Placement], installed: RuleSet,
                  barred_labels: frozenset[int] = frozenset()) -> RuleSet:
    """Everything that the switches of a network should hold for these placements.

    `installed` is what they hold now, ours and alien: it lends its numbers, nothing else of it comes out.
    `barred_labels` rest after their path was retired. Promise: `compile_rules(n, p, compile_rules(n, p, i)) ==
    compile_rules(n, p, i)`. Raises NoRoom where labels or ids are used up.
    """
    riders = [rider for _, placement in sorted(placements.items()) for rider in riders_of(network, placement)]
    by_trunk: dict[Trunk, list[Rider]] = {}
    for rider in riders:
        if rider.trunk is not None:
            by_trunk.setdefault(rider.trunk, []).append(rider)
    idle = dict(_idle(network, placements))
    detours = sorted({detour for trunk in by_trunk for detour in trunk.branches().values()})
    ways: list[Way] = [*sorted({*by_trunk, *idle}), *detours]
    labels = labels_of(ways, installed, barred_labels)
    groups = groups_of(dict(_members(by_trunk, labels)), labels, installed)
    meters = meters_of(riders, installed)
    lacking = {key: f"for its standby, {what}" for trunk, keys in idle.items()
               if (what := _lacking(trunk, labels, {})) is not None for key in keys}
    items: list[Item] = list(base_rules(network))
    for detour in detours:
        if (label := labels[detour]) is not None:
            items += label_rules(detour, label, {})
    items += (rule for trunk in idle if trunk not in by_trunk for rule in label_rules(trunk, labels[trunk] or 0, {}))
    for trunk, found in by_trunk.items():
        if (what := _lacking(trunk, labels, groups)) is not None:
            lacking |= {rider.connection: what for rider in found}
        else:
            items += _trunk_items(trunk, labels, groups)
    for rider in riders:
        meter = meters.get(rider)
        if meter is not None:
            items.append(rider.meter(meter))
        elif rider in meters:
            lacking[rider.connection] = f"no meter id is free at switch {rider.ingress:#x}"
        items += rider.flows(groups.get(Post(rider.trunk, 0)) if rider.trunk else None, meter)
    if lacking:
        raise NoRoom(lacking)
    return rule_set(items)


def compile_plan(network: Topology, plan: Plan, kept: Mapping[str, Placement], installed: RuleSet,
                 barred_labels: frozenset[int] = frozenset()) -> tuple[Plan, Mapping[str, Placement], RuleSet]:
    """The rules of a plan and of refused placements that are `kept` beside it, as `compile_rules` has them.

    What no number is left for is refused (RESOURCE) or no longer kept, and the rest compiled again: the plan and what is
    kept come back as the rules realise them, and as they were where there is room for all.
    """
    while True:
        try:
            return plan, kept, compile_rules(network, {**plan.placements, **kept}, installed, barred_labels)
        except NoRoom as full:
            plan = _refusing(plan, full.lacking)
            kept = {key: placement for key, placement in kept.items() if key not in full.lacking}


def owner_marks(rules: RuleSet) -> frozenset[Mark]:
    """What a rule set is recognised by as its owner's: the cookies of its flows; (dpid, id) of its groups and meters,
    whose ranges of ids do not meet."""
    return frozenset((*rules.cookies, *rules.groups, *rules.meters))


_Labels = Mapping[Way, int | None]


def _refusing(plan: Plan, lacking: Mapping[str, str]) -> Plan:
    wishes = [placement.connection for key, placement in plan.placements.items() if key in lacking]
    refused = {one.key: Refusal(one.key, one.title, one.intent, Reason.RESOURCE, lacking[one.key]) for one in wishes}
    return Plan({key: placement for key, placement in plan.placements.items() if key not in lacking},
                dict(sorted({**plan.refusals, **refused}.items())))


def _idle(network: Topology, placements: Mapping[str, Placement]) -> Iterator[tuple[Trunk, list[str]]]:
    """The trunks that connections stand by for, with their keys."""
    found: dict[Trunk, list[str]] = {}
    for key, placement in sorted(placements.items()):
        for direction in DIRECTIONS:
            if (trunk := idle_trunk_of(network, placement, direction)) is not None:
                found.setdefault(trunk, []).append(key)
    return iter(sorted(found.items()))


def _members(by_trunk: Mapping[Trunk, list[Rider]], labels: _Labels) -> Iterator[tuple[Post, frozenset[Member]]]:
    """The flows that hand packets to each group: the riders' at the ingress, the label's own behind it."""
    for trunk, riders in by_trunk.items():
        for post in posts_of(trunk):
            if post.hop == 0:
                yield post, frozenset((Table.CLASSIFY, rider.priority, matched)
                                      for rider in riders for matched in rider.matches)
            elif (label := labels[trunk]) is not None:
                yield post, frozenset(((Table.LABEL, PRIORITY, labelled(label)),))


def _lacking(trunk: Trunk, labels: _Labels, groups: Mapping[Post, int | None]) -> str | None:
    """What a trunk cannot be had for want of, `None` where it has all its numbers; an idle one has no groups."""
    longest = max([len(trunk.cables), *(place + len(cables) for place, cables in trunk.detours)])
    if longest > TTL:
        return f"a label lives for {TTL} links between switches, and the way has {longest}"
    ways: list[Way] = [trunk, *trunk.branches().values()]
    if any(labels[way] is None for way in ways):
        return "no MPLS label is free"
    full = (post.dpid for post in posts_of(trunk) if groups and groups[post] is None)
    dpid = next(full, None)
    return None if dpid is None else f"no group id is free at switch {dpid:#x}"


def _trunk_items(trunk: Trunk, labels: _Labels, groups: Mapping[Post, int | None]) -> Iterator[Item]:
    """The rules and groups of a trunk that has all its numbers."""
    numbers = {post.hop: number for post in posts_of(trunk) if (number := groups[post]) is not None}
    label, branches = labels[trunk] or 0, trunk.branches()
    yield from label_rules(trunk, label, {hop: number for hop, number in numbers.items() if hop > 0})
    for hop, number in numbers.items():
        yield trunk_group(Post(trunk, hop), number, label, labels[branches[hop]] if hop in branches else None)
