"""The nearest of the names that would have been right, best first, for the end of an error message."""

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from functools import lru_cache
from typing import Final

_MOST_COMPARED: Final = 500
"""Names, at some microseconds each: an inventory may have thousands, and a file a hundred names that are not in it."""

_MOST_ALIKE: Final = 100
"""Of more names, those compared: they begin or end as the wrong one does, with the same six characters, or four, or two."""


def nearest(name: str, known: Iterable[str], most: int = 1) -> str:
    """`; did you mean "robot"?` with up to `most` names, or nothing where none is near. Case alone is no distance."""
    by_folded, folded = _folded(frozenset(known)), name.casefold()[:64]
    compared = by_folded if len(by_folded) <= _MOST_COMPARED else _alike(folded, by_folded)
    turned = [each for each in compared if sorted(each) == sorted(folded)]  # "form" is "from" rather than "for"
    found = list(dict.fromkeys((*turned, *get_close_matches(folded, compared, n=most, cutoff=0.6))))[:most]
    quoted = " or ".join(f'"{by_folded[each]}"' for each in found)
    return f"; did you mean {quoted}?" if found else ""


def _alike(name: str, known: Iterable[str]) -> Sequence[str]:
    for length in (6, 4, 2):
        if found := [each for each in known if each[:length] == name[:length] or each[-length:] == name[-length:]]:
            return found[:_MOST_ALIKE]
    return ()


@lru_cache(2)
def _folded(known: frozenset[str]) -> Mapping[str, str]:
    """Names by what they are without their case, sorted."""
    by_folded = {each.casefold(): each for each in sorted(known, reverse=True)}
    return dict(sorted(by_folded.items()))
