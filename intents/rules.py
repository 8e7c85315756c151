"""What switches hold: flows, groups and meters as values in OpenFlow 1.3's own terms, free of any library.

Rules of this file: a match is a sorted tuple of fields named as in OpenFlow 1.3.5 section 7.2.3.7 with integer values;
prerequisites (eth_type, ip_proto) are always written out; equal rules are equal values.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from functools import cached_property
from typing import Literal, NamedTuple

IN_PORT = 0xFFFFFFF8
CONTROLLER = 0xFFFFFFFD
VLAN_NONE = 0x0000
"""OFPVID_NONE as the value of vlan_vid: only untagged frames match."""

IPV4 = 0x0800
ARP = 0x0806
MPLS = 0x8847
"""Ethertypes, as values of eth_type."""


class Table(IntEnum):
    """The five tables of the pipeline."""

    ADMIT = 0
    CLASSIFY = 1
    LABEL = 2
    DELIVER = 3
    ANSWER = 4


class Field(NamedTuple):
    """One match field: the OXM's name, its value and mask as integers; a mask of None is exact."""

    name: str
    value: int
    mask: int | None = None


Match = tuple[Field, ...]


def match(**fields: int | tuple[int, int]) -> Match:
    """A match from `name=value` or `name=(value, mask)`; sorted by name, values cleared outside their masks."""
    made = []
    for name, value in sorted(fields.items()):
        exact = isinstance(value, int)
        number, mask = (value, None) if exact else (value[0] & value[1], value[1])  # type: ignore[index]
        made.append(Field(name, number, mask))  # type: ignore[arg-type]
    return tuple(made)


@dataclass(frozen=True, slots=True)
class Output:
    """Send the packet out of a port (or IN_PORT, CONTROLLER)."""

    port: int


@dataclass(frozen=True, slots=True)
class ToGroup:
    """Hand the packet to a group."""

    group: int


@dataclass(frozen=True, slots=True)
class PushMpls:
    """Push an MPLS label stack entry (ethertype 0x8847)."""


@dataclass(frozen=True, slots=True)
class PopMpls:
    """Pop the outermost label; what is beneath has this ethertype."""

    ethertype: int


@dataclass(frozen=True, slots=True)
class SetField:
    """Set a header field, named as in a match."""

    name: str
    value: int


@dataclass(frozen=True, slots=True)
class SetMplsTtl:
    """Set the TTL of the outermost label."""

    ttl: int


@dataclass(frozen=True, slots=True)
class DecMplsTtl:
    """Decrement the TTL of the outermost label; at 0 the packet is dropped."""


@dataclass(frozen=True, slots=True)
class CopyField:
    """Copy one header field to another of the same width (Nicira's reg_move)."""

    source: str
    target: str
    bits: int


Action = Output | ToGroup | PushMpls | PopMpls | SetField | SetMplsTtl | DecMplsTtl | CopyField


@dataclass(frozen=True, slots=True)
class Flow:
    """A flow entry: apply `actions` in order, then go to table `goto`; neither is a drop. Identity: `key`."""

    dpid: int
    table: int
    priority: int
    match: Match
    actions: tuple[Action, ...] = ()
    goto: int | None = None
    meter: int | None = None
    cookie: int = 0

    @property
    def key(self) -> tuple[int, int, int, Match]:
        """What OpenFlow identifies a flow by: (dpid, table, priority, match)."""
        return (self.dpid, self.table, self.priority, self.match)


@dataclass(frozen=True, slots=True)
class Bucket:
    """One bucket of a group; `watch_port` makes it live or dead in a fast-failover group."""

    actions: tuple[Action, ...]
    watch_port: int | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """A group entry. Identity: (dpid, id)."""

    dpid: int
    id: int
    kind: Literal["indirect", "fast-failover"]
    buckets: tuple[Bucket, ...]

    @property
    def key(self) -> tuple[int, int]:
        """What OpenFlow identifies a group by."""
        return (self.dpid, self.id)


@dataclass(frozen=True, slots=True)
class Meter:
    """A meter with one drop band. Identity: (dpid, id)."""

    dpid: int
    id: int
    rate_kbps: int
    burst_kb: int

    @property
    def key(self) -> tuple[int, int]:
        """What OpenFlow identifies a meter by."""
        return (self.dpid, self.id)


Item = Flow | Group | Meter


