"""Which pairs of hosts a change can concern: so that a proof walks what a step touches and no more.

Rules of this file: it may name a pair too many, never one too few. It reads matches: addresses name pairs, a label
leads to the groups that push it, a group to the flows that refer to it; a match that names nothing concerns all. It
looks at every rule that stands at any time of the step in question, so what is laid before anything leads to it, and what
is taken away when nothing does any more, concerns nobody. It takes for granted that no rule rewrites IPv4 addresses,
which no rule of ours does.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from itertools import chain, product

from intents.rules import IPV4, MPLS, Change, Flow, Group, Item, Match, Meter, Step, Table, is_ours, labels_set
from intents.tables import FlowKey, Reference, TableId, Tables, reference_to, references
from topologies.model import Topology

Pair = tuple[str, str]
"""Names of a sending and a receiving host."""

Fields = tuple[tuple[str, int], ...]
"""What a selector or a rule asks of its pair's packets, beyond the addresses; sorted by name."""

Pusher = Group | Flow
ItemKey = FlowKey | tuple[int, int]

_NO_NARROWING = frozenset({"eth_type", "ipv4_src", "ipv4_dst", "in_port", "vlan_vid"})


class Reach:
    """Finds the pairs that a change concerns: among those that have a connection and those that our classify rules
    name. What it needs to know of the rules it looks up when a change asks for it."""

    def __init__(self, network: Topology, connected: Iterable[Pair], tables: Tables, steps: Iterable[Step]) -> None:
        """`tables` as they are before the first step; they are to change by the steps alone."""
        self._network = network
        self._connected = connected
        self._tables = tables
        self._flows_of_steps: dict[TableId, list[Flow]] = {}
        for item in (change.item for step in steps for change in step.changes):
            if isinstance(item, Flow):
                self._flows_of_steps.setdefault((item.dpid, item.table), []).append(item)
        self._rules: dict[int, dict[Pair, set[Fields]]] = {}
        self._standing: dict[int, dict[ItemKey, Pusher]] | None = None
        self._labels: dict[ItemKey, tuple[int, ...]] = {}
        self._coming: list[Item] = []
        self._coming_pushers: dict[int, list[Pusher]] = {}
        self._coming_users: dict[Reference, list[Match]] = {}
        self._by_label: dict[int, frozenset[Pair]] = {}

    def during(self, step: Step) -> None:
        """Turn to a step that begins with the tables as they are now."""
        if self._standing is not None:
            for key in {item.key for item in self._coming}:
                self._note(key)
        self._coming = [change.item for change in step.changes]
        self._coming_pushers, self._coming_users, self._by_label = {}, {}, {}
        for item in self._coming:
            if not isinstance(item, Meter):
                for label in labels_set(item):
                    self._coming_pushers.setdefault(label, []).append(item)
            if isinstance(item, Flow):
                for used in references(item):
                    self._coming_users.setdefault(used, []).append(item.match)

    def pairs(self, change: Change) -> frozenset[Pair]:
        """The pairs that a change of the step can concern."""
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

    def _pushers(self, label: int) -> Iterator[Pusher]:
        """The groups and flows that put packets under a label."""
        if self._standing is None:
            self._standing = {}
            standing: chain[tuple[ItemKey, Pusher]] = chain(self._tables.flows.items(), self._tables.groups.items())
            for key, item in standing:
                if labels := labels_set(item):
                    self._stand(key, item, labels)
        yield from self._standing.get(label, {}).values()
        yield from self._coming_pushers.get(label, ())

    def _note(self, key: ItemKey) -> None:
        """Take a flow or group as it is now for a pusher of its labels."""
        assert self._standing is not None
        for label in self._labels.pop(key, ()):
            del self._standing[label][key]
        held: Pusher | None = self._tables.groups.get(key) if len(key) == 2 else self._tables.flows.get(key)
        if held is not None and (labels := labels_set(held)):
            self._stand(key, held, labels)

    def _stand(self, key: ItemKey, item: Pusher, labels: set[int]) -> None:
        assert self._standing is not None
        self._labels[key] = tuple(labels)
        for label in labels:
            self._standing.setdefault(label, {})[key] = item

    def _flows(self, table: TableId) -> Iterator[Flow]:
        """The flows that a table holds before the first step or that a step changes."""
        yield from (self._tables.initial.flows[key] for key in self._tables.initial_keys.get(table, ()))
        yield from self._flows_of_steps.get(table, ())

    def _rules_at(self, dpid: int) -> Mapping[Pair, set[Fields]]:
        if dpid not in self._rules:
            rules = self._rules[dpid] = {}
            for flow in self._flows((dpid, Table.CLASSIFY)):
                asks = tuple((field.name, field.value) for field in flow.match if field.name not in _NO_NARROWING)
                for pair in self._named_by(flow.match) if is_ours(flow) else ():
                    rules.setdefault(pair, set()).add(asks)
        return self._rules[dpid]

    def _users_of(self, reference: Reference) -> list[Match]:
        held = [self._tables.flows[key].match for key in self._tables.users(reference)]
        return held + self._coming_users.get(reference, [])

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
                for item in self._pushers(todo.pop()):
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
