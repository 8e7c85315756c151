"""Names as numbers: the 48 bits in a cookie, and where the search for a free label or id begins.

By content (blake2b, never `hash()`), so that every run and every restart comes to the same numbers.
"""

from collections.abc import Container
from hashlib import blake2b


def mark_of(*parts: str) -> int:
    """48 bits that name something by its parts."""
    text = "\x00".join(parts).encode()
    return int.from_bytes(blake2b(text, digest_size=6).digest(), "big")


def mark_in(cookie: int) -> int:
    """The 48 bits in a cookie of ours."""
    return cookie & (1 << 48) - 1


def free_number(mark: int, numbers: range, taken: Container[int]) -> int | None:
    """The number that a mark points at, or the next one that is not taken; `None` when all are."""
    start = mark % len(numbers)
    return next((number for part in (numbers[start:], numbers[:start]) for number in part if number not in taken), None)
