"""Which switches a connection's path must pass, and which links and switches it may not use, from the names said."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Final, TypeVar

from topologies.source import Problem

from .inventory import Inventory, UnclearNameError
from .layers import Leaf, Leaves, Place

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Way:
    """Switches to pass in this order, what to keep off, and which of those switches lie outside the regions wished. A
    `pinned` path holds the links that will do for each of its hops."""

    via: tuple[str, ...] = ()
    avoid_links: frozenset[str] = frozenset()
    avoid_switches: frozenset[str] = frozenset()
    outside: frozenset[str] = frozenset()
    pinned: tuple[tuple[str, ...], ...] | None = None


_AVOIDED: Final = {"path.avoid.links": ("link",), "path.avoid.switches": ("switch",),
                   "path.avoid.names": ("switch", "link", "site")}


def way(leaves: Leaves, inventory: Inventory, problems: list[Problem]) -> Way:
    """The way that a connection wishes; names that stand for nothing are added to `problems`."""
    links: set[str] = set()
    switches: set[str] = set()
    for path, kinds in _AVOIDED.items():
        for name, place in named_in(leaves.get(path)):
            if found := told(partial(inventory.held, kinds), name, place, problems):
                (links if found[0] == "link" else switches).update(found[1])
    for key, value, place in _labels(leaves.get("path.avoid.labels")):
        if carriers := told(partial(inventory.labelled, key), value, place, problems):
            links.update(carriers[0])
            switches.update(carriers[1])
    outside = _outside(leaves, inventory, problems)
    via = tuple(_via(leaves.get("path.via"), inventory, switches | outside, problems))
    return Way(via, frozenset(links), frozenset(switches | outside), outside)


def told(look_up: Callable[[str], T], name: str, place: Place, problems: list[Problem]) -> T | None:
    """What a name stands for; where that cannot be told, None and a problem more."""
    try:
        return look_up(name)
    except UnclearNameError as error:
        problems.append(place.problem(str(error)))
        return None


def named_in(leaf: Leaf | None) -> Iterator[tuple[str, Place]]:
    """The names of a list, each with its place."""
    if leaf is not None and leaf.place is not None:
        for number, name in enumerate(leaf.value):
            yield name, leaf.place.entry(number)


def _labels(leaf: Leaf | None) -> Iterator[tuple[str, str, Place]]:
    if leaf is not None and leaf.place is not None:
        for key, value in sorted(leaf.value.items()):
            yield key, value, replace(leaf.place, path=(*leaf.place.path, key))


def _outside(leaves: Leaves, inventory: Inventory, problems: list[Problem]) -> frozenset[str]:
    """The switches that the regions leave out. An unknown region is neither one that is wished nor surely another."""
    only, avoid = (leaves.get(f"sle.regions.{wish}") for wish in ("only", "avoid"))
    inside, avoided = ({switch for name, place in named_in(leaf)
                        for switch in told(inventory.region, name, place, problems) or ()} for leaf in (only, avoid))
    if only is not None and only.place and not only.value:
        problems.append(only.place.problem("an empty list leaves no region; name one, or leave the key out"))
    if only is not None or avoided:
        avoided |= {switch.name for switch in inventory.network.switches if switch.region is None}
    if only is not None:
        avoided |= inventory.network.switch_by_name.keys() - inside
    return frozenset(avoided)


def _via(leaf: Leaf | None, inventory: Inventory, avoided: set[str], problems: list[Problem]) -> Iterator[str]:
    for name, place in named_in(leaf):
        if switch := told(inventory.switch, name, place, problems):
            if switch in avoided:
                problems.append(place.problem(f'the path is to pass "{switch}" and to avoid it; keep one of the two'))
            yield switch
