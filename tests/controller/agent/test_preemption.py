"""Giving way in the switches: nobody's room is used twice, who waits is placed by the loop itself, and victims are told."""

from pathlib import Path

from controller.snapshot import Status
from tests.controller.agent.timeline import Timeline, intents
from topologies.builders import diamond

GUARANTEED = "from: h1, to: h4, slo: {bandwidth: {guaranteed: 60 Mbps}}"
BULK = intents(f"bulk: {GUARANTEED}, match: {{protocol: tcp}}")
URGENT = intents(f"urgent: {GUARANTEED}, match: {{protocol: udp}}, path: {{avoid: {{switches: [s3]}}}}, priority: 1, "
                 "preemption: {may: true}")
BULK_KEY, URGENT_KEY = "bulk/h1-h4", "urgent/h1-h4"


def with_bulk(store: str = ":memory:") -> Timeline:
    timeline = Timeline(diamond(), store)
    timeline.begin()
    timeline.apply(BULK)
    timeline.settle()
    assert timeline.path(BULK_KEY) == ("s1", "s2", "s4")
    return timeline


def test_who_has_another_place_leaves_for_it_before_the_important_one_comes() -> None:
    timeline = with_bulk()
    timeline.apply(URGENT)
    assert timeline.snapshot.plan.refusals[URGENT_KEY].message == "waits until bulk made way"
    timeline.settle()
    assert timeline.path(BULK_KEY) == ("s1", "s3", "s4")
    assert timeline.path(URGENT_KEY) == ("s1", "s2", "s4")
    assert set(timeline.snapshot.statuses.values()) == {Status.SATISFIED}
    assert timeline.lost == []
    assert timeline.overbooked == []


def test_who_has_none_ends_and_is_told_until_there_is_room_again() -> None:
    timeline = with_bulk()
    timeline.fabric.cut_link("s1-s3")
    timeline.settle()
    timeline.apply(URGENT)
    timeline.settle()
    assert timeline.path(URGENT_KEY) == ("s1", "s2", "s4")
    assert timeline.snapshot.statuses[BULK_KEY] is Status.UNSATISFIABLE
    assert "displaced by urgent, whose priority is 1" in timeline.snapshot.why[BULK_KEY]
    timeline.delete("urgent")
    timeline.settle()
    assert timeline.snapshot.statuses == {BULK_KEY: Status.SATISFIED}
    assert timeline.overbooked == []


def test_a_cut_makes_the_important_one_take_the_way_that_is_left() -> None:
    timeline = with_bulk()
    timeline.apply(URGENT.replace("path: {avoid: {switches: [s3]}}, ", ""))
    timeline.settle()
    assert timeline.path(URGENT_KEY) == ("s1", "s3", "s4")
    timeline.fabric.cut_link("s1-s3")
    timeline.settle()
    assert timeline.path(URGENT_KEY) == ("s1", "s2", "s4")
    assert timeline.snapshot.statuses[BULK_KEY] is Status.UNSATISFIABLE
    timeline.fabric.mend_link("s1-s3")
    timeline.run(120, until=lambda snapshot: snapshot.statuses[BULK_KEY] is Status.SATISFIED)
    assert set(timeline.snapshot.statuses.values()) == {Status.SATISFIED}


def test_a_restart_while_somebody_waits_ends_as_it_would_have_without(tmp_path: Path) -> None:
    timeline = with_bulk(str(tmp_path / "store"))
    timeline.apply(URGENT)
    timeline.step()
    timeline.restart()
    timeline.settle()
    assert timeline.path(BULK_KEY) == ("s1", "s3", "s4")
    assert timeline.path(URGENT_KEY) == ("s1", "s2", "s4")
    assert timeline.overbooked == []
