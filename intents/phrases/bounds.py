"""What a bound of a phrase is on, and the limit it sets: the unit tells, or the word that stands with it."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final, NamedTuple, TypeVar

from lark import Token

from topologies.units import parse_rate, parse_ratio, parse_time

from .phrase import MILLISECOND_NS, LossLimit, TimeLimit
from .unexpected import PhraseError, column_of

_Number = TypeVar("_Number", int, Decimal)


class _Slo(NamedTuple):
    """How an SLO is bounded: by which amounts and comparators (the silent one first), and what errors say is right."""

    amounts: frozenset[str]
    example: str
    comparators: tuple[str, ...]
    right: str


_TIMES: Final = frozenset(("TIME", "SUB_MS"))
_UPPER: Final = (("<=", "<"), '"under" or "at most"')
_SLOS: Final = {
    "latency": _Slo(_TIMES, 'a time, such as "2 ms"', *_UPPER),
    "jitter": _Slo(_TIMES, 'a time, such as "200 us"', *_UPPER),
    "loss": _Slo(frozenset(("RATIO",)), 'a ratio, such as "0.01 %"', *_UPPER),
    "availability": _Slo(frozenset(("RATIO",)), 'a ratio, such as "99.99 %"', (">=",), '"at least"'),
    "bandwidth": _Slo(frozenset(("RATE",)), 'a rate, such as "50 Mbps"', (">=", "<="),
                      '"at least" (what it is guaranteed) or "up to" (the most it may send)'),
}
_MEANT: Final = {"TIME": "latency", "SUB_MS": "latency", "RATE": "bandwidth"}
_FINEST: Final = 15
"""Decimals of a ratio: no measurement reaches them, and what is rendered reads back."""


def slo_of(bound: Mapping[str, Token]) -> str | None:
    """What a bound is on: as named, else by its unit; None where a bare ratio leaves it open."""
    return str(bound["SLO"]) if "SLO" in bound else next((slo for unit, slo in _MEANT.items() if unit in bound), None)


def limit(bound: Mapping[str, Token]) -> tuple[str, object]:
    """The field of Phrase that a bound (its tokens by terminal) sets, and its value."""
    slo = slo_of(bound)
    amount = next(bound[unit] for unit in ("SUB_MS", "TIME", "RATE", "RATIO") if unit in bound)
    if slo is None:
        raise PhraseError(_open_ratio(str(amount)), column_of(amount))
    takes = _SLOS[slo]
    comparator = str(bound.get("COMPARATOR", takes.comparators[0]))
    if amount.type not in takes.amounts:
        raise PhraseError(f'{slo} takes {takes.example}, not "{amount}"', column_of(amount))
    if comparator not in takes.comparators:
        raise PhraseError(f"{slo} is bounded by {takes.right}", column_of(bound["COMPARATOR"]))
    return _field(slo, amount, comparator)


def _open_ratio(number: str) -> str:
    if number.endswith("%"):
        return f'{number} of what? say "loss at most {number}" or "availability at least {number}"'
    return f'{number} has no unit: "{number} ms" or "{number} Mbps"?'


def _field(slo: str, amount: Token, comparator: str) -> tuple[str, object]:
    strict = comparator == "<"
    if amount.type == "SUB_MS":
        return slo, TimeLimit(MILLISECOND_NS, strict=True)
    if amount.type == "TIME":
        return slo, TimeLimit(_above_zero(amount, parse_time), strict)
    if amount.type == "RATE":
        return "max_bps" if comparator == "<=" else "guaranteed_bps", _above_zero(amount, parse_rate)
    ratio = _above_zero(amount, parse_ratio)
    if ratio == 1:
        raise PhraseError(f'"{amount}" can never be shown by measuring; say less than the whole', column_of(amount))
    if -int(ratio.as_tuple().exponent) > _FINEST:
        raise PhraseError(f'"{amount}" has more than {_FINEST} decimals; round it', column_of(amount))
    return slo, LossLimit(ratio, strict) if slo == "loss" else ratio


def _above_zero(amount: Token, parse: Callable[[str], _Number]) -> _Number:
    try:
        value = parse(str(amount))
    except ValueError as error:
        raise PhraseError(str(error), column_of(amount)) from None
    if not value:
        raise PhraseError(f'"{amount}" can neither be kept nor measured; zero is not "unlimited"', column_of(amount))
    return value
