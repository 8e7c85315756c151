"""Quantities with their units, strictly: text to exact integers (ns, bit/s, bytes) or decimals (ratios), and back.

Rules of this file: a number without a unit is an error that asks which was meant; unit names are case-sensitive, since
MB is not Mb; k is 1,000; what is no whole number of the base unit is an error, never rounded; nothing is negative.
Law: `parse(render(x)) == x` for each kind of quantity.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Final

from topologies.nearest import nearest

_QUANTITY = re.compile(r"(?P<minus>-?)(?P<number>[0-9]+(?:\.[0-9]+)?) *(?P<unit>[^\s0-9.]*)")
_RATIO = re.compile(r"(?P<number>[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]{1,2})?) *(?P<percent>%?)")
_LONGEST: Final = 32
"""Characters: no quantity needs more, and nothing is spent on thousands of digits."""

_LARGEST: Final = 2**63 - 1


@dataclass(frozen=True, slots=True)
class _Kind:
    """One kind of quantity. `units` from small to large, the first is the base; `fractions` are those that `render` may
    use with a decimal point; `meant` answers a number without a unit."""

    noun: str
    units: tuple[tuple[str, int], ...]
    fractions: frozenset[str]
    meant: str
    aliases: tuple[tuple[str, str], ...] = ()


_TIME = _Kind("time", (("ns", 1), ("us", 10**3), ("ms", 10**6), ("s", 10**9), ("min", 60 * 10**9), ("h", 3600 * 10**9)),
              frozenset(("us", "ms", "s")), '"{0} ms" or "{0} us"', (("µs", "us"), ("μs", "us")))
_RATE = _Kind("rate", (("bps", 1), ("kbps", 10**3), ("Mbps", 10**6), ("Gbps", 10**9), ("Tbps", 10**12)),
              frozenset(("kbps", "Mbps", "Gbps", "Tbps")), '"{0} Mbps" or "{0} Gbps"')
_SIZE = _Kind("size", (("B", 1), ("kB", 10**3), ("MB", 10**6), ("GB", 10**9), ("TB", 10**12)),
              frozenset(), '"{0} B" or "{0} kB"')
_FREQUENCY = _Kind("frequency", (("/s", 1),), frozenset(), '"{0}/s"')


def _pattern(kind: _Kind) -> str:
    units = "|".join(unit for unit, _ in (*kind.units, *kind.aliases))
    return f"^[0-9]+(\\.[0-9]+)? *({units})$"


TIME, RATE, SIZE, FREQUENCY = map(_pattern, (_TIME, _RATE, _SIZE, _FREQUENCY))
"""Regular expressions, in words that JSON Schema knows, for what may be a quantity: what they do not match is none."""

RATIO: Final = "^[0-9]+(\\.[0-9]+)?([eE][-+]?[0-9]{1,2})? *%?$"
"""The same for a ratio."""


def parse_time(text: str) -> int:
    """Nanoseconds of "1 ms", "0.5 us", "10 s", "5 min", "1 h". ValueError says what would be right."""
    return _parse(_TIME, text)


def parse_rate(text: str) -> int:
    """Bit/s of "50 Mbps", "1.5 Gbps". ValueError says what would be right."""
    return _parse(_RATE, text)


def parse_size(text: str) -> int:
    """Bytes of "1500 B", "64 kB", "40 TB". ValueError says what would be right."""
    return _parse(_SIZE, text)


def parse_frequency(text: str) -> int:
    """Events per second of "200/s". ValueError says what would be right."""
    return _parse(_FREQUENCY, text)


def parse_ratio(text: str) -> Decimal:
    """A part of one, from "99.99 %", "1e-4" or "0.001"; 0 to 1. ValueError says what would be right."""
    found = _RATIO.fullmatch(text) if len(text) <= _LONGEST else None
    if not found:
        raise ValueError(f'"{text[:_LONGEST]}" is not a ratio; write it like "99.99 %", 1e-4 or 0.001')
    ratio = Decimal(found["number"]) / (100 if found["percent"] else 1)
    if ratio > 1:
        meant = "" if found["percent"] or ratio > 100 else f'; did you mean "{text} %"?'
        raise ValueError(f'"{text}" is more than the whole{meant}')
    return ratio.normalize()


def render_time(time_ns: int) -> str:
    """The shortest of "1 ms", "1.5 ms", "90 s" that reads back the same."""
    return _render(_TIME, time_ns)


def render_rate(rate_bps: int) -> str:
    """Like "50 Mbps"."""
    return _render(_RATE, rate_bps)


def render_size(size_bytes: int) -> str:
    """Like "1500 B", "64 kB"."""
    return _render(_SIZE, size_bytes)


def render_frequency(per_second: int) -> str:
    """Like "200/s"."""
    return f"{per_second}/s"


def render_ratio(ratio: Decimal) -> str:
    """Like "0.0001"."""
    return f"{ratio:f}"


@lru_cache(maxsize=4096)
def _parse(kind: _Kind, text: str) -> int:
    found = _QUANTITY.fullmatch(text) if len(text) <= _LONGEST else None
    if not found:
        raise ValueError(f'"{text[:_LONGEST]}" is not a {kind.noun}; write it like {kind.meant.format(1)}')
    number, unit = found["number"], dict(kind.aliases).get(found["unit"], found["unit"])
    if found["minus"]:
        raise ValueError(f'"{text}" is negative; a {kind.noun} cannot be')
    if not unit:
        raise ValueError(f"{text} has no unit: {kind.meant.format(number)}?")
    factor = dict(kind.units).get(unit)
    if factor is None:
        units = [name for name, _ in kind.units]
        raise ValueError(f'"{unit}" is not a unit of {kind.noun} ({", ".join(units)}){nearest(unit, units)}')
    exact = Fraction(number) * factor
    if exact.denominator != 1:
        raise ValueError(f'"{text}" is not a whole number of {kind.units[0][0]}; round it')
    if exact > _LARGEST:
        raise ValueError(f'"{text}" is too large')
    return int(exact)


def _render(kind: _Kind, value: int) -> str:
    """In the largest unit that is exact, with at most three digits after the point."""
    for unit, factor in reversed(kind.units):
        if value >= factor and value % factor == 0:
            return f"{value // factor} {unit}"
        if value >= factor and unit in kind.fractions and value * 1000 % factor == 0:
            return f"{value // factor}.{value * 1000 // factor % 1000:03}".rstrip("0") + f" {unit}"
    return f"{value} {kind.units[0][0]}"
