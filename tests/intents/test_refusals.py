"""What a refusal says: the witness, and what would do."""

from dataclasses import replace

from intents.model import Bandwidth, Connection, LatencyBound, Plan, Reason, Refusal, Wanted
from intents.planner import plan
from tests.intents.wishes import MBPS, US, cable, mesh, wish
from topologies.model import Topology

MS = 1_000_000
DIAMOND = mesh(cable("s1-s2"), cable("s2-s4"), cable("s1-s3", delay_ns=100 * US), cable("s3-s4"),
               hosts={"h1": "s1", "h4": "s4"})


def refused(on: Topology = DIAMOND, beside: tuple[Connection, ...] = (), down: tuple[str, ...] = (),
            **fields: object) -> Refusal:
    """The refusal of a wish from h1 to h4 beside others that come first."""
    asked = wish("a", "h1", "h4", **{"service_class": "delay-critical", **fields})
    first = (replace(one, priority=1) for one in beside)
    return plan(on, Plan(), Wanted((asked, *first)), frozenset(down)).refusals[asked.key]


def test_no_path_names_the_cut_and_why_each_link_of_it_is_out():
    refusal = refused(down=("s1-s2",), avoid_links=frozenset({"s3-s4"}))
    assert (refusal.reason, refusal.counter_offers) == (Reason.NO_PATH, ("without avoid links s3-s4",))
    assert refusal.message == "h4 cannot be reached from h1: every way crosses s1-s2 (down), s3-s4 (avoided)"


def test_no_path_names_the_smaller_cut():
    assert refused(down=("h4-s4", "s1-s2", "s1-s3")).message.endswith("every way crosses h4-s4 (down)")
    assert "crosses s1-s2 (at an avoided switch), s1-s3 (down)" in refused(
        avoid_switches=frozenset({"s2"}), down=("s1-s3",)).message


def test_no_path_where_nothing_joins_the_ends():
    islands = mesh(cable("s1-s2"), cable("s3-s4"), hosts={"h1": "s1", "h4": "s4"})
    assert refused(islands).message == "h4 cannot be reached from h1: no links join them"


def test_no_path_through_a_stop_that_only_a_loop_passes():
    refusal = refused(mesh(*DIAMOND.links, cable("s2-s5"), hosts={"h1": "s1", "h4": "s4"}), via=("s3", "s5"))
    assert refusal.reason == Reason.NO_PATH
    assert refusal.message.endswith("was found through s3, s5 in this order")
    assert refusal.counter_offers == ("without via s5",)
    assert "s9 cannot be reached" in refused(mesh(*DIAMOND.links, cable("s8-s9"), hosts={"h1": "s1", "h4": "s4"}),
                                             via=("s9",)).message


def test_latency_gives_the_best_value_and_its_tightest_hop_part_by_part():
    slow = mesh(cable("s1-s2"), cable("s2-s4", capacity_bps=10 * MBPS), hosts={"h1": "s1", "h4": "s4"})
    refusal = refused(slow, latency=LatencyBound(MS, strict=True), bandwidth=Bandwidth(max_packet_bytes=256))
    assert refusal.reason == Reason.LATENCY
    assert refusal.message == (
        "under 1 ms is asked and the best path takes 1.852 ms; its tightest hop is s2-s4 with 1.507 ms "
        "(10 us propagation, 204.8 us own packet, 1.231 ms blocking, 41 us queue, 20 us switch)")
    assert refusal.counter_offers == ("latency 1 ms -> 1.86 ms",)


def test_a_round_trip_is_told_as_the_sum():
    refusal = refused(latency=LatencyBound(MS, kind="round-trip"))
    best = wish("a", "h1", "h4", service_class="delay-critical")
    assert plan(DIAMOND, Plan(), Wanted((best,))).placements[best.key].budget_ns("forward") == 778_688
    assert "at most 1 ms is asked and the best path takes 1.558 ms" in refusal.message
    assert refusal.counter_offers[0] == "latency 1 ms -> 1.56 ms"


def test_a_bound_that_light_alone_breaks_is_told_in_kilometres():
    refusal = refused(mesh(cable("s1-s4", delay_ns=4_200 * US), hosts={"h1": "s1", "h4": "s4"}),
                      latency=LatencyBound(MS, strict=True))
    assert refusal.message == ("under 1 ms is asked and propagation alone takes 4.2 ms (857 km of fibre); light gets 204 km "
                               "far in time; sub-ms is a metro promise")


