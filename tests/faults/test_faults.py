"""The table of faults: every row has a case, every case a row, and what is counted is what happened."""

import ast
from pathlib import Path

from tests.faults.__main__ import page
from tests.faults.rows import ROWS
from tests.faults.tally import Trial

TESTS = Path(__file__).parent.parent


def marked() -> set[int]:
    """The rows that tests name."""
    calls = [node for file in TESTS.rglob("test_*.py") for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
             if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.fault"]
    return {ast.literal_eval(call.args[0]) for call in calls}


def test_every_row_has_a_case_and_every_case_a_row() -> None:
    assert marked() == ROWS.keys()


def test_the_table_counts_passes_of_runs_and_shows_median_and_worst() -> None:
    trials = [Trial(7, "tests/a.py::test_it_holds", ended, (("gap, ms", gap),))
              for ended, gap in (("passed", 1.0), ("failed", 9.0), ("passed", 2.0))]
    trials.append(Trial(8, "tests/b.py::test_it_too", "skipped", ()))
    first, second = list(page(trials, 3))[-2:]
    assert first == (f"| 7 | {ROWS[7].fault} | {ROWS[7].promise} | it holds (`tests/a.py`) | 2 of 3 | gap, ms: 2 (9) |")
    assert second.endswith("it too (`tests/b.py`) | 0 of 1, 1 not run here | - |")
