"""A packet's walk through the rules of switches, each table's look at it noted.

Rules of this file: what a switch would do that has not told its tables, or whose rule the model has no words for, is
unknown, and the copy ends there.
"""

from collections.abc import Container, Mapping
from typing import NamedTuple

from intents.forwarding import Holding, place_of_bucket, through
from intents.ovs_words import bucket_words, flow_words
from intents.packets import Packet
from intents.readable import match_line
from intents.rules import Action, Flow, Group, RuleSet, SetField
from intents.tables import Headers, Tables
from intents.walks import Look, Passage, Walk, told, traced
from topologies.model import PortId, Topology


def trace(network: Topology, rules: RuleSet, packet: Packet, at: PortId, down: frozenset[PortId] = frozenset(),
          owners: Mapping[int, str] | None = None, unread: Container[str] = ()) -> Walk:
    """The walk of a packet that enters the network at a switch's port. `down` are ports that are down, `owners` whose rules
    are, by cookie, and `unread` the switches whose tables are not known."""
    held = Tables(rules)

    def passage(port: PortId, entering: Packet) -> Passage:
        if port.switch in unread:
            return Passage((), [], "its tables have not been read", is_unknown=True)
        return _through(network, _Noting(held), port, entering, down)

    return told(traced(network, passage, packet, at, down), owners or {})


def _through(network: Topology, noting: "_Noting", port: PortId, entering: Packet, down: frozenset[PortId]) -> Passage:
    sent, why = through(network, noting, port, entering, down)
    looks = tuple(_look(note, port.switch, down) for note in noting.notes)
    strange = next((words for note in noting.notes if (words := _beyond(note))), "")
    return Passage(looks, [], strange, is_unknown=True) if strange else Passage(looks, sent, why)


class _Note(NamedTuple):
    """A table that was asked, what answered, and the first group that this led to."""

    table: int
    flow: Flow | None
    number: int | None = None
    group: Group | None = None


class _Noting:
    """Tables that note what packets ask of them."""

    def __init__(self, held: Holding) -> None:
        self._held = held
        self.notes: list[_Note] = []

    def flow(self, dpid: int, table: int, headers: Headers) -> Flow | None:
        """The flow that a packet takes in a table, `None` on a miss."""
        found = self._held.flow(dpid, table, headers)
        self.notes.append(_Note(table, found))
        return found

    def group(self, dpid: int, number: int) -> Group | None:
        """A group, `None` where there is none."""
        found, last = self._held.group(dpid, number), self.notes[-1]
        if last.number is None:
            self.notes[-1] = last._replace(number=number, group=found)
        return found


def _look(note: _Note, switch: str, down: frozenset[PortId]) -> Look:
    if note.flow is None:
        return Look(note.table)
    flow, group = note.flow, note.group
    place = place_of_bucket(group, switch, down) if group else None
    does = bucket_words(group.buckets[place]) if group is not None and place is not None else ""
    return Look(note.table, flow.priority, match_line(flow), flow.cookie, flow_words(flow), note.number, place, does)


def _beyond(note: _Note) -> str:
    """What the model has no words for in a rule of somebody else (controller/southbound/decode.py), empty for nothing."""
    if note.group is not None and not note.group.buckets:
        return f"group {note.group.id:#x} is of a type that the model does not follow"
    lists: list[tuple[Action, ...]] = [bucket.actions for bucket in note.group.buckets] if note.group else []
    lists += [note.flow.actions] if note.flow else []
    strange = [action.name for actions in lists for action in actions
               if isinstance(action, SetField) and action.name.startswith(("action-", "instruction-"))]
    return f"table {note.table} has a rule with {strange[0]}, which the model does not follow" if strange else ""
