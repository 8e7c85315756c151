"""Two switches with a host each and a cable between them, and what they would count under steady traffic."""

from ipaddress import IPv4Interface

from controller.facts import FlowCount, FlowCounters, PortCount, PortCounters
from topologies.model import Dpid, Host, Link, PortId, Switch, Topology

MS = 1_000_000
FRAME = 1_250
"""Bytes with FCS of every frame here: 10,000 bits."""

NETWORK = Topology(
    "pair", (Switch("s1", Dpid(1)), Switch("s2", Dpid(2))),
    (Link("cable", PortId("s1", 2), PortId("s2", 2), 100_000_000, 10_000, 1600),),
    (Host("h1", PortId("s1", 1), "00:00:00:00:00:01", (IPv4Interface("10.0.0.1/24"),), 200_000_000),
     Host("h2", PortId("s2", 1), "00:00:00:00:00:02", (IPv4Interface("10.0.0.2/24"),), 200_000_000)))


def sample(dpid: int, ms: int, token: int | None = None, *, at_ms: int | None = None) -> PortCounters:
    """What a switch counted `ms` after the start of 50 Mbps from h1 to h2 and 10 Mbps back, told at once or at `at_ms`."""
    there, back = 5 * ms, ms
    access = {"rx": there, "tx": back} if dpid == 1 else {"rx": back, "tx": there}
    return PortCounters(dpid, ms if token is None else token, (1_000 + (ms if at_ms is None else at_ms)) * MS, {
        1: _port(access["rx"], access["tx"], FRAME - 4, ms), 2: _port(access["tx"], access["rx"], FRAME, ms)})


def _port(received: int, sent: int, size: int, ms: int) -> PortCount:
    return PortCount(rx_packets=received, tx_packets=sent, rx_bytes=received * size, tx_bytes=sent * size,
                     rx_dropped=0, tx_dropped=0, rx_errors=0, tx_errors=0, duration_ns=(5_000 + ms) * MS)


def flow_sample(ms: int, *cookies: int, dpid: int = 1, rate: int = 5) -> FlowCounters:
    """What flows of these cookies counted `ms` after the start of 10 Mbps times `rate` on each."""
    flows = tuple(FlowCount(cookie, rate * ms, rate * ms * (FRAME - 4), (5_000 + ms) * MS) for cookie in cookies)
    return FlowCounters(dpid, ms, (1_000 + ms) * MS, flows)
