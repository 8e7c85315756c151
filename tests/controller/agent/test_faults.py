"""Switches that are slow, deaf, full, empty or gone."""

from collections.abc import Callable
from pathlib import Path
from threading import Event

import pytest

from controller.agent.decide import COMMIT_S
from controller.agent.links import HOLD_S
from controller.snapshot import Status
from intents.rules import Change, Flow, RuleSet, Table
from tests.controller.agent.test_moves import A_ELSEWHERE, KEY, A, started
from tests.controller.agent.timeline import Timeline, intents
from topologies.builders import diamond


def full(dpid: int) -> Callable[[Change], bool]:
    return lambda change: (change.verb == "add" and isinstance(change.item, Flow) and change.item.dpid == dpid
                           and change.item.table == Table.LABEL)


@pytest.mark.fault(15)
def test_a_full_table_leaves_the_old_path_alone_and_says_so() -> None:
    timeline = started()
    timeline.apply(A)
    timeline.settle()
    timeline.fabric.refuses = full(3)
    timeline.apply(A_ELSEWHERE)
    timeline.run(10.0)
    assert timeline.path(KEY) == ("s1", "s2", "s4")
    assert timeline.snapshot.statuses[KEY] is Status.DEGRADED
    assert timeline.snapshot.why[KEY].startswith("RESOURCE: switch s3 refuses a change (OFPFMFC_TABLE_FULL)")
    assert any("OFPFMFC_TABLE_FULL" in alarm for alarm in timeline.snapshot.alarms)
    assert not timeline.snapshot.settled
    assert timeline.lost == []


@pytest.mark.fault(15)
def test_a_refused_change_is_tried_again_ever_more_seldom() -> None:
    timeline = started()
    timeline.fabric.refuses = full(2)
    timeline.apply(A)
    timeline.run(200.0)
    assert timeline.snapshot.statuses[KEY] is Status.UNSATISFIABLE
    tries = sorted({round(at) for at, dpid, change in timeline.fabric.sent if dpid == 2 and change.item.table == 2})
    assert len(tries) == 9  # at 0, 1, 3, 7, 15, 31, 63, 123, 183 s
    timeline.fabric.refuses = lambda change: False
    timeline.settle(61.0)
    assert timeline.arrives(KEY)
    assert timeline.snapshot.alarms == ()


@pytest.mark.fault(15)
def test_others_go_on_while_one_is_refused() -> None:
    timeline = started()
    timeline.fabric.refuses = full(2)
    timeline.apply(intents("a: from: h1, to: h4, path: {avoid: {switches: [s3]}}",
                           "b: from: h1, to: h4, match: {protocol: udp}, path: {avoid: {switches: [s2]}}"))
    timeline.run(1.0)
    assert timeline.snapshot.statuses == {KEY: Status.UNSATISFIABLE, "b/h1-h4": Status.SATISFIED}


@pytest.mark.fault(13)
def test_a_slow_switch_holds_up_nobody_else() -> None:
    timeline = started()
    timeline.fabric.slow[2] = 1.0
    timeline.apply(A + "---\n" + intents("b: from: h1, to: h3"))
    timeline.run(0.05)
    assert timeline.snapshot.statuses == {KEY: Status.PENDING, "b/h1-h3": Status.SATISFIED}
    timeline.settle()
    assert timeline.snapshot.statuses == dict.fromkeys((KEY, "b/h1-h3"), Status.SATISFIED)


@pytest.mark.fault(14)
def test_a_barrier_that_is_never_answered_stops_the_move_where_it_is_and_it_goes_on_from_there() -> None:
    timeline = started()
    timeline.apply(A)
    timeline.settle()
    timeline.fabric.deaf.add(3)
    timeline.apply(A_ELSEWHERE)
    timeline.run(4.0)
    assert timeline.path(KEY) == ("s1", "s2", "s4")
    timeline.fabric.deaf.clear()
    timeline.settle()
    assert timeline.path(KEY) == ("s1", "s3", "s4")
    assert timeline.fabric.whole() == timeline.snapshot.target
    assert timeline.lost == []


@pytest.mark.fault(6)
def test_a_switch_that_comes_back_empty_is_filled_again() -> None:
    timeline = started()
    timeline.apply(A)
    timeline.settle()
    timeline.fabric.disconnect(2)
    timeline.run(1.0)
    assert timeline.snapshot.statuses == {KEY: Status.PENDING}
    assert timeline.snapshot.why == {KEY: "switch s2 is not connected"}
    timeline.fabric.tables[2] = RuleSet()
    timeline.fabric.connect(2)
    timeline.settle()
    assert timeline.arrives(KEY)
    assert timeline.fabric.whole() == timeline.snapshot.target


@pytest.mark.fault(11)
def test_a_switch_that_only_lost_its_channel_is_sent_nothing_on_return() -> None:
    timeline = started()
    timeline.apply(A)
    timeline.settle()
    then = timeline.now
    timeline.fabric.disconnect(2)
    timeline.run(30.0)
    timeline.fabric.connect(2)
    timeline.settle()
    assert timeline.sent_since(then) == []


