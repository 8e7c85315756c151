"""Networks by reference: one of those that come with Isochrone (`metro`, `ring:6`), or a file."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from topologies.builders import SIZES, diamond, linear, ring
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


def load_topology(ref: str, read_file: Callable[[str], str]) -> Topology:
    """The network that `ref` names: a built-in, with its size after a colon (`ring:6`), or a file for `read_file` (what
    ends in .yaml or .yml, or has a slash in it). Raises BadInput."""
    if "/" in ref or ref.endswith((".yaml", ".yml")):
        return read_topology(read_file(ref), ref)
    name, colon, size = ref.partition(":")
    builtin = BUILTIN.get(name)
    if builtin is None:
        raise _bad(ref, f'no built-in topology "{name}"{nearest(name, BUILTIN)} '
                        f"(built-in: {', '.join(BUILTIN)}; a file's name ends in .yaml)")
    if not colon:
        return builtin.build()
    if not builtin.sizes:
        raise _bad(ref, f'"{name}" has one size; leave ":{size}" out')
    if not (size.isascii() and size.isdecimal() and len(size) < 5 and int(size) in builtin.sizes):
        raise _bad(ref, f"a {name} has {builtin.sizes[0]} to {builtin.sizes[-1]} switches; write it like {name}:6")
    return builtin.build(int(size))


def _bad(ref: str, message: str) -> BadInput:
    return BadInput(Problem(f"topology {ref}", 0, 0, message))
