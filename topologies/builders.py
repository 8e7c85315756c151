"""Small networks of any need: a diamond, a ring, a line, each with one host a switch.

Rules of this file: host hN is on port 1 of switch sN; links run at 100 Mbps with 10 us and take labelled frames (mtu
1600); access links run at 1 Gbps.
"""

from collections.abc import Iterable

from topologies.emit import Data
from topologies.fields import API_VERSION
from topologies.model import Topology
from topologies.read import read_topology
from topologies.source import emit

SIZES = range(2, 251)
"""Switches of a line; a ring starts at 3. The hosts fit into one /24."""


def diamond() -> Topology:
    """Two ways from s1 to s4: by s2 and by s3."""
    return _network("diamond", 4, ((1, 2), (1, 3), (2, 4), (3, 4)))


def ring(size: int = 4) -> Topology:
    """s1 to s2 and so on, and back to s1."""
    return _network(f"ring-{size}", size, ((here, here % size + 1) for here in range(1, size + 1)))


def linear(size: int = 3) -> Topology:
    """s1 to s2 and so on."""
    return _network(f"linear-{size}", size, ((here, here + 1) for here in range(1, size)))


def _network(name: str, size: int, pairs: Iterable[tuple[int, int]]) -> Topology:
    numbers = range(1, size + 1)
    spec: Data = {
        "switches": [{"name": f"s{n}", "dpid": f"{n:016x}"} for n in numbers],
        "links": [{"a": f"s{a}", "b": f"s{b}", "capacity": "100 Mbps", "delay": "10 us", "mtu": 1600}
                  for a, b in pairs],
        "hosts": [{"name": f"h{n}", "at": f"s{n}:1", "mac": f"00:00:00:00:00:{n:02x}", "addresses": [f"10.0.0.{n}/24"],
                   "capacity": "1 Gbps", "delay": "0 us"} for n in numbers]}
    document: Data = {"apiVersion": API_VERSION, "kind": "Topology", "metadata": {"name": name}, "spec": spec}
    return read_topology(emit(document), name)
