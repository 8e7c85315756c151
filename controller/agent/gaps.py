"""What each switch lacks and has too much, as the steps that would mend it.

Rules of this file: a switch is compared again only when its tables, the claims or the target moved; what is unclaimed is
left out of the comparison, and so of every delete; what is alien is in it, and left alone by `diff`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from controller.agent.audit import shadowing
from controller.agent.claims import Sorted, items_of, sorted_by_owner
from controller.agent.world import ItemKey, World, item_key
from controller.store.record import Claim
from intents.rules import Change, Item, RuleSet, Step, rule_set
from intents.steps import diff


@dataclass(frozen=True, slots=True)
class Gap:
    """One switch against its part of the target. `steps` lead there, in order; what `unclaimed` and `alien` count was
    found and left alone; `occupied` are identities that the target wants and an alien flow has."""

    tables: RuleSet
    wanted: RuleSet
    steps: tuple[Step, ...]
    owners: Sorted

    @property
    def holds_all(self) -> bool:
        """Whether the switch holds all it should, and each as it should."""
        return not self.owners.occupied and all(step.kind == "retire" for step in self.steps)

    def changes(self, *kinds: str) -> Iterator[Change]:
        """The changes of these kinds of steps, in order."""
        return (change for step in self.steps if step.kind in kinds for change in step.changes)


@dataclass(frozen=True, slots=True)
class Gaps:
    """All switches whose tables are known, and what they were compared with."""

    target: RuleSet = field(default_factory=RuleSet)
    claims: frozenset[Claim] = frozenset()
    by_dpid: Mapping[int, Gap] = field(default_factory=dict)
    parts: Mapping[int, RuleSet] = field(default_factory=dict)

    @property
    def lacking(self) -> frozenset[ItemKey]:
        """Identities of all that some switch lacks, or holds otherwise than it should."""
        return frozenset(item_key(change.item) for gap in self.by_dpid.values()
                         for change in gap.changes("prepare", "switch") if change.verb != "delete") | frozenset(
            ("Flow", *key) for gap in self.by_dpid.values() for key in gap.owners.occupied)


def compared(world: World, before: Gaps) -> Gaps:
    """The gaps of this world. Without a target there are none."""
    if world.target is None:
        return Gaps()
    claims, target = world.record.claims, world.target
    parts = before.parts if target is before.target else _split(target)
    same = target is before.target and claims is before.claims
    found = {}
    for dpid, tables in world.known().items():
        old = before.by_dpid.get(dpid)
        if old is not None and same and old.tables is tables:
            found[dpid] = old
        else:
            found[dpid] = _gap(tables, parts.get(dpid, _NOTHING), claims)
    return Gaps(target, claims, found, parts)


_NOTHING = RuleSet()


def _gap(tables: RuleSet, wanted: RuleSet, claims: frozenset[Claim]) -> Gap:
    owners = sorted_by_owner(tables, claims, wanted)
    owners = replace(owners, shadowing=tuple(flow.key for flow in shadowing(tables, wanted)))
    return Gap(tables, wanted, diff(owners.compared, wanted), owners)


def _split(target: RuleSet) -> dict[int, RuleSet]:
    """The target by switch."""
    found: dict[int, list[Item]] = {}
    for item in items_of(target):
        found.setdefault(item.dpid, []).append(item)
    return {dpid: rule_set(items) for dpid, items in found.items()}