def test_an_unknown_delay_meets_no_bound_and_is_named():
    dark = mesh(cable("s1-s4", delay_ns=None), hosts={"h1": "s1", "h4": "s4"})
    refusal = refused(dark, latency=LatencyBound(MS))
    assert (refusal.reason, refusal.counter_offers) == (Reason.LATENCY, ())
    assert "the delay of s1-s4 is unknown" in refusal.message
    around = mesh(*dark.links, cable("s1-s2", delay_ns=MS), cable("s2-s4"), hosts={"h1": "s1", "h4": "s4"})
    assert "the delay of s1-s4 is unknown" in refused(around, latency=LatencyBound(MS)).message
    assert "unknown" not in refused(around, latency=LatencyBound(200 * US)).message


def test_bandwidth_names_the_bottleneck_of_the_widest_path_and_what_is_left():
    taken = wish("x", "h1", "h4", bandwidth=Bandwidth(80 * MBPS), avoid_switches=frozenset({"s3"}), both_ways=False)
    narrow = wish("y", "h1", "h4", bandwidth=Bandwidth(50 * MBPS), avoid_switches=frozenset({"s2"}), both_ways=False)
    beside = tuple(replace(one, selector=replace(one.selector, protocol=protocol))
                   for one, protocol in ((taken, "tcp"), (narrow, "udp")))
    refusal = refused(beside=beside, bandwidth=Bandwidth(60 * MBPS), service_class="guaranteed", both_ways=False)
    assert refusal.reason == Reason.BANDWIDTH
    assert refusal.message == (
        "60 Mbps are asked and the bottleneck, link s1-s3 from s1 to s3, has 50 Mbps of 100 Mbps left")
    assert refusal.counter_offers == ("bandwidth 60 Mbps -> 50 Mbps",)


def test_a_burst_that_no_queue_holds_is_told_in_bytes():
    refusal = refused(bandwidth=Bandwidth(MBPS, None, 64_000, 1500))
    assert refusal.reason == Reason.BANDWIDTH
    assert refusal.message.startswith("a burst of 64 kB is asked and the delay-critical queue of link s")
    assert refusal.message.endswith("has room for 2012 B")
    assert refusal.counter_offers == ("without guaranteed bandwidth", "burst 64 kB -> 2012 B")


def test_mtu_says_what_to_set():
    narrow = mesh(cable("s1-s4", mtu=1500), hosts={"h1": "s1", "h4": "s4"})
    refusal = refused(narrow)
    assert (refusal.reason, refusal.counter_offers) == (Reason.MTU, ("max-packet 1500 B -> 1496 B",))
    assert refusal.message == ("a packet of 1500 B under a label of 4 B does not fit into the mtu of 1500 B of s1-s4; "
                               "set that mtu to 1504 B, or max-packet to 1496 B")


def test_a_host_sends_no_packet_larger_than_its_own_mtu():
    small = replace(DIAMOND, hosts=tuple(replace(host, mtu=1400) for host in DIAMOND.hosts),
                    links=tuple(replace(link, mtu=1404) for link in DIAMOND.links))
    assert not plan(small, Plan(), Wanted((wish("a", "h1", "h4"),))).refusals


def test_without_its_avoided_switch_or_its_stop_or_its_co_routing_it_would_do():
    tight = LatencyBound(800 * US)
    assert refused(latency=tight, avoid_switches=frozenset({"s2"})).counter_offers == (
        "latency 800 us -> 869 us", "max-packet 1500 B -> 1024 B", "without avoid switches s2")
    assert "without via s3" in refused(latency=tight, via=("s3",)).counter_offers
    blockers = tuple(wish(f"x{n}", *ends, both_ways=False, bandwidth=Bandwidth(90 * MBPS),
                          avoid_switches=frozenset({switch}))
                     for n, (ends, switch) in enumerate(((("h1", "h4"), "s2"), (("h4", "h1"), "s3"))))
    refusal = refused(beside=blockers, bandwidth=Bandwidth(50 * MBPS), co_routed=True,
                      selector=replace(wish("", "", "").selector, protocol="udp"))
    assert "without co-routed" in refusal.counter_offers


def test_the_reverse_rate_is_offered_for_itself():
    taken = wish("x", "h4", "h1", bandwidth=Bandwidth(80 * MBPS), both_ways=False, avoid_switches=frozenset({"s3"}))
    line = mesh(cable("s1-s2"), cable("s2-s4"), hosts={"h1": "s1", "h4": "s4"})
    refusal = refused(line, beside=(replace(taken, avoid_switches=frozenset()),), service_class="guaranteed",
                      bandwidth=Bandwidth(10 * MBPS, None, None, 1500, 40 * MBPS),
                      selector=replace(taken.selector, protocol="udp"))
    assert "reverse bandwidth 40 Mbps -> 20 Mbps" in refusal.counter_offers
    assert "40 Mbps are asked and the bottleneck, link s1-s2 from s2 to s1" in refusal.message
