"""The rate and the queue of every port, by HTB with a short pfifo below it, and what these and the sockets dropped.

Rules of this file:
- A rate counts as the language does: L2 bytes with FCS, without our label. The kernel counts neither the FCS nor any
  difference between label and payload, so a port towards a host gets an overhead of 4 bytes a frame, and one between
  switches none: there the label stands for the FCS.
- All ports of a vswitchd share one send buffer (about 90 frames of 1,500 bytes), and a frame that finds it full vanishes
  uncounted. So all queues of a switch are equally long and hold, when full of the largest frames that can come, no more
  than 60 frames and that buffer (but 8 a port at least).
"""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from topologies.model import Arc, PortId, Topology

from .errors import LabError

SWITCH_FRAMES, LEAST_FRAMES, HOST_FRAMES = 60, 8, 60
SWITCH_BYTES = 200_000
"""Of the 212,992 of the send buffer (net.core.wmem_default), as the kernel counts frames."""

BURST_BYTES = 15_140
"""Ten full frames: what HTB may let through at once after a pause."""

Shell = Callable[[str, Sequence[str], str], str]
"""Runs a command in a node's network namespace with this text as its input: its output."""

READ = ("sh", "-c", "tc -s -j qdisc show; echo; ip -s -j link show; echo; ss -0 -m -H -n")


@dataclass(frozen=True, slots=True)
class Port:
    """A network interface that frames leave by. `frames`: the limit of its queue."""

    node: str
    number: int
    interface: str
    link: str
    rate_bps: int
    frames: int
    overhead_bytes: int


@dataclass(frozen=True, slots=True)
class Drop:
    """Frames lost at a known place since the network started, sent from `node` into `link` (but `receive`: arrived from
    there). Causes: `queue` (the port's limit), `ring` (the wire did not fetch them in time), `receive` (the switch did
    not), and those of the wires: `cut`, `loss`, `refused`."""

    node: str
    link: str
    cause: str
    frames: int


def ports(topology: Topology, interface: Callable[[str, int], str]) -> tuple[Port, ...]:
    """The ports of all switches and hosts, by node and number. A host's port is 0."""
    found = []
    for arc in topology.arcs:
        number = arc.out_port or 0
        frames = HOST_FRAMES if arc.out_port is None else _frames(topology.arcs_from[arc.source])
        between = PortId(arc.source, number) in topology.peer_of
        found.append(Port(arc.source, number, interface(arc.source, number), arc.link, arc.capacity_bps, frames,
                          0 if between else 4))
    return tuple(sorted(found, key=lambda port: (port.node, port.number)))


def limit(found: Sequence[Port], shell: Shell) -> None:
    """Give every port its rate and its queue. After the switches have started: Open vSwitch clears what it finds."""
    for node in sorted({port.node for port in found}):
        lines = [line for port in found if port.node == node for line in _commands(port)]
        shell(node, ("tc", "-batch", "-"), "\n".join(lines) + "\n")


def drops(found: Sequence[Port], shell: Shell) -> tuple[Drop, ...]:
    """What queues, rings and sockets have dropped so far, by node, link and cause; only what is not zero."""
    counted = [drop for node in sorted({port.node for port in found})
               for drop in _read(node, {port.interface: port for port in found if port.node == node},
                                 shell(node, READ, ""))]
    return tuple(sorted((drop for drop in counted if drop.frames), key=lambda drop: (drop.node, drop.link, drop.cause)))


def _frames(arcs: Sequence[Arc]) -> int:
    """How many frames each port of a switch may queue."""
    return max(min(SWITCH_FRAMES // len(arcs), SWITCH_BYTES // sum(memory_bytes(arc.mtu) for arc in arcs)), LEAST_FRAMES)


def memory_bytes(mtu: int) -> int:
    """What a socket is charged for a full frame of this MTU: its data and 352 bytes round it come from a slab of a power of
    two, the rest is the frame's description (SIOCOUTQ on Linux 6.18: 2,304 at 1,500 and 1,600, 4,352 at 3,700, 9,024 at
    4,400 and 7,500)."""
    slab: int = 1 << (mtu + 18 + 352 - 1).bit_length()
    return slab + (256 if slab <= 4096 else 832)


def _commands(port: Port) -> tuple[str, ...]:
    at = f"dev {port.interface}"
    return (
        f"qdisc replace {at} root handle 1: htb default 1",
        f"class replace {at} parent 1: classid 1:1 htb rate {port.rate_bps}bit burst {BURST_BYTES} cburst {BURST_BYTES} "
        f"quantum 1514 overhead {port.overhead_bytes}",
        f"qdisc replace {at} parent 1:1 handle 10: pfifo limit {port.frames}")


def _read(node: str, by_interface: dict[str, Port], said: str) -> Iterator[Drop]:
    parts = said.split("\n\n", 2)
    if len(parts) != 3:
        raise LabError(f"{node}: tc, ip and ss said {said[:200]!r} instead of their counters")
    for qdisc in json.loads(parts[0]):
        # a child's drops are in its root's too
        if qdisc.get("root") and qdisc["dev"] in by_interface:
            yield Drop(node, by_interface[qdisc["dev"]].link, "queue", qdisc["drops"])
    for link in json.loads(parts[1]):
        if link["ifname"] in by_interface:
            yield Drop(node, by_interface[link["ifname"]].link, "ring", _lost_in_ring(link))
    for name, count in re.findall(r"\*:(\S+).*?,d(\d+)\)", parts[2]):
        if name in by_interface:
            yield Drop(node, by_interface[name].link, "receive", int(count))


def _lost_in_ring(link: dict[str, Any]) -> int:
    dropped: int = link["stats64"]["tx"]["dropped"]
    return dropped
