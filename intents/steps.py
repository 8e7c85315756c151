"""The difference between what switches hold and what they should, as steps in an order that loses no packet.

Rules of this file: make before break, and nothing points at what may not have arrived. Between two barriers a step's
changes may take effect in any order and in part, so no packet's way may depend on two of them. What is not ours (by
cookie, by range of ids) is left alone, even in the place of a rule of ours: the proof then says what it breaks.
"""

from collections.abc import Iterable, Mapping
from typing import Literal, TypeVar

from intents.rules import GROUP_IDS, METER_IDS, Change, Flow, Group, Meter, RuleSet, Step, Table, is_ours
from intents.tables import FlowKey, Reference, Tables, key_order, reference_to, references

Numbered = TypeVar("Numbered", Group, Meter)


def diff(installed: RuleSet, wanted: RuleSet) -> tuple[Step, ...]:
    """The steps from `installed` to `wanted`. Promises: `diff(x, x)` is empty; taking all leaves `wanted` and aliens.

    1. prepare: new groups and meters; new flows of every table but classify, the only door to all the others
    2. prepare: those of the new flows that refer to groups or meters
    3. switch: flows of those tables that are not as they should be
    4. switch: groups re-pointed (one message for all connections of a trunk), meters set
    5. switch: classify flows, new and changed, before any is deleted: a selector that changes leaves no gap
    6. switch: classify flows deleted
    7. retire: flows that nothing leads to any more
    8. retire: groups and meters, after the flows that refer to them, which would go with them
    """
    flows = _flow_changes(installed.flows, wanted.flows)
    alien = {used for flow in installed.flows.values() if not is_ours(flow) for used in references(flow)}
    others = _id_changes(installed.groups, wanted.groups, GROUP_IDS, alien)
    others += _id_changes(installed.meters, wanted.meters, METER_IDS, alien)
    steps = (
        Step("prepare", (*_with_verb(others, "add"), *(change for change in flows["new"] if not _refers(change)))),
        Step("prepare", tuple(change for change in flows["new"] if _refers(change))),
        Step("switch", tuple(flows["mended"])),
        Step("switch", _with_verb(others, "modify")),
        Step("switch", tuple(flows["led"])),
        Step("switch", tuple(flows["cut"])),
        Step("retire", tuple(flows["left"])),
        Step("retire", _with_verb(others, "delete")),
    )
    return tuple(step for step in steps if step.changes)


def take(tables: RuleSet, changes: Iterable[Change]) -> RuleSet:
    """The tables after Open vSwitch has taken the changes in this order (what it does is said in `intents.tables`)."""
    held = Tables(tables)
    for change in changes:
        held.apply(change)
    return held.rules()


_Phase = Literal["new", "mended", "led", "cut", "left"]


def _flow_changes(installed: Mapping[FlowKey, Flow], wanted: Mapping[FlowKey, Flow]) -> dict[_Phase, list[Change]]:
    """What becomes of flows, by what it means for packets: `led` and `cut` by classify, the rest elsewhere."""
    changes: dict[_Phase, list[Change]] = {"new": [], "mended": [], "led": [], "cut": [], "left": []}
    differing = [key for key, flow in wanted.items() if (old := installed.get(key)) is not flow and old != flow]
    for key in sorted(differing + [key for key in installed if key not in wanted], key=key_order):
        old, new, is_door = installed.get(key), wanted.get(key), key[1] == Table.CLASSIFY
        if old is not None and not is_ours(old):
            continue
        if new is None:
            changes["cut" if is_door else "left"].append(Change("delete", installed[key]))
        elif old is None:
            changes["led" if is_door else "new"].append(Change("add", new))
        else:
            # a modify leaves the cookie as it was; an add takes the place of its like in one go
            verb: Literal["modify", "add"] = "modify" if old.cookie == new.cookie else "add"
            changes["led" if is_door else "mended"].append(Change(verb, new))
    return changes


def _id_changes(installed: Mapping[tuple[int, int], Numbered], wanted: Mapping[tuple[int, int], Numbered], ids: range,
                alien: set[Reference]) -> list[Change]:
    """Changes of groups or of meters, by switch and id; one that an alien flow refers to stays for its sake."""
    changes = [Change("modify" if key in installed else "add", new) for key, new in sorted(wanted.items())
               if installed.get(key) != new]
    return changes + [Change("delete", old) for key, old in sorted(installed.items())
                      if key not in wanted and old.id in ids and reference_to(old) not in alien]


def _with_verb(changes: Iterable[Change], verb: str) -> tuple[Change, ...]:
    return tuple(change for change in changes if change.verb == verb)


def _refers(change: Change) -> bool:
    return isinstance(change.item, Flow) and any(True for _ in references(change.item))
