"""Packets as bytes, as Open vSwitch is asked about them, and what the actions of its datapath make of bytes.

Rules of this file: a frame that is read back is the packet that it was made of (IPv4, and labels on top); actions that no
rule of ours ever comes to are not followed. Held to a second encoder and to Open vSwitch by tests/emulated.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from ipaddress import IPv4Address
from struct import pack, unpack_from

from intents.packets import LabelEntry, Packet
from intents.rules import IPV4, MPLS
from intents.selectors import PORT_FIELDS

VLAN = 0x8100
TAGGED = 0x1000
"""In `vlan_vid`: that there is a tag."""

RESUME, TO_CONTROLLER = -1, -2
"""Instead of a port: the datapath sends the bytes through the tables again, from where a pop left off; it sends them to
the controller."""

_ICMP_ECHO = b"\x08\x00\xf7\xff" + bytes(4)
_LENGTH = 8
"""Of what lies behind the IPv4 header, where the protocol asks for no more."""

_ACTION = re.compile(r"[a-z_]+\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)|\w+")
_PLACES = {"eth": {"dst": 0, "src": 6}, "arp": {"op": 6, "sha": 8, "sip": 14, "tha": 18, "tip": 24}}


class NotFollowedError(Exception):
    """What a switch does that cannot be told from here."""


def frame(packet: Packet) -> bytes:
    """A packet between two hosts as it goes over the wire."""
    fields = packet.fields
    made = fields["eth_dst"].to_bytes(6, "big") + fields["eth_src"].to_bytes(6, "big")
    if fields["vlan_vid"]:
        made += pack(">HH", VLAN, fields["vlan_vid"] & 0xFFF)
    made += pack(">H", MPLS if packet.stack else fields["eth_type"])
    for place, entry in enumerate(packet.stack, 1):
        made += _entry(entry.label, entry.tc, int(place == len(packet.stack)), entry.ttl)
    return made + (_ipv4(fields) if fields["eth_type"] == IPV4 and "ipv4_src" in fields else b"")


def packet_of(data: bytes) -> Packet:
    """The packet that a frame is; of what is no IPv4 beneath its labels, Ethernet alone."""
    fields = {"eth_dst": int.from_bytes(data[:6], "big"), "eth_src": int.from_bytes(data[6:12], "big"), "vlan_vid": 0}
    ethertype, at = unpack_from(">H", data, 12)[0], 14
    if ethertype == VLAN:
        tag, ethertype = unpack_from(">HH", data, 14)
        fields["vlan_vid"], at = TAGGED | tag & 0xFFF, 18
    stack: list[LabelEntry] = []
    while ethertype == MPLS:
        word, at = unpack_from(">I", data, at)[0], at + 4
        stack.append(LabelEntry(word >> 12, word >> 9 & 7, word & 0xFF))
        if word >> 8 & 1:
            ethertype = IPV4 if data[at] >> 4 == 4 else 0
    return Packet({**fields, "eth_type": ethertype, **(_read(data, at) if ethertype == IPV4 else {})}, tuple(stack))


def sent_by(actions: str, data: bytes) -> Iterator[tuple[int, bytes]]:
    """What leaves by which of the datapath's ports when it takes these actions (as `ofproto/trace` prints them) with
    the bytes of a packet. Raises NotFollowedError."""
    for action in _ACTION.findall(actions):
        name, _, arguments = action.partition("(")
        if action.isdigit():
            yield int(action), data
        elif name == "recirc":
            yield RESUME, data
        elif name == "userspace":  # reason 2 is OFPR_INVALID_TTL, which a controller gets only if it asks for it
            yield from [(TO_CONTROLLER, data)] if "reason=1" in arguments else []
        elif name in _CHANGES:
            data = _CHANGES[name](data, arguments)
        elif name not in ("drop", "meter"):
            raise NotFollowedError(f"it does {action}, which is not followed")


def _ipv4(fields: Mapping[str, int]) -> bytes:
    protocol = fields["ip_proto"]
    behind = _transport(protocol, fields)
    head = pack(">BBHHHBBH", 0x45, fields["ip_dscp"] << 2, 20 + len(behind), 0, 0, 64, protocol, 0)
    head += pack(">II", fields["ipv4_src"], fields["ipv4_dst"])
    return head[:10] + pack(">H", _checksum(head)) + head[12:] + behind


def _transport(protocol: int, fields: Mapping[str, int]) -> bytes:
    """The least that the protocol's header is made of. UDP goes without a checksum; TCP's is not looked at on the way."""
    ports = pack(">HH", *(fields[name] for name in PORT_FIELDS[protocol])) if protocol in PORT_FIELDS else b""
    behind = {1: _ICMP_ECHO, 6: ports + bytes(8) + b"\x50\x02" + bytes(6), 17: ports + pack(">HH", _LENGTH, 0),
              132: ports + bytes(8)}
    return behind.get(protocol, bytes(_LENGTH))


def _checksum(head: bytes) -> int:
    total: int = sum(unpack_from(f">{len(head) // 2}H", head))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def _read(data: bytes, at: int) -> dict[str, int]:
    if len(data) < at + 24:
        return {}
    found = {"ip_dscp": data[at + 1] >> 2, "ip_proto": data[at + 9], "ipv4_src": unpack_from(">I", data, at + 12)[0],
             "ipv4_dst": unpack_from(">I", data, at + 16)[0]}
    names = PORT_FIELDS.get(found["ip_proto"], ())
    return {**found, **dict(zip(names, unpack_from(">HH", data, at + 4 * (data[at] & 0xF)), strict=False))}


def _values(arguments: str) -> dict[str, str]:
    return {key: value.split("/")[0] for key, value in re.findall(r"(\w+)=([^,()]+)", arguments)}


def _ethertype_at(data: bytes) -> int:
    return 16 if unpack_from(">H", data, 12)[0] == VLAN else 12


def _push(data: bytes, arguments: str) -> bytes:
    at = _ethertype_at(data)
    return data[:at] + pack(">H", MPLS) + _changed_entry(_values(arguments), b"\0\0\0\0") + data[at + 2:]


def _pop(data: bytes, arguments: str) -> bytes:
    at = _ethertype_at(data)
    return data[:at] + pack(">H", int(_values(arguments)["eth_type"], 16)) + data[at + 6:]


def _set(data: bytes, arguments: str) -> bytes:
    at, values, layer = _ethertype_at(data), _values(arguments), arguments.split("(", maxsplit=1)[0]
    if layer == "mpls":
        return data[:at + 2] + _changed_entry(values, data[at + 2:at + 6]) + data[at + 6:]
    if not values.keys() <= _PLACES.get(layer, {}).keys():
        raise NotFollowedError(f"it does set({arguments}, which is not followed")
    changed, base = bytearray(data), 0 if layer == "eth" else at + 2
    for key, value in values.items():
        new = _bytes(key, value)
        changed[base + _PLACES[layer][key]:base + _PLACES[layer][key] + len(new)] = new
    return bytes(changed)


_CHANGES: Mapping[str, Callable[[bytes, str], bytes]] = {"push_mpls": _push, "pop_mpls": _pop, "set": _set}


def _bytes(key: str, value: str) -> bytes:
    if key == "op":
        return pack(">H", int(value))
    return IPv4Address(value).packed if key in ("sip", "tip") else bytes.fromhex(value.replace(":", ""))


def _changed_entry(values: Mapping[str, str], old: bytes) -> bytes:
    (was,) = unpack_from(">I", old)
    return _entry(*(int(values.get(name, was >> shift & mask)) for name, shift, mask in (
        ("label", 12, 0xFFFFF), ("tc", 9, 7), ("bos", 8, 1), ("ttl", 0, 255))))


def _entry(label: int, tc: int, bos: int, ttl: int) -> bytes:
    return pack(">I", label << 12 | tc << 9 | bos << 8 | ttl)
