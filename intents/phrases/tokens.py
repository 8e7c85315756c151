"""Text to the tokens of the phrase grammar: normalise, cut, look up; columns stay those of the text as written.

Rules of this file: NFKC first, µ becomes u; case is folded for keywords only, never for names or units; a quoted piece
is a name, as written; a number takes the unit behind it; the longest word wins; what nobody knows is a NAME, which
the grammar then accepts or not. A comma or "and" right before a name is ALSO: it continues a list or a pair.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

from lark import Token

from .lexicon import CHINESE, LEXICON, LONGEST, UNITS, VAGUE
from .unexpected import PhraseError, not_a_unit

_HAN = "\u3400-\u9fff"
_PIECE = re.compile(rf"""
    (?P<quoted>"[^"]*"|'[^']*'|“[^”]*”|「[^」]*」)
  | (?P<symbol><=|>=|[<>≤≥,、~])
  | (?P<word>(?:(?![{_HAN}])[\w.:/%-])+)
  | (?P<han>[{_HAN}]+)
  | (?P<other>\S)
""", re.VERBOSE)
_NUMBER = re.compile(r"\d+(?:\.\d+)?(?:e-?\d+)?")
_HAN_WORDS = frozenset(word for word in (*CHINESE, *UNITS, *VAGUE) if re.match(f"[{_HAN}]", word))


class _Piece(NamedTuple):
    kind: str
    text: str
    start: int
    end: int


def phrase_tokens(text: str, known: frozenset[str]) -> list[Token]:
    """The tokens of a phrase, placed by `start_pos` and `end_pos`. `known` names are cut out of Chinese text whole."""
    pieces = list(_pieces(text, _HAN_WORDS | known))
    found: list[Token] = []
    at = 0
    while at < len(pieces):
        token, used = _quantity(pieces, at) or _keyword(pieces, at) or (_name(pieces[at], text), 1)
        found.append(token)
        at += used
    return list(_continued(found))


def _pieces(text: str, han_words: frozenset[str]) -> Iterator[_Piece]:
    normal, column = _normalised(text)
    normal = normal.rstrip(" \t\r\n.。")
    for match in _PIECE.finditer(normal):
        kind, start = str(match.lastgroup), match.start()
        cuts = _cut(match[0], han_words) if kind == "han" else [match[0]]
        for cut in cuts:
            yield _Piece(kind, cut, column[start], column[start + len(cut)])
            start += len(cut)


def _normalised(text: str) -> tuple[str, list[int]]:
    """NFKC by character with its marks, and for each character of the result (and its end) its place in `text`."""
    if text.isascii():
        return text, list(range(len(text) + 1))
    normal: list[str] = []
    column: list[int] = []
    for cluster in re.finditer(r"(?s).[\u0300-\u036f]*", text):
        characters = unicodedata.normalize("NFKC", cluster[0]).replace("μ", "u")
        normal.append(characters)
        column += [cluster.start()] * len(characters)
    return "".join(normal), [*column, len(text)]


def _cut(run: str, words: frozenset[str]) -> list[str]:
    """A run of Chinese as words and, between them, names."""
    cuts: list[str] = []
    name, at = "", 0
    while at < len(run):
        word = next((run[at:end] for end in range(len(run), at, -1) if run[at:end] in words), None)
        if word is None:
            name += run[at]
        else:
            cuts += [name, word] if name else [word]
            name = ""
        at += len(word or " ")
    return [*cuts, name] if name else cuts


def _quantity(pieces: list[_Piece], at: int) -> tuple[Token, int] | None:
    """A number and its unit, glued ("2ms") or apart; a bare number is a ratio."""
    number = _NUMBER.match(pieces[at].text) if pieces[at].kind == "word" else None
    if number is None:
        return None
    if glued := pieces[at].text[number.end():]:
        unit = UNITS.get(glued)
        return (_token(unit.terminal, f"{number[0]} {unit.meaning}", pieces[at:at + 1]), 1) if unit else None
    for parts in (2, 1):
        unit = UNITS.get(" ".join(piece.text for piece in pieces[at + 1:at + 1 + parts]))
        if unit:
            return _token(unit.terminal, f"{number[0]} {unit.meaning}", pieces[at:at + 1 + parts]), 1 + parts
    if at + 1 < len(pieces) and pieces[at + 1].kind == "word" and not _keyword(pieces, at + 1):
        raise not_a_unit(pieces[at + 1].text, pieces[at + 1].start + 1)
    return _token("RATIO", number[0], pieces[at:at + 1]), 1


def _keyword(pieces: list[_Piece], at: int) -> tuple[Token, int] | None:
    for parts in range(LONGEST, 0, -1):
        run = pieces[at:at + parts]
        if len(run) == parts and all(piece.kind != "quoted" for piece in run):
            word = LEXICON.get(" ".join(piece.text.casefold() for piece in run))
            if word is not None:
                return _token(word.terminal, run[0].text if word.terminal == "ARTICLE" else word.meaning, run), parts
    return None


def _name(piece: _Piece, text: str) -> Token:
    if piece.kind == "other":
        raise PhraseError(f'"{piece.text}" means nothing in a phrase; a name that holds it stands in quotes',
                          piece.start + 1)
    return _token("NAME", text[piece.start + 1:piece.end - 1] if piece.kind == "quoted" else piece.text, [piece])


def _token(terminal: str, value: str, pieces: list[_Piece]) -> Token:
    return Token(terminal, value, start_pos=pieces[0].start, end_pos=pieces[-1].end)


def _continued(tokens: list[Token]) -> Iterator[Token]:
    """Commas and "and" that continue a list become ALSO; the comma of ", and" goes with its "and"."""
    kinds = [token.type for token in tokens] + [None, None]
    for at, token in enumerate(tokens):
        if token.type == "COMMA" and kinds[at + 1:at + 3] == ["AND", "NAME"]:
            continue
        joins = token.type in {"COMMA", "AND"} and kinds[at + 1] == "NAME"
        yield Token.new_borrow_pos("ALSO", token, token) if joins else token
