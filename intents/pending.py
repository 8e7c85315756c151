"""A step under way: tables of which any subset of the step's changes may have arrived.

Rules of this file: nothing enumerates subsets. A walk asks whether a change has arrived only where that decides what it
meets, and remembers the answer; `ways` then comes back with the other answer, until all have been given. So each way
stands for every subset that agrees with its answers, and together they are all subsets: the proof is exact, and its
work grows with the changes that one packet meets, not with those of the step. Messages of one switch take effect in
their order, as `Tables.apply` has it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from intents.rules import Change, Flow, Group
from intents.tables import (
    Classifier,
    FlowKey,
    Headers,
    Reference,
    TableId,
    Tables,
    altered,
    key_order,
    reference_to,
    references,
)

Seen = TypeVar("Seen")


@dataclass(frozen=True, slots=True)
class Way:
    """The answers of one walk: positions in the step of changes that had arrived, and that had not. It did not depend
    on the others."""

    arrived: frozenset[int]
    missing: frozenset[int]


class Pending:
    """The tables while a step is under way, for `walk` to look up; `tables` are not changed."""

    def __init__(self, tables: Tables, changes: Sequence[Change]) -> None:
        self._tables = tables
        self._changes = changes
        self._of_flow: dict[FlowKey, list[int]] = {}
        self._of_reference: dict[Reference, list[int]] = {}
        self._classifiers: dict[tuple[int, int], Classifier] = {}
        self._new: dict[TableId, list[FlowKey]] = {}
        self._answers: dict[int, bool] = {}
        self._script: list[bool] = []
        for position, change in enumerate(changes):
            if not isinstance(change.item, Flow):
                self._of_reference.setdefault(reference_to(change.item), []).append(position)
                continue
            key = change.item.key
            if key not in self._of_flow and key not in tables.flows:
                self._classifiers.setdefault(key[:2], Classifier()).add(key)
                self._new.setdefault(key[:2], []).append(key)
            self._of_flow.setdefault(key, []).append(position)
        self._touched = {key[:2] for key in self._of_flow}
        self._takes_along = any(change.verb == "delete" and not isinstance(change.item, Flow) for change in changes)

    def ways(self, look: Callable[[], Seen]) -> Iterator[tuple[Way, Seen]]:
        """What `look` sees, for every subset of the changes; first with none of them."""
        self._script = []
        while True:
            self._answers = {}
            seen = look()
            yield Way(frozenset(position for position, arrived in self._answers.items() if arrived),
                      frozenset(position for position, arrived in self._answers.items() if not arrived)), seen
            script = list(self._answers.values())
            while script and script[-1]:
                script.pop()
            if not script:
                return
            self._script = [*script[:-1], True]

    def flow(self, dpid: int, table: int, headers: Headers) -> Flow | None:
        """The flow that a packet takes in a table, `None` on a miss."""
        if (dpid, table) not in self._touched and not self._takes_along:
            return self._tables.flow(dpid, table, headers)
        keys = self._tables.matching(dpid, table, headers)
        if (dpid, table) in self._classifiers:
            new = self._classifiers[dpid, table].matching(headers)
            if new:
                keys = sorted(keys + new, key=lambda key: (-key[2], key_order(key)))
        for key in keys:
            flow = self._flow_at(key)
            if flow is not None:
                return flow
        return None

    def group(self, dpid: int, number: int) -> Group | None:
        """A group, `None` where there is none."""
        group = self._tables.group(dpid, number)
        for position in self._of_reference.get(("group", dpid, number), ()):
            change = self._changes[position]
            assert isinstance(change.item, Group)
            then = altered(change.verb, group, change.item)
            if then != group and self._has_arrived(position):
                group = then
        return group

    def touches(self, table: int) -> bool:
        """Whether the step changes flows of this table on any switch."""
        return any(touched[1] == table for touched in self._touched)

    def names_in(self, table: TableId) -> frozenset[str]:
        """The fields that the flows which a table may hold ask about."""
        names = self._tables.names_in(table)
        return names | self._classifiers[table].names if table in self._classifiers else names

    def keys_of(self, table: TableId) -> list[FlowKey]:
        """The flows that a table may hold."""
        return [*self._tables.keys_of(table), *self._new.get(table, ())]

    def _flow_at(self, key: FlowKey) -> Flow | None:
        """The flow under a key, after those of its changes that have arrived."""
        flow = self._tables.flows.get(key)
        for position in self._touching(key, flow):
            change = self._changes[position]
            if not isinstance(change.item, Flow):
                used = reference_to(change.item)
                if flow is not None and used in references(flow) and self._holds(used, position) and \
                        self._has_arrived(position):
                    flow = None
                continue
            then = altered(change.verb, flow, change.item)
            if then == flow:
                continue
            if change.verb != "delete" and not all(self._holds(used, position) for used in references(change.item)):
                continue
            if self._has_arrived(position):
                flow = then
        return flow

    def _touching(self, key: FlowKey, flow: Flow | None) -> list[int]:
        """The changes of a flow itself, and the deletes of what any version of it refers to."""
        own = self._of_flow.get(key, [])
        if not self._takes_along:
            return own
        versions = [self._changes[position].item for position in own] + ([flow] if flow is not None else [])
        used = {used for version in versions if isinstance(version, Flow) for used in references(version)}
        deletes = [position for reference in used for position in self._of_reference.get(reference, ())
                   if self._changes[position].verb == "delete"]
        return sorted(own + deletes) if deletes else own

    def _holds(self, reference: Reference, before: int) -> bool:
        """Whether a group or meter is there when the change at a position arrives."""
        is_there = self._tables.holds(reference)
        for position in self._of_reference.get(reference, ()):
            if position >= before:
                break
            turning = "delete" if is_there else "add"
            if self._changes[position].verb == turning and self._has_arrived(position):
                is_there = not is_there
        return is_there

    def _has_arrived(self, position: int) -> bool:
        if position not in self._answers:
            asked = len(self._answers)
            self._answers[position] = asked < len(self._script) and self._script[asked]
        return self._answers[position]
