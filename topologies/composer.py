"""libyaml's events to plain data, within limits: the only importer of yaml, of which it takes the events and no more.

Rules of this file: one way to write a thing, so no anchors, aliases, merge keys, tags, directives or duplicate keys; what
only breaks such a rule is noted and read on, what breaks the structure or a limit ends the file. Lines and columns count
from 1.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from itertools import islice
from typing import Any, Final, NamedTuple, NoReturn

import yaml
from yaml import AliasEvent, DocumentStartEvent, MappingEndEvent, MappingStartEvent, ScalarEvent, SequenceEndEvent

from topologies.blocks import Blocks
from topologies.problems import MOST_PROBLEMS, Problem
from topologies.scalars import FIRST, resolved
from topologies.syntax import RIGHT

MAX_CHARACTERS: Final = 16_000_000
"""Of one file: five times 10,000 intents written out (2.9 MB)."""

MAX_DOCUMENT: Final = 2_000_000
"""Characters of one document, or of the comments between two: forty for each value that it may have."""

MAX_NODES: Final = 50_000
"""Of one document, keys included: a network of 500 switches and 1,000 links has 25,000. A hostile flat list of 1 MB has
500,000 and is refused before it takes time or memory; 10,000 intents pass, each being a document of its own."""

MAX_FILE_NODES: Final = 2_000_000
"""Of one file: 10,000 intents with every field said have half of it."""

MAX_DOCUMENTS: Final = 50_000
"""Of one file, since nothing at all is a document too."""

_TOO_MANY: Final = f"more than {MAX_DOCUMENTS:,} documents in a file; split it"

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


class Composed(NamedTuple):
    """One document: its data, the line it starts on, and its own text, which begins with that line."""

    data: Node
    line: int
    text: str


def compose(text: str, file: str) -> Iterator[Composed | Problem]:
    """The documents of a file in their order, and before each what is wrong with it; empty ones are left out."""
    return _Composer(text, file, 1).documents()


def places(text: str, first_line: int, asked: Collection[Path]) -> tuple[dict[Path, Mark], dict[Path, Mark]]:
    """Where the keys and where the values of one document stand, of those fields that are asked for. What stands behind the
    last of them is not read."""
    composer = _Composer(text, "", first_line, frozenset(asked))
    for _ in composer.documents():
        pass
    return composer.keys, composer.values


_ODD = ("\r", "\n%", "\n...")
"""What makes documents begin elsewhere than behind a line of dashes, and lines elsewhere than behind a line feed."""

_FORBIDDEN = re.compile("[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
"""Control characters, and U+0085, U+2028, U+2029, which YAML 1.1 and 1.2 disagree about."""

_ALLOWED = bytes(each for each in range(128) if not _FORBIDDEN.match(chr(each)))

_Events: Any = yaml.CBaseLoader if yaml.__with_libyaml__ else yaml.BaseLoader
"""A loader is a parser too; the pure Python one gives the same events, fifteen times slower."""

_Event = Any
"""One of yaml's events; its own stubs leave most of them untyped."""


class _UnreadableError(Exception):
    """The file cannot be read on, or need not be."""


