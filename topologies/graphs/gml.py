"""GML (Himsolt 1997), as the Internet Topology Zoo and networkx write it.

Rules of this file: parallel edges need no announcement, as files of the Topology Zoo have them without; characters may
be written as numbered or named entities; nothing recurses.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from typing import Final

from topologies.graphs.graph import MAX_DEPTH, Entry, Graph, bad_graph, check_length

_TOKEN: Final = re.compile(r"""
    (?P<blank>\s+|\#[^\n]*) | (?P<key>[A-Za-z_][A-Za-z0-9_]*) | (?P<text>"[^"]*") | (?P<mark>[\[\]])
    | (?P<number>[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?)""", re.VERBOSE)


MAX_TOKENS: Final = 200_000
"""A network of 1,000 nodes and 5,000 edges, each with every field of the Topology Zoo, has 150,000."""


@dataclass(slots=True)
class _Record:
    """What stands between brackets, in order."""

    line: int
    column: int
    fields: list[tuple[str, "str | _Record"]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    line: int
    column: int


def read_gml(text: str, file: str) -> Graph:
    """The one graph of a file. Raises BadInput."""
    check_length(text, file)
    graphs = [value for key, value in _root(text, file).fields if key == "graph" and isinstance(value, _Record)]
    if len(graphs) != 1:
        raise bad_graph(file, f'expected one "graph [ ... ]", found {len(graphs) or "none"}')
    return Graph(file, _entries(graphs[0], "node", file), _entries(graphs[0], "edge", file),
                 any(value != "0" for key, value in graphs[0].fields if key == "directed"))


def _root(text: str, file: str) -> _Record:
    stack = [_Record(1, 1)]
    key: _Token | None = None
    for number, token in enumerate(_tokens(text, file)):
        if number > MAX_TOKENS:
            raise bad_graph(file, f"more than {MAX_TOKENS:,} keys and values; keep nodes, edges and their lengths")
        if key is None:
            if token.kind == "key":
                key = token
            elif token.text == "]" and len(stack) > 1:
                stack.pop()
            else:
                raise _unexpected(file, token, "a key")
        elif token.text == "[":
            stack.append(_Record(key.line, key.column))
            stack[-2].fields.append((key.text, stack[-1]))
            key = None
            if len(stack) > MAX_DEPTH:
                raise bad_graph(file, f"nested more than {MAX_DEPTH} deep", token.line, token.column)
        elif token.kind in ("text", "number"):
            stack[-1].fields.append((key.text, unescape(token.text[1:-1]) if token.kind == "text" else token.text))
            key = None
        else:
            raise _unexpected(file, token, f'a value of "{key.text[:40]}"')
    if key is not None or len(stack) > 1:
        where = "within brackets" if key is None else f'after "{key.text[:40]}"'
        raise bad_graph(file, f"not GML: it ends {where}")
    return stack[0]


def _tokens(text: str, file: str) -> Iterator[_Token]:
    line, line_start, at = 1, 0, 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        column = at - line_start + 1
        if found is None:
            raise bad_graph(file, f'not GML: expected a key, a number, a "text" or a bracket, found {text[at]!r}',
                            line, column)
        if found.lastgroup != "blank":
            yield _Token(found.lastgroup or "", found.group(), line, column)
        if "\n" in found.group():
            line += found.group().count("\n")
            line_start = text.rindex("\n", at, found.end()) + 1
        at = found.end()


def _unexpected(file: str, token: _Token, wanted: str) -> Exception:
    return bad_graph(file, f'not GML: expected {wanted}, found {token.text[:40]}', token.line, token.column)


def _entries(graph: _Record, key: str, file: str) -> tuple[Entry, ...]:
    return tuple(_entry(key, value, graph, file) for name, value in graph.fields if name == key)


def _entry(kind: str, record: "str | _Record", graph: _Record, file: str) -> Entry:
    """Records within a record (where to draw it) are no fields of the network."""
    if not isinstance(record, _Record):
        raise bad_graph(file, f'expected "{kind} [ ... ]", found {record[:40]}', graph.line, graph.column)
    fields: dict[str, object] = {}
    for key, value in record.fields:
        if key in fields:
            raise bad_graph(file, f'"{key[:40]}" is written twice; keep one', record.line, record.column)
        if not isinstance(value, _Record):
            fields[key] = value
    return Entry(fields, record.line, record.column)
