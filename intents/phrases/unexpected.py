"""What to say when a phrase stops meaning anything: at which word, and what could stand there."""

import re
from collections.abc import Collection, Sequence

from lark import Token

from topologies.nearest import nearest

from .lexicon import CHOICES, ENGLISH, UNITS, VAGUE

_GLUED = re.compile(r"\d+(?:\.\d+)?([A-Za-z/]+)")


class PhraseError(ValueError):
    """A phrase that has no meaning here: what is wrong and what would be right, at a column of the phrase (from 1)."""

    def __init__(self, message: str, column: int) -> None:
        super().__init__(message)
        self.message = message
        self.column = column


def unexpected(rest: Sequence[Token], accepted: Collection[str], text: str) -> PhraseError:
    """The error for the first token of `rest`, where only tokens of the kinds `accepted` could stand."""
    choices = "here may stand " + ", ".join(words for kind, words in CHOICES.items() if kind in accepted)
    if not rest:
        end = "ends too early" if text.strip() else "is empty"
        return PhraseError(f"the phrase {end}; {choices}", len(text.rstrip()) + 1)
    token = rest[1] if rest[0].type == "ALSO" else rest[0]
    word, column = text[token.start_pos:token.end_pos], column_of(token)
    if token.type != "NAME":
        return PhraseError(f'"{word}" cannot stand here; {choices}', column)
    if vague := VAGUE.get(word.casefold()):
        return PhraseError(f'"{word}" is vague; say {vague}', column)
    if glued := _GLUED.fullmatch(word):
        return not_a_unit(glued[1], column + glued.start(1))
    return PhraseError(f'"{word}" is not a word of phrases{nearest(word, ENGLISH)}; {choices}', column)


def column_of(token: Token) -> int:
    """Where a token starts in its phrase, from 1."""
    return (token.start_pos or 0) + 1


def not_a_unit(word: str, column: int) -> PhraseError:
    """The error for what stands where a unit would."""
    symbols = [symbol for symbol, unit in UNITS.items() if symbol == unit.meaning]
    return PhraseError(f'"{word}" is not a unit ({", ".join(symbols)}){nearest(word, symbols)}', column)
