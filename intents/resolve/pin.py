"""A pinned path: the switches and links that are the whole way of a connection, from the names said.

Rules of this file: the names stand in the order of travel, switches and links as one likes; between two switches any link
that joins them will do. A name that stands for nothing, and a path that crosses itself, are bad input; a path that this
network has not, or that does not lead from the one host to the other, is a refusal (NO_PATH).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from topologies.model import Topology
from topologies.source import Problem

from .inventory import Inventory
from .layers import Leaf, Place
from .way import Way, named_in, told


class Element(NamedTuple):
    """A switch or a link of a pinned path, and where it was said."""

    kind: str
    name: str
    place: Place


@dataclass(frozen=True, slots=True)
class Pin:
    """For each hop the links that will do, or why there is no such path."""

    hops: tuple[tuple[str, ...], ...] | None = None
    fault: str | None = None


def pin(leaf: Leaf | None, ends: tuple[str, str], way: Way, inventory: Inventory, problems: list[Problem]) -> Pin:
    """The pinned path of a connection between two hosts; nothing where none is said."""
    if leaf is None or leaf.place is None or not inventory.network.host_by_name.keys() >= set(ends):
        return Pin()
    elements = list(_elements(leaf, inventory, problems))
    if not leaf.value:
        problems.append(leaf.place.problem("an empty list is no path; name its switches or links, or leave the key out"))
    if len(elements) < max(1, len(leaf.value)):
        return Pin()
    walk = _Walk(inventory.network, *(inventory.network.host_by_name[name].at.switch for name in ends))
    if elements[0].kind == "switch" and elements[0].name != walk.at:
        return Pin(fault=f"it begins at {elements[0].name}, and {ends[0]} is at {walk.at}; name the whole path")
    for element in elements:
        fault = walk.take(element)
        if fault is not None:
            return Pin(fault=fault)
    problems += _clashes(walk, elements, way)
    if walk.at != walk.goal:
        return Pin(fault=f"it ends at {walk.at}, and {ends[1]} is at {walk.goal}; name the whole path")
    return Pin(tuple(walk.hops))


class _Walk:
    """A path, followed name by name."""

    def __init__(self, network: Topology, start: str, goal: str) -> None:
        self.network, self.at, self.goal = network, start, goal
        self.passed = [start]
        self.is_named = False
        self.hops: list[tuple[str, ...]] = []

    def take(self, element: Element) -> str | None:
        """Goes on to a switch or over a link; what is wrong where that cannot be."""
        if element.kind == "link":
            link = self.network.link_by_name[element.name]
            ends = (link.a.switch, link.b.switch)
            if self.at not in ends:
                return f"link {link.name} joins {ends[0]} and {ends[1]} and does not lead on from {self.at}"
            self._go(ends[1] if ends[0] == self.at else ends[0], (link.name,))
            return None
        if element.name == self.at:
            self.passed += [self.at] if self.is_named else []
            self.is_named = True
            return None
        links = tuple(arc.link for arc in self.network.arcs_from[self.at] if arc.target == element.name)
        if not links:
            return f"no link joins {self.at} and {element.name}"
        self._go(element.name, links, True)
        return None

    def _go(self, switch: str, links: tuple[str, ...], is_named: bool = False) -> None:
        self.at, self.is_named = switch, is_named
        self.passed.append(switch)
        self.hops.append(links)


def _elements(leaf: Leaf, inventory: Inventory, problems: list[Problem]) -> Iterator[Element]:
    for name, place in named_in(leaf):
        if found := told(partial(inventory.held, ("switch", "link")), name, place, problems):
            yield Element(found[0], found[1][0], place)


def _clashes(walk: _Walk, elements: list[Element], way: Way) -> Iterator[Problem]:
    """Where a path crosses itself, takes what it is to avoid, or leaves out what it is to pass."""
    twice = sorted({name for name in walk.passed if walk.passed.count(name) > 1})
    if twice:
        yield elements[0].place.problem(f"the path comes by {twice[0]} twice; a path passes a switch once")
    for element in elements:
        if element.name in (way.avoid_links if element.kind == "link" else way.avoid_switches):
            yield element.place.problem(f'the path is pinned to "{element.name}" and to avoid it; keep one of the two')
    passed = iter(walk.passed)
    missed = [stop for stop in way.via if stop not in passed]
    if missed:
        yield elements[0].place.problem(f'the path is to pass "{missed[0]}", which the pinned one does not in that order; '
                                        "keep one of the two")
