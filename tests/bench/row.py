"""A row of the table: some work of ours, the same work by a peer, and what is required of the two.

Rules of this file: a module of tests/bench/rows is a row by its name and has `rows() -> Iterable[Row]` (several where it
is one work on several networks), which builds what the work is done on, untimed. `ours()` and `peer()` give equal
answers, which is checked once, untimed, before anything is measured. To ask for linear growth, let the peer be ours on a
tenth, ten times. A module whose rows need a network says `IN_SANDBOX = True` and is measured in one.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Row:
    """`least` is how many times faster than the peer it must be; `most_s` how many seconds one call may take, and
    `most_mb` how many megabytes the row's process, which does nothing else, may ever have held. `calls` are made in each
    round of what is too short to be timed alone.

    Where other processes do the work or a share of it, time is taken `by_the_wall`. `before` sets the stage for each
    round of either, and `outcome` says what a round came to, which must be the same each time; both are untimed."""

    work: str
    ours: Callable[[], object]
    peer: Callable[[], object] | None = None
    peer_is: str = "-"
    least: float | None = None
    most_s: float | None = None
    most_mb: float | None = None
    calls: int = 1
    by_the_wall: bool = False
    before: Callable[[], object] = lambda: None
    outcome: Callable[[], object] = lambda: None

    @property
    def clock(self) -> Callable[[], float]:
        """Whose seconds count: the processor's in this process, or everybody's."""
        return time.perf_counter if self.by_the_wall else time.process_time


@dataclass(frozen=True)
class Result:
    """What was measured of a row: seconds by its clock for each call, ours and the peer's in each round."""

    work: str
    peer_is: str
    least: float | None
    most_s: float | None
    most_mb: float | None
    ours_s: tuple[float, ...]
    peer_s: tuple[float, ...]
    peak_mb: float
    agrees: bool = True
    by_the_wall: bool = False

    @property
    def ratios(self) -> tuple[float, ...]:
        """How many times faster than the peer, round by round; empty where there is none."""
        return tuple(peer / ours for ours, peer in zip(self.ours_s, self.peer_s, strict=False))

    @property
    def misses(self) -> tuple[str, ...]:
        """What is required and not met, in words."""
        found = []
        if not self.agrees:
            found.append("the answers differ")
        if self.least is not None and (not self.ratios or median(self.ratios) < self.least):
            found.append(f"less than {self.least:g}x")
        if self.most_s is not None and median(self.ours_s) > self.most_s:
            found.append(f"more than {seconds(self.most_s)}")
        if self.most_mb is not None and self.peak_mb > self.most_mb:
            found.append(f"more than {self.most_mb:,.0f} MB")
        return tuple(found)


def seconds(value: float) -> str:
    """Like `1.23 s`, `4.5 ms`, `67 us`."""
    unit, factor = next(((unit, factor) for unit, factor in (("s", 1), ("ms", 1e3)) if value * factor >= 1), ("us", 1e6))
    return f"{value * factor:.3g} {unit}"
