"""What the emulation itself costs: the delay of a path whose switches do nothing but pass frames from port to port."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from .measured import Count, Span, count, together
from .network import EmulatedNetwork
from .probe import Flow, probing

COOKIE = "0x62617265"
"""Marks the bare rules for their removal; none of the controller's cookies begins so."""

WARM_UP_PACKETS = 200
"""Left out of the count: the first packets of a flow wait for every switch to make up its mind (4 to 80 ms)."""


def bare_delay(network: EmulatedNetwork, nodes: Sequence[str], links: Sequence[str], seconds: float = 2,
               rate_pps: float = 1000, frame_bytes: int = 128) -> Count:
    """Probe both ways along a path (host, switches, host, and the links between them) with port-to-port rules that
    are there only meanwhile: both directions together. Before a controller attaches, which would find the rules."""
    flow = Flow("bare", nodes[0], nodes[-1], rate_pps, frame_bytes)
    with _passing(network, nodes, links), _neighbours(network, nodes[0], nodes[-1]), probing(network) as prober:
        prober.start(flow)
        prober.start(flow.mirrored())
        time.sleep(seconds + WARM_UP_PACKETS / rate_pps)
        streams = prober.stop()
    counts = [count(stream, Span("bare", stream.sent_ns[WARM_UP_PACKETS], stream.sent_ns[-1] + 1)) for stream in streams]
    return together(counts)


@contextmanager
def _passing(network: EmulatedNetwork, nodes: Sequence[str], links: Sequence[str]) -> Iterator[None]:
    """Rules that pass what enters a switch by one link of the path out by the other."""
    arcs = network.topology.arc_by_ends
    through = [(node, arcs[before, node].out_port, arcs[behind, node].out_port)
               for before, node, behind in zip(links, nodes[1:-1], links[1:], strict=False)]
    try:
        for switch, one, other in through:
            for source, sink in ((one, other), (other, one)):
                network.ofctl(switch, "add-flow", f"cookie={COOKIE},priority=1,in_port={source},actions=output:{sink}")
        yield
    finally:
        for switch, _, _ in through:
            network.ofctl(switch, "del-flows", f"cookie={COOKIE}/-1")


@contextmanager
def _neighbours(network: EmulatedNetwork, *ends: str) -> Iterator[None]:
    """Let two hosts know each other's MAC, as neighbours on one cable: nobody answers ARP for another subnet here."""
    hosts = [network.topology.host_by_name[end] for end in ends]
    pairs = [(hosts[0], hosts[1]), (hosts[1], hosts[0])]
    known = []
    for host, other in pairs:
        interface = next(port.interface for port in network.ports if port.node == host.name)
        known.append((host.name, str(other.addresses[0].ip), interface, other.mac))
    try:
        for name, address, interface, mac in known:
            network.run(name, ("ip", "route", "replace", f"{address}/32", "dev", interface))
            network.run(name, ("ip", "neigh", "replace", address, "lladdr", mac, "dev", interface))
        yield
    finally:
        for name, address, interface, _ in known:
            network.run(name, ("ip", "neigh", "del", address, "dev", interface))
            network.run(name, ("ip", "route", "del", f"{address}/32", "dev", interface))
