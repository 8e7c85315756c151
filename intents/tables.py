"""What switches hold while messages arrive: flows found by packet, and what Open vSwitch does with each change.

Rules of this file: a message that the switch would answer with an error changes nothing (a flow that refers to a group
or meter which is not there, a second group under one id, a change of an absent group); a modify of an absent flow adds
nothing and never changes the cookie (OpenFlow 1.3.5, section 6.4); a group or meter takes the flows that refer to it
along when it is deleted.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from itertools import chain
from operator import itemgetter
from typing import Literal, TypeVar

from intents.rules import Change, Flow, Group, Match, Meter, RuleSet, ToGroup

FlowKey = tuple[int, int, int, Match]
TableId = tuple[int, int]
"""A table of a switch: (dpid, table)."""

Reference = tuple[Literal["group", "meter"], int, int]
"""Something that flows refer to: (what, dpid, id)."""

Headers = Mapping[str, int]
"""What a table can see of a packet: match fields by name, `in_port` among them; a field that is not there is absent."""

Verb = Literal["add", "modify", "delete"]
Held = TypeVar("Held", Flow, Group, Meter)
Key = TypeVar("Key")

_Shape = tuple[tuple[str, ...], tuple[int | None, ...]]


class Classifier:
    """The flows of one table, found by a packet's headers: one dictionary for each set of (field, mask) in use, so that
    a lookup costs the number of shapes, not of flows."""

    def __init__(self) -> None:
        self._by_shape: dict[_Shape, tuple[Callable[[Headers], tuple[int, ...]], dict[tuple[int, ...], list[FlowKey]]]] = {}

    @property
    def names(self) -> frozenset[str]:
        """The fields that the flows ask about, or asked once."""
        return frozenset(name for names, _ in self._by_shape for name in names)

    def add(self, key: FlowKey) -> None:
        """Put a flow in; it must not be there yet."""
        shape, values = _parted(key[3])
        if shape not in self._by_shape:
            self._by_shape[shape] = (_seen_by(*shape), {})
        self._by_shape[shape][1].setdefault(values, []).append(key)

    def discard(self, key: FlowKey) -> None:
        """Take a flow out; it must be there."""
        shape, values = _parted(key[3])
        self._by_shape[shape][1][values].remove(key)

    def matching(self, headers: Headers) -> list[FlowKey]:
        """The flows whose match a packet meets, highest priority first; among equals (which OpenFlow leaves undefined)
        in the order of their matches."""
        found: list[FlowKey] = []
        for seen_by, keys in self._by_shape.values():
            try:
                found += keys.get(seen_by(headers), ())
            except KeyError:
                continue
        if len(found) > 1:
            found.sort(key=lambda key: (-key[2], key_order(key)))
        return found


def _parted(match: Match) -> tuple[_Shape, tuple[int, ...]]:
    """What a match asks about, and the values that it asks for."""
    names, values, masks = zip(*match, strict=True) if match else ((), (), ())
    return (names, masks), values


def _seen_by(names: tuple[str, ...], masks: tuple[int | None, ...]) -> Callable[[Headers], tuple[int, ...]]:
    """What flows of a shape compare of a packet; raises KeyError of one that has not all of its fields."""
    if len(names) > 1 and all(mask is None for mask in masks):
        return itemgetter(*names)
    shape = [*zip(names, masks, strict=True)]
    return lambda headers: tuple([headers[name] if mask is None else headers[name] & mask for name, mask in shape])


class Tables:
    """Flows, groups and meters of some switches, changed in place. What finds a flow is made for a table when it is first
    asked for: a few packets in a large network cost little."""

    def __init__(self, rules: RuleSet) -> None:
        self.initial = rules
        self.flows = dict(rules.flows)
        self.groups = dict(rules.groups)
        self.meters = dict(rules.meters)
        self._added: dict[TableId, list[FlowKey]] = {}
        self._is_changed = False
        self._classifiers: dict[TableId, Classifier] = {}
        self._users: dict[int, dict[Reference, dict[FlowKey, None]]] = {}

    @cached_property
    def initial_keys(self) -> Mapping[TableId, list[FlowKey]]:
        """The flows that were there at the beginning, by table."""
        found: dict[TableId, list[FlowKey]] = {}
        for key in self.initial.flows:
            found.setdefault((key[0], key[1]), []).append(key)
        return found

    def rules(self) -> RuleSet:
        """What is held now, as a value."""
        return RuleSet(dict(self.flows), dict(self.groups), dict(self.meters))

    def matching(self, dpid: int, table: int, headers: Headers) -> list[FlowKey]:
        """The flows of a table that a packet meets, best first."""
        return self._classifier((dpid, table)).matching(headers)

    def names_in(self, table: TableId) -> frozenset[str]:
        """The fields that the flows of a table ask about."""
        return self._classifier(table).names

    def flow(self, dpid: int, table: int, headers: Headers) -> Flow | None:
        """The flow that a packet takes in a table, `None` on a miss."""
        found = self.matching(dpid, table, headers)
        return self.flows[found[0]] if found else None

    def group(self, dpid: int, number: int) -> Group | None:
        """A group, `None` where there is none."""
        return self.groups.get((dpid, number))

    def users(self, reference: Reference) -> tuple[FlowKey, ...]:
        """The flows that refer to a group or meter."""
        dpid = reference[1]
        if dpid not in self._users:
            users = self._users[dpid] = {}
            for table in {table for table in (*self.initial_keys, *self._added) if table[0] == dpid}:
                for key in self.keys_of(table):
                    for used in references(self.flows[key]):
                        users.setdefault(used, {})[key] = None
        return tuple(self._users[dpid].get(reference, ()))

    def apply(self, change: Change) -> None:
        """Do what Open vSwitch does with a message."""
        item = change.item
        if isinstance(item, Flow):
            if change.verb == "delete" or all(self.holds(used) for used in references(item)):
                self._put(item.key, altered(change.verb, self.flows.get(item.key), item))
        elif isinstance(item, Group):
            _store(self.groups, item.key, altered(change.verb, self.groups.get(item.key), item))
        else:
            _store(self.meters, item.key, altered(change.verb, self.meters.get(item.key), item))
        if change.verb == "delete" and not isinstance(item, Flow):
            for key in self.users(reference_to(item)):
                self._put(key, None)

    def holds(self, reference: Reference) -> bool:
        """Whether a group or meter is there."""
        return reference[1:] in (self.groups if reference[0] == "group" else self.meters)

    def _classifier(self, table: TableId) -> Classifier:
        classifier = self._classifiers.get(table)
        if classifier is None:
            classifier = self._classifiers[table] = Classifier()
            for key in self.keys_of(table):
                classifier.add(key)
        return classifier

    def _put(self, key: FlowKey, flow: Flow | None) -> None:
        old, table, users = self.flows.get(key), key[:2], self._users.get(key[0])
        _store(self.flows, key, flow)
        self._is_changed = True
        if users is not None:
            for used in references(old) if old else ():
                users[used].pop(key, None)
            for used in references(flow) if flow else ():
                users.setdefault(used, {})[key] = None
        if (old is None) == (flow is None):
            return
        if flow is not None:
            self._added.setdefault(table, []).append(key)
        classifier = self._classifiers.get(table)
        if classifier is not None and flow is not None:
            classifier.add(key)
        elif classifier is not None:
            classifier.discard(key)

    def keys_of(self, table: TableId) -> list[FlowKey]:
        """The flows that a table holds."""
        if not self._is_changed:
            return self.initial_keys.get(table, [])
        ever = chain(self.initial_keys.get(table, ()), self._added.get(table, ()))
        return [key for key in dict.fromkeys(ever) if key in self.flows]


def key_order(key: FlowKey) -> tuple[int, int, int, tuple[tuple[str, int, int], ...]]:
    """What flows are sorted by: exact fields before masked ones of the same value."""
    fields = ((field.name, field.value, -1 if field.mask is None else field.mask) for field in key[3])
    return (*key[:3], tuple(fields))


def altered(verb: Verb, held: Held | None, item: Held) -> Held | None:
    """What stands under an item's identity after a message that the switch takes, given what stood there."""
    if verb == "delete":
        return None
    if verb == "add":
        return item if held is None or isinstance(item, Flow) else held
    if held is None:
        return None
    return replace(item, cookie=held.cookie) if isinstance(item, Flow) else item


def references(flow: Flow) -> Iterator[Reference]:
    """The groups and the meter that a flow refers to."""
    for action in flow.actions:
        if isinstance(action, ToGroup):
            yield ("group", flow.dpid, action.group)
    if flow.meter is not None:
        yield ("meter", flow.dpid, flow.meter)


def reference_to(item: Group | Meter) -> Reference:
    """How flows name a group or meter."""
    return ("group" if isinstance(item, Group) else "meter", *item.key)


def _store(held: dict[Key, Held], key: Key, item: Held | None) -> None:
    if item is None:
        held.pop(key, None)
    else:
        held[key] = item
