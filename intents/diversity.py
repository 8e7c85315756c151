"""Who keeps apart from whom, and what each may therefore not use.

Rules of this file:

- The wish binds both sides: who is to be kept apart from an intent keeps that intent apart from himself, whoever said it
  and whoever came first. Connections of one intent are one side.
- It speaks of working paths, of both directions of either side. Detours may come by: they serve while something else is
  broken already, and what is promised is that no single failure takes both sides. A standby keeps off the working paths of
  the other side, and these off it: it may become a working path.
- `link`: no link between switches in common. `srlg`: nor two links of one shared risk group. `node`: no such link and no
  switch in common.
- `exclusive` keeps apart from everybody, at level `link`: its links between switches are its own.
- What no path could avoid is left out: access links (a host has one cable), and at level `node` a switch at which both
  sides have an end.
- Until a connection has moved its old path counts as well, as in the books (capacity.py).
"""

from collections.abc import Iterable, Iterator, Mapping
from copy import copy
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

from intents.model import Connection, DiversityLevel, Placement
from topologies.model import Arc, Topology

RunKind = Literal["working", "left", "standby"]


class Element(NamedTuple):
    """Something that two sides may not share."""

    kind: Literal["link", "switch", "risk group"]
    name: str

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


@dataclass(frozen=True, slots=True)
class Run:
    """Where a connection runs, ran until it has moved, or stands by: the arcs of both directions, access arcs included."""

    connection: Connection
    arcs: tuple[int, ...]
    kind: RunKind = "working"


class Bond(NamedTuple):
    """An intent to keep apart from, at which level, and whether the other side asks for it; `is_exclusive` where who asks
    wants links that are his own."""

    intent: str
    level: DiversityLevel
    is_asked_by_other: bool
    is_exclusive: bool = False


