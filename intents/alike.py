"""Ways walked once for all packets that the switches cannot tell apart: equivalence classes of headers.

Rules of this file: what becomes of a packet depends on where it is, on its labels, and on those of its fields that the
tables on its way ask about or that actions read or write. Packets that agree in these end alike, with their other fields as
they were.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Generic, Protocol, TypeVar

from intents.forwarding import End, Holding, Outcome
from intents.packets import ETHERNET, Packet
from intents.rules import Action, CopyField, Flow, Group, PushMpls, SetField
from intents.tables import Headers, TableId
from topologies.model import PortId

Seen = TypeVar("Seen")

_OF_LABELS = frozenset(("mpls_label", "mpls_tc", "mpls_bos", "in_port"))
_Pick = Callable[[Mapping[str, int]], object]


class Asked(Holding, Protocol):
    """Tables that say what they ask."""

    def names_in(self, table: TableId) -> frozenset[str]:
        """The fields that the rules of a table ask about."""


class Noting:
    """Tables that note in `names` which fields of packets they were asked to look at since it was last emptied."""

    def __init__(self, held: Asked) -> None:
        self._held = held
        self._names_in: dict[tuple[TableId, bool], frozenset[str]] = {}
        self.names: set[str] = set()

    def flow(self, dpid: int, table: int, headers: Headers) -> Flow | None:
        """The flow that a packet takes in a table, `None` on a miss."""
        key = (dpid, table), "mpls_label" in headers
        if key not in self._names_in:
            names = self._held.names_in(key[0]) - _OF_LABELS
            self._names_in[key] = names.intersection(ETHERNET) if key[1] else names
        self.names |= self._names_in[key]
        flow = self._held.flow(dpid, table, headers)
        if flow is not None:
            self._mind(flow.actions)
        return flow

    def group(self, dpid: int, number: int) -> Group | None:
        """A group, `None` where there is none."""
        group = self._held.group(dpid, number)
        for bucket in group.buckets if group is not None else ():
            self._mind(bucket.actions)
        return group

    def _mind(self, actions: Iterable[Action]) -> None:
        """What actions read or write counts as asked."""
        for action in actions:
            if type(action) is SetField:
                self.names.add(action.name)
            elif type(action) is CopyField:
                self.names |= {action.source, action.target}
            elif type(action) is PushMpls:  # Open vSwitch takes the TC of a first label from there
                self.names.add("ip_dscp")


class Alike(Generic[Seen]):
    """What was seen of packets at ports, for all that have the same fields and agree in certain ones."""

    def __init__(self) -> None:
        self._known: dict[object, dict[_Pick, dict[object, tuple[Packet, Sequence[tuple[Seen, Outcome]]]]]] = {}
        self._picks: dict[tuple[str, ...], _Pick] = {}

    def recall(self, at: PortId, packet: Packet) -> list[tuple[Seen, Outcome]] | None:
        """The outcomes of a packet like this one, as they are for this one."""
        for pick, known in self._known.get((at, packet.stack, frozenset(packet.fields)), {}).items():
            seen = known.get(pick(packet.fields))
            if seen is not None:
                first, outcomes = seen
                return [(what, _retold(outcome, first, packet)) for what, outcome in outcomes]
        return None

    def keep(self, at: PortId, packet: Packet, names: set[str], outcomes: Sequence[tuple[Seen, Outcome]]) -> None:
        """Remember the outcomes of a packet for all that agree with it in these fields; where fields came or went, they
        serve for nobody else."""
        fields = packet.fields.keys()
        if any(end.packet.fields.keys() != fields for _, outcome in outcomes for end in outcome.ends):
            return
        ordered = tuple(sorted(fields & names))
        pick = self._picks.setdefault(ordered, itemgetter(*ordered) if ordered else lambda _: ())
        kinds = self._known.setdefault((at, packet.stack, frozenset(packet.fields)), {})
        kinds.setdefault(pick, {})[pick(packet.fields)] = packet, outcomes


def _retold(outcome: Outcome, packet: Packet, other: Packet) -> Outcome:
    """The outcome of a packet, as it is for another that is like it."""
    return Outcome(tuple(End(end.what, end.at, _as(end.packet, packet, other), end.trail, end.why) for end in outcome.ends))


def _as(made: Packet, packet: Packet, other: Packet) -> Packet:
    """What is made of one packet, made of another."""
    if made is packet:
        return other
    changed = {name: value for name, value in made.fields.items() if packet.fields[name] != value}
    return Packet({**other.fields, **changed}, made.stack)
