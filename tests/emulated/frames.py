"""Packets of the model as bytes, built by scapy: a second encoder, independent of the controller's."""

from functools import lru_cache
from ipaddress import IPv4Address

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
