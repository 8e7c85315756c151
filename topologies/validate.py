"""A document as written to a value of its type, or everything that is wrong with it in words, each with its place."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from topologies.fields import NOT_A_NAME, described, one_of
from topologies.nearest import nearest
from topologies.source import Path, Problem, Written

MOST_PROBLEMS: Final = 100
"""Shown of one file; who has more has the wrong file."""

M = TypeVar("M", bound=BaseModel)


def validate(model: type[M], written: Written) -> M | tuple[Problem, ...]:
    """The document as a `model`, or its problems (at most `MOST_PROBLEMS`) in the order of the file."""
    try:
        return model.model_validate(written.data)
    except ValidationError as error:
        # A list whose entries are wrong is "too short" for pydantic as well, which counts the right ones.
        found = [_said(model, each) for each in error.errors(include_url=False)[:MOST_PROBLEMS]
                 if not (each["type"] == "too_short" and each["input"])]
        return tuple(sorted(set(written.origin.problems(found))))


def _said(model: type[BaseModel], error: Mapping[str, Any]) -> tuple[Path, str, bool]:
    """Path, message, and whether the key is meant."""
    path: Path = error["loc"]
    kind = error["type"]
    if kind == "extra_forbidden":
        return path, _unknown_key(str(path[-1]), _model_at(model, path[:-1])), True
    if kind == "missing":
        return path, _missing_key(str(path[-1]), _model_at(model, path[:-1])), False
    if error["input"] is None:
        return path, _NOTHING, True
    return path, _MESSAGES[kind](error) if kind in _MESSAGES else str(error["msg"]), False


def _unknown_key(key: str, model: type[BaseModel]) -> str:
    known = [field.alias or name for name, field in model.model_fields.items()]
    return f'unknown key "{key[:40]}"' + (nearest(key, known) or f'; the keys here are {", ".join(known)}')


def _missing_key(key: str, model: type[BaseModel]) -> str:
    examples = next((field.examples for field in model.model_fields.values() if field.alias == key), None)
    return f'"{key}" is missing; add "{key}: {examples[0]}"' if examples else f'"{key}" is missing; add it'


def _not_a_name(error: Mapping[str, Any]) -> str:
    if not isinstance(error["input"], str):
        return f'expected a name, found {described(error["input"])}'
    return (f'{described(error["input"])} is not a name: up to 128 letters, digits, "-", "_" and ".", '
            "a letter or digit first and last")


_NOTHING: Final = "nothing is said here; give a value, or leave the key out"


def _not_a_choice(error: Mapping[str, Any]) -> str:
    choices = re.findall(r"'([^']*)'", error["ctx"]["expected"])
    value = error["input"]
    near = nearest(value, choices) if isinstance(value, str) else ""
    return f"expected {one_of(choices)}, found {described(value)}{near}"


def _not_a_tag(error: Mapping[str, Any]) -> str:
    """A key (`do`) whose value chooses what else may stand there."""
    context, choices = error["ctx"], re.findall(r"'([^']*)'", error["ctx"]["expected_tags"])
    key, found = context["discriminator"].strip("'"), str(context["tag"])
    return f'expected {key}: {" or ".join(choices)}, found "{found[:40]}"{nearest(found, choices)}'


def _expected(noun: str) -> Callable[[Mapping[str, Any]], str]:
    return lambda error: f'expected {noun}, found {described(error["input"])}'


_MESSAGES: Final[Mapping[str, Callable[[Mapping[str, Any]], str]]] = {
    "literal_error": _not_a_choice,
    "union_tag_invalid": _not_a_tag,
    "value_error": lambda error: str(error["ctx"]["error"]),
    "string_type": _expected("text"),
    "model_type": _expected("a mapping"),
    "model_attributes_type": _expected("a mapping"),
    "dict_type": _expected("a mapping"),
    "tuple_type": _expected("a list"),
    "union_tag_not_found": _expected("a phrase or a mapping"),
    "too_short": lambda error: "the list is empty; it needs at least one entry",
    NOT_A_NAME: _not_a_name,
    "string_too_short": lambda error: "the text is empty; give a value, or leave the key out",
}
"""By pydantic's type of error."""


def _model_at(model: type[BaseModel], path: Path) -> type[BaseModel]:
    """The model of the mapping at a path. Steps that are no field's key (indices, pydantic's tags) are passed over."""
    for step in path:
        for field in model.model_fields.values():
            if field.alias == step:
                model = _model_in(field.annotation) or model
    return model


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The model that an annotation (optional, list, annotated) is about."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for each in get_args(annotation) if (found := _model_in(each))), None)
