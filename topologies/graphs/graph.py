"""A graph as a file says it: nodes and edges with their fields, before anybody asks what the fields mean.

Rules of this file: text and numbers are the text that was written; what is neither stays what it is, for an error to
describe. A reader raises BadInput for what is not its format or breaks a limit; what fields hold is judged in one place
for all formats (topologies/graphs/network.py).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from topologies.problems import BadInput, Problem

MAX_CHARACTERS: Final = 2_000_000
"""Of one file: the largest graph of topohub, 3,815 nodes and every demand between them, has 1,100,000."""

MAX_DEPTH: Final = 32
MAX_NODES: Final = 1_000
MAX_EDGES: Final = 10_000
"""Each switch answers ARP for every host, so that rules grow with the square of the nodes: 1,000 make a million."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A node or an edge: its fields, the line and column it begins at, or, where its format has no lines, its name."""

    fields: Mapping[str, object]
    line: int = 0
    column: int = 0
    called: str = ""


@dataclass(frozen=True, slots=True)
class Graph:
    """Nodes with an `id`, edges with a `source` and a `target`, in the order of the file."""

    file: str
    nodes: tuple[Entry, ...]
    edges: tuple[Entry, ...]
    is_directed: bool = False

    def problem(self, entry: Entry, message: str) -> Problem:
        """A problem of one of its entries."""
        return _problem(self.file, entry.line, entry.column, f"{entry.called}: {message}" if entry.called else message)


def bad_graph(file: str, message: str, line: int = 0, column: int = 0) -> BadInput:
    """The error of a file that cannot be read on."""
    return BadInput(_problem(file, line, column, message))


def check_length(text: str, file: str) -> None:
    """Raises BadInput for a text that no network is as large as."""
    if len(text) > MAX_CHARACTERS:
        raise bad_graph(file, f"longer than {MAX_CHARACTERS:,} characters, and no network that fits is; "
                              "keep nodes, edges and their lengths")


def _problem(file: str, line: int, column: int, message: str) -> Problem:
    """What a file quotes into a message must not steer the terminal that shows it."""
    return Problem(file, line, column, "".join(each if each.isprintable() else "\ufffd" for each in message))
