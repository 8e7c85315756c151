"""Documents of one file read field by field, and each text of a field once: a file of thousands of intents is written by a
program, and says the same of many hosts.

A mapping in block style is cut before the lines that begin its fields, and those of the mappings in it. Nothing in YAML that
is whole by itself reaches over such a line, so what fields are by themselves they are together. Where one is not whole, or
wrong, or anything is written in another way, the document is for the parser to read.

Rules of this file: what is kept is bounded. Law: what is read here is what the parser would have given.
"""

import re
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final

from topologies.twins import Data, Field, Twins

_LONGEST: Final = 4_096
"""Characters of a document that is read so: no key and no value of it can be too long then."""

_MOST_KNOWN: Final = 400_000
"""Characters of fields, about 5,000; forgotten together, and learnt anew, when there are more."""

_BELOW, _FURTHER_BELOW = "\0", "\1"
"""Stand for a line feed and two spaces, or four, while the text is cut at other line feeds. YAML has no such characters."""

_LETTER: Final = re.compile("[A-Za-z]")
_OPEN: Final = re.compile("([A-Za-z][-A-Za-z0-9_]*):")
"""A field whose value is a mapping in the lines below it."""


class Repeated(dict[str, Data]):
    """A mapping that stands in several documents; `read_as` is what it was validated to, by type."""

    __slots__ = ("read_as",)

    def __init__(self, fields: dict[str, Data]):
        super().__init__(fields)
        self.read_as: dict[type, Any] = {}


Block = tuple[dict[str, Data], int]
"""A mapping, and how many values it has, keys included."""


class Blocks:
    """What is known of the fields of one file. `parse` gives the one document of a text, None where it is empty; it raises
    ValueError where it is not one, or something is wrong with it."""

    def __init__(self, parse: Callable[[str], Data]):
        self._twins = Twins(partial(_parsed, parse))
        self._known: dict[str, Field] = {}
        self._known_inside: dict[str, Field] = {}
        self._room = _MOST_KNOWN

    def read(self, text: str) -> Block | None:
        """The document of a text (between lines of dashes, without its last line feed), None where only the parser can
        tell."""
        if len(text) > _LONGEST:
            return None
        known = self._known
        try:
            return _mapping([known.get(each) or self._field(each) for each in text.replace("\n  ", _BELOW).split("\n")])
        except ValueError:
            return None

    def _field(self, cut: str) -> Field:
        head, below, rest = cut.partition(_BELOW)
        if below and (opened := _OPEN.fullmatch(head)):
            found, nodes = self._inside(rest)
            return opened[1], found, 2 + nodes
        field = self._twins.read(_whole(cut.replace(_BELOW, "\n  ")))
        if not isinstance(field[1], dict):  # what else a document says of itself, its name, no other says
            self._keep(self._known, cut, field)
        return field

    def _inside(self, text: str) -> Block:
        known = self._known_inside
        cut = text.replace(f"{_BELOW}  ", _FURTHER_BELOW).split(_BELOW)
        return _mapping([known.get(each) or self._inner_field(each) for each in cut])

    def _inner_field(self, cut: str) -> Field:
        key, value, nodes = self._twins.read("  " + _whole(cut.replace(_FURTHER_BELOW, "\n    ")))
        field = key, Repeated(value) if isinstance(value, dict) else value, nodes
        self._keep(self._known_inside, cut, field)
        return field

    def _keep(self, known: dict[str, Field], cut: str, field: Field) -> None:
        self._room -= len(cut)
        if self._room < 0:
            self._known.clear()
            self._known_inside.clear()
            self._room = _MOST_KNOWN
        known[cut] = field


def _mapping(fields: Sequence[Field]) -> Block:
    found, nodes = {}, 0
    for key, value, number in fields:
        found[key] = value
        nodes += number
    if len(found) < len(fields):
        raise ValueError
    return found, nodes


def _whole(lines: str) -> str:
    """The lines, if they begin as a field that has its place between others must."""
    if not _LETTER.match(lines):
        raise ValueError
    return lines


def _parsed(parse: Callable[[str], Data], lines: str) -> tuple[str, Data]:
    """The one field in some lines. That of a mapping in the document is read below a key, where it is as deep."""
    if lines[0] == " ":
        return _one(_one(parse(f"_:\n{lines}\n"))[1])
    return _one(parse(f"{lines}\n"))


def _one(data: Data) -> tuple[str, Data]:
    if not isinstance(data, dict) or len(data) != 1:
        raise ValueError
    return next(iter(data.items()))