@dataclass(frozen=True)
class RuleSet:
    """Everything some switches hold, by identity. Empty is known to be empty."""

    flows: Mapping[tuple[int, int, int, Match], Flow] = field(default_factory=dict)
    groups: Mapping[tuple[int, int], Group] = field(default_factory=dict)
    meters: Mapping[tuple[int, int], Meter] = field(default_factory=dict)

    def of(self, dpid: int) -> "RuleSet":
        """The part that one switch holds."""
        return RuleSet({key: flow for key, flow in self.flows.items() if flow.dpid == dpid},
                       {key: group for key, group in self.groups.items() if group.dpid == dpid},
                       {key: meter for key, meter in self.meters.items() if meter.dpid == dpid})

    @cached_property
    def cookies(self) -> frozenset[int]:
        """The cookies of all flows."""
        return frozenset({flow.cookie for flow in self.flows.values()})

    @cached_property
    def labels_put(self) -> Mapping[int | None, frozenset[int]]:
        """The labels that flows put packets under, by the label that they ask for (`None`: for none)."""
        found: dict[int | None, set[int]] = {}
        for flow in self.flows.values():
            if labels := labels_behind(flow, self):
                found.setdefault(label_of(flow), set()).update(labels)
        return {label: frozenset(labels) for label, labels in found.items()}

    @cached_property
    def labels_of_ours(self) -> Mapping[int, frozenset[int]]:
        """The labels that flows of ours ask for, by their cookie."""
        found: dict[int, set[int]] = {}
        for flow in self.flows.values():
            if flow.table == Table.LABEL and is_ours(flow) and (label := label_of(flow)) is not None:
                found.setdefault(flow.cookie, set()).add(label)
        return {cookie: frozenset(labels) for cookie, labels in found.items()}


def rule_set(items: "list[Item] | tuple[Item, ...]") -> RuleSet:
    """The rule set that holds these items."""
    return RuleSet({item.key: item for item in items if isinstance(item, Flow)},
                   {item.key: item for item in items if isinstance(item, Group)},
                   {item.key: item for item in items if isinstance(item, Meter)})


def merged(layers: Iterable[RuleSet]) -> RuleSet:
    """All of these rules; where two have one identity, the later one's."""
    flows: dict[tuple[int, int, int, Match], Flow] = {}
    groups: dict[tuple[int, int], Group] = {}
    meters: dict[tuple[int, int], Meter] = {}
    for layer in layers:
        flows.update(layer.flows)
        groups.update(layer.groups)
        meters.update(layer.meters)
    return RuleSet(flows, groups, meters)


def label_of(flow: Flow) -> int | None:
    """The label that a flow asks packets for, `None` where it asks for none."""
    return next((field.value for field in flow.match if field.name == "mpls_label"), None)


def labels_behind(flow: Flow, rules: RuleSet) -> set[int]:
    """The labels under which one flow sends packets, itself or through a group of the same switch."""
    found = labels_set(flow)
    for action in flow.actions:
        if type(action) is ToGroup and (flow.dpid, action.group) in rules.groups:
            found |= labels_set(rules.groups[flow.dpid, action.group])
    return found


def labels_set(item: Flow | Group) -> set[int]:
    """The labels that an item's own actions write."""
    lists = (item.actions,) if isinstance(item, Flow) else [bucket.actions for bucket in item.buckets]
    return {action.value for actions in lists for action in actions
            if type(action) is SetField and action.name == "mpls_label"}


OWNER = 0x49
"""Owner byte of every cookie of ours ("I"). Flows with another are alien and never touched."""

GROUP_IDS = range(0x4900_0000, 0x4A00_0000)
"""Our groups: OpenFlow 1.3 gives groups no cookie, so a range of ids says whose they are."""

METER_IDS = range(0x1_0000, 0x2_0000)
"""Our meters; Open vSwitch's max_meter is 262,144 (measured)."""

LABELS = range(16, 1 << 20)
"""MPLS labels (RFC 3032: 0 to 15 are reserved)."""


class Kind(IntEnum):
    """Second byte of a cookie: which part of the pipeline a flow is."""

    ADMIT = 0
    CLASSIFY = 1
    LABEL = 2
    DELIVER = 3
    ANSWER = 4


def cookie(kind: Kind, mark: int) -> int:
    """The cookie of one of our flows: owner byte, kind, 48 bits that name its path, connection or host."""
    return OWNER << 56 | kind << 48 | mark & (1 << 48) - 1


def is_ours(flow: Flow) -> bool:
    """Whether a flow carries our owner byte."""
    return flow.cookie >> 56 == OWNER


@dataclass(frozen=True, slots=True)
class Change:
    """One message to one switch: add, modify (keep counters) or delete an item; a delete is strict (by identity)."""

    verb: Literal["add", "modify", "delete"]
    item: Item


@dataclass(frozen=True, slots=True)
class Step:
    """Changes between two barriers. The promise, proved for every subset that may have arrived: no packet is lost,
    looped or misdelivered. `prepare` and `retire` touch only what nothing refers to; `switch` moves traffic, each
    connection by one change; `retire` must wait until packets and caches no longer use what it deletes."""

    kind: Literal["prepare", "switch", "retire"]
    changes: tuple[Change, ...]
