"""YAML text to plain data and back, strictly, with a place in the file for whatever is wrong.

Rules of this file: the only importer of yaml, of which it takes libyaml's events, no more; scalars are text, and those
that YAML 1.2's core schema reads as a number or a boolean are `Plain`, so that the field's type decides (a MAC
address and a datapath id stay what was typed); null is None; one way to write a thing, so no anchors, aliases, merge
keys, tags or duplicate keys. Lines and columns count from 1.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NoReturn

import yaml

from topologies.emit import emit
from topologies.problems import BadInput, Problem
from topologies.scalars import FIRST, resolved

__all__ = ["BadInput", "Node", "Origin", "Path", "Problem", "Written", "emit", "read"]

MAX_CHARACTERS: Final = 16_000_000
"""Of one file: five times 10,000 intents written out (2.9 MB)."""

MAX_NODES: Final = 50_000
"""Of one document, keys included: a network of 500 switches and 1,000 links has 25,000. A hostile flat list of 1 MB has
500,000 and is refused before it takes time or memory; 10,000 intents pass, each being a document of its own."""

MAX_FILE_NODES: Final = 2_000_000
"""Of one file: 10,000 intents with every field said have half of it."""

MAX_DOCUMENTS: Final = 50_000
"""Of one file."""

MAX_DEPTH: Final = 32
MAX_SCALAR: Final = 4_096
"""Characters. Below the 4,300 digits at which Python refuses to read an integer."""

MAX_KEY: Final = 256
"""Characters. YAML itself ends a key at 1,024."""

Path = tuple[str | int, ...]
"""Keys and indices from a document's root to a field, as pydantic writes them."""

Mark = tuple[int, int]
"""Line and column."""

Node = str | None | list["Node"] | dict[str, "Node"]

@dataclass(frozen=True, slots=True)
class Origin:
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
        keys: dict[Path, Mark] = {}
        values: dict[Path, Mark] = {}
        for _ in _Reader(self.text, self.file, self.line, keys, values).documents():
            pass
        return tuple(Problem(self.file, *_nearest(path, (keys | values, values | keys)[not at_key]), message)
                     for path, message, at_key in found)


@dataclass(frozen=True, slots=True)
class Written:
    """One document as written."""

    data: Node
    origin: Origin


def read(text: str, file: str) -> Iterator[Written | Problem]:
    """The documents of a file in their order, and between them what is wrong with them; empty ones are left out.

    After broken YAML or a limit the rest of the file is not read; after anything else it is, so that all the problems
    of a file show at once.
    """
    yield from _Reader(text, file).documents()


