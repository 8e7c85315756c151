"""A document as written to a value of its type, or everything that is wrong with it in words, each with its place."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any, Final, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from topologies.fields import NOT_A_NAME, described, one_of
from topologies.nearest import nearest
from topologies.problems import MOST_PROBLEMS
from topologies.source import Node, Path, Problem, Written

_LONG: Final = 16_000
"""Characters of a document that is looked at piecemeal: pydantic takes half a kilobyte for each error."""

_BEGINNINGS: Final = (1_000, 4_000, 16_000)
"""Values of a long document that are looked at first, of at most 50,000: one that is full of errors is left there."""

Found = tuple[Path, str, bool]
"""A problem not yet located: path, message, whether the key is meant."""

M = TypeVar("M", bound=BaseModel)
T = TypeVar("T")


def validate(model: type[M], written: Written) -> M | tuple[Problem, ...]:
    """The document as a `model`, or its problems in the order of the file: all, or `MOST_PROBLEMS` and one more."""
    data, origin = written
    for room in _BEGINNINGS if len(origin.text) > _LONG else ():
        beginning = _Beginning(room)
        found = _first(model, data, _errors(model, beginning.of(data, ())), beginning.cut)
        if len(found) > MOST_PROBLEMS:
            return tuple(sorted(set(origin.problems(found))))
    try:
        return model.model_validate(data)
    except ValidationError as error:
        return tuple(sorted(set(origin.problems(_first(model, data, error.errors(include_url=False), ())))))


class _Beginning:
    """Data with only so many values of it, the first, and the paths of the mappings and lists that are `cut` there: what
    these lack means nothing."""

    def __init__(self, room: int):
        self.room = room
        self.cut: set[Path] = set()

    def of(self, data: Node, path: Path) -> Node:
        if isinstance(data, dict):
            return {key: self.of(value, (*path, key)) for key, value in self._taken(data.items(), path)}
        if isinstance(data, list):
            return [self.of(value, (*path, index)) for index, value in self._taken(enumerate(data), path)]
        return data

    def _taken(self, entries: Iterable[T], path: Path) -> Iterator[T]:
        for entry in entries:
            self.room -= 1
            if self.room < 0:
                self.cut.add(path)
                return
            yield entry


def _errors(model: type[BaseModel], data: Node) -> list[Any]:
    try:
        model.model_validate(data)
    except ValidationError as error:
        return list(error.errors(include_url=False))
    return []


def _first(model: type[BaseModel], data: Node, errors: Iterable[Any], cut: Collection[Path]) -> list[Found]:
    """In words, but for the errors of what is cut, and until there are enough."""
    found: dict[Found, None] = {}
    for error in errors:
        path = _as_written(error["loc"], data)
        # A list whose entries are wrong is "too short" for pydantic as well, which counts the right ones.
        if path not in cut and not (error["type"] == "too_short" and error["input"]):
            found[(path, *_said(model, error))] = None
        if len(found) > MOST_PROBLEMS:
            break
    return list(found)


def _as_written(path: Path, data: Node) -> Path:
    """The path without what is not in the data: a key that is missing, and the names of types that pydantic puts between."""
    found: Path = ()
    for step in path:
        within: Any = data
        if step in (data if isinstance(data, dict) else range(len(data)) if isinstance(data, list) else ()):
            found, data = (*found, step), within[step]
    return found


def _said(model: type[BaseModel], error: Mapping[str, Any]) -> tuple[str, bool]:
    """What is wrong, and whether the key is meant."""
    path: Path = error["loc"]
    kind = error["type"]
    if kind == "extra_forbidden":
        return _unknown_key(str(path[-1]), _model_at(model, path[:-1])), True
    if kind == "missing":
        return _missing_key(str(path[-1]), _model_at(model, path[:-1])), False
    if error["input"] is None:
        return _NOTHING, True
    return _MESSAGES[kind](error) if kind in _MESSAGES else str(error["msg"]), False


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
    """The model of the mapping at a path. Of several that may stand there, a tag of pydantic's chooses, the one word that
    one of their fields may hold (`do: cut`); other steps that are no field's key (indices) are passed over."""
    choices = [model]
    for step in path:
        meant = [each for each in choices
                 if any(get_args(field.annotation) == (step,) for field in each.model_fields.values())]
        model, choices = (meant[0], meant[:1]) if meant else (model, choices)
        for field in model.model_fields.values():
            if field.alias == step and (found := list(_models_in(field.annotation))):
                model, choices = found[0], found
    return model


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models that an annotation (optional, list, union, annotated) is about."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for each in get_args(annotation):
        yield from _models_in(each)
