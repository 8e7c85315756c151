"""The wall clock leaps, forwards and backwards: it stamps the journal, and nothing else looks at it."""

import ast
import re
from itertools import cycle
from pathlib import Path

import pytest

from controller.agent import ledger
from controller.agent.ledger import Ledger
from tests.controller.agent.test_moves import A_ELSEWHERE, A
from tests.controller.agent.timeline import Timeline
from topologies.builders import diamond

STEADY = ("2026-03-01T00:00:00.000+00:00",)
LEAPING = ("2026-03-01T00:00:00.000+00:00", "2026-03-02T00:00:00.000+00:00", "2026-02-28T00:00:00.000+00:00")
WALL = {"time.time", "time.time_ns", "datetime.now", "datetime.utcnow", "datetime.today", "time.localtime", "time.gmtime",
        "date.today", "time.clock_gettime"}
CONTROLLER = Path(ledger.__file__).parents[1]


def told(path: Path) -> tuple[list[object], list[str]]:
    """All that a controller sends in a day's work with a failure and a restart, and what it journals."""
    timeline = Timeline(diamond(), str(path))
    timeline.begin()
    for text in (A, A_ELSEWHERE, A):
        timeline.apply(text)
        timeline.settle()
    timeline.fabric.cut_link("s1-s3")
    timeline.run(5)
    timeline.fabric.mend_link("s1-s3")
    timeline.run(40)
    timeline.agent.rest(float("inf"), is_idle=True)
    timeline.restart()
    timeline.settle()
    journal = [re.sub("|".join(map(re.escape, LEAPING)), "then", event) for _, _, event in timeline._store.journaled()]
    timeline.kill()
    return timeline.fabric.sent, journal


@pytest.mark.fault(25)
def test_whatever_the_wall_clock_says_the_same_is_done_at_the_same_time(
        tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = []
    for name, times in (("steady", STEADY), ("leaping", LEAPING)):
        clock = cycle(times)
        monkeypatch.setattr(Ledger, "stamp", staticmethod(lambda clock=clock: next(clock)))
        found.append(told(tmp_path / name))
    (steady, journal), (leaping, other) = found
    assert leaping == steady
    assert steady
    assert other == journal
    assert journal


@pytest.mark.fault(25)
def test_nothing_but_the_journal_asks_what_time_it_is() -> None:
    calls = [f"{file.relative_to(CONTROLLER)}: {ast.unparse(node.func)}" for file in sorted(CONTROLLER.rglob("*.py"))
             for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
             if isinstance(node, ast.Call) and ast.unparse(node.func) in WALL]
    assert calls == ["agent/ledger.py: datetime.now"]
