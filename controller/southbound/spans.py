"""Where the entries of a report begin and end: those that tell their own length."""

from collections.abc import Iterator
from struct import Struct

from controller.southbound.errors import MalformedError

_LENGTH = Struct("!H")


def spans(data: bytes, start: int, end: int, least: int, length_at: int = 0) -> Iterator[tuple[int, int]]:
    """Begin and end of each of the entries that fill the place from `start` to `end` and tell their own length."""
    while start < end:
        if end - start < least:
            raise MalformedError(f"{end - start} bytes left over")
        length, = _LENGTH.unpack_from(data, start + length_at)
        if length < least or start + length > end:
            raise MalformedError(f"an entry of {length} bytes")
        yield start, start + length
        start += length
