"""One network with everything unusual in it, built once; each test looks at one thing that was seen of it."""

import re
import subprocess
import time
from collections.abc import Callable
from dataclasses import asdict
from ipaddress import IPv4Interface
from typing import Any

import pytest

from labs import backend
from labs.errors import LabError
from labs.network import EmulatedNetwork, running
from labs.probe import load, probing
from topologies.model import Dpid, Host, Link, PortId, Switch, Topology

Seen = dict[str, Any]
FAR = "a-switch-with-a-long-name"

ODD = Topology(
    name="odd",
    switches=(Switch(FAR, Dpid(0xFEDC000000000001)), Switch("s1", Dpid(0x10))),
    links=(Link("short", PortId("s1", 2), PortId(FAR, 700), 20_000_000, 10_000, mtu=1600),
           Link("parallel", PortId("s1", 9), PortId(FAR, 1), 100_000_000, None, mtu=1500)),
    hosts=(Host("h1", PortId("s1", 1), "02:00:00:00:00:01", (IPv4Interface("10.0.1.1/24"), IPv4Interface("10.0.9.1/24")),
                1_000_000_000),
           Host("h2", PortId(FAR, 65279), "02:00:00:00:00:02", (IPv4Interface("10.0.1.2/24"),), 1_000_000_000, 2_000_000)),
    gateways=(IPv4Interface("10.0.9.254/24"),))


@pytest.fixture(scope="module")
def seen(in_sandbox: Callable[..., Any]) -> Seen:
    found: Seen = in_sandbox(look)
    return found


def look() -> Seen:
    with running(ODD, backend.attempt()) as network:
        found: Seen = {
            "show": {name: network.ofctl(name, "show") for name in ("s1", FAR)},
            "links": {name: network.run(name, ("ip", "-br", "link")) for name in ("h1", "h2", "s1", FAR)},
            "mtus": {name: network.run(name, ("ip", "link")) for name in ("h1", "h2", "s1", FAR)},
            "addresses": network.run("h1", ("ip", "-br", "addr")), "routes": network.run("h1", ("ip", "route")),
            "neighbours": network.run("h1", ("ip", "neigh")), "offloads": network.run("h1", ("ethtool", "-k", "h1-0")),
            "bridge": network.net["s1"].cmd("ovs-vsctl get bridge s1 fail_mode protocols datapath_type"),
            "flows": network.dump("s1"),
            "port status": port_status(network)}
        cross(network)
        found["ping"] = network.run("h1", ("ping", "-c", "5", "-i", "0.05", "-q", "10.0.1.2"))
        found["dropped"] = overload(network)
        network.cut("short")
        network.mend("short")
        found["queue after a mend"] = network.run("s1", ("tc", "class", "show", "dev", "s1-2"))
    found["left"] = subprocess.getoutput("ip -br link; ps -eo args | grep -c '[o]vs-'")
    return found


def cross(network: EmulatedNetwork) -> None:
    """Rules that join the two hosts by the short link."""
    for switch, one, other in (("s1", 1, 2), (FAR, 700, 65279)):
        network.ofctl(switch, "add-flow", f"in_port={one},actions=output:{other}")
        network.ofctl(switch, "add-flow", f"in_port={other},actions=output:{one}")


