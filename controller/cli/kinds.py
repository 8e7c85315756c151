"""The kinds of documents there are, with those that other packages add through the entry-point group `isochrone.kinds`."""

import json
from collections.abc import Mapping
from importlib.metadata import entry_points
from typing import Any, cast

from controller.cli.meanings import with_meanings
from intents.documents import MODELS
from topologies.schema import json_schema

GROUP = "isochrone.kinds"


def models() -> Mapping[str, Any]:
    """What documents look like, by their kind."""
    others = {entry.name: entry.load() for entry in sorted(entry_points(group=GROUP), key=lambda entry: entry.name)}
    return {**MODELS, **others}


def schema() -> dict[str, Any]:
    """The JSON Schema of documents of every kind, with what their fields mean."""
    return cast("dict[str, Any]", with_meanings(json_schema(models())))


def schema_text() -> str:
    """The same as text."""
    return json.dumps(schema(), indent=2, ensure_ascii=False)
