"""The models of documents as JSON Schema, so that editors complete and check what is written (yaml-language-server).

Rules of this file: what a model takes the schema takes, as YAML 1.2 reads it; what no schema can say (zero where it means
nothing, names that must be known) is left to `isochrone check`.
"""

from collections.abc import Mapping
from typing import Any, Final, cast

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue, models_json_schema
from pydantic_core.core_schema import StringSchema, WithDefaultSchema

from topologies.composer import Composed, Node, compose
from topologies.fields import SCALAR
from topologies.scalars import Plain

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


class _Schema(GenerateJsonSchema):
    def str_schema(self, schema: StringSchema) -> JsonSchemaValue:
        """What is text for us may be a number for YAML: a name `5`."""
        return {**super().str_schema(schema), "type": list(SCALAR)}

    def default_schema(self, schema: WithDefaultSchema) -> JsonSchemaValue:
        """None is no default that one could write."""
        found = super().default_schema(schema)
        return {key: value for key, value in found.items() if key != "default" or value is not None}

    def field_title_should_be_set(self, schema: Any) -> bool:
        """The key says as much."""
        return False


def json_schema(kinds: Mapping[str, type[BaseModel]]) -> dict[str, Any]:
    """One schema for documents of these kinds, by the word that stands in `kind`."""
    references, found = models_json_schema([(model, "validation") for model in kinds.values()], schema_generator=_Schema)
    forms = [{"if": {"properties": {"kind": {"const": kind}}, "required": ["kind"]},
              "then": references[(model, "validation")]} for kind, model in kinds.items()]
    return cast("dict[str, Any]", _meant({
        "$schema": DIALECT, "title": "Isochrone", "type": "object",
        "properties": {"kind": {"enum": list(kinds)}}, "required": ["apiVersion", "kind", "metadata", "spec"],
        "allOf": forms, "$defs": found["$defs"]}))


def as_read(node: Node) -> Any:
    """A document's data as YAML 1.2 reads it: what the schema is about."""
    if isinstance(node, dict):
        return {key: as_read(each) for key, each in node.items()}
    if isinstance(node, list):
        return [as_read(each) for each in node]
    return node.value if isinstance(node, Plain) else node


def _meant(schema: Any) -> Any:
    """With the examples as what they are written for."""
    if isinstance(schema, list):
        return [_meant(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    return {key: [_example(each) for each in value] if key == "examples" else _meant(value) for key, value in schema.items()}


def _example(text: str) -> Any:
    (found,) = compose(f"example: {text}\n", "")
    return as_read(cast("dict[str, Node]", cast("Composed", found).data)["example"])
