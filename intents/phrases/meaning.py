"""The parse tree of a phrase to what it says.

Rules of this file: a thing is said once; a qualifier (p99, one-way) next to a bound speaks of that bound, and only
latencies take one; a slice or profile is an exact name, else an alias, else an error, never the nearest name.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Any, Final

from lark import Token, Tree

from topologies.nearest import nearest

from .bounds import limit, slo_of
from .phrase import Phrase, Said
from .unexpected import PhraseError, column_of

Spellings = Mapping[str, tuple[str, ...]]
"""Each name and alias with the exact names it may stand for; an exact name stands for itself alone."""

Element = Tree[Token]


@dataclass(frozen=True)
class Names:
    """What a phrase may call by name. `others` are names that are settled later, by who knows the network."""

    slices: Spellings = field(default_factory=dict)
    profiles: Spellings = field(default_factory=dict)
    others: frozenset[str] = frozenset()

    def of(self, kind: str) -> Spellings:
        """The spellings of slices or profiles."""
        return self.slices if kind == "slice" else self.profiles

    @cached_property
    def unspaced(self) -> frozenset[str]:
        """Those in a script that puts no spaces between words: there a name is told from the words around it."""
        return frozenset(name for name in (*self.others, *self.slices, *self.profiles) if not name.isascii())


def meaning_of(tree: Element, text: str, names: Names) -> Phrase:
    """What the phrase `text`, parsed into `tree`, says."""
    meaning = _Meaning(text, names)
    for clause in tree.children:
        if isinstance(clause, Tree):
            elements = [element for element in clause.children if isinstance(element, Tree)]
            for first, second in pairwise(elements):
                _check_neighbours(first, second, text)
            for element in elements:
                _TAKE[element.data](meaning, element)
    return Phrase(**meaning.values, said=tuple(sorted(meaning.said.items())))


@dataclass(slots=True)
class _Meaning:
    """What the elements of one phrase say, gathered."""

    text: str
    names: Names
    values: dict[str, Any] = field(default_factory=dict)
    said: dict[str, Said] = field(default_factory=dict)

    def say(self, name: str, value: object, element: Element, at: Token | None = None) -> None:
        said = _said(element, self.text, at)
        if name in self.said:
            raise PhraseError(f'"{said.words}" comes after "{self.said[name].words}"; say it once', said.column)
        self.values[name], self.said[name] = value, said

    def add(self, name: str, element: Element) -> None:
        for token in _named(element):
            named = self.values.get(name, ())
            if token.value in named:
                raise PhraseError(f'"{token.value}" is named twice; once is enough', column_of(token))
            self.values[name] = (*named, str(token.value))
            self.said[f"{name}.{len(named)}"] = _said(element, self.text, token)


def _said(element: Element, text: str, at: Token | None = None) -> Said:
    start = element.meta.start_pos
    return Said(" ".join(text[start:element.meta.end_pos].split()), start + 1 if at is None else column_of(at))


def _tokens(element: Element) -> dict[str, Token]:
    return {token.type: token for token in element.children if isinstance(token, Token)}


def _named(element: Element) -> list[Token]:
    return [token for token in element.children if isinstance(token, Token) and token.type in {"NAME", "ARTICLE"}]


def _check_neighbours(first: Element, second: Element, text: str) -> None:
    """No qualifier next to another SLO's bound, no "2 ms jitter under 200 us": which of the two is the jitter?"""
    for one, other in ((first, second), (second, first)):
        if one.data == "qualifier" and other.data in _BOUNDS and (slo := slo_of(_tokens(other))) != "latency":
            said = _said(one, text)
            raise PhraseError(f'"{said.words}" speaks of a latency, not of {slo or "a ratio"}; '
                              "say it beside the latency", said.column)
    if first.data == "closed_bound" and second.data in _BOUNDS - {"named_bound"}:
        said = _said(second, text)
        raise PhraseError(f'"{said.words}" may belong to the word before it; say "," between the two', said.column)


def _take_bound(meaning: _Meaning, element: Element) -> None:
    meaning.say(*limit(_tokens(element)), element)


def _take_qualifier(meaning: _Meaning, element: Element) -> None:
    token = next(token for kind, token in _tokens(element).items() if kind in {"STATISTIC", "KIND"})
    meaning.say(token.type.lower(), str(token), element)


def _take_noun(meaning: _Meaning, element: Element) -> None:
    meaning.say("noun", str(next(iter(_tokens(element).values()))), element)


def _take_flag(meaning: _Meaning, element: Element) -> None:
    meaning.say(element.data, True, element)


def _take_names(meaning: _Meaning, element: Element) -> None:
    meaning.add({"disjoint": "disjoint_from"}.get(element.data, element.data), element)


def _take_ends(meaning: _Meaning, element: Element) -> None:
    names = _named(element)
    for name, token in zip(_ENDS[element.data], names, strict=True):
        meaning.say(name, str(token), element, token)


_ENDS: Final = {"from_to": ("source", "target"), "between": ("source", "target"),
                "from_nearest": ("source", "service"), "to_nearest": ("service",)}


def _take_scope_for(meaning: _Meaning, element: Element) -> None:
    token = _named(element)[0]
    kinds = _tokens(element).keys()
    asked = [kind for kind in ("slice", "profile") if kind.upper() in kinds] or ["slice", "profile"]
    found = [(kind, name) for kind in asked for name in meaning.names.of(kind).get(str(token), ())]
    if len(found) == 1:
        meaning.say(*found[0], element, token)
    elif found:
        either = " or ".join(f'"for {name} {kind}"' for kind, name in found)
        raise PhraseError(f'"{token}" may be several things; say {either}', column_of(token))
    else:
        raise PhraseError(_nobody(str(token), asked, meaning.names), column_of(token))


def _nobody(name: str, asked: Sequence[str], names: Names) -> str:
    other = next((kind for kind in ("slice", "profile") if kind not in asked and name in names.of(kind)), None)
    if other:
        return f'no {asked[0]} "{name}", but a {other}: say "for {name} {other}"'
    known = sorted({spelling for kind in asked for spelling in names.of(kind)})
    there_is = f"; there is {', '.join(known)}" if known else (
        f"; none is defined, and a {asked[0].capitalize()} of that name has to stand beside")
    return f'no {" or ".join(asked)} "{name}"{nearest(name, known, most=3) or there_is}'


_BOUNDS: Final = frozenset(("open_bound", "closed_bound", "named_bound"))
_TAKE: Final[Mapping[str, Callable[[_Meaning, Element], None]]] = {
    "noun": _take_noun, "slice_noun": _take_noun, "qualifier": _take_qualifier, "protected": _take_flag,
    "best_effort": _take_flag, "scope_for": _take_scope_for,
    **dict.fromkeys(_BOUNDS, _take_bound), **dict.fromkeys(_ENDS, _take_ends),
    **dict.fromkeys(("avoiding", "via", "disjoint"), _take_names),
}
