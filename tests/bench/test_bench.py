"""The table says what was measured, and what is required and missed."""

import subprocess
import sys
from dataclasses import replace

import pytest

from tests.bench.__main__ import ROWS, main, page
from tests.bench.measure import measured
from tests.bench.row import Result, Row, seconds

QUICK = Result("work", "a peer", 6, 2, 100, (1.0, 1.0, 2.0), (9.0, 7.0, 8.0), 50)


@pytest.mark.parametrize(("result", "misses"), [
    (QUICK, ()),
    (Result("work", "a peer", 8, None, None, (1.0, 1.0, 2.0), (9.0, 7.0, 8.0), 50), ("less than 8x",)),
    (Result("work", "-", None, 0.5, 20, (1.0,), (), 50), ("more than 500 ms", "more than 20 MB")),
    (Result("work", "a peer", 6, None, None, (), (), 50, agrees=False), ("the answers differ", "less than 6x")),
])
def test_what_is_required_and_missed_is_said(result: Result, misses: tuple[str, ...]):
    assert result.misses == misses


def test_a_row_is_measured_round_by_round_and_its_answers_compared():
    right = measured(Row("sum", lambda: sum(range(99)), lambda: sum(range(99)), "itself", calls=3), rounds=4)
    assert (right.agrees, len(right.ours_s), len(right.ratios)) == (True, 4, 4)
    assert right.peak_mb > 1
    assert not measured(Row("sum", lambda: 1, lambda: 2, "another"), rounds=1).agrees


def test_every_round_begins_on_its_stage_and_is_asked_what_it_came_to():
    held: list[int] = []
    row = Row("fill", lambda: held.append(1), lambda: held.append(1), "itself", before=held.clear, outcome=lambda: len(held))
    assert measured(row, rounds=3).agrees
    leaking = replace(row, before=lambda: None)
    assert not measured(leaking, rounds=3).agrees


def test_what_others_do_meanwhile_counts_by_the_wall_alone():
    idle = Row("a command", lambda: subprocess.run([sys.executable, "-c", "sum(range(10**6))"], check=True) and None)
    own, everybodys = (measured(replace(idle, by_the_wall=wall), rounds=1).ours_s[0] for wall in (False, True))
    assert own < everybodys


def test_a_row_by_the_wall_says_so():
    assert list(page([replace(QUICK, by_the_wall=True)], 3))[-1].startswith("| work, by the wall | a peer |")


def test_the_page_has_a_line_a_row():
    line = list(page([QUICK], 3))[-1]
    assert line == "| work | a peer | 1 s | 8 s | 7.0 (4.0 to 9.0) | 6x, 2 s, 100 MB | 50 MB | ok |"


def test_no_row_is_run_that_is_not_there(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as stop:
        main(["nonsense"])
    assert stop.value.code == 2
    assert ", ".join(ROWS) in capsys.readouterr().err


def test_seconds_are_written_in_their_own_unit():
    assert [seconds(value) for value in (12.34, 0.0123, 0.0000123)] == ["12.3 s", "12.3 ms", "12.3 us"]