def port_status(network: EmulatedNetwork) -> list[tuple[str, float]]:
    """How many ms after a cable is pulled, and mended, the switch tells its controller; several within a second."""
    socket = f"unix:{network.net['s1'].run_dir}/s1.mgmt"
    found = []
    with subprocess.Popen(["timeout", "10", "ovs-ofctl", "-O", "OpenFlow13", "monitor", socket, "65535"], text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as monitor:
        assert monitor.stdout is not None
        time.sleep(0.2)  # its handshake says nothing
        for act, state in ((network.cut, "LINK_DOWN"), (network.mend, "LIVE")) * 3:
            begun = time.monotonic()
            act("short")
            if any(state in line for line in monitor.stdout):
                found.append((state, (time.monotonic() - begun) * 1e3))
        monitor.terminate()
    return found


def overload(network: EmulatedNetwork) -> list[dict[str, Any]]:
    """Send 30 Mbps into the link of 20 for a second."""
    with probing(network) as prober:
        number = prober.press(load("load", "h1", "h2", 30e6))
        time.sleep(1)
        prober.stop(number)
    return [asdict(drop) for drop in network.drops()]


def test_datapath_ids_and_ports_are_the_topology_s(seen: Seen) -> None:
    assert "dpid:0000000000000010" in seen["show"]["s1"]
    assert "dpid:fedc000000000001" in seen["show"][FAR]
    assert re.findall(r"^ (\d+)\(", seen["show"]["s1"], re.M) == ["1", "2", "9"]
    assert re.findall(r"^ (\d+)\(", seen["show"][FAR], re.M) == ["1", "700", "65279"]


def test_a_switch_without_controller_forwards_nothing(seen: Seen) -> None:
    assert seen["bridge"].split() == ["secure", "[OpenFlow13]", "netdev"]
    assert "actions" not in seen["flows"]


def test_hosts_have_their_addresses_and_the_gateway_of_their_net(seen: Seen) -> None:
    assert "10.0.1.1/24" in seen["addresses"]
    assert "10.0.9.1/24" in seen["addresses"]
    assert "fe80" not in seen["addresses"]
    assert "02:00:00:00:00:01" in seen["links"]["h1"]
    assert "default via 10.0.9.254" in seen["routes"]
    assert seen["neighbours"] == ""


def test_mtus_are_as_declared(seen: Seen) -> None:
    assert re.search(r"h1-0\S* .*mtu 1500", seen["mtus"]["h1"])
    assert re.search(r"s1-1\S* .*mtu 1500", seen["mtus"]["s1"])
    assert re.search(r"s1-2: .*mtu 1600", seen["mtus"]["s1"])
    assert re.search(r"s1-9: .*mtu 1500", seen["mtus"]["s1"])


def test_hosts_leave_no_checksum_to_hardware(seen: Seen) -> None:
    for feature in ("tx-checksumming", "rx-checksumming", "tcp-segmentation-offload", "generic-receive-offload"):
        assert f"{feature}: off" in seen["offloads"]


def test_a_pulled_cable_is_told_as_a_port_status(seen: Seen) -> None:
    assert [state for state, _ in seen["port status"]] == ["LINK_DOWN", "LIVE"] * 3
    assert all(ms < 200 for _, ms in seen["port status"])


def test_hosts_reach_each_other_through_their_switches(seen: Seen) -> None:
    assert "5 received" in seen["ping"]
    lowest = re.search(r"= ([\d.]+)/", seen["ping"])
    assert lowest
    assert 4 <= float(lowest[1]) < 6  # h2's cable is 2 ms long


def test_what_a_full_queue_drops_is_on_record(seen: Seen) -> None:
    (drop,) = seen["dropped"]
    assert (drop["node"], drop["link"], drop["cause"]) == ("s1", "short", "queue")
    frames = 30e6 / 8 / 1400
    assert drop["frames"] == pytest.approx(frames / 3, rel=0.25)


def test_rates_survive_a_pulled_cable(seen: Seen) -> None:
    assert "rate 20Mbit" in seen["queue after a mend"]


def test_a_stopped_network_is_gone(seen: Seen) -> None:
    assert seen["left"].split()[0] == "lo"
    assert seen["left"].split()[-1] == "0"
    assert len(seen["left"].splitlines()) == 2


def test_outside_a_sandbox_nothing_is_built() -> None:
    with pytest.raises(LabError, match=r"see labs\.sandbox\.call"), running(ODD, backend.probe()):
        pytest.fail("it was built")


def test_what_the_switch_does_not_accept_is_told(in_sandbox: Callable[..., Any]) -> None:
    assert "70000 is not in the valid range" in in_sandbox(refused)


def refused() -> str:
    host = Host("h1", PortId("s1", 70000), "02:00:00:00:00:01", (IPv4Interface("10.0.1.1/24"),), 1_000_000_000)
    topology = Topology("high", (Switch("s1", Dpid(1)),), (), (host,))
    with pytest.raises(LabError) as caught, running(topology, backend.attempt()):
        pass
    return str(caught.value)
