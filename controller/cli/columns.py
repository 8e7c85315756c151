"""Answers as columns for reading: plain text, the same on a terminal and in a pipe."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any


def columns(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Lines of left-aligned columns; a row may be shorter than the head."""
    full = [[*row, *[""] * (len(head) - len(row))] for row in (head, *rows)]
    widths = [max(map(len, column)) for column in zip(*full, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in full]


def plan_lines(plan: Mapping[str, Any]) -> list[str]:
    """A plan document (LANGUAGE.md's contract) for reading: a row a working path, then refusals and what they offer."""
    rows = [row for key, placement in plan["placements"].items() for row in _placed(key, placement)]
    lines = columns(("CONNECTION", "VERDICT", "DIRECTION", "WORST CASE", "PATH"), rows) if rows else []
    for key, refusal in plan["refusals"].items():
        lines.append(f"{key}: REFUSED, {refusal['reason']}: {refusal['message']}")
        lines += [f"  would do: {offer}" for offer in refusal["counter_offers"]]
    rules, seconds = plan["rules"], plan["seconds"]
    counts = ", ".join(f"{_count(rules[what])} {what}" for what in ("flows", "groups", "meters", "queues"))
    return [*lines, f"rules: {counts}", f"plan {plan['hash']} in {sum(seconds.values()):.3f} s"]


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
    """Where each value of a document's connections came from."""
    rows = [(connection["title"], line["field"], line["source"])
            for connection in document["connections"] for line in connection["provenance"]]
    return columns(("CONNECTION", "FIELD", "FROM"), rows) if rows else []


def _placed(key: str, placement: Mapping[str, Any]) -> list[tuple[str, ...]]:
    working = [path for path in placement["paths"] if path["role"] == "working"]
    detours = Counter(path["direction"] for path in placement["paths"] if path["role"] == "detour")
    rows = [("", "", path["direction"], _worst(placement["budget"], path["direction"]),
             " ".join(path["nodes"]) + (f", {_detours(detours[path['direction']])}" if detours else "")) for path in working]
    return [(key, "PLACED", *row[2:]) if not place else row for place, row in enumerate(rows)]


def _detours(number: int) -> str:
    return f"{number} detour{'' if number == 1 else 's'}"


def _worst(budget: Sequence[Mapping[str, Any]], direction: str) -> str:
    lines = [line for line in budget if line["direction"] == direction]
    total = sum(value for line in lines for field, value in line.items() if field.endswith("_ns"))
    return f"{total / 1e6:.3f} ms" if lines else "unknown"


def _standing(document: Mapping[str, Any]) -> list[tuple[str, ...]]:
    if not document["connections"]:
        return [(document["name"],)]
    return [(connection["title"], connection["status"] or "", _forward(connection), connection["why"])
            for connection in document["connections"]]


def _forward(connection: Mapping[str, Any]) -> str:
    paths = [path for path in connection["paths"] if (path["role"], path["direction"]) == ("working", "forward")]
    return " ".join(paths[0]["nodes"]) if paths else ""


def _count(rules: Any) -> int:
    return rules if isinstance(rules, int) else len(rules)
