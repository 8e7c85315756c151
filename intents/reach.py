"""Which pairs of hosts a change can concern: so that a proof walks what a step touches and no more.

Rules of this file: it may name a pair too many, never one too few. It reads matches: addresses name pairs, a label
leads to the groups that push it, a group to the flows that refer to it; a match that names nothing concerns all. It
looks at every rule that stands at any time between the first step and the last, and takes for granted that no rule
rewrites IPv4 addresses, which no rule of ours does.
"""

from collections.abc import Iterable, Iterator
from itertools import chain, product

from intents.rules import IPV4, MPLS, Change, Flow, Group, Match, Meter, RuleSet, SetField, Step, Table, is_ours
from intents.tables import Reference, reference_to, references
from topologies.model import Topology

Pair = tuple[str, str]
"""Names of a sending and a receiving host."""

Fields = tuple[tuple[str, int], ...]
"""What a selector or a rule asks of its pair's packets, beyond the addresses; sorted by name."""

_NO_NARROWING = frozenset({"eth_type", "ipv4_src", "ipv4_dst", "in_port", "vlan_vid"})


class Reach:
    """Finds the pairs that a change concerns among `pairs` and those that our classify rules name."""

    def __init__(self, network: Topology, pairs: Iterable[Pair], installed: RuleSet, steps: Iterable[Step]) -> None:
        self._hosts = [host.name for host in network.hosts]
        self._host_of = {int(interface.ip): host.name for host in network.hosts for interface in host.addresses}
        self._rules: dict[Pair, set[Fields]] = {pair: set() for pair in pairs}
        self._users: dict[Reference, list[Match]] = {}
        self._pushers: dict[int, list[Group | Flow]] = {}
        for item in (*installed.flows.values(), *installed.groups.values(),
                     *(change.item for step in steps for change in step.changes)):
            self._learn(item)
        self._by_source: dict[str, list[Pair]] = {}
        self._by_target: dict[str, list[Pair]] = {}
        for pair in self._rules:
            self._by_source.setdefault(pair[0], []).append(pair)
            self._by_target.setdefault(pair[1], []).append(pair)
        self._by_label: dict[int, frozenset[Pair]] = {}

    def rules_of(self, pair: Pair) -> frozenset[Fields]:
        """What our classify rules for a pair ask of its packets, whenever they stand."""
        return frozenset(self._rules.get(pair, ()))

    def pairs(self, change: Change) -> frozenset[Pair]:
        """The pairs that a change can concern."""
        item = change.item
        if isinstance(item, Flow):
            return self._of_match(item.match)
        if isinstance(item, Meter) and change.verb != "delete":
            return frozenset()
        return self._of_matches(self._users.get(reference_to(item), ()))

    def _learn(self, item: Flow | Group | Meter) -> None:
        if isinstance(item, Meter):
            return
        if isinstance(item, Flow):
            for used in references(item):
                self._users.setdefault(used, []).append(item.match)
            if item.table == Table.CLASSIFY and is_ours(item):
                asked = tuple((field.name, field.value) for field in item.match if field.name not in _NO_NARROWING)
                for pair in self._named_by(item.match):
                    self._rules.setdefault(pair, set()).add(asked)
        for label in _labels_set(item):
            self._pushers.setdefault(label, []).append(item)

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
        source, target = (self._host_of.get(exact.get(name, -1)) for name in ("ipv4_src", "ipv4_dst"))
        if "ipv4_src" in exact and "ipv4_dst" in exact:
            return frozenset({(source, target)} & self._rules.keys())  # type: ignore[arg-type]
        if "ipv4_src" in exact:
            return frozenset(self._by_source.get(source or "", ()))
        return frozenset(self._by_target.get(target or "", ()) if "ipv4_dst" in exact else self._rules)

    def _of_label(self, label: int) -> frozenset[Pair]:
        """The pairs that some group or flow puts under a label, by whatever labels before."""
        if label not in self._by_label:
            labels, todo, pushing = {label}, [label], list[Match]()
            while todo:
                for item in self._pushers.get(todo.pop(), ()):
                    for match in [item.match] if isinstance(item, Flow) else self._users.get(reference_to(item), ()):
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


def _labels_set(item: Flow | Group) -> Iterator[int]:
    lists = [item.actions] if isinstance(item, Flow) else [bucket.actions for bucket in item.buckets]
    for action in chain.from_iterable(lists):
        if isinstance(action, SetField) and action.name == "mpls_label":
            yield action.value
