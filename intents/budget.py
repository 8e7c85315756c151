"""The static latency budget: what each hop may cost a connection at worst, before a packet was sent.

A hop is one arc, access links included. Its line adds up propagation, the connection's own largest packet, one frame that
already holds the wire (no class can take it back), the queue allowance of the class on that link, and the switch that the
arc enters. Nothing in it depends on load: admission keeps every queue within its allowance (capacity.py), so no later
admission breaks an earlier promise. An unknown delay makes no line: it is never counted as 0.
"""

from intents.model import BudgetLine, Direction
from topologies.model import Arc, Topology

AROUND_BYTES = 38
"""Of a frame around its payload: header, FCS, preamble and gap (IEEE 802.3)."""

NS = 1_000_000_000


def hop(network: Topology, arc: Arc, direction: Direction, service_class: str, packet_bytes: int) -> BudgetLine | None:
    """What one arc may cost a packet of this class and size; `None` where its delay is unknown."""
    if arc.delay_ns is None:
        return None
    entered = network.switch_by_name.get(arc.target)
    return BudgetLine(
        direction, arc.link,
        propagation_ns=arc.delay_ns,
        serialisation_ns=on_the_wire_ns(packet_bytes, arc.capacity_bps),
        blocking_ns=on_the_wire_ns(_in_the_way_bytes(network, arc), arc.capacity_bps),
        queueing_ns=network.queue_ns(service_class),
        switch_ns=entered.delay_ns if entered else 0,
    )


def _in_the_way_bytes(network: Topology, arc: Arc) -> int:
    """The longest frame that may be on the wire when ours arrives: the largest that both this link and a host can bring.
    No frame preemption is assumed."""
    return min(arc.mtu, network.largest_packet_bytes) + AROUND_BYTES


def on_the_wire_ns(size_bytes: int, rate_bps: int) -> int:
    """How long that many bytes occupy a link, rounded up to a whole ns."""
    return -(-size_bytes * 8 * NS // rate_bps)
