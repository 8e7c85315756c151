"""Detours on real switches, without a controller: a cut cable costs packets for milliseconds, a mended one none.

The rules are the compiler's for a planned connection, loaded by ovs-ofctl. Each link of its working path is cut and mended
three times under 1,000 packets a second each way; `gap_ns` is the time from the first lost packet to the next that arrived.
"""

import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from intents.compiler import compile_rules
from intents.model import Bandwidth, Connection, LatencyBound, Placement, Plan, Wanted
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

CASES = {"ring": (ring(4), "h1", "h3"), "metro": (metro(), "surgeon", "robot")}
LINKS = [(name, link) for name, links in (("ring", ("s1-s2", "s2-s3")), ("metro", ("s1-s2", "s2-s3"))) for link in links]

Seen = dict[tuple[str, str, str], list[tuple[Count, Count]]]
"""By network, link and what was done to it: what became of packets each way, each time."""


@pytest.fixture(scope="module")
def seen(in_sandbox: Callable[..., Any]) -> Seen:
    return {key: counts for name in CASES for key, counts in in_sandbox(look, name=name).items()}


def look(name: str) -> Seen:
    topology, source, target = CASES[name]
    placement = protected(topology, source, target)
    spans: list[tuple[tuple[str, str, str], Span]] = []
    with running(topology, backend.attempt()) as network, probing(network) as prober:
        load(network, compile_rules(topology, {placement.connection.key: placement}, RuleSet()))
        flow = Flow(name, source, target)
        prober.start(flow)
        prober.start(flow.mirrored())
        time.sleep(1.5)  # ARP and the switches' caches
        for link in placement.paths[0].links[1:-1]:
            for what, act in ((what, act) for _ in range(TIMES) for what, act in (
                    ("quiet", None), ("cut", network.cut), ("on the detour", None), ("mended", network.mend))):
                begun = time.time_ns()
                if act is not None:
                    act(link)
                time.sleep(0.4)
                spans.append(((name, link, what), Span(what, begun, time.time_ns())))
        streams = prober.stop()
    found: Seen = {}
    for key, span in spans:
        there, back = (count(stream, span) for stream in streams)
        found.setdefault(key, []).append((there, back))
    return found


def protected(network: Topology, source: str, target: str) -> Placement:
    wish = Connection(f"a/{source}-{target}", "a", "a", source, target, service_class="delay-critical",
                      latency=LatencyBound(MS, strict=True), bandwidth=Bandwidth(5 * MS, None, 256, 256), protection="link")
    return plan(network, Plan(), Wanted((wish,))).placements[wish.key]


def load(network: EmulatedNetwork, rules: RuleSet) -> None:
    for switch in network.topology.switches:
        held, file = rules.of(switch.dpid), Path(f"/run/{switch.name}.rules")
        for command, lines in (("add-groups", map(group_text, held.groups.values())),
                               ("add-flows", map(flow_text, held.flows.values()))):
            file.write_text("\n".join(lines))
            network.ofctl(switch.name, command, str(file))


@pytest.mark.parametrize(("name", "link"), LINKS)
def test_a_cut_link_costs_fifty_milliseconds_at_most(seen: Seen, name: str, link: str) -> None:
    for direction in (0, 1):
        gaps = [counts[direction].gap_ns for counts in seen[name, link, "cut"]]
        assert len(gaps) == TIMES
        assert median(gaps) <= MOST_GAP_MS * MS, gaps


@pytest.mark.parametrize(("name", "link"), LINKS)
def test_what_goes_by_the_detour_arrives_once(seen: Seen, name: str, link: str) -> None:
    for counts in seen[name, link, "on the detour"]:
        assert [(each.sent > 300, each.lost, each.duplicated) for each in counts] == [(True, 0, 0)] * 2


@pytest.mark.parametrize(("name", "link"), LINKS)
def test_a_mended_link_costs_no_packet(seen: Seen, name: str, link: str) -> None:
    for counts in seen[name, link, "mended"]:
        assert [(each.sent > 300, each.lost, each.duplicated) for each in counts] == [(True, 0, 0)] * 2
    assert all(each.misdelivered == 0 for many in seen.values() for counts in many for each in counts)
