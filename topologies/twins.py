"""Fields that differ from an earlier one in words alone, read without the parser.

The lines of a field are cut into words and what stands between them. A word, as cut here, can begin and end nothing in YAML:
it has no blank at its ends, no line break and no mark of YAML in it. So lines that are equal between their words have one
structure, and those that have the words of their keys in common too differ in values alone. The structure is what the
parser makes of the lines with their words replaced by numbers: where a number comes out, there the word belongs, and where
it comes out unquoted, the word was not quoted either and may itself be a number or a boolean.

Rules of this file: only what has nothing wrong with it has twins; what is kept is bounded. Law: what is read here is what
the parser would have given.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from operator import itemgetter
from typing import Any, Final, NamedTuple

from topologies.scalars import FIRST, Plain, resolved

Data = Any
"""What the parser gives: text, None, and lists and mappings of data."""


Field = tuple[str, Data, int]
"""A key, its value, and how many values that is, keys included."""

Parse = Callable[[str], tuple[str, Data]]
"""The one field in some lines; ValueError where it is not one, or something is wrong with it."""

_MOST_PIECES: Final = 20_000
"""Of all forms together, which are 3 MB then."""

_WORD: Final = re.compile(r"([A-Za-z0-9_][-A-Za-z0-9_./+]*(?: [A-Za-z0-9_][-A-Za-z0-9_./+]*)*)")
"""Splits a text: at odd places words. Between them stands no digit, and no number of YAML's has more than one of them."""

_WORDLESS: Final = "0"
"""Stands for a word; no text between words holds it."""

_FIRST_NUMBER: Final = 1_000_000
"""No escape sequence begins with it, nor a block scalar's indentation: lines with such words have no form."""

_NUMBER: Final = re.compile("([0-9]{7})")

_Filled = Callable[[Sequence[str]], Data]
"""From the pieces of some lines to what stands in them."""


class _Twin(NamedTuple):
    key: str
    filled: _Filled


class _Form(NamedTuple):
    """What is equal between the words: the field with numbers for words, how many values it is, its words of keys, and by
    those what fills it."""

    key: str
    value: Data
    nodes: int
    key_words: Callable[[Sequence[str]], Any]
    twins: dict[Any, _Twin]


class Twins:
    """The forms of one file, and what reads by them."""

    def __init__(self, parse: Parse):
        self._parse = parse
        self._forms: dict[str, _Form | None] = {}
        self._pieces_left = _MOST_PIECES

    def read(self, lines: str) -> Field:
        """The field in some lines, as `parse` gives it. The lines are short enough for no part of them to be too long."""
        pieces = _WORD.split(lines)
        form = self._forms.get(_WORDLESS.join(pieces[::2]))
        twin = form.twins.get(form.key_words(pieces)) if form else None
        if form and twin:
            return twin.key, twin.filled(pieces), form.nodes
        key, value = self._parse(lines)
        self._learn(pieces)
        return key, value, 2 + _nodes(value)

    def _learn(self, pieces: Sequence[str]) -> None:
        self._pieces_left -= len(pieces)
        if self._pieces_left < 0:
            return
        between = _WORDLESS.join(pieces[::2])
        if between not in self._forms:
            self._forms[between] = self._form(pieces)
        if form := self._forms[between]:
            form.twins[form.key_words(pieces)] = _Twin(_named(form.key, pieces), _filled(form.value, pieces))

    def _form(self, pieces: Sequence[str]) -> _Form | None:
        numbered = list(pieces)
        numbered[1::2] = map(str, range(_FIRST_NUMBER, _FIRST_NUMBER + len(pieces) // 2))
        try:
            key, value = self._parse("".join(numbered))
        except ValueError:
            return None
        of_keys = [_piece(number) for each in (key, *_keys(value)) for number in _NUMBER.findall(each)]
        return _Form(key, value, 2 + _nodes(value), itemgetter(*of_keys), {}) if of_keys else None


def _filled(numbered: Data, words: Sequence[str]) -> _Filled:
    """What fills a value like this with the pieces of some lines. Its keys are taken from `words`."""
    if isinstance(numbered, dict):
        fields = [(_named(key, words), _filled(value, words)) for key, value in numbered.items()]
        return lambda pieces: {key: filled(pieces) for key, filled in fields}
    if isinstance(numbered, list):
        entries = [_filled(each, words) for each in numbered]
        return lambda pieces: [filled(pieces) for filled in entries]
    parts = _NUMBER.split(numbered or "")
    if len(parts) == 1:
        return lambda _: numbered
    text = itemgetter(_piece(parts[1])) if parts[::2] == ["", ""] else _joined(parts)
    return _resolved(text) if isinstance(numbered, Plain) else text


def _joined(parts: Sequence[str]) -> _Filled:
    """The text of several words, or of one with something around it."""
    at = [_piece(number) for number in parts[1::2]]

    def joined(pieces: Sequence[str]) -> str:
        text = list(parts)
        text[1::2] = [pieces[each] for each in at]
        return "".join(text)
    return joined


def _resolved(text: _Filled) -> _Filled:
    def value(pieces: Sequence[str]) -> str | None:
        found: str = text(pieces)
        return resolved(found) if found[0] in FIRST else found
    return value


def _named(numbered: str, words: Sequence[str]) -> str:
    return _NUMBER.sub(lambda number: words[_piece(number[0])], numbered)


def _piece(number: str) -> int:
    """The place of a word, by its number."""
    return 2 * (int(number) - _FIRST_NUMBER) + 1


def _nodes(data: Data) -> int:
    if isinstance(data, dict):
        return 2 * len(data) + sum(map(_nodes, data.values()))
    return len(data) + sum(map(_nodes, data)) if isinstance(data, list) else 0


def _keys(data: Data) -> Iterator[str]:
    """The keys in it, whatever their depth."""
    if isinstance(data, dict):
        yield from data
    if isinstance(data, dict | list):
        for each in data.values() if isinstance(data, dict) else data:
            yield from _keys(each)
