"""A graph as a network: a switch and a host at each node, a link for each edge.

Rules of this file:

- Node ID is switch `nID` and, on its port 1, host `hID`. The N-th node of the file has datapath id N, MAC 02:00:00:x:x:x and
  address 10.x.x.x/8, so that hundreds of nodes do not collide. Edges are links in the order of the file.
- What a node is called (`name` or `label`) is its label `name`, and its site too where it is written like a name.
- A link's delay is what `delay` or `latency` says, with its unit; else light takes 4.9 us for each km of `dist` or `length`;
  else it is unknown. So is that of 0 km: two nodes whose positions were rounded to the same are not one place.
- A link's capacity is what `capacity` or `bandwidth` says, with its unit, or `LinkSpeedRaw` in bit/s (the Topology Zoo's
  field); else the one asked for, else an assumption. No other field counts.
- A host's cable has that capacity and no length: the data knows of no hosts.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Final, NamedTuple, TypeVar

from topologies.composer import Node
from topologies.fields import API_VERSION, described, is_name
from topologies.graphs.graph import MAX_EDGES, MAX_NODES, Entry, Graph
from topologies.model import D_14_CAPACITY_BPS, FIBRE_NS_PER_KM, Topology
from topologies.nearest import nearest
from topologies.problems import BadInput, Problem, shown
from topologies.read import topology_of
from topologies.source import Origin, Written
from topologies.units import parse_rate, parse_time, render_rate, render_time

T = TypeVar("T")
Fields = Mapping[str, object]


class _Place(NamedTuple):
    """A node: its id, and what it is called."""

    id: str
    name: str | None


class _Delay(NamedTuple):
    """In ns; whether it comes of a length."""

    time_ns: int | None
    is_of_length: bool = False


def network_of(graph: Graph, title: str, capacity_bps: int | None = None) -> Topology:
    """The network of a graph. Links without a capacity have the one given, else that of default D-14, which is shown as an
    assumption. Raises BadInput with everything that is wrong."""
    problems = list(_limits(graph))
    if problems:
        raise BadInput(*problems)
    places = _each(graph, graph.nodes, _place, problems)
    problems += _repeated(graph, places)
    known = frozenset(place.id for place in places if place)
    ends = _each(graph, graph.edges, lambda fields: _ends(fields, known), problems)
    delays = _each(graph, graph.edges, _delay, problems)
    capacities = _each(graph, graph.edges, _capacity_bps, problems)
    if problems:
        raise BadInput(*shown(sorted(problems), graph.file))
    usual = capacity_bps or D_14_CAPACITY_BPS
    ranked = [(rank, place) for rank, place in enumerate(places, 1) if place]
    assumed: list[Node] = ["capacity"] if capacity_bps is None else []
    if any(delay and delay.is_of_length for delay in delays):
        assumed.append("length")
    return _network(graph.file, title, {
        "assumed": assumed,
        "switches": [_switch(rank, place) for rank, place in ranked],
        "links": [_link(pair, delay, rate or usual) for pair, delay, rate in zip(ends, delays, capacities, strict=True)
                  if pair and delay],
        "hosts": [_host(rank, place, usual) for rank, place in ranked]})


def _network(file: str, title: str, spec: Node) -> Topology:
    """By the reader of documents, which knows how ports and names are given out."""
    data: Node = {"apiVersion": API_VERSION, "kind": "Topology", "metadata": {"name": title}, "spec": spec}
    found = topology_of(Written(data, Origin(file, 1, "")))
    if not isinstance(found, Topology):
        raise BadInput(*found)
    return found


def _limits(graph: Graph) -> Iterator[Problem]:
    if not graph.nodes:
        yield Problem(graph.file, 0, 0, "the graph has no nodes")
    if graph.is_directed:
        yield Problem(graph.file, 0, 0, "the graph is directed, and a link here carries both ways; write it undirected, "
                                        "each link once")
    for number, most, what in ((len(graph.nodes), MAX_NODES, "nodes"), (len(graph.edges), MAX_EDGES, "edges")):
        if number > most:
            yield Problem(graph.file, 0, 0, f"{number:,} {what}, and at most {most:,} fit into a network; cut a part out")


def _each(graph: Graph, entries: Iterable[Entry], parse: Callable[[Fields], T], problems: list[Problem]) -> list[T | None]:
    """What each entry is parsed to, `None` where it cannot be, which is then among the problems."""
    found: list[T | None] = []
    for entry in entries:
        try:
            found.append(parse(entry.fields))
        except ValueError as error:
            problems.append(graph.problem(entry, str(error)))
            found.append(None)
    return found


def _repeated(graph: Graph, places: Sequence[_Place | None]) -> Iterator[Problem]:
    seen: set[str] = set()
    for entry, place in zip(graph.nodes, places, strict=True):
        if place and place.id in seen:
            yield graph.problem(entry, f'"{place.id}" is another node\'s id already; give it another')
        seen |= {place.id} if place else set()


def _place(fields: Fields) -> _Place:
    identity = _text(fields, "id")
    if not is_name(f"n{identity}"):
        raise ValueError(f'id "{identity[:40]}" makes no name of a switch (nID): up to 127 letters, digits, "-", "_" and '
                         '".", a letter or digit last; number the nodes, and say this as their "name"')
    name = next((_text(fields, key) for key in ("name", "label") if fields.get(key) is not None), "")
    said = " ".join(name.split())
    if not said.isprintable():
        raise ValueError("the node's name holds characters that cannot be shown; leave them out")
    return _Place(identity, said or None)


def _ends(fields: Fields, known: frozenset[str]) -> tuple[str, str]:
    source, target = _text(fields, "source"), _text(fields, "target")
    for end in (source, target):
        if end not in known:
            raise ValueError(f'no node has the id "{end[:40]}"{nearest(end, known)}')
    if source == target:
        raise ValueError(f'a link joins two nodes; both ends of this edge are "{source}"')
    return source, target


def _delay(fields: Fields) -> _Delay:
    said = _one_of(fields, ("delay", "latency"), parse_time)
    length = _one_of(fields, ("dist", "length"), _length_ns)
    return _Delay(said) if said is not None else _Delay(length or None, bool(length))


_KM: Final = re.compile(r"([0-9]+(?:\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]{1,2})?( *km)?")
_BPS: Final = re.compile(r"([0-9]+(?:\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]{1,2})?")
_LONGEST: Final = 32
"""Characters of a number: no length and no rate needs more."""


def _length_ns(text: str) -> int:
    """What light needs for a length in km, to the nearest ns."""
    if len(text) > _LONGEST or not (found := _KM.fullmatch(text)):
        raise ValueError(f'"{text[:40]}" is not a length in km; write it like 12.5')
    length = Fraction(found[1] + (found[2] or ""))
    if length > _EARTH_KM:
        raise ValueError(f'"{text[:40]}" km is more than around the Earth; lengths are in km')
    return round(length * FIBRE_NS_PER_KM)


_EARTH_KM: Final = 40_075


def _capacity_bps(fields: Fields) -> int | None:
    said = _one_of(fields, ("capacity", "bandwidth"), parse_rate)
    rate = _one_of(fields, ("LinkSpeedRaw",), _whole_bps) if said is None else said
    if rate == 0:
        raise ValueError("a capacity of zero carries nothing; give a value, or leave it out where it is not known")
    return rate


def _whole_bps(text: str) -> int:
    if len(text) > _LONGEST or not _BPS.fullmatch(text) or (rate := Fraction(text)).denominator != 1:
        raise ValueError(f'"{text[:40]}" is not a whole number of bit/s')
    return parse_rate(f"{rate} bps")


def _one_of(fields: Fields, keys: tuple[str, ...], parse: Callable[[str], int]) -> int | None:
    """The one of these fields that is said, `None` where none is."""
    said = [key for key in keys if fields.get(key) is not None]
    if len(said) > 1:
        raise ValueError(f'both "{said[0]}" and "{said[1]}" are said; keep one')
    for key in said:
        try:
            return parse(_text(fields, key))
        except ValueError as error:
            raise ValueError(f"{key}: {error}") from None
    return None


def _text(fields: Fields, key: str) -> str:
    value = fields.get(key)
    if not isinstance(value, str):
        raise ValueError(f'"{key}": expected text or a number, found {described(value)}')
    return value


def _switch(rank: int, place: _Place) -> dict[str, Node]:
    said: dict[str, Node] = {"name": f"n{place.id}", "dpid": f"{rank:016x}"}
    if place.name is not None:
        said["labels"] = {"name": place.name}
        if is_name(place.name):
            said["site"] = place.name
    return said


def _link(ends: tuple[str, str], delay: _Delay, capacity_bps: int) -> dict[str, Node]:
    said: dict[str, Node] = {"a": f"n{ends[0]}", "b": f"n{ends[1]}", "capacity": render_rate(capacity_bps)}
    return said if delay.time_ns is None else {**said, "delay": render_time(delay.time_ns)}


def _host(rank: int, place: _Place, capacity_bps: int) -> dict[str, Node]:
    """No address ends in 0 or 255, which some take for a network's own."""
    high, low = divmod(rank - 1, 254)
    mac = (0x02 << 40 | rank).to_bytes(6, "big").hex(":")
    return {"name": f"h{place.id}", "at": f"n{place.id}:1", "mac": mac,
            "addresses": [f"10.{high >> 8}.{high & 255}.{low + 1}/8"],
            "capacity": render_rate(capacity_bps), "delay": "0 ns"}
