"""Which pairs of hosts a change can concern: so that a proof walks what a step touches and no more.

Rules of this file: it may name a pair too many, never one too few. It reads matches: addresses name pairs, a label
leads to the groups that push it, a group to the flows that refer to it; a match that names nothing concerns all. It
looks at every rule that stands at any time between the first step and the last, and takes for granted that no rule
rewrites IPv4 addresses, which no rule of ours does.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from itertools import product

from intents.rules import IPV4, MPLS, Change, Flow, Group, Match, Meter, SetField, Step, Table, is_ours
from intents.tables import Reference, TableId, Tables, reference_to, references
from topologies.model import Topology

Pair = tuple[str, str]
"""Names of a sending and a receiving host."""

Fields = tuple[tuple[str, int], ...]
"""What a selector or a rule asks of its pair's packets, beyond the addresses; sorted by name."""

_NO_NARROWING = frozenset({"eth_type", "ipv4_src", "ipv4_dst", "in_port", "vlan_vid"})


class Reach:
    """Finds the pairs that a change concerns: among those that have a connection and those that our classify rules
    name. What it needs to know of the rules it looks up when a change asks for it."""

    def __init__(self, network: Topology, connected: Iterable[Pair], tables: Tables, steps: Iterable[Step]) -> None:
        """`tables` as they are before the first step."""
        self._network = network
        self._connected = connected
        self._tables = tables
        self._changed = [change.item for step in steps for change in step.changes]
        self._changed_flows: dict[TableId, list[Flow]] = {}
        for item in self._changed:
            if isinstance(item, Flow):
                self._changed_flows.setdefault((item.dpid, item.table), []).append(item)
        self._users: dict[int, dict[Reference, list[Match]]] = {}
        self._rules: dict[int, dict[Pair, set[Fields]]] = {}
        self._by_label: dict[int, frozenset[Pair]] = {}

    def pairs(self, change: Change) -> frozenset[Pair]:
        """The pairs that a change can concern."""
        item = change.item
        if isinstance(item, Flow):
            return self._of_match(item.match)
        if isinstance(item, Meter) and change.verb != "delete":
            return frozenset()
        return self._of_matches(self._users_of(reference_to(item)))

    def rules_of(self, pair: Pair) -> frozenset[Fields]:
        """What our classify rules where a pair's packets enter ask of them, whenever they stand."""
        switch = self._network.switch_by_name[self._network.host_by_name[pair[0]].at.switch]
        return frozenset(self._rules_at(switch.dpid).get(pair, ()))

    @cached_property
    def _hosts(self) -> list[str]:
        return [host.name for host in self._network.hosts]

    @cached_property
    def _host_of(self) -> Mapping[int, str]:
        return {int(interface): host.name for host in self._network.hosts for interface in host.addresses}

    @cached_property
    def _every_pair(self) -> frozenset[Pair]:
        return frozenset(self._connected).union(*(self._rules_at(switch.dpid) for switch in self._network.switches))

    @cached_property
    def _pushers(self) -> Mapping[int, list[Group | Flow]]:
        """The groups and flows that put packets under a label, by the label."""
        found: dict[int, list[Group | Flow]] = {}
        for item in (*self._tables.initial.flows.values(), *self._tables.initial.groups.values(), *self._changed):
            if not isinstance(item, Meter):
                for label in _labels_set(item):
                    found.setdefault(label, []).append(item)
        return found

    def _flows(self, table: TableId) -> Iterator[Flow]:
        """The flows that a table holds before the first step or that a step changes."""
        yield from (self._tables.initial.flows[key] for key in self._tables.initial_keys.get(table, ()))
        yield from self._changed_flows.get(table, ())

    def _rules_at(self, dpid: int) -> Mapping[Pair, set[Fields]]:
        if dpid not in self._rules:
            rules = self._rules[dpid] = {}
            for flow in self._flows((dpid, Table.CLASSIFY)):
                asks = tuple((field.name, field.value) for field in flow.match if field.name not in _NO_NARROWING)
                for pair in self._named_by(flow.match) if is_ours(flow) else ():
                    rules.setdefault(pair, set()).add(asks)
        return self._rules[dpid]

    def _users_of(self, reference: Reference) -> list[Match]:
        dpid = reference[1]
        if dpid not in self._users:
            users = self._users[dpid] = {}
            for table in {table for table in (*self._tables.initial_keys, *self._changed_flows) if table[0] == dpid}:
                for flow in self._flows(table):
                    for used in references(flow):
                        users.setdefault(used, []).append(flow.match)
        return self._users[dpid].get(reference, [])

    def _named_by(self, match: Match) -> Iterator[Pair]:
        """The pairs of hosts whose addresses a match lets through."""
        exact = _exact(match)
        sources, targets = ((self._host_of[exact[name]],) if exact.get(name) in self._host_of
                            else () if name in exact else self._hosts for name in ("ipv4_src", "ipv4_dst"))
        return product(sources, targets)

    def _of_matches(self, matches: Iterable[Match]) -> frozenset[Pair]:
        return frozenset().union(*(self._of_match(match) for match in matches))

    def _of_match(self, match: Match) -> frozenset[Pair]:
        exact = _exact(match)
        if exact.get("eth_type", IPV4) not in (IPV4, MPLS):
            return frozenset()
        if "mpls_label" in exact:
            return self._of_label(exact["mpls_label"])
        if "ipv4_src" in exact and "ipv4_dst" in exact:
            return frozenset(self._named_by(match))
        for by_name, name in zip(self._by_end, ("ipv4_src", "ipv4_dst"), strict=True):
            if name in exact:
                return frozenset(by_name.get(self._host_of.get(exact[name], ""), ()))
        return self._every_pair

    @cached_property
    def _by_end(self) -> tuple[Mapping[str, list[Pair]], Mapping[str, list[Pair]]]:
        """The pairs by their sender, and by their receiver."""
        found: tuple[dict[str, list[Pair]], dict[str, list[Pair]]] = ({}, {})
        for pair in self._every_pair:
            for by_name, name in zip(found, pair, strict=True):
                by_name.setdefault(name, []).append(pair)
        return found

    def _of_label(self, label: int) -> frozenset[Pair]:
        """The pairs that some group or flow puts under a label, by whatever labels before."""
        if label not in self._by_label:
            labels, todo, pushing = {label}, [label], list[Match]()
            while todo:
                for item in self._pushers.get(todo.pop(), ()):
                    for match in [item.match] if isinstance(item, Flow) else self._users_of(reference_to(item)):
                        before = _exact(match).get("mpls_label")
                        if before is None:
                            pushing.append(match)
                        elif before not in labels:
                            labels.add(before)
                            todo.append(before)
            self._by_label[label] = self._of_matches(pushing)
        return self._by_label[label]


def _exact(match: Match) -> dict[str, int]:
    return {field.name: field.value for field in match if field.mask is None}


def _labels_set(item: Group | Flow) -> Iterator[int]:
    for actions in [item.actions] if isinstance(item, Flow) else [bucket.actions for bucket in item.buckets]:
        for action in actions:
            if type(action) is SetField and action.name == "mpls_label":
                yield action.value
