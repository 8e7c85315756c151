"""Messages as plain data for JSON: field names as in the protocol, enumerations by their word, numbers as numbers.

(protobuf's own JSON makes strings of 64-bit integers and drops zeros; a missing number must be null, a zero 0.)
"""

from typing import Any

from google.protobuf import json_format, struct_pb2
from google.protobuf.descriptor import EnumDescriptor
from google.protobuf.message import Message

SMALL = {"isochrone.v1.Role", "isochrone.v1.Direction", "isochrone.v1.Outcome", "isochrone.v1.Kind",
         "isochrone.v1.What"}
"""Enumerations whose words the language writes in small letters."""


def plain(message: Message) -> dict[str, Any]:
    """A message as a dictionary of every field it has, set or not."""
    return {field.name: _value(field, message) for field in message.DESCRIPTOR.fields}


def word(kind: EnumDescriptor, number: int) -> str | None:
    """What an enumeration's value is called outside: `STATUS_PENDING` of `Status` is `PENDING`; nothing for 0."""
    if not number:
        return None
    name = kind.values_by_number[number].name.removeprefix(kind.name.upper() + "_")
    return name.lower() if kind.full_name in SMALL else name


def _value(field: Any, message: Message) -> Any:
    value = getattr(message, field.name)
    if field.message_type and field.message_type.GetOptions().map_entry:
        return dict(sorted(value.items()))
    if field.is_repeated:
        return [_single(field, one) for one in value]
    if field.has_presence and not message.HasField(field.name):
        return None
    return _single(field, value)


def _single(field: Any, value: Any) -> Any:
    if isinstance(value, struct_pb2.Value):
        return json_format.MessageToDict(value)
    if field.message_type:
        return plain(value)
    return word(field.enum_type, value) if field.enum_type else value

