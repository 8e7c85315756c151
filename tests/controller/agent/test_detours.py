"""What the loop does for protected connections when links fail: the switches go on by themselves, it puts things right."""

from pathlib import Path

import pytest

from controller.agent.choose import RETIRE_S
from controller.snapshot import Status
from intents.rules import Change, Group
from tests.controller.agent.timeline import Timeline, intents
from topologies.builders import ring
from topologies.metro import metro
from topologies.model import Topology

SURGERY = intents("surgery: from: surgeon, to: robot, slo: {latency: {max: 1 ms, strict: true}, "
                  "bandwidth: {guaranteed: 5 Mbps, max-packet: 256 B, burst: 256 B}}, "
                  "path: {protection: {mode: fast-failover, level: link, required: true}}")
KEY = "surgery/surgeon-robot"
AROUND = intents("a: from: h1, to: h3, path: {protection: {mode: fast-failover}}")


def running(network: Topology, text: str) -> Timeline:
    timeline = Timeline(network)
    timeline.begin()
    timeline.apply(text)
    timeline.settle()
    assert set(timeline.snapshot.statuses.values()) == {Status.SATISFIED}
    return timeline


def group_changes(changes: list[Change]) -> list[Change]:
    return [change for change in changes if isinstance(change.item, Group) and change.verb == "modify"]


@pytest.mark.slow
def test_whichever_link_is_cut_packets_arrive_before_the_controller_has_done_anything() -> None:
    for link in metro().link_by_name:
        timeline = running(metro(), SURGERY)
        timeline.fabric.cut_link(link)
        assert timeline.arrives(KEY)
        timeline.run(5.0)
        assert timeline.arrives(KEY)
        assert timeline.snapshot.statuses == {KEY: Status.SATISFIED}
        assert timeline.snapshot.plan.placements[KEY].exposed == frozenset()
        assert timeline.lost == timeline.overbooked == []


@pytest.mark.slow
@pytest.mark.parametrize(("network", "wished"), [
    (metro(), SURGERY.replace("level: link", "level: node")),
    (ring(6), AROUND.replace("h3", "h4").replace("failover}", "failover, level: node}"))])
def test_whichever_switch_between_the_ends_dies_packets_arrive_before_the_controller_has_done_anything(
        network: Topology, wished: str) -> None:
    (placement,) = running(network, wished).snapshot.plan.placements.values()
    for switch in {node for path in placement.paths if path.role == "working" for node in path.nodes[2:-2]}:
        timeline, key = running(network, wished), placement.connection.key
        for link in network.links:
            if switch in (link.a.switch, link.b.switch):
                timeline.fabric.cut_link(link.name)
        assert timeline.arrives(key)
        timeline.run(5.0)
        assert timeline.arrives(key)
        assert timeline.lost == timeline.overbooked == []


def test_it_is_degraded_on_a_detour_and_satisfied_on_its_new_path_with_detours_of_its_own() -> None:
    timeline = running(metro(), SURGERY)
    then = timeline.now
    timeline.fabric.cut_link("s2-s3")
    timeline.step()
    assert timeline.snapshot.statuses == {KEY: Status.DEGRADED}
    assert timeline.snapshot.why[KEY].startswith("forwards on a detour around s2-s3 until its new path stands (")
    assert timeline.path(KEY) == ("s1", "s2", "s5", "s3")
    timeline.settle()
    assert timeline.snapshot.statuses == {KEY: Status.SATISFIED}
    assert "s2-s3" not in timeline.snapshot.plan.placements[KEY].links
    assert len(group_changes(timeline.sent_since(then))) == 2  # one for each direction
    assert timeline.fabric.whole() == timeline.snapshot.target


def test_a_path_and_its_detours_are_retired_together() -> None:
    timeline = running(metro(), SURGERY)
    then = timeline.now
    timeline.fabric.cut_link("s2-s3")
    timeline.step()
    timeline.settle()
    assert timeline.now - then < 1.2 * RETIRE_S


def test_without_another_detour_it_goes_on_degraded_and_is_protected_again_when_the_link_is_back() -> None:
    timeline = running(ring(4), AROUND)
    timeline.fabric.cut_link("s1-s2")
    assert timeline.arrives("a/h1-h3")
    timeline.settle()
    assert timeline.path("a/h1-h3") == ("s1", "s4", "s3")
    assert timeline.snapshot.statuses == {"a/h1-h3": Status.DEGRADED}
    assert timeline.snapshot.why["a/h1-h3"] == (
        "goes on without its required protection: no detour is left for s3-s4, s4-s1")
    then = timeline.now
    timeline.fabric.mend_link("s1-s2")
    timeline.run(31.0)
    timeline.settle()
    assert timeline.path("a/h1-h3") == ("s1", "s4", "s3")
    assert timeline.snapshot.statuses == {"a/h1-h3": Status.SATISFIED}
    assert len(group_changes(timeline.sent_since(then))) == 2
    timeline.fabric.cut_link("s4-s1")
    assert timeline.arrives("a/h1-h3")
    assert timeline.lost == []


