"""Scalars of YAML 1.2's core schema (YAML 1.2.2, section 10.3.2), kept as text until a field's type decides."""

import re
from functools import lru_cache
from typing import Literal

Kind = Literal["integer", "number", "boolean", "text"]


class Plain(str):
    """The text of an unquoted scalar that YAML reads as a number or a boolean; `value` is what it reads."""

    __slots__ = ("kind",)
    kind: Kind

    def __new__(cls, text: str, kind: Kind) -> "Plain":
        """This text, read as this kind."""
        made = super().__new__(cls, text)
        made.kind = kind
        return made

    @property
    def value(self) -> int | float | bool:
        """The scalar by YAML 1.2's core schema."""
        if self.kind == "integer":
            return int(self, 0) if self[:2] in ("0x", "0o") else int(self)
        return self.lower() == "true" if self.kind == "boolean" else float(self)


def resolved(text: str) -> str | None:
    """A plain scalar by YAML 1.2's core schema: None for null, `Plain` for a number or a boolean, else the text."""
    return _known(text) if len(text) <= _SHORT else _resolved(text)


_SHORT = 32
"""Characters of what is kept: the same few numbers are written again and again."""


def _resolved(text: str) -> str | None:
    if text in _NULL:
        return None
    kind: Kind = ("boolean" if text in _BOOLEAN else "integer" if _INTEGER.fullmatch(text)
                  else "number" if _NUMBER.fullmatch(text) else "text")
    return text if kind == "text" else Plain(text, kind)


_known = lru_cache(1024)(_resolved)

FIRST = frozenset("+-.0123456789nNtTfF~")
"""Only text that begins with one of these, or is empty, can be anything but text."""

_NULL = frozenset(("", "~", "null", "Null", "NULL"))
_BOOLEAN = frozenset(("true", "True", "TRUE", "false", "False", "FALSE"))
_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
