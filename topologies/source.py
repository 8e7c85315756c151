"""The door for documents: YAML text to plain data with a place in the file for whatever is wrong, and back.

Rules of this file: scalars are text, and those that YAML 1.2's core schema reads as a number or a boolean are `Plain`
(topologies/scalars.py), so that the field's type decides: a MAC address and a datapath id stay what was typed. Null is
None.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from topologies.composer import Mark, Node, Path, compose, places
from topologies.emit import emit
from topologies.problems import BadInput, Problem
from topologies.within import mark_within

__all__ = ["BadInput", "Node", "Origin", "Path", "Problem", "Written", "emit", "read"]


class Origin(NamedTuple):
    """Where a document was written: its own text and the line of the file that the text starts on. Places are found by
    reading the text again, so that ten thousand right documents do not carry them."""

    file: str
    line: int
    text: str

    def problem(self, path: Path, message: str, at_key: bool = False) -> Problem:
        """A problem with the field at `path`, or with the nearest field around it that was written."""
        return self.problems([(path, message, at_key)])[0]

    def problems(self, found: Sequence[tuple[Path, str, bool]]) -> tuple[Problem, ...]:
        """Problems as (path, message, whether the key is meant, not the value), located in one reading."""
        if not found:
            return ()
        asked = {path[:length] for path, _, _ in found for length in range(len(path) + 1)}
        keys, values = places(self.text, self.line, asked)
        at_keys, at_values = values | keys, keys | values
        return tuple(Problem(self.file, *_nearest(path, at_keys if at_key else at_values, self.line), message)
                     for path, message, at_key in found)

    def problem_within(self, path: Path, value: str, offset: int, message: str) -> Problem:
        """A problem with `value[offset]`, where `value` is the text at `path`."""
        begin = self.problem(path, message)
        first_line = self.line - 1
        line, column = mark_within(self.text, (begin.line - first_line, begin.column), value, offset)
        return Problem(self.file, line + first_line, column, message)


class Written(NamedTuple):
    """One document as written."""

    data: Node
    origin: Origin


def read(text: str, file: str) -> Iterator[Written | Problem]:
    """The documents of a file in their order, and before each what is wrong with it; empty ones are left out.

    After broken YAML or a limit the rest of the file is not read; after anything else it is, so that all the problems
    of a file show at once.
    """
    for each in compose(text, file):
        yield each if isinstance(each, Problem) else Written(each.data, Origin(file, each.line, each.text))


def _nearest(path: Path, marks: dict[Path, Mark], line: int) -> Mark:
    """The mark of the longest beginning of the path that was written."""
    for length in range(len(path), -1, -1):
        if path[:length] in marks:
            return marks[path[:length]]
    return line, 1
