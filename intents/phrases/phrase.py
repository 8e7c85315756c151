"""What a phrase says, as a value, and back as words: `parse_phrase(render(phrase), names) == phrase`.

Rules of this file: a field that is None (or empty, or False) was not said; defaults are nobody's business here; where
something was said does not count for equality.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal, NamedTuple

from topologies.units import render_rate, render_ratio, render_time

from .tokens import phrase_tokens

Noun = Literal["path", "link", "tunnel", "slice"]
Kind = Literal["one-way", "round-trip"]

MILLISECOND_NS = 1_000_000


class Said(NamedTuple):
    """The words of a phrase that say something, and the column of the first of them, from 1."""

    words: str
    column: int


@dataclass(frozen=True, slots=True)
class TimeLimit:
    """A time not to be exceeded or, when strict, not to be reached."""

    max_ns: int
    strict: bool = False


@dataclass(frozen=True, slots=True)
class LossLimit:
    """A share of packets (0 to 1) not to be exceeded or, when strict, not to be reached."""

    max: Decimal
    strict: bool = False


@dataclass(frozen=True, slots=True)
class Phrase:
    """The meaning of a phrase. `said` pairs the name of a field with where it was said."""

    noun: Noun | None = None
    slice: str | None = None
    profile: str | None = None
    source: str | None = None
    target: str | None = None
    service: str | None = None
    latency: TimeLimit | None = None
    statistic: str | None = None
    kind: Kind | None = None
    jitter: TimeLimit | None = None
    loss: LossLimit | None = None
    availability: Decimal | None = None
    guaranteed_bps: int | None = None
    max_bps: int | None = None
    best_effort: bool = False
    protected: bool = False
    avoiding: tuple[str, ...] = ()
    via: tuple[str, ...] = ()
    disjoint_from: tuple[str, ...] = ()
    said: tuple[tuple[str, Said], ...] = field(default=(), compare=False, repr=False)


def render(phrase: Phrase) -> str:
    """The phrase in the one canonical order: bounds, noun, scope, then modifiers and further bounds, each a clause."""
    return ", ".join(part for part in (_opening(phrase), *_clauses(phrase)) if part)


def _opening(phrase: Phrase) -> str:
    latency = [_time(phrase.latency)] if phrase.latency else []
    qualifiers = [{"max": "worst-case"}.get(word, word) for word in (phrase.statistic, phrase.kind) if word]
    return " ".join([*qualifiers, *latency, *([phrase.noun] if phrase.noun else []), *_scopes(phrase)])


def _scopes(phrase: Phrase) -> list[str]:
    scopes = [f"for {_name(phrase.slice)} slice"] if phrase.slice else []
    scopes += [f"for {_name(phrase.profile)} profile"] if phrase.profile else []
    scopes += [f"from {_name(phrase.source)}"] if phrase.source else []
    scopes += [f"to {_name(phrase.target)}"] if phrase.target else []
    return scopes + ([f"to nearest {_name(phrase.service)}"] if phrase.service else [])


def _clauses(phrase: Phrase) -> list[str]:
    limit = phrase.loss
    return [
        f"jitter {_time(phrase.jitter)}" if phrase.jitter else "",
        f"loss {_upper(limit.strict)} {render_ratio(limit.max)}" if limit else "",
        f"availability at least {render_ratio(phrase.availability)}" if phrase.availability is not None else "",
        f"at least {render_rate(phrase.guaranteed_bps)}" if phrase.guaranteed_bps is not None else "",
        f"up to {render_rate(phrase.max_bps)}" if phrase.max_bps is not None else "",
        "best effort" if phrase.best_effort else "",
        "protected" if phrase.protected else "",
        *(f"{word} {' and '.join(map(_name, names))}" for word, names in (
            ("via", phrase.via), ("avoiding", phrase.avoiding), ("disjoint from", phrase.disjoint_from)) if names),
    ]


def _time(limit: TimeLimit) -> str:
    if limit == TimeLimit(MILLISECOND_NS, strict=True):
        return "sub-ms"
    return f"{_upper(limit.strict)} {render_time(limit.max_ns)}"


def _upper(strict: bool) -> str:
    return "under" if strict else "at most"


def _name(name: str) -> str:
    """The name, in quotes where it would be read as something else."""
    try:
        bare = [(token.type, token.value) for token in phrase_tokens(name, frozenset())] == [("NAME", name)]
    except ValueError:
        bare = False
    return name if bare else f'"{name}"' if '"' not in name else f"'{name}'"
