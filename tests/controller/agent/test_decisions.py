"""What was decided in another life: it is known, it holds whom it held, and its outcome is told."""

from pathlib import Path

import pytest

from controller.agent.ledger import LATEST_S, Ledger
from controller.agent.recording import age_s
from controller.decisions import DecisionRecord
from controller.store.sqlite import open_store
from tests.controller.agent.test_relief import paths
from tests.controller.agent.timeline import intents
from tests.controller.agent.traffic import Traffic, flows, key


def hot(path: Path) -> Traffic:
    """95 Mbps of three flows on one way, with a store that outlives the process."""
    timeline = Traffic(path=str(path / "store.db"))
    timeline.begin()
    timeline.apply(flows("a", "b", "c"))
    timeline.settle()
    for name, mbps in (("a", 30), ("b", 20), ("c", 45)):
        timeline.send(key(name), mbps)
    return timeline


def restart(timeline: Traffic) -> None:
    timeline.agent.rest(timeline.now, is_idle=True)
    timeline.restart()


def test_decisions_outlive_the_process(tmp_path: Path) -> None:
    timeline = hot(tmp_path)
    timeline.run(8.0)
    before = timeline.decisions
    restart(timeline)
    assert before[0].outcome is not None
    assert timeline.decisions == before
    timeline.settle()
    timeline.fabric.cut_link("s1-s2")
    timeline.run(1.0)
    assert [decision.id for decision in timeline.decisions] == [1, 2]


def test_a_decision_that_nobody_follows_any_more_is_ended(tmp_path: Path) -> None:
    timeline = hot(tmp_path)
    timeline.run_until(lambda: bool(timeline.decisions), 5.0)
    restart(timeline)
    for _ in range(2):
        (decision,) = timeline.decisions
        assert decision.outcome is not None
        assert (decision.outcome.words, decision.outcome.kept) == ("not followed: the controller was started anew", True)
        restart(timeline)


def test_what_was_moved_stays_also_for_the_next_controller(tmp_path: Path) -> None:
    timeline = hot(tmp_path)
    timeline.run(5.0)
    assert paths(timeline, "a", "b", "c") == "s2 s3 s2"
    restart(timeline)
    timeline.settle()
    timeline.apply(intents("d: from: h1, to: h4, direction: forward, match: {protocol: udp, destination-port: 5009}, "
                           "path: {avoid: {switches: [s2]}}"))
    for name, mbps in (("a", 1), ("b", 90), ("c", 1), ("d", 5)):
        timeline.send(key(name), mbps)
    timeline.run(15.0)
    assert paths(timeline, "a", "b", "c", "d") == "s2 s3 s2 s3"
    assert timeline.decisions[-1].why.endswith("moved lately and held: b/h1-h4")


@pytest.mark.parametrize(("at", "age"), [
    ("2026-11-25T06:00:00.000+00:00", 60.0), ("2026-11-25T07:01:30.000+01:00", 0.0), ("2026-11-25T06:02:00.000+00:00", 0.0),
    ("yesterday", float("inf")), ("2026-11-25", float("inf"))])
def test_the_age_of_a_decision_is_never_below_nothing(at: str, age: float) -> None:
    record = DecisionRecord(1, at, 1, "congestion", (), "act", "moved", "")
    assert age_s(record, "2026-11-25T06:01:00.000+00:00") == age


def test_the_journal_waits_for_a_quiet_moment_but_not_for_ever() -> None:
    ledger = Ledger(open_store(":memory:"))
    ledger.note(["one"], 1, now=0.0)
    ledger.flush(LATEST_S, is_idle=False)
    assert ledger.remembered("one", 1) == ()
    ledger.flush(1.0 + LATEST_S, is_idle=False)
    assert ledger.remembered("one", 1) == ("one",)
    ledger.note(["two"], 1, now=20.0)
    ledger.note(["three"], 1, now=20.1, wait_s=0)
    ledger.flush(20.1, is_idle=True)
    assert ledger.remembered("t", 9) == ("two", "three")
