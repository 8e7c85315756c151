"""The compiler: from placements to what every switch should hold.

Rules of this file: the result depends on the placements, on what is installed and on what is barred, not on their
order. What is installed keeps its numbers: a path its label, a trunk its group where the same flows refer to it (so
that moving them all is one group modify) or where it pushes the trunk's label, a direction its meter. So compiling
again over its own result gives the same rules, and a restart changes nothing.
"""

from collections.abc import Mapping

from intents.base_rules import base_rules
from intents.labels import Member, groups_of, labels_of, meters_of
from intents.model import Placement
from intents.riders import Rider, riders_of
from intents.rules import Item, RuleSet, Table, rule_set
from intents.trunks import Trunk, label_rules, trunk_group
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
    labels = labels_of(by_trunk, installed, barred_labels)
    groups = groups_of({trunk: _members(found) for trunk, found in by_trunk.items()}, labels, installed)
    meters = meters_of(riders, installed)
    lacking: dict[str, str] = {}
    items: list[Item] = list(base_rules(network))
    for trunk, label in labels.items():
        number = groups[trunk]
        if label is None or number is None:
            what = "no MPLS label is free" if label is None else f"no group id is free at switch {trunk.ingress:#x}"
            lacking |= {rider.connection: what for rider in by_trunk[trunk]}
        else:
            items += [*label_rules(trunk, label), trunk_group(trunk, label, number)]
    for rider in riders:
        meter = meters.get(rider)
        if meter is not None:
            items.append(rider.meter(meter))
        elif rider in meters:
            lacking[rider.connection] = f"no meter id is free at switch {rider.ingress:#x}"
        items += rider.flows(groups[rider.trunk] if rider.trunk else None, meter)
    if lacking:
        raise NoRoom(lacking)
    return rule_set(items)


def owner_marks(rules: RuleSet) -> frozenset[Mark]:
    """What a rule set is recognised by as its owner's: the cookies of its flows; (dpid, id) of its groups and meters,
    whose ranges of ids do not meet."""
    return frozenset({flow.cookie for flow in rules.flows.values()} | set(rules.groups) | set(rules.meters))


def _members(riders: list[Rider]) -> frozenset[Member]:
    return frozenset((Table.CLASSIFY, rider.priority, matched) for rider in riders for matched in rider.matches)
