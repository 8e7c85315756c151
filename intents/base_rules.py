"""The rules that follow from the network alone: who is admitted where, how addresses are reached, who answers ARP.

Rules of this file: a host is heard only untagged, on its port, with its MAC and one of its addresses; a cable between
switches carries labelled frames only, by one rule for each bottom-of-stack value (else Open vSwitch lets one probe
decide the label entry of all data behind it); the rest misses and is dropped. ARP is answered in the switch, so that
hosts live on without the controller. A gateway answers under a MAC of ours and routes nothing: what is sent to it is
delivered by its destination address, with the sender's MAC and the TTL it came with.
"""

from collections.abc import Iterator
from ipaddress import IPv4Address

from intents.marks import mark_of
from intents.rules import (
    ARP,
    IN_PORT,
    IPV4,
    MPLS,
    VLAN_NONE,
    Action,
    CopyField,
    Flow,
    Kind,
    Match,
    Output,
    SetField,
    Table,
    cookie,
    match,
)
from topologies.model import Host, PortId, Topology

PRIORITY = 100
"""Of every rule here: no two of one table overlap."""

GATEWAY_MACS = 0x0249_0000_0000
"""Gateways' MACs: locally administered, our owner byte, then the address."""

_REQUEST, _REPLY = 1, 2


def base_rules(network: Topology) -> Iterator[Flow]:
    """Admission, delivery and answers of a network without a connection: nothing but ARP gets through."""
    for host in network.hosts:
        yield from _admissions(network, host)
        yield from _deliveries(network, host)
    for link in network.links:
        for port in (link.a, link.b):
            mark = cookie(Kind.ADMIT, port_mark(port))
            for bottom in (0, 1):
                labelled = match(in_port=port.number, eth_type=MPLS, mpls_bos=bottom)
                yield Flow(network.switch_by_name[port.switch].dpid, Table.ADMIT, PRIORITY, labelled,
                           goto=Table.LABEL, cookie=mark)
    yield from _answers(network)


def mac_number(mac: str) -> int:
    """A MAC as match fields hold it."""
    return int(mac.replace(":", ""), 16)


def host_mark(host: Host) -> int:
    """48 bits that name a host where it is."""
    return mark_of("host", host.name, str(host.at))


def port_mark(port: PortId) -> int:
    """48 bits that name one end of a link."""
    return mark_of("link port", str(port))


def _admissions(network: Topology, host: Host) -> Iterator[Flow]:
    dpid, mac = network.switch_by_name[host.at.switch].dpid, mac_number(host.mac)
    mark = cookie(Kind.ADMIT, host_mark(host))
    for address in sorted(int(interface) for interface in host.addresses):
        sent = match(in_port=host.at.number, eth_type=IPV4, vlan_vid=VLAN_NONE, eth_src=mac, ipv4_src=address)
        asked = match(in_port=host.at.number, eth_type=ARP, vlan_vid=VLAN_NONE, eth_src=mac, arp_spa=address,
                      arp_sha=mac)
        yield Flow(dpid, Table.ADMIT, PRIORITY, sent, goto=Table.CLASSIFY, cookie=mark)
        yield Flow(dpid, Table.ADMIT, PRIORITY, asked, goto=Table.ANSWER, cookie=mark)


def _deliveries(network: Topology, host: Host) -> Iterator[Flow]:
    dpid = network.switch_by_name[host.at.switch].dpid
    mark = cookie(Kind.DELIVER, host_mark(host))
    actions = (SetField("eth_dst", mac_number(host.mac)), Output(host.at.number))
    for address in sorted(int(interface) for interface in host.addresses):
        yield Flow(dpid, Table.DELIVER, PRIORITY, match(eth_type=IPV4, ipv4_dst=address), actions, cookie=mark)


def _answers(network: Topology) -> Iterator[Flow]:
    """Every switch with hosts answers for every bound address: made once, then stamped on each switch."""
    bound = {int(interface): mac_number(host.mac) for host in network.hosts for interface in host.addresses}
    bound |= {int(gateway): GATEWAY_MACS | int(gateway) for gateway in network.gateways}
    answers = [(_request_for(address), _reply(address, mac),
                cookie(Kind.ANSWER, mark_of("answer", str(IPv4Address(address)))))
               for address, mac in sorted(bound.items())]
    for dpid in sorted({network.switch_by_name[host.at.switch].dpid for host in network.hosts}):
        for asked, actions, mark in answers:
            yield Flow(dpid, Table.ANSWER, PRIORITY, asked, actions, cookie=mark)


def _request_for(address: int) -> Match:
    return match(eth_type=ARP, arp_op=_REQUEST, arp_tpa=address)


def _reply(address: int, mac: int) -> tuple[Action, ...]:
    """Turn the request round: what the asker said of itself moves to the target's fields before it is overwritten."""
    return (CopyField("eth_src", "eth_dst", 48), SetField("eth_src", mac), SetField("arp_op", _REPLY),
            CopyField("arp_sha", "arp_tha", 48), CopyField("arp_spa", "arp_tpa", 32),
            SetField("arp_sha", mac), SetField("arp_spa", address), Output(IN_PORT))
