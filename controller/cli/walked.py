"""Walks of one packet for reading and as plain data. Walks that say the same are told once."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from intents.agreement import Difference, Source, deed, table_words
from intents.packets import Packet
from intents.rules import CONTROLLER, IN_PORT
from intents.walks import Copy, Look, Visit, Walk

_PORTS = {IN_PORT: "the port of entry", CONTROLLER: "the controller's port"}


@dataclass(frozen=True, slots=True)
class Report:
    """What was found: the packet in words, its walk through each kind of tables, how two of them differ, the links that
    were taken for down, and what could not be known."""

    words: str
    walks: Mapping[Source, Walk]
    differences: Sequence[tuple[Source, Source, Difference]] = ()
    down_links: Sequence[str] = ()
    notes: Sequence[str] = ()


    @property
    def is_whole(self) -> bool:
        """Whether every table that was to be asked has been."""
        return not self.notes and not any(visit.what == "unknown" for walk in self.walks.values() for visit in walk.visits)


def report_lines(report: Report) -> list[str]:
    """For people."""
    lines = [report.words, *([f"links down: {', '.join(report.down_links)}"] if report.down_links else [])]
    for sources in _alike(report):
        walk = report.walks[sources[0]]
        lines += ["", f"{_listed(sources)}: {'; '.join(walk.ends)}", *_walk_lines(walk)]
    lines += ["", *(f"note: {note}" for note in report.notes)] if report.notes else []
    lines += ["", *(f"DIFFERENT, {one} and {other}: {found}" for one, other, found in report.differences)] if (
        report.differences) else []
    return lines


def report_document(report: Report) -> dict[str, Any]:
    """For programs."""
    return {
        "packet": report.words, "down_links": list(report.down_links),
        "walks": {source: _walk(report.walks[source]) if source in report.walks else None
                  for source in ("planned", "installed", "real")},
        "differences": [{"between": [one, other], "switch": found.switch, "table": found.table, "words": found.words}
                        for one, other, found in report.differences],
        "notes": list(report.notes)}


def _alike(report: Report) -> Iterator[list[Source]]:
    """The sources whose walks are told together: each with those before it that it does not differ from, and that end so."""
    parted = {other for _, other, _ in report.differences}
    group: list[Source] = []
    for source, walk in report.walks.items():
        if group and (source in parted or walk.ends != report.walks[group[0]].ends):
            yield group
            group = []
        group.append(source)
    yield group


def _listed(words: Sequence[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


def _walk_lines(walk: Walk) -> Iterator[str]:
    for visit in walk.visits:
        yield f"  {visit.at.switch}, in by port {visit.at.number}{_under(visit.packet)}"
        for look in visit.looks:
            yield from (f"    {line}" for line in _look_lines(look))
        for copy in visit.copies:
            yield f"    out {_by(copy)}{_under(copy.packet)}"
        if visit.what:
            yield f"    {visit.what}{f': {visit.why}' if visit.why else ''}"


def _look_lines(look: Look) -> list[str]:
    if look.priority is None:
        return [f"{table_words(look.table)}: no rule takes it"]
    return [f"{table_words(look.table)}: priority {look.priority} {look.match}", f"  {look.owner}: {deed(look)}"]


def _by(copy: Copy) -> str:
    port = _PORTS.get(copy.port, f"port {copy.port}")
    to = f" to {copy.to}" if copy.to else ""
    return f"by {port}{to}{f', {copy.what}: {copy.why}' if copy.why else ''}"


def _under(packet: Packet) -> str:
    labels = ", beneath it ".join(f"label {entry.label} (tc {entry.tc}, ttl {entry.ttl})" for entry in packet.stack)
    return f", under {labels}" if labels else ""


def _walk(walk: Walk) -> dict[str, Any]:
    return {"visits": [_visit(visit) for visit in walk.visits], "ends": list(walk.ends)}


def _visit(visit: Visit) -> dict[str, Any]:
    return {"switch": visit.at.switch, "in_port": visit.at.number, "packet": _packet(visit.packet),
            "looks": [_look(look) for look in visit.looks], "copies": [_copy(copy) for copy in visit.copies],
            "what": visit.what, "why": visit.why}


def _look(look: Look) -> dict[str, Any]:
    if look.priority is None:
        return {"table": look.table, "priority": None}
    return {"table": look.table, "priority": look.priority, "match": look.match, "cookie": f"0x{look.cookie:016x}",
            "owner": look.owner, "does": look.does, "group": look.group, "bucket": look.bucket,
            "bucket_does": look.bucket_does}


def _copy(copy: Copy) -> dict[str, Any]:
    return {"port": copy.port, "packet": _packet(copy.packet), "to": copy.to, "what": copy.what, "why": copy.why}


def _packet(packet: Packet) -> dict[str, Any]:
    return {"fields": dict(sorted(packet.fields.items())), "labels": [entry._asdict() for entry in packet.stack]}
