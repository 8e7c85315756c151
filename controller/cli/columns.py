"""Answers as columns for reading: plain text, the same on a terminal and in a pipe."""

from collections.abc import Mapping, Sequence
from typing import Any

from topologies.told import told


def columns(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Lines of left-aligned columns; a row may be shorter than the head."""
    full = [[*row, *[""] * (len(head) - len(row))] for row in (head, *rows)]
    widths = [max(map(len, column)) for column in zip(*full, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in full]


def document_lines(documents: Sequence[Mapping[str, Any]]) -> list[str]:
    """Documents that stand: one row a connection, and why it is not satisfied."""
    rows = [row for document in documents for row in _standing(document)]
    return columns(("NAME", "STATUS", "PATH", "WHY"), rows)


def watch_lines(told: Mapping[str, Any]) -> list[str]:
    """What somebody who watches is told: a row a connection that changed."""
    rows = [("", *row) for document in told["intents"] for row in _standing(document)]
    rows += [("", name, "deleted") for name in told["gone"]]
    lines = [line for line in columns(("", "", "", "", ""), rows) if line]
    state = "settled" if told["settled"] else "under way"
    return [f"revision {told['revision']}, {state}", *lines, *(f"  alarm: {alarm}" for alarm in told["alarms"])]


def provenance_lines(document: Mapping[str, Any]) -> list[str]:
    """Each value of a document's connections, and where it came from."""
    rows = [(connection["title"], line["field"], line["value"] or "", line["source"])
            for connection in document["connections"] for line in connection["provenance"]]
    return columns(("CONNECTION", "FIELD", "VALUE", "FROM"), rows) if rows else []


def _standing(document: Mapping[str, Any]) -> list[tuple[str, ...]]:
    if not document["connections"]:
        return [(document["name"],)]
    return [(connection["title"], connection["status"] or "", _forward(connection), connection["why"])
            for connection in document["connections"]]


def _forward(connection: Mapping[str, Any]) -> str:
    paths = [path for path in connection["paths"] if (path["role"], path["direction"]) == ("working", "forward")]
    return told(paths[0]["nodes"], paths[0]["links"]) if paths else ""
