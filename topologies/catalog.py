"""Networks by reference: one of those that come with Isochrone (`metro`, `ring:6`), a graph of topohub
(`topohub:sndlib/germany50`), or a file: a topology document or a graph."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from topologies.builders import SIZES, diamond, linear, ring
from topologies.graphs.gml import read_gml
from topologies.graphs.graph import Graph
from topologies.graphs.graphml import read_graphml
from topologies.graphs.network import network_of
from topologies.graphs.node_link import read_node_link
from topologies.metro import metro
from topologies.model import Topology
from topologies.nearest import nearest
from topologies.read import read_topology
from topologies.source import BadInput, Problem


@dataclass(frozen=True, slots=True)
class Builtin:
    """A network that comes along; `build` takes one of `sizes` as well, where there are any."""

    build: Callable[..., Topology]
    sizes: range = range(0)


BUILTIN: Final[Mapping[str, Builtin]] = {
    "diamond": Builtin(diamond),
    "linear": Builtin(linear, SIZES),
    "metro": Builtin(metro),
    "ring": Builtin(ring, SIZES[1:]),
}


TOPOHUB: Final = "topohub:"
"""What a reference to one of topohub's graphs begins with; the set and the name follow."""

GRAPHS: Final[Mapping[str, Callable[[str, str], Graph]]] = {
    ".gml": read_gml, ".graphml": read_graphml, ".json": read_node_link}
"""Readers of graphs, by how a file's name ends."""


def load_topology(ref: str, read_text: Callable[[str], str], capacity_bps: int | None = None) -> Topology:
    """The network that `ref` names: a built-in, with its size after a colon (`ring:6`), or what `read_text` has the text
    of: a graph of topohub (node-link JSON), or a file (what ends in .yaml, .yml, .gml, .graphml or .json, or has a slash in
    it). `capacity_bps` is that of links of which a graph says none. Raises BadInput."""
    if read_graph := _reader_of_graph(ref):
        return network_of(read_graph(read_text(ref), ref), _title(ref), capacity_bps)
    if capacity_bps is not None:
        raise _bad(ref, "a capacity is only for graphs, which may say none; this network says its own: leave it out")
    if "/" in ref or ref.endswith((".yaml", ".yml")):
        return read_topology(read_text(ref), ref)
    return _builtin(ref)


def _reader_of_graph(ref: str) -> Callable[[str, str], Graph] | None:
    if ref.startswith(TOPOHUB):
        return read_node_link
    return next((read for ending, read in GRAPHS.items() if ref.endswith(ending)), None)


def _title(ref: str) -> str:
    """`sndlib-germany50`; for a file its name without the ending."""
    name = ref.removeprefix(TOPOHUB) if ref.startswith(TOPOHUB) else ref.rpartition("/")[2].rpartition(".")[0]
    return re.sub("[^-A-Za-z0-9_.]+", "-", name.replace("/", "-"))[:128].strip("-_.") or "graph"


def _builtin(ref: str) -> Topology:
    name, colon, size = ref.partition(":")
    builtin = BUILTIN.get(name)
    if builtin is None:
        raise _bad(ref, f'no built-in topology "{name}"{nearest(name, BUILTIN)} '
                        f"(built-in: {', '.join(BUILTIN)}; a graph of topohub is topohub:SET/NAME; a file's name ends in "
                        f"{', '.join(('.yaml', *GRAPHS))})")
    if not colon:
        return builtin.build()
    if not builtin.sizes:
        raise _bad(ref, f'"{name}" has one size; leave ":{size}" out')
    if not (size.isascii() and size.isdecimal() and len(size) < 5 and int(size) in builtin.sizes):
        raise _bad(ref, f"a {name} has {builtin.sizes[0]} to {builtin.sizes[-1]} switches; write it like {name}:6")
    return builtin.build(int(size))


def _bad(ref: str, message: str) -> BadInput:
    return BadInput(Problem(f"topology {ref}", 0, 0, message))
