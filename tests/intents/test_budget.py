"""What a hop may cost at worst, in the figures of the metropolitan network."""

from dataclasses import replace

import pytest

from intents.budget import hop, on_the_wire_ns
from topologies.catalog import load_topology
from topologies.model import Topology

FIVE_SWITCHES = (("surgeon-s1", "surgeon"), ("s1-s4", "s1"), ("s4-s5", "s4"), ("s5-s7", "s5"), ("s3-s7", "s7"),
                 ("robot-s3", "s3"))


@pytest.fixture(scope="module")
def metro() -> Topology:
    return load_topology("metro", lambda name: "")


def test_a_core_hop_is_fibre_own_packet_blocking_frame_queue_and_switch(metro):
    line = hop(metro, metro.arc_by_ends["s1-s2", "s1"], "forward", "delay-critical", 256)
    assert (line.propagation_ns, line.serialisation_ns, line.blocking_ns, line.queueing_ns, line.switch_ns) == (
        10_000, 20_480, 123_040, 41_000, 20_000)


@pytest.mark.parametrize(("mtu", "blocking_ns"), [(1600, 1638 * 80), (3604, 3638 * 80), (9000, 3638 * 80)])
def test_the_frame_in_the_way_is_the_largest_that_a_host_sends_and_the_link_takes(metro, mtu, blocking_ns):
    large = replace(metro, hosts=tuple(replace(host, mtu=3600) if host.name == "scanner" else host for host in metro.hosts))
    arc = replace(metro.arc_by_ends["s1-s2", "s1"], mtu=mtu)
    assert hop(large, arc, "forward", "delay-critical", 256).blocking_ns == blocking_ns


def test_the_last_hop_enters_no_switch(metro):
    assert hop(metro, metro.arc_by_ends["robot-s3", "s3"], "forward", "delay-critical", 256).switch_ns == 0
    assert hop(metro, metro.arc_by_ends["robot-s3", "robot"], "forward", "delay-critical", 256).switch_ns == 20_000


def test_five_switches_of_the_metro_stay_under_a_millisecond(metro):
    lines = [hop(metro, metro.arc_by_ends[end], "forward", "delay-critical", 256) for end in FIVE_SWITCHES]
    assert sum(line.total_ns for line in lines) == 988_784


def test_a_class_brings_its_own_queue_allowance(metro):
    assert hop(metro, metro.arc_by_ends["s1-s2", "s1"], "forward", "best-effort", 256).queueing_ns == 50_000_000


def test_an_unknown_delay_makes_no_line(metro):
    arc = replace(metro.arc_by_ends["s1-s2", "s1"], delay_ns=None)
    assert hop(metro, arc, "forward", "delay-critical", 256) is None


def test_time_on_the_wire_is_rounded_up():
    assert on_the_wire_ns(1500, 10_000_000) == 1_200_000
    assert on_the_wire_ns(1, 3_000_000_000) == 3
