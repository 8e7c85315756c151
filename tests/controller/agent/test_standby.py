"""What the loop does for connections with a standby when links fail: it goes over to what stands in the switches already."""

import pytest

from controller.snapshot import Status
from intents.rules import Change, Group
from tests.controller.agent.timeline import Timeline, intents
from topologies.builders import ring
from topologies.metro import metro

KEY = "a/h1-h3"
SAFE = intents("a: from: h1, to: h3, path: {protection: {mode: standby}}")


def begun() -> Timeline:
    timeline = Timeline(ring(4))
    timeline.begin()
    timeline.apply(SAFE)
    timeline.settle()
    assert timeline.snapshot.statuses == {KEY: Status.SATISFIED}
    assert timeline.path(KEY) == ("s1", "s2", "s3")
    return timeline


def moves(changes: list[Change]) -> list[Change]:
    return [change for change in changes if isinstance(change.item, Group) and change.verb == "modify"]


def test_it_goes_over_by_one_group_each_way_and_sends_nothing_else_first() -> None:
    timeline = begun()
    then = timeline.now
    timeline.fabric.cut_link("s2-s3")
    assert not timeline.arrives(KEY)
    timeline.run(0.01, until=lambda _: timeline.arrives(KEY))
    assert timeline.arrives(KEY)
    assert timeline.path(KEY) == ("s1", "s4", "s3")
    assert timeline.sent_since(then) == moves(timeline.sent_since(then))
    assert len(moves(timeline.sent_since(then))) == 2


def test_without_another_way_it_is_degraded_and_has_a_standby_again_when_the_link_is_back() -> None:
    timeline = begun()
    timeline.fabric.cut_link("s2-s3")
    timeline.settle()
    assert timeline.snapshot.statuses == {KEY: Status.DEGRADED}
    assert timeline.snapshot.why[KEY] == "goes on without its required protection: no standby is left"
    timeline.fabric.mend_link("s2-s3")
    timeline.run(40.0)
    timeline.settle()
    assert timeline.snapshot.statuses == {KEY: Status.SATISFIED}
    assert timeline.path(KEY) == ("s1", "s4", "s3")
    assert timeline.fabric.whole() == timeline.snapshot.target


def test_its_standby_is_cut_and_the_working_path_stays() -> None:
    timeline = begun()
    timeline.fabric.cut_link("s3-s4")
    timeline.settle()
    assert timeline.arrives(KEY)
    assert timeline.path(KEY) == ("s1", "s2", "s3")
    assert timeline.snapshot.statuses == {KEY: Status.DEGRADED}


@pytest.mark.slow
@pytest.mark.parametrize("level", ["link", "node"])
def test_whatever_is_cut_of_the_metro_it_goes_on(level: str) -> None:
    wished = intents("surgery: from: surgeon, to: robot, slo: {latency: {max: 1 ms, strict: true}, bandwidth: {guaranteed: "
                     f"5 Mbps, max-packet: 256 B}}}}, path: {{protection: {{mode: standby, level: {level}}}}}")
    network = metro()
    places = [[link.name] for link in network.links] if level == "link" else [
        [link.name for link in network.links if switch in (link.a.switch, link.b.switch)] for switch in ("s2", "s4", "s5")]
    for links in places:
        timeline = Timeline(network)
        timeline.begin()
        timeline.apply(wished)
        timeline.settle()
        for link in links:
            timeline.fabric.cut_link(link)
        timeline.run(0.01, until=lambda _, seen=timeline: seen.arrives("surgery/surgeon-robot"))
        assert timeline.arrives("surgery/surgeon-robot")
        timeline.settle()
        assert timeline.overbooked == []
