"""Which label, group id and meter id each trunk, detour and connection goes by.

Rules of this file: a number is a content address, found from a mark by linear probing; what is installed keeps its
number; a number that something else holds, here or in the switches, is not given out. `None` stands for a number that
could not be had because all are taken.
"""

from collections.abc import Iterable, Mapping

from intents.marks import free_number, mark_in
from intents.riders import Rider
from intents.rules import GROUP_IDS, LABELS, METER_IDS, Group, Match, RuleSet, SetField, Table, is_ours
from intents.tables import references
from intents.trunks import Detour, Post, Trunk

Member = tuple[int, int, Match]
"""A flow that hands packets to a group, at the group's switch: (table, priority, match)."""

Way = Trunk | Detour
"""What goes by a label of its own."""


def labels_of(ways: Iterable[Way], installed: RuleSet, barred: frozenset[int]) -> dict[Way, int | None]:
    """A label for each, in their order. One that is installed keeps its label; a fresh one never takes a label that is
    barred or that any switch still holds for something else."""
    held = _marks_by_label(installed)
    installed_label = {mark: label for label, (mark, *others) in sorted(held.items(), reverse=True) if not others}
    marks = {way: way.mark for way in ways}
    labels: dict[Way, int | None] = {
        way: installed_label.pop(mark) for way, mark in marks.items() if mark in installed_label}
    taken = set(barred) | held.keys()
    for way, mark in marks.items():
        if way not in labels:
            labels[way] = _claim(mark, LABELS, taken)
    return labels


def groups_of(members: Mapping[Post, frozenset[Member]], labels: Mapping[Way, int | None],
              installed: RuleSet) -> dict[Post, int | None]:
    """A group id for each post: that of the group which exactly its flows refer to already (at an ingress it will be
    re-pointed, they stay), else of one that pushes its trunk's label, else a fresh one."""
    of_members, of_label = _groups_by_members(installed), _groups_by_label(installed)
    ids: dict[Post, int | None] = {}
    taken: dict[int, set[int]] = {}
    for dpid, number in installed.groups:
        taken.setdefault(dpid, set()).add(number)
    for post in sorted(members):
        if (post.dpid, members[post]) in of_members:
            ids[post] = of_members[post.dpid, members[post]]
    kept = {(post.dpid, number) for post, number in ids.items()}
    for post in sorted(members):
        if post in ids:
            continue
        pushing = of_label.get((post.dpid, labels[post.trunk] or 0))
        if pushing is not None and (post.dpid, pushing) not in kept:
            ids[post] = pushing
        else:
            ids[post] = _claim(post.trunk.mark, GROUP_IDS, taken.setdefault(post.dpid, set()))
    return ids


def meters_of(riders: Iterable[Rider], installed: RuleSet) -> dict[Rider, int | None]:
    """A meter id at the ingress for each direction that has a maximum."""
    taken: dict[int, set[int]] = {}
    for dpid, number in installed.meters:
        taken.setdefault(dpid, set()).add(number)
    ids: dict[Rider, int | None] = {}
    kept: set[tuple[int, int | None]] = set()
    metered = [rider for rider in riders if rider.bandwidth.max_bps is not None]
    for rider in metered:
        flow = installed.flows.get((rider.ingress, Table.CLASSIFY, rider.priority, rider.matches[0]))
        used = flow.meter if flow is not None and is_ours(flow) else None
        # a range is searched, not reckoned, for what is no int
        if used is not None and used in METER_IDS and (rider.ingress, used) not in kept:
            ids[rider] = used
            kept.add((rider.ingress, used))
    for rider in metered:
        if rider not in ids:
            ids[rider] = _claim(rider.mark, METER_IDS, taken.setdefault(rider.ingress, set()))
    return ids


def _claim(mark: int, numbers: range, taken: set[int]) -> int | None:
    number = free_number(mark, numbers, taken)
    if number is not None:
        taken.add(number)
    return number


def _marks_by_label(installed: RuleSet) -> dict[int, list[int]]:
    """The marks of all rules that some switch holds for a label; -1 for a rule that is not ours."""
    found: dict[int, set[int]] = {}
    for flow in installed.flows.values():
        if flow.table == Table.LABEL:
            mark = mark_in(flow.cookie) if is_ours(flow) else -1
            for field in flow.match:
                if field.name == "mpls_label":
                    found.setdefault(field.value, set()).add(mark)
    return {label: sorted(marks) for label, marks in found.items()}


def _groups_by_members(installed: RuleSet) -> dict[tuple[int, frozenset[Member]], int]:
    members: dict[tuple[int, int], set[Member]] = {}
    for flow in installed.flows.values():
        for what, dpid, number in references(flow):
            if what == "group" and number in GROUP_IDS and (dpid, number) in installed.groups:
                members.setdefault((dpid, number), set()).add(flow.key[1:])
    return {(dpid, frozenset(found)): number for (dpid, number), found in members.items()}


def _groups_by_label(installed: RuleSet) -> dict[tuple[int, int], int]:
    found = {}
    for (dpid, number), group in sorted(installed.groups.items(), reverse=True):
        label = _pushed_label(group)
        if number in GROUP_IDS and label is not None:
            found[dpid, label] = number
    return found


def _pushed_label(group: Group) -> int | None:
    actions = group.buckets[0].actions if group.buckets else ()
    return next((action.value for action in actions
                 if isinstance(action, SetField) and action.name == "mpls_label"), None)
