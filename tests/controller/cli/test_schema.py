"""`isochrone schema`."""

import json
from collections.abc import Iterator
from typing import Any

from controller.cli.kinds import schema
from controller.cli.meanings import MEANINGS
from intents.documents import MODELS
from tests.controller.cli.conftest import Isochrone
from topologies.schema import json_schema

KINDS = ("Isochrone", "Intent", "Slice", "Profile", "TopologyDocument")
SCENARIO = {("Metadata", "role"), ("Metadata", "actions")}


def test_the_schema_of_every_kind_is_printed(isochrone: Isochrone):
    said = isochrone("schema")
    assert (said.status, said.err) == (0, "")
    assert json.loads(said.out) == schema()


def test_every_field_of_an_intent_and_of_a_network_says_what_it_means():
    fields = {name for name, field in fields_in(json_schema(MODELS)) if name[0] not in KINDS and not any(
        word in str(field) for word in ("'$ref'", "'properties'"))}
    assert fields ^ {(title, key) for title, words in MEANINGS.items() for key in words} == SCENARIO
    for name, field in fields_in(schema()):
        assert name not in fields or field["description"]


def fields_in(found: Any) -> Iterator[tuple[tuple[str, str], Any]]:
    """Every field, by the title of its part and its key."""
    below = found.values() if isinstance(found, dict) else found if isinstance(found, list) else ()
    for each in below:
        yield from fields_in(each)
    if isinstance(found, dict) and isinstance(found.get("properties"), dict) and "title" in found:
        yield from (((found["title"], key), field) for key, field in found["properties"].items())
