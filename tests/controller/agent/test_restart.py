"""kill -9 at any moment: the next controller goes on from what is there."""

from dataclasses import replace
from pathlib import Path

import pytest

from controller.snapshot import Status
from tests.controller.agent.test_moves import A_ELSEWHERE, KEY, A
from tests.controller.agent.timeline import Timeline, intents
from topologies.builders import diamond

B = intents("b: from: h2, to: h3, slo: {bandwidth: {guaranteed: 30 Mbps}}")


def settled_on(path: Path, *texts: str) -> Timeline:
    timeline = Timeline(diamond(), str(path / "store.db"))
    timeline.begin()
    for text in texts:
        timeline.apply(text)
        timeline.settle()
    return timeline


def test_a_restart_with_nothing_to_do_sends_nothing(tmp_path: Path) -> None:
    timeline = settled_on(tmp_path, A, B)
    before, then = timeline.snapshot, timeline.now
    timeline.restart()
    timeline.settle(1.0)
    assert timeline.sent_since(then) == []
    assert (timeline.snapshot.plan, timeline.snapshot.target) == (before.plan, before.target)
    assert timeline.snapshot.documents == before.documents
    assert timeline.snapshot.statuses == dict.fromkeys((KEY, "b/h2-h3"), Status.SATISFIED)


@pytest.mark.parametrize("after_ms", [*range(12), 100, 110, 2000, *range(2003, 2016)])
def test_killed_in_the_middle_of_a_move_it_is_brought_to_its_end(tmp_path: Path, after_ms: int) -> None:
    timeline = settled_on(tmp_path, A, B)
    timeline.apply(A_ELSEWHERE)
    timeline.run(after_ms / 1000)
    timeline.restart()
    timeline.settle()
    assert timeline.path(KEY) == ("s1", "s3", "s4")
    assert timeline.fabric.whole() == timeline.snapshot.target
    assert timeline.snapshot.alarms == ()
    assert timeline.lost == []
    assert timeline.overbooked == []


@pytest.mark.parametrize("after_ms", [*range(8), 2002, 2004, 2005, 2007, 2008])
def test_killed_in_the_middle_of_a_deletion_nothing_is_left_over(tmp_path: Path, after_ms: int) -> None:
    timeline = settled_on(tmp_path, B)
    before = timeline.fabric.whole()
    timeline.apply(A)
    timeline.settle()
    timeline.delete("a")
    timeline.run(after_ms / 1000)
    timeline.restart()
    timeline.settle()
    assert timeline.fabric.whole() == before
    assert timeline.lost == []


@pytest.mark.parametrize("after_ms", [1, 3, 5])
def test_killed_again_and_again_it_still_arrives(tmp_path: Path, after_ms: int) -> None:
    timeline = settled_on(tmp_path, A)
    timeline.apply(A_ELSEWHERE)
    for _ in range(5):
        timeline.run(after_ms / 1000)
        timeline.restart()
    timeline.settle()
    assert timeline.path(KEY) == ("s1", "s3", "s4")
    assert timeline.fabric.whole() == timeline.snapshot.target
    assert timeline.lost == []


def test_nothing_but_reads_is_sent_until_all_switches_are_read(tmp_path: Path) -> None:
    timeline = settled_on(tmp_path, A)
    timeline.kill()
    timeline.fabric.tables[1] = type(timeline.fabric.tables[1])()
    timeline.start()
    then = timeline.now
    timeline.fabric.connect(1, 2, 3)
    timeline.run(14.9)
    assert timeline.sent_since(then) == []
    assert not timeline.snapshot.settled
    timeline.fabric.connect(4)
    timeline.settle(1.0)
    assert timeline.arrives(KEY)


def test_who_does_not_come_back_is_waited_for_fifteen_seconds(tmp_path: Path) -> None:
    timeline = settled_on(tmp_path, A, B)
    timeline.kill()
    timeline.fabric.tables[1] = type(timeline.fabric.tables[1])()
    timeline.start()
    then = timeline.now
    timeline.fabric.connect(1, 2, 4)
    timeline.run(16.0)
    assert {change.item.dpid for change in timeline.sent_since(then)} == {1}
    assert timeline.snapshot.statuses == {KEY: Status.SATISFIED, "b/h2-h3": Status.PENDING}
    assert timeline.snapshot.why["b/h2-h3"] == "switch s3 is not connected"
    timeline.fabric.connect(3)
    timeline.settle(1.0)
    assert timeline.arrives("b/h2-h3")
    assert all(change.item.dpid == 1 for change in timeline.sent_since(then))


def test_who_comes_later_keeps_the_numbers_that_it_has(tmp_path: Path) -> None:
    timeline = settled_on(tmp_path, A, A_ELSEWHERE)  # the trunk kept the group that was made for its first path
    timeline.kill()
    timeline.start()
    then = timeline.now
    timeline.fabric.connect(2, 3, 4)
    timeline.run(16.0)
    timeline.fabric.connect(1)
    timeline.settle()
    assert timeline.sent_since(then) == []
    assert timeline.snapshot.statuses == {KEY: Status.SATISFIED}


def test_a_change_made_before_all_are_read_is_kept_and_driven_later(tmp_path: Path) -> None:
    timeline = settled_on(tmp_path, A)
    timeline.kill()
    timeline.start()
    timeline.step()
    then = timeline.now
    timeline.apply(A_ELSEWHERE)
    timeline.run(1.0)
    assert timeline.sent_since(then) == []
    timeline.fabric.connect()
    timeline.settle()
    assert timeline.path(KEY) == ("s1", "s3", "s4")
    assert timeline.fabric.whole() == timeline.snapshot.target
    assert timeline.lost == []


def test_in_another_network_what_still_exists_keeps_its_place(tmp_path: Path) -> None:
    timeline = settled_on(tmp_path, A, B)
    placed = timeline.snapshot.plan.placements
    timeline.kill()
    whole = diamond()
    timeline.network = timeline.fabric.network = replace(
        whole, links=tuple(link for link in whole.links if link.name != "s1-s3"))
    assert "s1-s3" in placed["b/h2-h3"].paths[0].links
    timeline.start()
    timeline.fabric.connect()
    timeline.settle()
    assert timeline.fabric.whole() == timeline.snapshot.target
    assert timeline.snapshot.plan.placements[KEY] == placed[KEY]
    assert timeline.path("b/h2-h3") == ("s2", "s4", "s3")
