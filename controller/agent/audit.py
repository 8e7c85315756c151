"""Tables that are read again though nothing happened: what others changed in them is found, repaired like any gap, and said.

Rules of this file: pure, time is an argument (s, monotonic). One switch at a time, and only one whose tables are known and
that has nothing on its way; what is sent to it meanwhile goes first and makes the answer worthless (`World.audits`). A read
that finds what was known changes nothing. An audit that nobody answers is no fault: the channel's own echo watches that.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from controller.agent.claims import items_of, looks_ours
from intents.rules import Flow, Item, RuleSet

AUDIT_S = 10.0
"""How often each switch's tables are read, unless said otherwise."""

SAID_S = 60.0
"""How long what was found is an alarm."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What an audit found on a switch, in words, and when."""

    at: float
    words: str


def found(before: RuleSet, now: RuleSet) -> str:
    """What somebody else did to a switch's tables, in words; `before` is what they held by all that we know."""
    old, new = ({_identity(item): item for item in items_of(rules)} for rules in (before, now))
    gone = [item for key, item in old.items() if key not in new]
    come = [item for key, item in new.items() if key not in old]
    changed = [item for key, item in new.items() if key in old and old[key] != item]
    ours = [(what, sum(map(looks_ours, items))) for what, items in (
        ("deleted", gone), ("changed", changed), ("added", come))]
    other = [(what, sum(not looks_ours(item) for item in items)) for what, items in (
        ("went", gone), ("changed", changed), ("came", come))]
    parts = [f"somebody else {_listed(ours)} of our rules, which is put right" if any(count for _, count in ours) else "",
             f"of the rules of others {_listed(other, after=True)}" if any(count for _, count in other) else ""]
    return "; ".join(part for part in parts if part)


def shadowing(rules: RuleSet, wanted: RuleSet) -> Iterator[Flow]:
    """The flows of others that take packets from ours: of the same table, no lower priority, and a match in common. Those in
    the very place of one of ours are not among them."""
    others = [flow for flow in rules.flows.values() if not looks_ours(flow)]
    for flow in others:
        if flow.key not in wanted.flows and any(_meet(flow, ours) for ours in wanted.flows.values()):
            yield flow


def _meet(other: Flow, ours: Flow) -> bool:
    if other.table != ours.table or other.priority < ours.priority:
        return False
    asked: Mapping[str, tuple[int, int]] = {field.name: (field.value, _mask(field.mask)) for field in ours.match}
    return not any((field.value ^ value) & _mask(field.mask) & mask for field in other.match if field.name in asked
                   for value, mask in [asked[field.name]])


def _mask(mask: int | None) -> int:
    return -1 if mask is None else mask


def _identity(item: Item) -> tuple[object, ...]:
    return (type(item).__name__, *item.key)


def _listed(counts: Sequence[tuple[str, int]], after: bool = False) -> str:
    """`deleted 3 and changed 1`, or `3 went`."""
    return " and ".join(f"{count} {what}" if after else f"{what} {count}" for what, count in counts if count)
