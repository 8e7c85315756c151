"""What must hold of any text that is read as documents."""

import re
from collections.abc import Iterator

from intents.documents import Documents, canonical, read_documents
from topologies.composer import Composed, Node, Path, compose, places
from topologies.problems import BadInput, Problem

WORDS = ("null", "true", "12", "1e+4", "0x1F", "1 ms", "a-b", "x" * 40, "_", "5g", "1000001", "-")


def hold(data: bytes) -> None:
    """Raises AssertionError, or whatever else should not be raised, where something does not hold of these bytes as text."""
    text = data.decode("utf-8", "replace")
    read_or_refused(text)
    file = "\n---\n".join([text, twin(text, 0), text, twin(text, 5)]) + "\n"
    assert told(file) == told(file.replace("\n---\n", "\n--- \n"))


def read_or_refused(text: str) -> None:
    """Documents are read, and their canonical text is read as the same; or problems are told, each with a place in it."""
    problems: tuple[Problem, ...] = ()
    try:
        found = read_documents((text, "f"))
    except BadInput as bad:
        found, problems = Documents(), bad.problems or (Problem("f", 0, 0, ""),)
    lines = len(re.findall("\r\n?|\n", text)) + 2  # the end of a text without its last line feed is a line further
    assert all(each.message and each.line <= lines and each.column >= 0 for each in problems)
    documents = [*found.intents.values(), *found.slices.values(), *found.profiles.values(), *found.topologies.values()]
    if documents:
        assert read_documents(("---\n".join(map(canonical, documents)), "f")) == found


def twin(text: str, first: int) -> str:
    """The text with other words for most of its words."""
    found = iter(range(first, len(text) + first))
    return re.sub("[A-Za-z0-9]+", lambda word: WORDS[at % len(WORDS)] if (at := next(found)) % 3 else word[0], text)


def told(text: str) -> list[object]:
    """Data, with what kind each scalar is, and places. Of what is no YAML, that it is none: where a part ends, the parser
    comes to an end in one way of reading, to a line of dashes in the other."""
    return [_read(each) if isinstance(each, Composed) else _told(each) for each in compose(text, "f")]


def _read(found: Composed) -> object:
    return _kinds(found.data), places(found.text, found.line, [(), *paths(found.data)])


def _kinds(node: Node) -> object:
    if isinstance(node, dict):
        return [(key, _kinds(value)) for key, value in node.items()]
    if isinstance(node, list):
        return list(map(_kinds, node))
    return node, getattr(node, "kind", None)


def paths(node: Node, above: Path = ()) -> Iterator[Path]:
    """Of all that is in it."""
    for step, value in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        yield (*above, step)
        yield from paths(value, (*above, step))


def _told(problem: Problem) -> object:
    return "no YAML" if problem.message.startswith("not YAML") else (problem.line, problem.column, problem.message)
