"""The types that documents are made of, whatever their kind.

Rules of this file: keys are written with dashes; every value comes as text (topologies/scalars.py) and is checked here,
once; a key that is there must say something: null and zero are no way to write "unlimited" or "not said". An optional
field that was not said is None.
"""

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Annotated, Any, Final, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    PlainSerializer,
    PlainValidator,
    ValidationError,
    WithJsonSchema,
)
from pydantic_core import CoreSchema
from pydantic_core.core_schema import custom_error_schema, no_info_before_validator_function

from topologies import units
from topologies.blocks import Repeated
from topologies.scalars import Plain

API_VERSION: Final = "isochrone/v1"

T = TypeVar("T")

_MOST_KNOWN: Final = 256
"""Texts of a type whose value is kept: the same few times and rates are said again and again."""


class Part(BaseModel):
    """A mapping in a document: closed, frozen, its keys those of the fields with dashes."""

    model_config = ConfigDict(frozen=True, extra="forbid",
                              alias_generator=lambda name: name.rstrip("_").replace("_", "-"))


class Shared(Part):
    """A mapping that many documents of a file have in common."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """What the reader found to be repeated (topologies/blocks.py) is validated once."""
        return no_info_before_validator_function(cls._once, handler(source))

    @classmethod
    def _once(cls, data: Any) -> Any:
        if type(data) is not Repeated:
            return data
        try:
            return data.read_as.get(cls) or data.read_as.setdefault(cls, cls.model_validate(dict(data)))
        except ValidationError:
            return data  # what is wrong is told again, with where it stands


def described(value: object) -> str:
    """What was found where something else was expected."""
    if isinstance(value, str):
        return f'"{value[:40]}"'
    if isinstance(value, bool):
        return "true" if value else "false"
    return "nothing" if value is None else "a mapping" if isinstance(value, dict) else "a list"


def one_of(choices: Sequence[str]) -> str:
    """The choices in words: `a, b or c`."""
    return " or ".join(part for part in (", ".join(choices[:-1]), choices[-1]) if part)


SCALAR: Final = ("string", "number", "boolean")
"""JSON Schema's types of what is text here: a name may be written `5` or `true`, without quotes."""


def written(**schema: Any) -> Any:
    """A type for pydantic's `json_schema_input_type`, with this JSON Schema: of what YAML itself reads."""
    return Annotated[Any, WithJsonSchema(schema)]


def text_by(parse: Callable[[str], T], noun: str, pattern: str, types: str | Sequence[str] = "string",
            **bounds: float) -> PlainValidator:
    """A validator for pydantic: text that `parse` takes, else an error that expects `noun`. For editors, what `parse` takes
    matches `pattern` where it is text for YAML, is of one of JSON Schema's `types`, and keeps its `bounds` on numbers."""
    known = lru_cache(_MOST_KNOWN)(parse)

    def validate(value: object) -> T:
        if isinstance(value, str):
            return known(value)
        raise ValueError(f"expected {noun}, found {described(value)}")
    words = types if isinstance(types, str) else list(types)
    return PlainValidator(validate, json_schema_input_type=written(type=words, pattern=pattern, **bounds))


def not_zero(parse: Callable[[str], int]) -> Callable[[str], int]:
    """As `parse`, but zero is an error."""
    def parse_positive(text: str) -> int:
        if number := parse(text):
            return number
        raise ValueError(f'"{text}" is zero, which is not "unlimited"; give a value, or leave the key out')
    return parse_positive


def whole_number(least: int, most: int) -> Any:
    """A validator for pydantic: an unquoted integer within bounds."""
    def validate(value: object) -> int:
        if isinstance(value, Plain) and value.kind == "integer" and least <= (number := int(value.value)) <= most:
            return number
        raise ValueError(f"expected a whole number from {least:,} to {most:,}, found {described(value)}")
    return PlainValidator(validate, json_schema_input_type=written(type="integer", minimum=least, maximum=most))


def _flag(value: object) -> bool:
    if isinstance(value, Plain) and value.kind == "boolean":
        return bool(value.value)
    raise ValueError(f"expected true or false, found {described(value)}")


class _Said:
    """Takes from a type that may be None that it may be written: pydantic's own code then refuses null."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        schema = handler(source)
        return schema["schema"] if schema["type"] == "nullable" else schema


class _OneError:
    """Makes one error, of this type, of all that pydantic's own code finds wrong with a value (topologies/validate.py)."""

    def __init__(self, kind: str):
        self.kind = kind

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return custom_error_schema(handler(source), self.kind, custom_error_message=self.kind)


NOT_A_NAME: Final = "not_a_name"

_NAME = "[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?"
_LONGEST_NAME = 128


def is_name(text: str) -> bool:
    """Whether a text is a name of the language."""
    return len(text) <= _LONGEST_NAME and re.fullmatch(_NAME, text) is not None


def _ratio(text: str) -> Decimal:
    ratio = units.parse_ratio(text)
    if 0 < ratio < 1:
        return ratio
    raise ValueError(f'"{text}" can never be shown by measuring; give a ratio between 0 and 1')


def _render_ratio(ratio: Decimal) -> Plain:
    return Plain(units.render_ratio(ratio), "number")


_INSTANT: Final = "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(Z|[+-][0-9]{2}:[0-9]{2})"


def _instant(text: str) -> datetime:
    try:
        if re.fullmatch(_INSTANT, text):
            return datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        pass
    raise ValueError(f'"{text[:40]}" is not an instant; write it like 2026-12-01T08:00:00+08:00, the offset included')


def _render_instant(instant: datetime) -> str:
    return instant.isoformat().replace("+00:00", "Z")


Said = Annotated[T | None, _Said()]
"""An optional field: None where the key is not there."""

Name = Annotated[str, Field(pattern=f"^{_NAME}$", max_length=_LONGEST_NAME), _OneError(NOT_A_NAME)]
Text = Annotated[str, Field(min_length=1)]
Flag = Annotated[bool, PlainValidator(_flag, json_schema_input_type=bool)]
Labels = Annotated[dict[Name, str], PlainSerializer(lambda labels: dict(sorted(labels.items())))]

Time = Annotated[int, text_by(not_zero(units.parse_time), "a time", units.TIME), PlainSerializer(units.render_time)]
TimeOrZero = Annotated[int, text_by(units.parse_time, "a time", units.TIME), PlainSerializer(units.render_time)]
"""Nanoseconds."""

Rate = Annotated[int, text_by(not_zero(units.parse_rate), "a rate", units.RATE), PlainSerializer(units.render_rate)]
RateOrZero = Annotated[int, text_by(units.parse_rate, "a rate", units.RATE), PlainSerializer(units.render_rate)]
"""Bit/s."""

Size = Annotated[int, text_by(not_zero(units.parse_size), "a size", units.SIZE), PlainSerializer(units.render_size)]
"""Bytes."""

Frequency = Annotated[int, text_by(not_zero(units.parse_frequency), "a frequency", units.FREQUENCY),
                      PlainSerializer(units.render_frequency)]
"""Per second."""

Ratio = Annotated[Decimal, text_by(_ratio, "a ratio", units.RATIO, ("string", "number"),
                                   exclusiveMinimum=0, exclusiveMaximum=1),
                  PlainSerializer(_render_ratio, return_type=Any)]
"""More than 0, less than 1."""

Instant = Annotated[datetime, text_by(_instant, "an instant", f"^{_INSTANT}$"), PlainSerializer(_render_instant)]
"""With its offset from UTC."""
