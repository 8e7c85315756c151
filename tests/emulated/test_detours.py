"""Detours on real switches, without a controller: a cut cable costs packets for milliseconds, a mended one none.

The rules are the compiler's for a planned connection, loaded by ovs-ofctl. Each link of its working path, and at level node
all links at once of each switch between the first and the last, is cut and mended three times under 1,000 packets a second
each way; `gap_ns` is the time from the first lost packet to the next that arrived. A switch comes back link by link, and
what is turned to it meanwhile is lost: that the controller has moved away by then is its affair.
"""

import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from intents.compiler import compile_rules
from intents.model import Bandwidth, Connection, LatencyBound, Placement, Plan, Protection, Wanted
from intents.planner import plan
from intents.rules import RuleSet
from labs import backend
from labs.measured import Count, Span, count
from labs.network import EmulatedNetwork, running
from labs.probe import Flow, probing
from tests.emulated.ofctl_text import flow_text, group_text
from topologies.builders import ring
from topologies.metro import metro
from topologies.model import Topology

MS = 1_000_000
TIMES = 3
MOST_GAP_MS = 50
"""What protection switching is held to everywhere (ITU-T G.841)."""

CASES: dict[str, tuple[Topology, str, str, Protection]] = {
    "ring": (ring(4), "h1", "h3", "link"), "metro": (metro(), "surgeon", "robot", "link"),
    "metro-switches": (metro(), "surgeon", "robot", "node")}
PLACES = [(name, place) for name, places in (("ring", ("s1-s2", "s2-s3")), ("metro", ("s1-s2", "s2-s3")),
                                            ("metro-switches", ("s2",))) for place in places]

Seen = dict[tuple[str, str, str], list[tuple[Count, Count]]]
"""By network, link or switch, and what was done to it: what became of packets each way, each time."""


Carried = dict[tuple[str, str], list[int]]
"""By network and link or switch: the frames that its links carried while all were up, before each cut."""


@pytest.fixture(scope="module")
def looked(in_sandbox: Callable[..., Any]) -> list[tuple[Seen, Carried]]:
    return [in_sandbox(look, name=name) for name in CASES]


@pytest.fixture(scope="module")
def seen(looked: list[tuple[Seen, Carried]]) -> Seen:
    return {key: counts for found, _ in looked for key, counts in found.items()}


@pytest.fixture(scope="module")
def carried(looked: list[tuple[Seen, Carried]]) -> Carried:
    return {key: frames for _, found in looked for key, frames in found.items()}


def look(name: str) -> tuple[Seen, Carried]:
    topology, source, target, _ = CASES[name]
    placement = protected(*CASES[name])
    spans: list[tuple[tuple[str, str, str], Span]] = []
    carried: Carried = {}
    with running(topology, backend.attempt()) as network, probing(network) as prober:
        load(network, compile_rules(topology, {placement.connection.key: placement}, RuleSet()))
        flow = Flow(name, source, target)
        prober.start(flow)
        prober.start(flow.mirrored())
        time.sleep(1.5)  # ARP and the switches' caches
        for place in placement.paths[0].nodes[2:-2] if CASES[name][3] == "node" else placement.paths[0].links[1:-1]:
            links = [link.name for link in topology.links if place in (link.name, link.a.switch, link.b.switch)]
            for what, act in ((what, act) for _ in range(TIMES) for what, act in (
                    ("quiet", None), ("cut", network.cut), ("on the detour", None), ("mended", network.mend))):
                begun, before = time.time_ns(), forwarded(network, links)
                for link in links if act is not None else ():
                    act(link)
                time.sleep(0.4)
                spans.append(((name, place, what), Span(what, begun, time.time_ns())))
                if what == "quiet":
                    carried.setdefault((name, place), []).append(forwarded(network, links) - before)
        streams = prober.stop()
    found: Seen = {}
    for key, span in spans:
        there, back = (count(stream, span) for stream in streams)
        found.setdefault(key, []).append((there, back))
    return found, carried


def forwarded(network: EmulatedNetwork, links: list[str]) -> int:
    return sum(passage.forwarded for passage in network.wires.passages() if passage.wire in links)


def protected(network: Topology, source: str, target: str, level: Protection) -> Placement:
    wish = Connection(f"a/{source}-{target}", "a", "a", source, target, service_class="delay-critical",
                      latency=LatencyBound(MS, strict=True), bandwidth=Bandwidth(5 * MS, None, 256, 256), protection=level)
    return plan(network, Plan(), Wanted((wish,))).placements[wish.key]


def load(network: EmulatedNetwork, rules: RuleSet) -> None:
    for switch in network.topology.switches:
        held, file = rules.of(switch.dpid), Path(f"/run/{switch.name}.rules")
        for command, lines in (("add-groups", map(group_text, held.groups.values())),
                               ("add-flows", map(flow_text, held.flows.values()))):
            file.write_text("\n".join(lines))
            network.ofctl(switch.name, command, str(file))


@pytest.mark.fault(1)
@pytest.mark.parametrize(("name", "place"), PLACES)
def test_a_cut_costs_fifty_milliseconds_at_most(
        seen: Seen, name: str, place: str, record_property: Callable[[str, object], None]) -> None:
    for direction in (0, 1):
        gaps = [counts[direction].gap_ns for counts in seen[name, place, "cut"]]
        assert len(gaps) == TIMES
        record_property("gap, ms", median(gaps) / MS)
        assert median(gaps) <= MOST_GAP_MS * MS, gaps


@pytest.mark.parametrize(("name", "place"), PLACES)
def test_what_goes_by_the_detour_arrives_once(seen: Seen, name: str, place: str) -> None:
    for counts in seen[name, place, "on the detour"]:
        assert [(each.sent > 300, each.lost, each.duplicated) for each in counts] == [(True, 0, 0)] * 2


@pytest.mark.parametrize(("name", "place"), [case for case in PLACES if CASES[case[0]][3] == "link"])
def test_a_mended_link_costs_no_packet(seen: Seen, name: str, place: str) -> None:
    for counts in seen[name, place, "mended"]:
        assert [(each.sent > 300, each.lost, each.duplicated) for each in counts] == [(True, 0, 0)] * 2
    assert all(each.misdelivered == 0 for many in seen.values() for counts in many for each in counts)


@pytest.mark.fault(2)
@pytest.mark.parametrize(("name", "place"), [case for case in PLACES if CASES[case[0]][3] == "link"])
def test_groups_go_back_to_a_mended_link_by_themselves(carried: Carried, name: str, place: str) -> None:
    assert len(carried[name, place]) == TIMES
    assert min(carried[name, place]) > 600
