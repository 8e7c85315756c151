"""What one run of the cases came to, gathered by pytest as it goes."""

import re
from collections.abc import Iterator
from typing import NamedTuple

import pytest

ENDS = re.compile(r"\[.*\]$")


class Trial(NamedTuple):
    """One test of one row, once. `figures` are what it noted by `record_property`; `ended` is pytest's word."""

    row: int
    test: str
    ended: str
    figures: tuple[tuple[str, float], ...]


class Tally:
    """A plugin that keeps the outcome of every case."""

    def __init__(self) -> None:
        self.trials: list[Trial] = []

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item) -> Iterator[None]:
        report = yield
        if report.when == "call" or report.outcome != "passed":
            figures = tuple((str(name), float(value)) for name, value in item.user_properties)
            self.trials += [Trial(mark.args[0], ENDS.sub("", item.nodeid), report.outcome, figures)
                            for mark in item.iter_markers("fault")]
        return report


def one_run(words: tuple[str, ...]) -> list[Trial]:
    """Run the cases once, with further words for pytest."""
    tally = Tally()
    pytest.main(["-q", "-p", "no:cacheprovider", "--hypothesis-profile", "fast", "-m", "fault", *words], plugins=[tally])
    return tally.trials
