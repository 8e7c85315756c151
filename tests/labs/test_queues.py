from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

import pytest

from labs.errors import LabError
from labs.queues import SWITCH_FRAMES, Drop, Port, drops, limit, memory_bytes, ports
from topologies.builders import linear
from topologies.metro import metro

SAID = """[{"kind":"htb","dev":"s1-2","root":true,"drops":7},{"kind":"pfifo","dev":"s1-2","parent":"1:1","drops":7},
{"kind":"noqueue","dev":"lo","root":true,"drops":3}]

[{"ifname":"s1-2","stats64":{"tx":{"dropped":2}}},{"ifname":"lo","stats64":{"tx":{"dropped":9}}}]

p_raw 0      0      *:s1-2 * skmem:(r0,rb212992,t0,tb212992,f0,w0,o176,bl0,d11)
p_raw 0      0      *:s1-1 * skmem:(r0,rb212992,t0,tb212992,f0,w0,o176,bl0,d0)
"""
"""What tc, ip and ss print in a switch's namespace, cut down to what matters."""


def named(node: str, number: int) -> str:
    return f"{node}-{number}"


def test_the_queues_of_a_switch_fit_into_its_send_buffer() -> None:
    frames: dict[str, int] = defaultdict(int)
    for port in ports(metro(), named):
        if port.number:
            frames[port.node] += port.frames
    assert len(frames) == 8
    assert max(frames.values()) <= SWITCH_FRAMES


def test_the_queues_of_large_frames_fit_into_it_too() -> None:
    whole = linear(6)
    jumbo = replace(whole, links=tuple(replace(link, mtu=9000) for link in whole.links))
    for network, frames in ((whole, 30), (jumbo, 10)):
        assert {port.frames for port in ports(network, named) if port.node == "s1"} == {frames}


@pytest.mark.parametrize(("mtu", "charged"), [(1400, 2304), (1600, 2304), (3700, 4352), (4400, 9024), (7500, 9024)])
def test_a_frame_is_charged_as_the_kernel_charges_it(mtu: int, charged: int) -> None:
    """Charges read with SIOCOUTQ on Linux 6.18."""
    assert memory_bytes(mtu) == charged


def test_every_port_has_its_link_s_rate_and_counts_bytes_as_the_language_does() -> None:
    found = {(port.node, port.number): port for port in ports(linear(2), named)}
    assert sorted(found) == [("h1", 0), ("h2", 0), ("s1", 1), ("s1", 2), ("s2", 1), ("s2", 2)]
    assert (found["s1", 2].rate_bps, found["s1", 2].overhead_bytes) == (100_000_000, 0)
    assert (found["s1", 1].rate_bps, found["s1", 1].overhead_bytes) == (1_000_000_000, 4)
    assert (found["h1", 0].rate_bps, found["h1", 0].overhead_bytes, found["h1", 0].link) == (1_000_000_000, 4, "h1-s1")


def test_every_node_is_told_once_for_all_its_ports() -> None:
    told: dict[str, str] = {}

    def shell(node: str, argv: Sequence[str], stdin: str) -> str:
        assert (node, argv) not in told.items()
        told[node] = stdin
        return ""

    limit(ports(linear(3), named), shell)
    assert sorted(told) == ["h1", "h2", "h3", "s1", "s2", "s3"]
    assert told["s2"].count("rate 100000000bit") == 2
    assert told["s2"].count("rate 1000000000bit") == 1


def test_drops_are_told_once_and_only_of_the_network_s_ports() -> None:
    found = (Port("s1", 1, "s1-1", "h1-s1", 10, 10, 4), Port("s1", 2, "s1-2", "s1-s2", 10, 10, 0))
    assert drops(found, lambda *_: SAID) == (
        Drop("s1", "s1-s2", "queue", 7), Drop("s1", "s1-s2", "receive", 11), Drop("s1", "s1-s2", "ring", 2))


def test_an_answer_without_counters_is_an_error_not_a_zero() -> None:
    with pytest.raises(LabError, match="instead of their counters"):
        drops(ports(linear(2), named), lambda *_: "")
