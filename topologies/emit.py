"""Canonical YAML text of plain data."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence

from topologies.scalars import Plain

Data = str | int | float | bool | None | Sequence["Data"] | Mapping[str, "Data"]


def emit(data: Data) -> str:
    """Canonical YAML: block style, keys in the order given, text quoted where it would be read as something else.

    Law: what `read` gives for it equals the data (numbers and booleans as `Plain`).
    """
    if isinstance(data, _MANY) and data:
        return "".join(f"{line}\n" for line in _lines(data))
    return f"{_scalar(data)}\n"


_MANY = (Mapping, list, tuple)


def _lines(data: Data) -> Iterator[str]:
    """The lines of a mapping or list that is not empty."""
    if isinstance(data, Mapping):
        for key, value in data.items():
            if isinstance(value, _MANY) and value:
                yield f"{_scalar(key)}:"
                yield from (f"  {line}" for line in _lines(value))
            else:
                yield f"{_scalar(key)}: {_scalar(value)}"
    elif isinstance(data, list | tuple):
        for value in data:
            first, *rest = _lines(value) if isinstance(value, _MANY) and value else [_scalar(value)]
            yield f"- {first}"
            yield from (f"  {line}" for line in rest)


_SAFE = re.compile(r"[A-Za-z](?:[-A-Za-z0-9_./ ]*[-A-Za-z0-9_./])?|[0-9.]+( [A-Za-z%]+|/[a-z0-9]+)")
_WORDS = frozenset(("null", "true", "false", "yes", "no", "on", "off", "y", "n"))
"""Text that other readers (YAML 1.1) would take for something else is quoted as well."""


def _scalar(data: Data) -> str:
    if data is None or isinstance(data, bool):
        return {None: "null", True: "true", False: "false"}[data]
    if isinstance(data, Plain | int | float):
        return str(data)
    if not isinstance(data, str):
        return "{}" if isinstance(data, Mapping) else "[]"
    return data if _SAFE.fullmatch(data) and data.lower() not in _WORDS else json.dumps(data, ensure_ascii=False)
