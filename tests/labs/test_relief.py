"""How soon load was relieved, by the agent's records and the clock of the load."""

from datetime import datetime, timezone

from labs.relief import Relieved, relieved

NS = 1_000_000_000
MS = 1_000_000
NOON = datetime(2026, 12, 1, 12, tzinfo=timezone.utc)
NOON_NS = int(NOON.timestamp()) * NS


def record(since_s, until_s, after_s=0.1, **more):
    return {"trigger": "CONGESTION", "done": "MOVED", "time": NOON.isoformat(timespec="milliseconds"),
            "evidence": [{"since_s": since_s, "until_s": until_s}], "outcome": {"after_s": after_s}, **more}


def test_a_poll_that_saw_the_whole_load_starts_the_clock():
    assert relieved([record(0.6, 0.1)], NOON_NS - 700 * MS) == Relieved(NOON_NS + 100 * MS, 200 * MS)


def test_a_poll_that_saw_a_part_of_it_is_one_too_early():
    assert relieved([record(0.6, 0.1)], NOON_NS - 500 * MS) == Relieved(NOON_NS + 100 * MS, -300 * MS)


def test_a_decision_that_let_whole_polls_pass_is_late():
    assert relieved([record(0.6, 0.1)], NOON_NS - 1700 * MS) == Relieved(NOON_NS + 100 * MS, 1200 * MS)


def test_only_a_confirmed_move_for_the_load_relieves():
    before = NOON_NS - 700 * MS
    assert relieved([], before) is None
    assert relieved([record(0.6, 0.1)], None) is None
    assert relieved([record(0.6, 0.1)], NOON_NS + MS) is None
    assert relieved([record(0.6, 0.1, outcome=None)], before) is None
    assert relieved([record(0.6, 0.1, after_s=None)], before) is None
    assert relieved([record(0.6, 0.1, done="RECOMMENDED")], before) is None
    assert relieved([record(0.6, 0.1, trigger="LINK_DOWN")], before) is None