def test_nothing_of_a_path_is_retired_while_its_ingress_is_out_of_sight() -> None:
    timeline = started()
    timeline.apply(A)
    timeline.settle()
    timeline.fabric.disconnect(1)
    timeline.apply(A_ELSEWHERE)
    timeline.run(30.0)
    assert timeline.snapshot.alarms == ()
    assert timeline.lost == []
    assert timeline.path(KEY) == ("s1", "s2", "s4")
    timeline.fabric.connect(1)
    timeline.settle()
    assert timeline.path(KEY) == ("s1", "s3", "s4")
    assert timeline.lost == []
    assert timeline.fabric.whole() == timeline.snapshot.target


def test_a_path_of_others_is_retired_though_some_switch_is_away() -> None:
    timeline = started()
    timeline.apply(A)
    timeline.settle()
    timeline.fabric.disconnect(3)
    timeline.delete("a")
    timeline.run(3.0)
    assert timeline.fabric.whole() == timeline.snapshot.target
    assert not timeline.snapshot.settled


def test_a_read_that_is_refused_is_not_asked_for_without_end() -> None:
    timeline = started()
    asked: list[float] = []
    timeline.fabric.disconnect(2)
    read = timeline.fabric.read

    def refuse(dpid: int, token: int) -> None:
        asked.extend([timeline.now] if dpid == 2 else [])  # not the audits of the others
        timeline.fabric.refuse(dpid, token)

    timeline.fabric.read = refuse  # type: ignore[method-assign]
    timeline.fabric.connect(2)
    timeline.run(10.0)
    assert len(asked) == 4  # at 0, 1, 3, 7 s
    assert timeline.snapshot.alarms == (
        "switch s2 refuses its tables to be read (OFPBRC_BAD_TYPE), 4 times in a row; it is tried again",)
    timeline.fabric.read = read  # type: ignore[method-assign]
    timeline.settle()
    assert timeline.snapshot.alarms == ()


@pytest.mark.fault(24)
def test_after_a_lost_store_write_nothing_is_sent_and_nothing_is_wanted(tmp_path: Path) -> None:
    timeline = Timeline(diamond(), str(tmp_path / "store.db"))
    timeline.begin()
    then, before = timeline.now, timeline.snapshot
    timeline.break_store()
    answer = timeline.apply(A)
    assert "cannot be written" in str(answer)
    timeline.run(1.0)
    assert timeline.sent_since(then) == []
    assert timeline.snapshot.documents == before.documents
    timeline.mend_store()
    timeline.apply(A)
    timeline.settle()
    assert timeline.arrives(KEY)


@pytest.mark.fault(24)
def test_a_failed_link_is_repaired_without_the_store(tmp_path: Path) -> None:
    timeline = Timeline(diamond(), str(tmp_path / "store.db"))
    timeline.begin()
    timeline.apply(A)
    timeline.settle()
    timeline.break_store()
    timeline.fabric.cut_link("s1-s2")
    timeline.run(0.5)
    assert timeline.path(KEY) == ("s1", "s3", "s4")
    assert any("cannot be written" in alarm for alarm in timeline.snapshot.alarms)
    timeline.mend_store()
    timeline.settle()
    assert timeline.snapshot.alarms == ()
    timeline.restart()
    timeline.settle()
    assert timeline.path(KEY) == ("s1", "s3", "s4")


@pytest.mark.fault(24)
def test_a_failed_link_is_repaired_before_a_slow_store_has_written(tmp_path: Path) -> None:
    timeline = Timeline(diamond(), str(tmp_path / "store.db"))
    timeline.begin()
    timeline.apply(A)
    timeline.settle()
    disk, commit, before = Event(), timeline._store.commit, timeline._store.load()
    timeline._store.commit = lambda *args: (disk.wait(10), commit(*args))[1]  # type: ignore[method-assign]
    timeline.fabric.cut_link("s1-s2")
    timeline.run(3 * COMMIT_S)
    assert timeline.path(KEY) == ("s1", "s3", "s4")
    timeline.fabric.mend_link("s1-s2")
    timeline.run(HOLD_S + 1)
    timeline.fabric.cut_link("s1-s3")
    timeline.run(3 * COMMIT_S)
    assert timeline.path(KEY) == ("s1", "s2", "s4")
    assert "slow" in str(timeline.apply(A_ELSEWHERE))
    assert timeline._store.load() == before
    disk.set()
    for _ in range(2):
        timeline._store._writer.submit(int).result()  # what is under way has been written
        timeline.run(0.1)
    timeline.settle()
    timeline.restart()
    timeline.settle()
    assert timeline.path(KEY) == ("s1", "s2", "s4")
    assert timeline.snapshot.alarms == ()


def test_an_apply_that_was_not_stored_leaves_no_alarm_once_the_store_is_well(tmp_path: Path) -> None:
    timeline = Timeline(diamond(), str(tmp_path / "store.db"))
    timeline.begin()
    timeline.break_store()
    timeline.apply(A)
    timeline.run(1.0)
    assert any("cannot be written" in alarm for alarm in timeline.snapshot.alarms)
    timeline.mend_store()
    for _ in range(3):
        timeline.run(1.0)
        timeline.agent.rest(timeline.now, is_idle=True)
    timeline.run(1.0)
    assert timeline.snapshot.alarms == ()
