"""The nearest of the names that would have been right, best first, for the end of an error message."""

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(name: str, known: Iterable[str], most: int = 1) -> str:
    """`; did you mean "robot"?` with up to `most` names, or nothing where none is near. Case alone is no distance."""
    by_folded = {each.casefold(): each for each in sorted(known, reverse=True)}
    found = get_close_matches(name.casefold()[:64], sorted(by_folded), n=most, cutoff=0.6)
    quoted = " or ".join(f'"{by_folded[each]}"' for each in found)
    return f"; did you mean {quoted}?" if found else ""
