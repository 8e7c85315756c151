"""A record as rows of text, and back.

Rules of this file: a row is (part, name) and a body; documents are canonical YAML, as `get -o yaml` prints them; all
else is JSON. `values` makes no text, so that a commit writes out only what changed.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import TypeAdapter
from pydantic_core import to_json

from controller.store.record import Claim, Record
from intents.documents import Documents, canonical, read_documents
from intents.model import Placement, Plan, Refusal

Key = tuple[str, str]

_PLACEMENT = TypeAdapter(Placement)
_PLACEMENTS = TypeAdapter(tuple[Placement, ...])
_REFUSAL = TypeAdapter(Refusal)
_NAMES = TypeAdapter(frozenset[str])
_CLAIM = TypeAdapter(Claim)


def values(record: Record) -> dict[Key, Any]:
    """What each row stands for."""
    meta = {"revision": record.revision, "topology": record.topology, "down-links": tuple(sorted(record.down_links))}
    parts: dict[str, Mapping[str, Any]] = {
        "meta": meta, "document": _documents(record.documents), "placement": record.plan.placements,
        "refusal": record.plan.refusals, "kept": record.kept, "older": record.older,
        "claim": {f"{claim.kind}/{claim.dpid:x}/{claim.number:x}": claim for claim in record.claims}}
    return {(part, name): value for part, named in parts.items() for name, value in named.items()}


def body(key: Key, value: Any) -> str:
    """The text of one row."""
    return canonical(value) if key[0] == "document" else to_json(value).decode()


def read_record(rows: Mapping[Key, str]) -> Record:
    """The record that these rows hold, which are whole and as they were written: the store has checked that."""
    documents = [(text, f"store:{name}") for name, text in _of("document", rows)]
    return Record(
        topology=TypeAdapter(str).validate_json(rows["meta", "topology"]),
        revision=int(rows["meta", "revision"]),
        documents=read_documents(*documents),
        plan=Plan({name: _PLACEMENT.validate_json(text) for name, text in _of("placement", rows)},
                  {name: _REFUSAL.validate_json(text) for name, text in _of("refusal", rows)}),
        kept={name: _PLACEMENT.validate_json(text) for name, text in _of("kept", rows)},
        older={name: _PLACEMENTS.validate_json(text) for name, text in _of("older", rows)},
        down_links=_NAMES.validate_json(rows["meta", "down-links"]),
        claims=frozenset(_CLAIM.validate_json(text) for _, text in _of("claim", rows)))


def _documents(documents: Documents) -> dict[str, Any]:
    """Every document by kind and name. A topology is the command line's to name, not the store's to keep."""
    return {f"{document.kind}/{name}": document
            for named in (documents.intents, documents.slices, documents.profiles)
            for name, document in named.items()}


def _of(part: str, rows: Mapping[Key, str]) -> Iterator[tuple[str, str]]:
    return ((name, text) for (at, name), text in sorted(rows.items()) if at == part)
