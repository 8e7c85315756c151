"""How much each direction of each link carries, from what its ports count.

Rules of this file: a rate counts as the language does (LANGUAGE rule 2): L2 bytes with FCS, without our label. Ports of
Linux count frames without FCS (if_link.h, rtnl_link_stats64), so a frame to or from a host gets 4 bytes more. Between
switches there is nothing to add: all that goes there carries one label of 4 bytes, which stands for the FCS.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from controller.facts import PortCounters
from controller.telemetry.history import KEPT_PERIODS, PORT_PERIOD_NS, History, is_stale
from controller.telemetry.rates import Reading, latest_advance
from topologies.model import Arc, Topology

FCS_BYTES = 4

FLOWING = 0.01
"""What the far end receives of a line's rate while the near one counts nothing sent: with less, nobody is misled."""

LEAST_NS = PORT_PERIOD_NS // 2
"""Nearer together two samples say nothing: Open vSwitch tells durations in ms."""


@dataclass(frozen=True, slots=True)
class Load:
    """What one direction of a link carried on the mean from `since_ns` to `at_ns` (monotonic, when the samples came in):
    bit/s, and as a share of the capacity. What its queue dropped is not in it."""

    rate_bps: int
    share: float
    since_ns: int
    at_ns: int


def link_loads(history: History, network: Topology, now_ns: int) -> Mapping[tuple[str, str], Load | None]:
    """By link (or access link) and the node that sends, in the order of `network.arcs`; `None` is unknown: not two samples
    yet, or none of late."""
    return {(arc.link, arc.source): _load(history, network, arc, now_ns) for arc in network.arcs}


def least_sent(history: History, network: Topology, arc: Arc, since_ns: int, at_ns: int) -> int:
    """The least that a host sent over its cable between two samples in a row of all that time, in bit/s; 0 where samples
    do not tell of all of it."""
    samples = history.ports.get(network.switch_by_name[arc.target].dpid, ())
    of_then = [(one, other) for one, other in pairwise(samples) if one.at_ns < at_ns and other.at_ns > since_ns]
    if not of_then or of_then[0][0].at_ns > since_ns or of_then[-1][1].at_ns < at_ns - LEAST_NS:
        return 0
    steps = [latest_advance((_reading(other, arc.in_port or 0, True), _reading(one, arc.in_port or 0, True)), LEAST_NS,
                            arc.capacity_bps) for one, other in of_then]
    return min(step.bps(FCS_BYTES) if step else 0 for step in steps)


def _load(history: History, network: Topology, arc: Arc, now_ns: int) -> Load | None:
    """From the sending port; what a host sends, from the port that receives it."""
    switch, port = (arc.target, arc.in_port) if arc.out_port is None else (arc.source, arc.out_port)
    samples = _samples(history, network, switch)
    if arc.out_port and arc.in_port and _stands_still(samples, _samples(history, network, arc.target), arc):
        return None
    readings = (_reading(sample, port or 0, arc.out_port is None) for sample in reversed(samples))
    advance = latest_advance(readings, LEAST_NS, arc.capacity_bps)
    if advance is None or is_stale(advance.at_ns, now_ns, PORT_PERIOD_NS):
        return None
    rate_bps = advance.bps(0 if arc.out_port and arc.in_port else FCS_BYTES)
    return Load(rate_bps, rate_bps / arc.capacity_bps, advance.since_ns, advance.at_ns)


def _samples(history: History, network: Topology, switch: str) -> tuple[PortCounters, ...]:
    held = history.ports.get(network.switch_by_name[switch].dpid, ())
    return tuple(each for each in held if held[-1].at_ns - each.at_ns <= KEPT_PERIODS * PORT_PERIOD_NS)


def _stands_still(near: tuple[PortCounters, ...], far: tuple[PortCounters, ...], arc: Arc) -> bool:
    """Whether the sending port counted nothing in the last two rounds, and the far end went on receiving in both: the
    counter is frozen though its clock runs, and the link not idle."""
    told = {sample.token: sample for sample in far}
    rounds = [(_reading(sample, arc.out_port or 0, False), _reading(told[sample.token], arc.in_port or 0, True))
              for sample in near if sample.token in told]
    known = [(sent, received) for sent, received in rounds if sent is not None and received is not None][-3:]
    return len(known) == 3 and known[0][0].packets == known[2][0].packets and all(
        8e9 * (after.bytes - before.bytes) >= FLOWING * arc.capacity_bps * (after.at_ns - before.at_ns)
        for (_, before), (_, after) in pairwise(known))


def _reading(sample: PortCounters, port: int, received: bool) -> Reading | None:
    count = sample.ports.get(port)
    if count is None:
        return None
    packets, size = (count.rx_packets, count.rx_bytes) if received else (count.tx_packets, count.tx_bytes)
    return None if packets is None or size is None else Reading(sample.at_ns, count.duration_ns, packets, size)
