"""The grammar of phrases, as Lark reads it, and the one parser built from it.

Rules of this file: the grammar is LALR(1) without a conflict (built in Lark's strict mode), so a phrase has one meaning
or none. Its terminals are the tokens of tokens.py; words belong to lexicon.py. English and Chinese
share it: OF, PROVIDE and AMID are words only the Chinese lexicon has.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, cast

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedToken
from lark.lexer import Lexer

from .unexpected import unexpected

GRAMMAR = r"""
start: clause (_separator clause)*

_separator: COMMA | AND | WITH | COMMA AND | COMMA WITH | AND WITH

clause: _article? (_free | _free_open | _scoped | _scoped_open)

// "under 2 ms" is open: a word behind it ("jitter") is its own, so no bound that starts with such a word may follow.
// A clause is free until it says "slice" or "for": what follows "for NAME" as "slice" is the kind of the name.
_free: _item | named_bound | _free _item | _free named_bound | _free_open _item
_free_open: open_bound | _free open_bound | _free_open open_bound
_scoped: _scope | _free _scope | _free_open _scope
       | _scoped (_item | scope_for | named_bound) | _scoped_open (_item | scope_for)
_scoped_open: _scoped open_bound | _scoped_open open_bound

_scope: slice_noun | scope_for
_item: noun | closed_bound | qualifier | protected | best_effort
     | from_to | from_nearest | to_nearest | between | avoiding | via | disjoint

noun: NOUN
slice_noun: SLICE

open_bound: _amount OF?
closed_bound: _amount OF? SLO OF?
named_bound: SLO _amount OF?
_amount: SUB_MS | COMPARATOR? (TIME | RATE | RATIO)

qualifier: (STATISTIC | KIND) OF?
protected: PROTECTED OF?
best_effort: BEST_EFFORT OF?

scope_for: FOR THE? _name (SLICE | PROFILE)? _link?
from_to: FROM _name TO _name _link?
from_nearest: FROM _name TO NEAREST _name _link?
to_nearest: TO NEAREST _name _link?
between: BETWEEN _name (AND | ALSO) _name AMID? _link?
_link: OF | PROVIDE

avoiding: AVOIDING _names OF?
via: VIA _names OF?
disjoint: DISJOINT _names OF?
_names: _name (ALSO _name)*

_name: NAME | ARTICLE
_article: ARTICLE | THE

%declare COMMA AND ALSO WITH ARTICLE THE NOUN SLICE PROFILE FOR FROM TO NEAREST BETWEEN AMID OF PROVIDE
%declare SUB_MS COMPARATOR SLO TIME RATE RATIO STATISTIC KIND PROTECTED BEST_EFFORT AVOIDING VIA DISJOINT NAME
"""


def parsed(tokens: Sequence[Token], text: str) -> Tree[Token]:
    """The tree of a phrase; PhraseError at the first token that cannot stand where it does."""
    parser = _parser().parse_interactive()
    fed = 0
    try:
        for token in tokens:
            parser.feed_token(token)
            fed += 1
        return cast(Tree[Token], parser.feed_token(Token("$END", "")))
    except UnexpectedToken:
        raise unexpected(tokens[fed:], parser.accepts(), text) from None  # type: ignore[no-untyped-call]


class _FedByHand(Lexer):
    """The tokens are fed one by one: which Chinese words are names depends on the inventory."""

    def __init__(self, _conf: Any) -> None:
        pass

    def lex(self, lexer_state: Any, parser_state: Any) -> Iterator[Token]:
        return iter(())


@cache
def _parser() -> Lark:
    """Built on first use (50 ms) and kept."""
    return Lark(GRAMMAR, parser="lalr", lexer=_FedByHand, strict=True, propagate_positions=True)