def test_a_newcomer_is_not_placed_without_the_protection_that_it_requires() -> None:
    timeline = Timeline(ring(4))
    timeline.begin()
    timeline.fabric.cut_link("s2-s3")
    timeline.step()
    timeline.apply(AROUND)
    timeline.settle()
    assert timeline.snapshot.statuses == {"a/h1-h3": Status.UNSATISFIABLE}
    assert timeline.snapshot.why["a/h1-h3"].startswith("PROTECTION: hop s4-s1 (from s1 to s4, on the way to h3) has no")
    timeline.fabric.mend_link("s2-s3")
    timeline.run(31.0)
    timeline.settle()
    assert timeline.snapshot.statuses == {"a/h1-h3": Status.SATISFIED}


def test_a_failed_link_of_a_detour_moves_no_packet_and_the_detour() -> None:
    timeline = running(metro(), SURGERY)
    timeline.fabric.cut_link("s1-s4")
    timeline.step()
    timeline.settle()
    placement = timeline.snapshot.plan.placements[KEY]
    assert timeline.path(KEY) == ("s1", "s2", "s3")
    assert all("s1-s4" not in path.links for path in placement.paths)
    assert timeline.snapshot.statuses == {KEY: Status.SATISFIED}
    assert timeline.lost == []


def test_a_restart_with_detours_in_place_sends_nothing(tmp_path: Path) -> None:
    timeline = Timeline(metro(), str(tmp_path / "store"))
    timeline.begin()
    timeline.apply(SURGERY)
    timeline.settle()
    then = timeline.now
    timeline.restart()
    timeline.settle()
    assert timeline.sent_since(then) == []
    assert timeline.snapshot.statuses == {KEY: Status.SATISFIED}


def test_a_controller_that_was_away_when_a_link_failed_moves_what_a_detour_carries(tmp_path: Path) -> None:
    timeline = Timeline(metro(), str(tmp_path / "store"))
    timeline.begin()
    timeline.apply(SURGERY)
    timeline.settle()
    (old,) = timeline.snapshot.plan.placements.values()
    timeline.kill()
    timeline.fabric.cut_link("s1-s2")
    assert timeline.carries(old)
    timeline.start()
    then = timeline.now
    gaps: list[Change] = []
    timeline.fabric.after_each = lambda: None if timeline.carries(old) else gaps.append(timeline.fabric.sent[-1][2])
    timeline.fabric.connect()
    seen: list[tuple[Status, str]] = []
    while timeline.now < then + 30 and not (timeline.snapshot.settled and timeline.snapshot.down_links):
        timeline.step()
        seen.append((timeline.snapshot.statuses[KEY], timeline.snapshot.why.get(KEY, "").split(" until")[0]))
    assert list(dict.fromkeys(seen)) == [
        (Status.PENDING, "waits"), (Status.DEGRADED, "forwards on a detour around s1-s2"), (Status.SATISFIED, "")]
    assert gaps == []
    assert "s1-s2" not in timeline.snapshot.plan.placements[KEY].links
    assert len(group_changes(timeline.sent_since(then))) == 2
    assert timeline.fabric.whole() == timeline.snapshot.target
    assert timeline.snapshot.alarms == ()
    (repair,) = timeline.snapshot.decisions
    assert (repair.trigger, repair.links, repair.verdict) == ("link-down", ("s1-s2",), "moved")


def test_what_finds_no_other_way_on_the_controllers_return_goes_on_by_its_detour(tmp_path: Path) -> None:
    timeline = Timeline(ring(4), str(tmp_path / "store"))
    timeline.begin()
    timeline.apply(intents("a: from: h1, to: h3, direction: forward, "
                           "path: {via: [s2], protection: {mode: fast-failover, required: false}}"))
    timeline.settle()
    held, then = timeline.fabric.whole(), timeline.now
    (old,) = timeline.snapshot.plan.placements.values()
    timeline.kill()
    timeline.fabric.cut_link("s2-s3")
    timeline.start()
    timeline.fabric.connect()
    timeline.settle()
    assert timeline.carries(old)
    assert timeline.snapshot.statuses == {"a/h1-h3": Status.DEGRADED}
    assert timeline.snapshot.why["a/h1-h3"].startswith("forwards on its old path, without a promise: NO_PATH: ")
    timeline.fabric.mend_link("s2-s3")
    timeline.run(31.0)
    assert timeline.snapshot.statuses == {"a/h1-h3": Status.SATISFIED}
    assert timeline.fabric.whole() == held
    assert timeline.sent_since(then) == []


def test_two_links_at_once_may_stop_packets_and_the_loop_brings_them_back() -> None:
    timeline = running(metro(), SURGERY)
    timeline.fabric.cut_link("s2-s3")
    timeline.fabric.cut_link("s2-s5")
    assert not timeline.arrives(KEY)
    timeline.run(0.1)
    assert timeline.arrives(KEY)
    timeline.settle()
    assert timeline.snapshot.statuses == {KEY: Status.SATISFIED}
