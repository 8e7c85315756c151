"""Whatever happens in whatever order: nothing that should arrive is lost by a step of ours, no link is overbooked, and
once all is healed the switches hold exactly what they should."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.snapshot import Status
from tests.controller.agent.timeline import Timeline, intents
from topologies.builders import diamond, ring

NETWORKS = (diamond, ring)
PAIRS = (("h1", "h4"), ("h4", "h2"), ("h2", "h3"), ("h1", "h3"))
LINKS = st.integers(0, 3)
SWITCHES = st.integers(1, 4)

MORE = ("", "", ", priority: 1, preemption: {may: true}", ", priority: 9, preemption: {may: true}",
        ", preemption: {by-others: false}", ", sle: {isolation: exclusive}")

wish = st.builds(
    lambda pair, rate, avoided, udp, more: (
        f"p{pair}: from: {PAIRS[pair][0]}, to: {PAIRS[pair][1]}, slo: {{bandwidth: {{guaranteed: {rate} Mbps}}}}"
        + (f", path: {{avoid: {{links: [L{avoided}]}}}}" if avoided < 4 else "")
        + (", match: {protocol: udp}" if udp else "") + more),
    st.integers(0, 3), st.sampled_from((10, 30, 60)), st.integers(0, 7), st.booleans(), st.sampled_from(MORE)) | st.builds(
    lambda pair, required: (f"p{pair}: from: {PAIRS[pair][0]}, to: {PAIRS[pair][1]}, "
                            f"path: {{protection: {{mode: fast-failover, required: {str(required).lower()}}}}}"),
    st.integers(0, 3), st.booleans())

event = st.one_of(
    st.tuples(st.just("apply"), wish), st.tuples(st.just("apply"), wish),
    st.tuples(st.just("delete"), st.integers(0, 3)),
    st.tuples(st.sampled_from(("cut", "mend")), LINKS),
    st.tuples(st.sampled_from(("disconnect", "connect", "empty", "full", "deaf", "slow")), SWITCHES),
    st.tuples(st.just("heal"), st.none()),
    st.tuples(st.just("restart"), st.none()))

story = st.lists(st.tuples(event, st.sampled_from((0.001, 0.002, 0.003, 0.005, 0.12, 2.005, 6.0, 31.0))), max_size=12)


def play(timeline: Timeline, what: str, detail: object) -> None:
    fabric, links = timeline.fabric, [link.name for link in timeline.network.links]
    match what, detail:
        case "apply", str(text):
            for number, name in enumerate(links):
                text = text.replace(f"L{number}", name)
            timeline.apply(intents(text))
        case "delete", int(pair):
            timeline.delete(f"p{pair}")
        case "cut", int(link):
            fabric.cut_link(links[link])
        case "mend", int(link):
            fabric.mend_link(links[link])
        case "disconnect", int(dpid) if dpid in fabric.connected:
            fabric.disconnect(dpid)
        case "connect", int(dpid) if dpid not in fabric.connected:
            fabric.connect(dpid)
        case "empty", int(dpid):
            timeline.empty(dpid)
        case "full", int(dpid):
            fabric.refuses = lambda change: change.verb == "add" and change.item.dpid == dpid
        case "deaf", int(dpid):
            fabric.deaf.add(dpid)
        case "slow", int(dpid):
            fabric.slow[dpid] = 0.5
        case "heal", _:
            heal(timeline)
        case "restart", _:
            timeline.restart()


def heal(timeline: Timeline) -> None:
    fabric = timeline.fabric
    fabric.refuses = lambda change: False
    fabric.deaf.clear()
    fabric.slow.clear()
    for link in sorted(fabric.cut):
        fabric.mend_link(link)
    for dpid in fabric.tables:
        if dpid not in fabric.connected:
            fabric.connect(dpid)


@pytest.mark.slow
@given(st.sampled_from(NETWORKS), story)
def test_every_story_ends_well(build: object, told: list[tuple[tuple[str, object], float]]) -> None:
    with TemporaryDirectory() as folder:
        timeline = Timeline(build(), str(Path(folder) / "store.db"))  # type: ignore[operator]
        timeline.begin()
        for (what, detail), then_s in told:
            play(timeline, what, detail)
            timeline.run(then_s)
        heal(timeline)
        timeline.settle(200.0)
        assert timeline.lost == []
        assert timeline.overbooked == []
        assert timeline.fabric.whole() == timeline.snapshot.target
        assert [alarm for alarm in timeline.snapshot.alarms if "kept out" not in alarm] == []
        for key, placement in timeline.snapshot.plan.placements.items():
            wish, exposed = placement.connection, placement.exposed and timeline.snapshot.down_links
            is_bare = exposed and wish.protection == "link" and wish.protection_required
            assert timeline.snapshot.statuses[key] is (Status.DEGRADED if is_bare else Status.SATISFIED)
            assert timeline.arrives(key)