_FORBIDDEN = re.compile("[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
"""Control characters, and U+0085, U+2028, U+2029, which YAML 1.1 and 1.2 disagree about."""

_Events: Any = yaml.CBaseLoader if yaml.__with_libyaml__ else yaml.BaseLoader
"""A loader is a parser too; the pure Python one gives the same events, fifteen times slower."""

_Event = Any
"""One of yaml's events; its own stubs leave most of them untyped."""


class _UnreadableError(Exception):
    """The file cannot be read on."""


@dataclass(slots=True)
class _Reader:
    """Builds documents from events. With `keys` and `values` it also notes where each field stands."""

    text: str
    file: str
    first_line: int = 1
    keys: dict[Path, Mark] | None = None
    values: dict[Path, Mark] | None = None
    problems: list[Problem] = field(default_factory=list)
    nodes: int = 0
    file_nodes: int = 0
    begun: int = 0

    def documents(self) -> Iterator[Written | Problem]:
        self.text = self.text.removeprefix("\ufeff")
        try:
            self._check_characters()
            events = _Events(self.text)
            events.get_event()
            while type(start := events.get_event()) is yaml.DocumentStartEvent:
                yield from self._document(events, start)
        except (yaml.YAMLError, _UnreadableError) as error:
            if isinstance(error, yaml.MarkedYAMLError):
                self._note_syntax(error)
            yield from self.problems

    def _note_syntax(self, error: Any) -> None:
        mark = error.problem_mark or error.context_mark
        context = f" {error.context}" if error.context else ""
        self.problems.append(Problem(self.file, self.first_line + mark.line, mark.column + 1,
                                     f"not YAML: {error.problem}{context}"))

    def _check_characters(self) -> None:
        if len(self.text) > MAX_CHARACTERS:
            self.problems.append(Problem(self.file, 1, 1, f"longer than {MAX_CHARACTERS:,} characters; split the file"))
            raise _UnreadableError
        if found := _FORBIDDEN.search(self.text):
            line = self.text.count("\n", 0, found.start())
            column = found.start() - self.text.rfind("\n", 0, found.start())
            self.problems.append(Problem(self.file, self.first_line + line, column,
                                         f"character U+{ord(found.group()):04X} is not allowed; remove it"))
            raise _UnreadableError

    def _document(self, events: _Event, start: _Event) -> Iterator[Written | Problem]:
        if start.version not in (None, (1, 2)) or start.tags:
            self._note(start, "directives are not allowed: this is read as YAML 1.2; leave the line out")
        self.begun += 1
        if self.begun > MAX_DOCUMENTS:
            self._stop(start, f"more than {MAX_DOCUMENTS:,} documents in a file; split it")
        self.file_nodes += self.nodes
        self.nodes = 0
        data = self._node(events, events.get_event(), ())
        begin, end = start.start_mark, events.get_event().end_mark
        yield from self.problems
        self.problems.clear()
        if data is not None:
            text = self.text[begin.index - begin.column:end.index]
            yield Written(data, Origin(self.file, self.first_line + begin.line, text))

    def _node(self, events: _Event, event: _Event, path: Path) -> Node:
        self._count(event)
        if self.values is not None:
            self.values[path] = self._mark(event)
        if type(event) is yaml.ScalarEvent:
            return self._text(event)
        if type(event) is yaml.AliasEvent:
            self._note(event, f"aliases are not allowed (*{event.anchor}); write the value out")
            return None
        if len(path) >= MAX_DEPTH:
            self._stop(event, f"nested more than {MAX_DEPTH} deep")
        self._check_properties(event)
        return self._mapping(events, path) if type(event) is yaml.MappingStartEvent else self._list(events, path)

    def _list(self, events: _Event, path: Path) -> list[Node]:
        found: list[Node] = []
        while type(event := events.get_event()) is not yaml.SequenceEndEvent:
            found.append(self._node(events, event, (*path, len(found))))
        return found

    def _mapping(self, events: _Event, path: Path) -> dict[str, Node]:
        found: dict[str, Node] = {}
        while type(event := events.get_event()) is not yaml.MappingEndEvent:
            key = self._key(event)
            if key in found:
                self._note(event, f'key "{key}" is written twice; keep one')
            elif self.keys is not None:
                self.keys[(*path, key)] = self._mark(event)
            found[key] = self._node(events, events.get_event(), (*path, key))
        return found

    def _key(self, event: _Event) -> str:
        self._count(event)
        if type(event) is not yaml.ScalarEvent or len(event.value) > MAX_KEY:
            self._stop(event, f"a key must be text of at most {MAX_KEY} characters")
        key = self._text(event)
        if key is None:
            self._note(event, "a key is missing before the colon; name it, or quote it")
        if key == "<<":
            self._note(event, "merge keys are not allowed; write the fields out")
        return str(event.value)

    def _text(self, event: _Event) -> str | None:
        text: str = event.value
        if len(text) > MAX_SCALAR:
            self._stop(event, f"a value is longer than {MAX_SCALAR:,} characters")
        if event.implicit[0] and event.anchor is None:
            return resolved(text) if not text or text[0] in FIRST else text
        self._check_properties(event)
        if event.style == '"' and (found := _FORBIDDEN.search(text)):
            self._note(event, f"character U+{ord(found.group()):04X} is not allowed; remove it")
        return text

    def _check_properties(self, event: _Event) -> None:
        if event.anchor is not None:
            self._note(event, f"anchors are not allowed (&{event.anchor}); leave it out")
        if event.tag is not None:
            self._note(event, "tags are not allowed; leave it out: the field says what type it has")

    def _count(self, event: _Event) -> None:
        self.nodes += 1
        if self.nodes > MAX_NODES or self.file_nodes + self.nodes > MAX_FILE_NODES:
            self._stop(event, f"more than {MAX_NODES:,} values in a document or {MAX_FILE_NODES:,} in a file; split it")

    def _mark(self, event: _Event) -> Mark:
        return self.first_line + event.start_mark.line, event.start_mark.column + 1

    def _note(self, event: _Event, message: str) -> None:
        self.problems.append(Problem(self.file, *self._mark(event), message))

    def _stop(self, event: _Event, message: str) -> NoReturn:
        self._note(event, message)
        raise _UnreadableError


def _nearest(path: Path, marks: Mapping[Path, Mark]) -> Mark:
    """The mark of the longest part of the path that was written (pydantic puts the names of types between)."""
    known: Path = ()
    for step in path:
        known = (*known, step) if (*known, step) in marks else known
    return marks.get(known, (1, 1))
