"""What is wrong with a document, said to the person at the keyboard: where, what, and what would be right."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Final

MOST_PROBLEMS: Final = 100
"""Shown of one file; who has more has the wrong file."""


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """What is wrong, where, and what would be right. Line 0 is the file as a whole."""

    file: str
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.message}" if self.line else f"{self.file}: {self.message}"


def shown(problems: Iterable[Problem], file: str) -> list[Problem]:
    """Of the problems of a file the first `MOST_PROBLEMS` that come, sorted, and then one that says so where more do; those
    are not looked for."""
    found = list(islice(problems, MOST_PROBLEMS + 1))
    if len(found) <= MOST_PROBLEMS:
        return sorted(found)
    more = Problem(file, 0, 0, f"more than {MOST_PROBLEMS} problems; the rest was not read")
    return [*sorted(found[:MOST_PROBLEMS]), more]


class BadInput(Exception):  # noqa: N818 - the house's word
    """Documents that cannot be used, with everything that is wrong with them. The one error of this storey."""

    def __init__(self, *problems: Problem):
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems
