"""Whose a rule is: ours by record, ours by its looks alone (unclaimed), or somebody else's (alien).

Rules of this file: ours is what a store of ours recorded before it was sent; what only looks like ours (owner byte,
range of ids) is kept and reported, with the groups and meters it refers to, and adopted once the target holds something
under the same identity; alien rules are never touched, not even where the target wants their place.
"""

from dataclasses import dataclass

from controller.store.record import Claim
from intents.marks import mark_in
from intents.rules import GROUP_IDS, METER_IDS, Flow, Group, Item, RuleSet, is_ours, rule_set
from intents.tables import FlowKey, references


@dataclass(frozen=True, slots=True)
class Sorted:
    """One switch's tables by owner. `compared` is all but the unclaimed: what is ours to change, and the alien, which no
    step touches. `strange` are the claims that would make the unclaimed ours. `occupied` are identities of flows that the
    target wants and an alien rule has, `shadowing` those of alien flows that take packets from ours."""

    compared: RuleSet
    unclaimed: int
    alien: int
    occupied: frozenset[FlowKey]
    shadowing: tuple[FlowKey, ...] = ()
    strange: frozenset[Claim] = frozenset()


def claims_of(*layers: RuleSet) -> frozenset[Claim]:
    """What has to be recorded before any of these rules is sent."""
    cookies = frozenset[int]().union(*(rules.cookies for rules in layers))
    marks = {mark_in(cookie) for cookie in cookies}
    numbered: list[Item] = []
    for rules in layers:
        numbered += (*rules.groups.values(), *rules.meters.values())
    return frozenset({Claim("flow", 0, mark) for mark in marks} | {claim_of(item) for item in numbered})


def claim_of(item: Item) -> Claim:
    """What names an item in the store."""
    if isinstance(item, Flow):
        return Claim("flow", 0, mark_in(item.cookie))
    return Claim("group" if isinstance(item, Group) else "meter", item.dpid, item.id)


def sorted_by_owner(tables: RuleSet, claims: frozenset[Claim], target: RuleSet) -> Sorted:
    """The rules of a switch by whose they are."""
    ours: list[Item] = []
    alien: list[Item] = []
    strange: list[Item] = []
    for item in items_of(tables):
        whose = alien if not looks_ours(item) else ours if _is_ours(item, claims, target) else strange
        whose.append(item)
    lent = {(what, *key) for item in strange if isinstance(item, Flow) for what, *key in references(item)}
    kept = [item for item in ours if _reference(item) in lent and not _is_wanted(item, target)] if lent else []
    claimed = [item for item in ours if item not in kept] if kept else ours
    occupied = frozenset(item.key for item in alien if isinstance(item, Flow) and item.key in target.flows)
    return Sorted(rule_set([*claimed, *alien]), len(strange) + len(kept), len(alien), occupied,
                  strange=frozenset(map(claim_of, strange)))


def items_of(rules: RuleSet) -> tuple[Item, ...]:
    """Every flow, group and meter."""
    return (*rules.flows.values(), *rules.groups.values(), *rules.meters.values())


def looks_ours(item: Item) -> bool:
    """Whether an item has our marks: by the owner byte, or the range of ids where there is no cookie."""
    if isinstance(item, Flow):
        return is_ours(item)
    return item.id in (GROUP_IDS if isinstance(item, Group) else METER_IDS)


def _is_ours(item: Item, claims: frozenset[Claim], target: RuleSet) -> bool:
    return _is_wanted(item, target) or claim_of(item) in claims


def _is_wanted(item: Item, target: RuleSet) -> bool:
    if isinstance(item, Flow):
        return item.key in target.flows
    return item.key in (target.groups if isinstance(item, Group) else target.meters)


def _reference(item: Item) -> tuple[object, ...] | None:
    """How a flow would refer to this item."""
    return None if isinstance(item, Flow) else ("group" if isinstance(item, Group) else "meter", *item.key)
