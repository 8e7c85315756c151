"""A metropolitan network on which a millisecond can be kept: eight sites of one city.

The working path of the surgeon and the robot is s1-s2-s3, the only one of three switches. Whichever link or transit
switch of it, or of a path of four, fails, the switch before the failure reaches the other end so that the whole way has
at most five switches: with 10 us of fibre, 20.48 us for the own packet, 123.04 us for the one before it and 41 us of
queue a link, 20 us a switch, and 55.35 us an access link, that is 989 us. What the scanner sends to the archive takes
s1-s2 too, and has another way (s8-s6-s4-s2).
"""

from topologies.model import Topology
from topologies.read import read_topology


def metro() -> Topology:
    """The network."""
    return read_topology(_METRO, "metro")


_METRO = """
apiVersion: isochrone/v1
kind: Topology
metadata: {name: metro}
spec:
  switches:
    - {name: s1, dpid: "0000000000000001", site: pudong, region: shanghai}
    - {name: s2, dpid: "0000000000000002", site: huangpu, region: shanghai}
    - {name: s3, dpid: "0000000000000003", site: xuhui, region: shanghai}
    - {name: s4, dpid: "0000000000000004", site: hongkou, region: shanghai}
    - {name: s5, dpid: "0000000000000005", site: jingan, region: shanghai}
    - {name: s6, dpid: "0000000000000006", site: yangpu, region: shanghai}
    - {name: s7, dpid: "0000000000000007", site: changning, region: shanghai}
    - {name: s8, dpid: "0000000000000008", site: baoshan, region: shanghai}
  links:
    - {a: "s1:2", b: "s2:2", capacity: 100 Mbps, delay: 10 us, mtu: 1600}
    - {a: "s2:3", b: "s3:3", capacity: 100 Mbps, delay: 10 us, mtu: 1600}
    - {a: "s1:3", b: "s4:1", capacity: 100 Mbps, delay: 10 us, mtu: 1600}
    - {a: "s4:2", b: "s5:1", capacity: 100 Mbps, delay: 10 us, mtu: 1600}
    - {a: "s3:4", b: "s5:2", capacity: 100 Mbps, delay: 10 us, mtu: 1600}
    - {a: "s1:4", b: "s6:1", capacity: 100 Mbps, delay: 10 us, mtu: 1600}
    - {a: "s6:2", b: "s7:1", capacity: 100 Mbps, delay: 10 us, mtu: 1600}
    - {a: "s3:5", b: "s7:2", capacity: 100 Mbps, delay: 10 us, mtu: 1600}
    - {a: "s4:3", b: "s6:3", capacity: 100 Mbps, delay: 10 us, mtu: 1600}
    - {a: "s5:3", b: "s7:3", capacity: 100 Mbps, delay: 10 us, mtu: 1600}
    - {a: "s2:4", b: "s4:4", capacity: 100 Mbps, delay: 10 us, mtu: 1600}
    - {a: "s2:5", b: "s5:4", capacity: 100 Mbps, delay: 10 us, mtu: 1600}
    - {a: "s1:5", b: "s8:2", capacity: 100 Mbps, delay: 10 us, mtu: 1600}
    - {a: "s6:4", b: "s8:3", capacity: 100 Mbps, delay: 10 us, mtu: 1600}
  hosts:
    - {name: surgeon, at: "s1:1", mac: "00:00:00:00:00:01", addresses: [10.0.0.1/24], capacity: 1 Gbps, delay: 0 us}
    - {name: robot, at: "s3:1", mac: "00:00:00:00:00:02", addresses: [10.0.0.2/24], capacity: 1 Gbps, delay: 0 us}
    - {name: endoscope, at: "s3:2", mac: "00:00:00:00:00:03", addresses: [10.0.0.3/24], capacity: 1 Gbps, delay: 0 us}
    - {name: scanner, at: "s8:1", mac: "00:00:00:00:00:04", addresses: [10.0.0.4/24], capacity: 1 Gbps, delay: 0 us}
    - {name: archive, at: "s2:1", mac: "00:00:00:00:00:05", addresses: [10.0.0.5/24], capacity: 1 Gbps, delay: 0 us}
"""
