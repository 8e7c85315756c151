"""Fake switches that are wired as a topology: what one sends out of a port comes to where all their tables lead it."""

import struct
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial

from intents.forwarding import walk
from intents.packets import LabelEntry, Packet
from intents.rules import MPLS, RuleSet, merged
from tests.fake_switch import FakeSwitch
from topologies.model import PortId, Topology


@contextmanager
def connected(network: Topology, port: int, held: RuleSet | None = None) -> Iterator[dict[int, FakeSwitch]]:
    """All switches of a network, connected to a controller on loopback; they hold these rules already."""
    switches = {}
    for switch in network.switches:
        ends = [end for link in network.links for end in (link.a, link.b)] + [host.at for host in network.hosts]
        ports = sorted(end.number for end in ends if end.switch == switch.name)
        switches[switch.dpid] = FakeSwitch(switch.dpid, ports, held.of(switch.dpid) if held else None)
    wire(network, switches)
    with ExitStack() as stack:
        for fake in switches.values():
            stack.enter_context(fake.connect(port))
        yield switches


def wire(network: Topology, switches: dict[int, FakeSwitch]) -> None:
    """Have the switches of a network carry what they are to send out of a port."""
    for dpid, fake in switches.items():
        fake.carry = partial(_carry, network, switches, network.switch_by_dpid[dpid].name)


def _carry(network: Topology, switches: dict[int, FakeSwitch], name: str, port: int, frame: bytes) -> None:
    peer = network.peer_of.get(PortId(name, port))
    if peer is None:
        return
    tables = merged(switch.tables for switch in switches.values())
    for end in walk(network, tables, _packet(frame), peer).ends:
        if end.what == "controller":
            top = end.packet.stack[0]
            entry = struct.pack("!I", top.label << 12 | top.tc << 9 | top.ttl)
            switches[network.switch_by_name[end.at.switch].dpid].hand_up(end.at.number, frame[:14] + entry + frame[18:])


def _packet(frame: bytes) -> Packet:
    """What the tables see of a labelled frame."""
    receiver, sender, ethertype = struct.unpack_from("!6s6sH", frame)
    assert ethertype == MPLS
    stack, at, is_last = [], 14, False
    while not is_last:
        (entry,) = struct.unpack_from("!I", frame, at)
        stack.append(LabelEntry(entry >> 12, entry >> 9 & 7, entry & 0xFF))
        at, is_last = at + 4, bool(entry >> 8 & 1)
    ends = {"eth_dst": int.from_bytes(receiver, "big"), "eth_src": int.from_bytes(sender, "big")}
    return Packet({**ends, "eth_type": 0, "vlan_vid": 0}, tuple(stack))
