"""A row measured: ours and the peer's in turn, round by round, in a process that does nothing else.

Rules of this file: time is the processor's, so that what else the machine does counts for nothing, but where a row is
timed by the wall, because others do the work; rubbish is collected before each measurement and not hindered during it.
"""

import gc
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path

from .row import Result, Row

PACKAGE = "tests.bench.rows"


def results(name: str, rounds: int) -> list[Result]:
    """What the rows of a module come to. Meant for a fresh process, whose memory is then the rows' own."""
    return [measured(row, rounds) for row in import_module(f"{PACKAGE}.{name}").rows()]


def measured(row: Row, rounds: int) -> Result:
    """What a row comes to in this process."""
    works = [row.ours] if row.peer is None else [row.ours, row.peer]
    agrees = _is_one([_outcome(row, work) for work in works])
    found = [[_timed(row, work) for work in works] for _ in range(rounds if agrees else 0)]
    ours = tuple(of_ours[0] for of_ours, *_ in found)
    peer = tuple(of_peer[0] for _, *others in found for of_peer in others)
    agrees = agrees and _is_one([outcome for each in found for _, outcome in each])
    return Result(row.work, row.peer_is, row.least, row.most_s, row.most_mb, ours, peer, _peak_mb(), agrees, row.by_the_wall)


def _outcome(row: Row, work: Callable[[], object]) -> object:
    row.before()
    return work(), row.outcome()


def _is_one(outcomes: Sequence[object]) -> bool:
    return all(outcome == outcomes[0] for outcome in outcomes)


def _timed(row: Row, work: Callable[[], object]) -> tuple[float, object]:
    """Seconds for each call, and what they came to."""
    row.before()
    gc.collect()
    begin = row.clock()
    for _ in range(row.calls):
        answer = work()
    end = row.clock()
    del answer  # whose end is not the work's
    return (end - begin) / row.calls, row.outcome()


def _peak_mb() -> float:
    """The most memory that this process has held, of which `ru_maxrss` would tell the parent's share as well."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024