class _Composer:
    def __init__(self, text: str, file: str, first_line: int, asked: frozenset[Path] = frozenset()):
        self.text = text.removeprefix("\ufeff")
        self.file = file
        self.first_line = first_line
        self.asked = asked
        self.keys: dict[Path, Mark] = {}
        self.values: dict[Path, Mark] = {}
        self.problems: list[Problem] = []
        self.nodes_left = self.file_nodes_left = MAX_FILE_NODES
        self.documents_left = MAX_DOCUMENTS

    def documents(self) -> Iterator[Composed | Problem]:
        try:
            self._check_characters()
            parts = _parts(self.text)
            yield from self._apart(parts) if parts else self._parsed()
        except (yaml.YAMLError, _UnreadableError) as error:
            if isinstance(error, yaml.YAMLError):
                self._note_syntax(error)
            yield from self.problems

    def _apart(self, parts: Sequence[str]) -> Iterator[Composed | Problem]:
        blocks, line = Blocks(_only), self.first_line
        for part in parts:
            block = blocks.read(part)
            if block and block[1] <= self.file_nodes_left and self.documents_left:
                self.file_nodes_left -= block[1]
                self.documents_left -= 1
                yield Composed(block[0], line, part)
            else:
                self.text, self.first_line = f"{part}\n", line
                yield from self._parsed()
            line += part.count("\n") + 2

    def _parsed(self) -> Iterator[Composed | Problem]:
        self.next = _Events(self.text).get_event
        self.next()
        while type(start := self.next()) is DocumentStartEvent:
            yield from self._document(start)

    def _check_characters(self) -> None:
        if len(self.text) > MAX_CHARACTERS:
            self.problems.append(Problem(self.file, 1, 1, f"longer than {MAX_CHARACTERS:,} characters; split the file"))
            raise _UnreadableError
        if not self._is_plain() and (found := _FORBIDDEN.search(self.text)):
            self._stop_at(found.start(), _forbidden(found))
        begin = 0
        while len(self.text) - begin > MAX_DOCUMENT:
            dashes = self.text.rfind("\n---", begin, begin + MAX_DOCUMENT)
            if dashes < 0:
                self._stop_at(begin, f"a document is longer than {MAX_DOCUMENT:,} characters; split it")
            begin = dashes + 1
        if self.text.count("---\n") > MAX_DOCUMENTS:  # before they are read, which takes longer than they deserve
            starts = islice(re.finditer("^---$", self.text, re.MULTILINE), MAX_DOCUMENTS, None)
            for beyond in islice(starts, 1):
                self._stop_at(beyond.start(), _TOO_MANY)

    def _is_plain(self) -> bool:
        """Told faster than by looking for what is forbidden."""
        return self.text.isascii() and not self.text.encode().translate(None, _ALLOWED)

    def _stop_at(self, index: int, message: str) -> NoReturn:
        line, column = self.text.count("\n", 0, index), index - self.text.rfind("\n", 0, index)
        self.problems.append(Problem(self.file, self.first_line + line, column, message))
        raise _UnreadableError

    def _note_syntax(self, error: Any) -> None:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        if mark is None:
            self.problems.append(Problem(self.file, 0, 0, f"not YAML: {error}"))
            return
        since = f" from line {self.first_line + error.context_mark.line}" if error.context_mark else ""
        message = f"{error.problem} {error.context}{since}" if error.context else error.problem
        if self.text[mark.index:mark.index + 1] == "\t":
            message = "a tab cannot indent; use spaces"
        elif error.problem in RIGHT:
            message += f"; {RIGHT[error.problem]}"
        self.problems.append(Problem(self.file, self.first_line + mark.line, mark.column + 1, f"not YAML: {message}"))

    def _document(self, start: _Event) -> Iterator[Composed | Problem]:
        if start.version not in (None, (1, 2)) or start.tags:
            self._note(start, "directives are not allowed: this is read as YAML 1.2; leave the line out")
        self.documents_left -= 1
        if self.documents_left < 0:
            self._stop(start, _TOO_MANY)
        allowed = self.nodes_left = min(MAX_NODES, self.file_nodes_left)
        data = self._node(self.next(), ())
        self.file_nodes_left -= allowed - self.nodes_left
        begin, end = start.start_mark, self.next().end_mark
        yield from self.problems
        self.problems.clear()
        if data is not None:
            yield Composed(data, self.first_line + begin.line, self.text[begin.index - begin.column:end.index])

    def _node(self, event: _Event, path: Path) -> Node:
        if self.asked and path in self.asked:
            self._note_place(event, path)
        kind = type(event)
        if kind is ScalarEvent:
            return self._text(event)
        if kind is AliasEvent:
            self._note(event, f"aliases are not allowed (*{event.anchor}); write the value out")
            return None
        if len(path) >= MAX_DEPTH:
            self._stop(event, f"nested more than {MAX_DEPTH} deep")
        self._check_properties(event)
        return self._mapping(path) if kind is MappingStartEvent else self._list(path)

    def _entry(self, event: _Event, path: Path, step: str | int) -> Node:
        """What stands in the mapping or list at `path`."""
        if type(event) is ScalarEvent and not self.asked:
            return self._text(event)
        return self._node(event, (*path, step))

    def _list(self, path: Path) -> list[Node]:
        found: list[Node] = []
        while type(event := self.next()) is not SequenceEndEvent:
            self.nodes_left -= 1
            if self.nodes_left < 0:
                self._stop_at_limit(event)
            found.append(self._entry(event, path, len(found)))
        return found

    def _mapping(self, path: Path) -> dict[str, Node]:
        found: dict[str, Node] = {}
        while type(event := self.next()) is not MappingEndEvent:
            self.nodes_left -= 2
            if self.nodes_left < 0:
                self._stop_at_limit(event)
            key = self._key(event)
            if key in found:
                self._note(event, f'key "{key}" is written twice; keep one')
            elif self.asked and (*path, key) in self.asked:
                self.keys[(*path, key)] = self._mark(event)
            value = self._entry(self.next(), path, key)
            if key == "<<" and event.implicit[0]:
                self._note(event, "merge keys are not allowed; write the fields out")
            else:
                found[key] = value
        return found

    def _key(self, event: _Event) -> str:
        if type(event) is not ScalarEvent or len(event.value) > MAX_KEY:
            self._stop(event, f"a key must be text of at most {MAX_KEY} characters")
        key = self._text(event)
        if key is None:
            self._note(event, "a key must say something; name it, or quote it")
        return key or str(event.value)

    def _text(self, event: _Event) -> str | None:
        text: str = event.value
        if len(text) > MAX_SCALAR:
            self._stop(event, f"a value is longer than {MAX_SCALAR:,} characters")
        if event.implicit[0] and event.anchor is None:
            return resolved(text) if not text or text[0] in FIRST else text
        self._check_properties(event)
        if event.style == '"' and (found := _FORBIDDEN.search(text)):
            self._note(event, _forbidden(found))
            return _FORBIDDEN.sub("\ufffd", text)
        return text

    def _check_properties(self, event: _Event) -> None:
        if event.anchor is not None:
            self._note(event, f"anchors are not allowed (&{event.anchor}); leave it out")
        if event.tag is not None:
            self._note(event, "tags are not allowed; leave it out: the field says what type it has")

    def _note_place(self, event: _Event, path: Path) -> None:
        self.values[path] = self._mark(event)
        if len(self.values) == len(self.asked):
            raise _UnreadableError

    def _mark(self, event: _Event) -> Mark:
        return self.first_line + event.start_mark.line, event.start_mark.column + 1

    def _note(self, event: _Event, message: str) -> None:
        self.problems.append(Problem(self.file, *self._mark(event), message))
        if len(self.problems) > MOST_PROBLEMS:
            raise _UnreadableError

    def _stop(self, event: _Event, message: str) -> NoReturn:
        self._note(event, message)
        raise _UnreadableError

    def _stop_at_limit(self, event: _Event) -> NoReturn:
        self._stop(event, f"more than {MAX_NODES:,} values in a document or {MAX_FILE_NODES:,} in a file; split it")


def _parts(text: str) -> Sequence[str]:
    """The text cut at its lines of dashes, which nothing in YAML reaches over. None where there is none, or the file is
    written in any other way: with directives, marked ends of documents, text beside the dashes."""
    if text[-1:] != "\n" or text[0] in "%." or any(odd in text for odd in _ODD):
        return ()
    parts = text[:-1].split("\n---\n")
    return parts if text.count("\n---") == len(parts) - 1 > 0 else ()


def _only(text: str) -> Node:
    """The one document of a text; ValueError where it is not one, or something is wrong with it."""
    found = list(_Composer(text, "", 1).documents())
    if len(found) > 1 or any(isinstance(each, Problem) for each in found):
        raise ValueError
    return found[0].data if found else None  # type: ignore[union-attr]


def _forbidden(found: re.Match[str]) -> str:
    return f"character U+{ord(found.group()):04X} is not allowed; remove it"