class Apart:
    """The wishes to be kept apart of one plan, and where those who have them run."""

    def __init__(self, network: Topology, connections: Iterable[Connection] = ()) -> None:
        self._network = network
        self._wish(connections)
        self._only: frozenset[Element] | None = None
        self._arcs_of: dict[Element, frozenset[int]] = {}

    def _wish(self, connections: Iterable[Connection]) -> None:
        self._askers: dict[str, dict[str, DiversityLevel]] = {}
        self._alone: set[str] = set()
        for one in connections:
            for other in one.diverse_from:
                self._askers.setdefault(other, {})[one.intent] = one.diverse_level
            if one.is_exclusive:
                self._alone.add(one.intent)
        self._named = self._askers.keys() | {asker for askers in self._askers.values() for asker in askers}
        self._runs: dict[str, list[Run]] = {}

    def anew(self, *connections: Connection) -> "Apart":
        """The wishes of these connections alone, in the same network, before any of them runs."""
        found = copy(self)
        found._wish(connections)
        return found

    def minds(self, connection: Connection) -> bool:
        """Whether anybody keeps apart from a connection, or it from anybody."""
        return bool(self._alone) or connection.intent in self._named

    def bonds(self, connection: Connection) -> tuple[Bond, ...]:
        """The intents that a connection keeps apart from, by name, its own wishes first: all but by `exclusive`."""
        if not connection.diverse_from and connection.intent not in self._askers:
            return ()
        own = [Bond(other, connection.diverse_level, False) for other in sorted(connection.diverse_from)]
        asked = self._askers.get(connection.intent, {})
        return (*own, *(Bond(other, level, True) for other, level in sorted(asked.items())))

    def put(self, connection: Connection, arcs: Iterable[int], kind: RunKind = "working") -> None:
        """Enters where a connection runs or stands by; `left`: where it runs until it has moved."""
        if self.minds(connection):
            self._runs.setdefault(connection.intent, []).append(Run(connection, tuple(arcs), kind))

    def for_standby(self) -> "Apart":
        """As a standby is to be kept apart: from all but other standbys."""
        found = copy(self)
        found._runs = {intent: [run for run in runs if run.kind != "standby"] for intent, runs in self._runs.items()}
        return found

    def only(self, elements: frozenset[Element]) -> "Apart":
        """As if all but these elements could be shared."""
        found = copy(self)
        found._only = elements
        return found

    def release(self, connection: Connection) -> None:
        """Takes out where a connection ran that will have no new path."""
        runs = self._runs.get(connection.intent, [])
        self._runs[connection.intent] = [run for run in runs if run.connection.key != connection.key]

    def settle(self, connection: Connection) -> None:
        """Takes out where a connection ran that has its new path."""
        runs = self._runs.get(connection.intent, [])
        self._runs[connection.intent] = [run for run in runs if (run.connection.key, run.kind) != (connection.key, "left")]

    def shut(self, connection: Connection) -> frozenset[int]:
        """The arcs that a connection may not use because of those that it keeps apart from."""
        if not (connection.diverse_from or connection.intent in self._askers or self._alone):
            return frozenset()
        return frozenset().union(*(self.arcs_of(element) for element in self.taken(connection)))

    def taken(self, connection: Connection) -> dict[Element, tuple[Bond, Run]]:
        """What a connection may not use, in order, with the first reason why. What it runs over itself until it has moved,
        beside another who is to leave as well, it need not leave first."""
        mine = [run for run in self._runs.get(connection.intent, ())
                if run.kind == "left" and run.connection.key == connection.key]
        found = {}
        for bond in reversed((*self.bonds(connection), *self._exclusions(connection))):
            for run in reversed(self._runs.get(bond.intent, [])):
                spared = mine if run.kind == "left" else ()
                elements = self.elements(run, connection, bond.level).difference(
                    *(self.elements(own, run.connection, bond.level) for own in spared))
                found.update(dict.fromkeys(elements, (bond, run)))
        return {element: why for element, why in sorted(found.items()) if self._only is None or element in self._only}

    def shared(self, one: Run, other: Run) -> tuple[Element, ...]:
        """What two connections have in common that are to be kept apart, in order."""
        levels = {bond.level for bond in self.bonds(one.connection) if bond.intent == other.connection.intent}
        if one.connection.intent != other.connection.intent and (
                one.connection.is_exclusive or other.connection.is_exclusive):
            levels.add("link")
        common = {element for level in levels
                  for element in self.elements(one, other.connection, level) & self.elements(
                      other, one.connection, level)}
        return tuple(sorted(common))

    def _exclusions(self, connection: Connection) -> Iterator[Bond]:
        """Whom a connection keeps apart from because one of them wants links that are his own."""
        others = self._runs.keys() if connection.is_exclusive else self._alone & self._runs.keys()
        return (Bond(other, "link", not connection.is_exclusive, is_exclusive=True)
                for other in sorted(others) if other != connection.intent)

    def elements(self, run: Run, other: Connection, level: DiversityLevel) -> frozenset[Element]:
        """What a run takes that the other may not have at this level."""
        arcs = [self._network.arcs[number] for number in run.arcs]
        between = [arc for arc in arcs if arc.out_port is not None and arc.in_port is not None]
        found = {Element("link", arc.link) for arc in between}
        if level == "srlg":
            found |= {Element("risk group", group) for arc in between for group in arc.srlg}
        if level == "node":
            spared = self._ends(run.connection) & self._ends(other)
            found |= {Element("switch", name) for arc in arcs for name in (arc.source, arc.target)
                      if name in self._network.switch_by_name and name not in spared}
        return frozenset(found)

    def arcs_of(self, element: Element) -> frozenset[int]:
        """The arcs that have an element in them."""
        if element not in self._arcs_of:
            self._arcs_of[element] = frozenset(self._by_element.get(element, ()))
        return self._arcs_of[element]

    def _ends(self, connection: Connection) -> frozenset[str]:
        """The switches of its hosts."""
        hosts = (self._network.host_by_name[name] for name in (connection.source, connection.target))
        return frozenset(host.at.switch for host in hosts)

    @cached_property
    def _by_element(self) -> Mapping[Element, list[int]]:
        found: dict[Element, list[int]] = {}
        for number, arc in enumerate(self._network.arcs):
            for element in _elements_in(arc):
                found.setdefault(element, []).append(number)
        return found


def common_ends(network: Topology, placements: Iterable[Placement], others: Iterable[Placement]) -> Iterator[str]:
    """What placements and others have in common though they keep apart, for no path could avoid it; a sentence each."""
    all_others = tuple(others)
    for one in placements:
        for other in all_others:
            ends = [(placement.connection.source, placement.connection.target) for placement in (one, other)]
            if _keep_apart(one.connection, other.connection):
                at = [{network.host_by_name[name].at.switch for name in each} for each in ends]
                hosts = [f"the link of {name}" for name in sorted({*ends[0]} & {*ends[1]})]
                shared = [*hosts, *(f"switch {name}" for name in sorted(at[0] & at[1]))]
                if shared:
                    yield (f"{one.connection.title} and {other.connection.title} keep apart but for {', '.join(shared)}, "
                           "where both end: no path could avoid that")


def _keep_apart(one: Connection, other: Connection) -> bool:
    return one.intent != other.intent and (other.intent in one.diverse_from or one.intent in other.diverse_from)


def _elements_in(arc: Arc) -> Iterator[Element]:
    yield Element("link", arc.link)
    yield from (Element("switch", name) for name in (arc.source, arc.target))
    yield from (Element("risk group", group) for group in arc.srlg)
