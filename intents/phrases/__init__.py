"""Free text to its one meaning, or to an error that says where it stops meaning anything and what could stand there.

No model decides (LANGUAGE.md, Phrases): closed lexicons, a grammar without a conflict, exact names. The same text and
names give the same value; `parse_phrase(render(phrase), names) == phrase`.
"""

from .grammar import parsed
from .meaning import Names, meaning_of
from .phrase import LossLimit, Phrase, Said, TimeLimit, render
from .tokens import phrase_tokens
from .unexpected import PhraseError

__all__ = ["LossLimit", "Names", "Phrase", "PhraseError", "Said", "TimeLimit", "parse_phrase", "render"]


def parse_phrase(text: str, names: Names) -> Phrase:
    """The meaning of a phrase; PhraseError says what is wrong, at which column, and what would be right.

    Slices and profiles are settled to their exact names; ends, links, switches, sites and intents stay as written.
    """
    tokens = phrase_tokens(text, names.unspaced)
    return meaning_of(parsed(tokens, text), text, names)
