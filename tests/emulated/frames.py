"""Packets as bytes: the model's, built by scapy, and what Open vSwitch's datapath actions make of bytes."""

import re
from collections.abc import Iterator
from functools import lru_cache
from ipaddress import IPv4Address
from struct import pack, unpack_from

from scapy.contrib.mpls import MPLS
from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import ARP, Dot1Q, Ether
from scapy.packet import Raw

from intents.packets import ETHERNET, Packet
from intents.rules import ARP as ARP_TYPE
from intents.rules import MPLS as MPLS_TYPE
from tests.emulated.ofctl_text import mac_text

VLAN = 0x8100
IPV6 = 0x86DD


def frame(packet: Packet) -> bytes:
    """A packet of the model as it goes over the wire."""
    fields = packet.fields
    types = ([VLAN] if fields["vlan_vid"] else []) + ([MPLS_TYPE] if packet.stack else [fields["eth_type"]])
    built = Ether(src=mac_text(fields["eth_src"]), dst=mac_text(fields["eth_dst"]), type=types[0])
    if fields["vlan_vid"]:
        built /= Dot1Q(vlan=fields["vlan_vid"] & 0xFFF, type=types[1])
    for number, entry in enumerate(packet.stack, 1):
        built /= MPLS(label=entry.label, cos=entry.tc, s=int(number == len(packet.stack)), ttl=entry.ttl)
    return bytes(built) + _payload(tuple(sorted((name, value) for name, value in fields.items() if name not in ETHERNET)))


@lru_cache(1 << 12)
def _payload(fields: tuple[tuple[str, int], ...]) -> bytes:
    """What stands behind Ethernet and labels, which is mostly the same before a switch and behind it."""
    known = dict(fields)
    return bytes({ARP_TYPE: _arp, IPV6: _ipv6}.get(known["eth_type"], _ipv4)(known))


def _arp(fields: dict[str, int]) -> ARP:
    return ARP(op=fields["arp_op"], hwsrc=mac_text(fields["arp_sha"]), hwdst=mac_text(fields["arp_tha"]),
               psrc=str(IPv4Address(fields["arp_spa"])), pdst=str(IPv4Address(fields["arp_tpa"])))


def _ipv6(_: dict[str, int]) -> IPv6:
    """Of which no field is modelled: always the same."""
    return IPv6(src="fd00::1", dst="fd00::2") / UDP(sport=9, dport=9)


def _ipv4(fields: dict[str, int]) -> IP:
    transport = {6: lambda: TCP(sport=fields["tcp_src"], dport=fields["tcp_dst"]),
                 17: lambda: UDP(sport=fields["udp_src"], dport=fields["udp_dst"]), 1: ICMP}
    return IP(src=str(IPv4Address(fields["ipv4_src"])), dst=str(IPv4Address(fields["ipv4_dst"])), id=7,
              proto=fields["ip_proto"], tos=fields["ip_dscp"] << 2,
              ) / transport.get(fields["ip_proto"], lambda: Raw(bytes(8)))()


RESUME, TO_CONTROLLER = -1, -2
"""Instead of a port: the datapath sends the bytes through the tables again, from where a pop left off; it sends them to
the controller."""


def sent_by(actions: str, data: bytes) -> Iterator[tuple[int, bytes]]:
    """What leaves by which of the datapath's ports when it takes these actions (as `ofproto/trace` prints them) with
    the bytes of a packet."""
    for action in re.findall(r"[a-z_]+\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)|\w+", actions):
        name, _, arguments = action.partition("(")
        if action.isdigit():
            yield int(action), data
        elif name == "recirc":
            yield RESUME, data
        elif name == "userspace":  # reason 2 is OFPR_INVALID_TTL, which a controller gets only if it asks for it
            yield from [(TO_CONTROLLER, data)] if "reason=1" in arguments else []
        elif name in ("push_mpls", "pop_mpls", "set"):
            data = _changed(name, data, arguments)
        else:
            assert name in ("drop", "meter"), action


def _changed(name: str, data: bytes, arguments: str) -> bytes:
    values = {key: value.split("/")[0] for key, value in re.findall(r"(\w+)=([^,()]+)", arguments)}
    ethertype = 16 if unpack_from(">H", data, 12)[0] == VLAN else 12
    head, behind = data[:ethertype], data[ethertype + 2:]
    if name == "push_mpls":
        return head + pack(">H", MPLS_TYPE) + _entry(values, b"\0\0\0\0") + behind
    if name == "pop_mpls":
        return head + pack(">H", int(values["eth_type"], 16)) + behind[4:]
    layer = arguments.split("(", maxsplit=1)[0]
    if layer == "mpls":
        return data[:ethertype + 2] + _entry(values, behind[:4]) + behind[4:]
    places = {"eth": {"dst": 0, "src": 6}, "arp": {"op": 6, "sha": 8, "sip": 14, "tha": 18, "tip": 24}}[layer]
    changed, base = bytearray(data), 0 if layer == "eth" else ethertype + 2
    for key, value in values.items():
        new = _bytes(key, value)
        changed[base + places[key]:base + places[key] + len(new)] = new
    return bytes(changed)


def _bytes(key: str, value: str) -> bytes:
    if key == "op":
        return pack(">H", int(value))
    return IPv4Address(value).packed if key in ("sip", "tip") else bytes.fromhex(value.replace(":", ""))


def _entry(values: dict[str, str], old: bytes) -> bytes:
    (was,) = unpack_from(">I", old)
    label, tc, bos, ttl = (int(values.get(name, was >> shift & mask))
                           for name, shift, mask in (("label", 12, 0xFFFFF), ("tc", 9, 7), ("bos", 8, 1), ("ttl", 0, 255)))
    return pack(">I", label << 12 | tc << 9 | bos << 8 | ttl)
