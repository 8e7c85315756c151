"""Fields of a match as bytes (OpenFlow 1.3.5 section 7.2.3): a header that says which and how long, a value, a mask.

Rules of this file: pure; which fields there are, their headers and sizes are asked of the library once, on import. What
cannot be said raises ValueError in words that name the field; bytes that do not fit together, MalformedError.
"""

from collections.abc import Mapping
from operator import and_
from struct import Struct
from typing import Any, NamedTuple

from controller.southbound.errors import MalformedError
from controller.southbound.framework import ofproto
from intents.rules import Field, Match

_MATCH = Struct("!HH")  # type and length
_EXPERIMENTER_CLASS = 0xFFFF


MOST = 256
"""Fields of one match: OpenFlow 1.3 has 40 kinds, Open vSwitch about 100 more."""


class Kind(NamedTuple):
    """A kind of field: the number that orders it in a match (what others require comes first), its header without and
    with a mask, the size of its value in bytes."""

    number: int
    header: bytes
    masked_header: bytes
    size: int


def _kind(known: Any) -> Kind:
    size: int = known.type.size
    exact, masked = bytearray(), bytearray()
    ofproto.oxm_serialize(known.num, bytes(size), None, exact, 0)
    ofproto.oxm_serialize(known.num, bytes(size), bytes(size), masked, 0)
    number = known.num[0] if isinstance(known.num, tuple) else known.num
    return Kind(number, bytes(exact[:-size]), bytes(masked[:-2 * size]), size)


_KINDS: Mapping[str, Kind] = {known.name: _kind(known) for known in ofproto.oxm_types}
_NAMES = {known.num: known.name.removesuffix("_nxm") for known in ofproto.oxm_types}


def kind(name: str) -> Kind:
    """What kind of field a name stands for: one of OpenFlow 1.3's own or of the extensions that the library knows."""
    found = _KINDS.get(name)
    if found is None:
        raise ValueError(f"OpenFlow 1.3 has no field {name}")
    return found


def order(names: tuple[str, ...]) -> tuple[int, ...]:
    """The places of these names in the order in which their fields stand in a match."""
    if len({*names}) != len(names):
        raise ValueError(f"a match names a field twice: {', '.join(names)}")
    return tuple(sorted(range(len(names)), key=lambda place: kind(names[place]).number))


def written(field: tuple[str, int, int | None]) -> bytes:
    """A field of this name, value and mask (`None`: exact). Of the value, what lies outside the mask is cleared."""
    name, number, mask = field
    _, header, masked_header, size = kind(name)
    value = _value(name, number, size)
    if mask is None:
        return header + value
    masking = _value(name, mask, size)
    return masked_header + bytes(map(and_, value, masking)) + masking


def _value(name: str, value: int, size: int) -> bytes:
    try:
        return value.to_bytes(size, "big")
    except OverflowError:
        raise ValueError(f"{name} has {8 * size} bits, and {value} does not fit") from None


class Part(NamedTuple):
    """Where a field of a match stands: place and size of its value in bytes; its mask, `None` where it is exact."""

    name: str
    at: int
    size: int
    mask: int | None

    def read(self, value: bytes) -> Field:
        """The field with this value, of which only what its mask covers counts."""
        number = int.from_bytes(value, "big")
        return Field(self.name, number) if self.mask is None else Field(self.name, number & self.mask, self.mask)


def match_at(data: bytes, start: int, limit: int) -> tuple[Match, int]:
    """The match that starts here, and where what follows it (aligned to 8) starts."""
    parts, after = parts_at(data, start, limit)
    return tuple([part.read(data[part.at:part.at + part.size]) for part in parts]), after


def parts_at(data: bytes, start: int, limit: int) -> tuple[list[Part], int]:
    """The fields of the match that starts here, by name, a mask of all ones exact and none of zeros; and where what follows
    the match (aligned to 8) starts."""
    _, length = _MATCH.unpack_from(data, start)
    end, after = start + length, start + (length + 7) // 8 * 8
    if length < 4 or after > limit:
        raise MalformedError(f"a match of {length} bytes")
    parts = []
    at = start + 4
    while at < end:
        part, at = _part_at(data, at, end)
        if part.mask != 0:
            parts.append(part)
        if len(parts) > MOST:
            raise MalformedError(f"a match of more than {MOST} fields")
    if len({part.name for part in parts}) != len(parts):
        raise MalformedError("a match that names a field twice")
    return sorted(parts), after


def _part_at(data: bytes, at: int, end: int) -> tuple[Part, int]:
    """The field that stands here, and where the next one starts."""
    name, size, masked, at = header_at(data, at, end)
    if not masked:
        return Part(name, at, size, None), at + size
    mask = int.from_bytes(data[at + size:at + 2 * size], "big")
    return Part(name, at, size, None if mask == (1 << 8 * size) - 1 else mask), at + 2 * size


def header_at(data: bytes, at: int, end: int) -> tuple[str, int, bool, int]:
    """A field's name, the size of its value in bytes, whether a mask follows the value, and where the value starts."""
    if end - at < 4:
        raise MalformedError("a field without its header")
    header = int.from_bytes(data[at:at + 4], "big")
    length, masked = header & 0xFF, bool(header & 0x100)
    start, experimenter = at + 4, None
    if header >> 16 == _EXPERIMENTER_CLASS:
        experimenter = int.from_bytes(data[start:start + 4], "big")
        start, length = start + 4, length - 4
    if length < 1 or start + length > end or (masked and length % 2):
        raise MalformedError(f"a field of {length} bytes")
    return name_of(header, experimenter), length // 2 if masked else length, masked, start


def name_of(header: int, experimenter: int | None = None) -> str:
    """The name of the field that a header begins; one made of its numbers where none is known."""
    number = header >> 9
    known = _NAMES.get(number if experimenter is None else (experimenter, number))
    return known or f"oxm-{header >> 16}-{number & 0x7F}" + ("" if experimenter is None else f"-{experimenter}")
