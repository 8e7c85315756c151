"""A topology as an operator names it: what `--topology` and `--capacity` say."""

from collections.abc import Callable
from dataclasses import dataclass

from controller.topohub import or_topohub
from topologies.catalog import load_topology
from topologies.model import Topology
from topologies.problems import BadInput, Problem
from topologies.units import parse_rate


@dataclass(frozen=True, slots=True)
class Reference:
    """The name of a built-in, a graph of topohub or a file; and the capacity (`10 Gbps`) of links of which a graph says
    none."""

    name: str
    capacity: str | None = None

    def load(self, read_file: Callable[[str], str]) -> Topology:
        """The network. Raises BadInput."""
        return load_topology(self.name, or_topohub(read_file), None if self.capacity is None else _rate(self.capacity))


def _rate(text: str) -> int:
    try:
        if rate := parse_rate(text):
            return rate
    except ValueError as error:
        raise BadInput(Problem("--capacity", 0, 0, str(error))) from None
    raise BadInput(Problem("--capacity", 0, 0, f'"{text}" is zero, which carries nothing; write it like "10 Gbps"'))
