"""A row measured: ours and the peer's in turn, round by round, in a process that does nothing else.

Rules of this file: time is the processor's, so that what else the machine does counts for nothing; rubbish is collected
before each measurement and not hindered during it.
"""

import gc
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path

from .row import Result, Row

PACKAGE = "tests.bench.rows"


def results(name: str, rounds: int) -> list[Result]:
    """What the rows of a module come to. Meant for a fresh process, whose memory is then the rows' own."""
    return [measured(row, rounds) for row in import_module(f"{PACKAGE}.{name}").rows()]


def measured(row: Row, rounds: int) -> Result:
    """What a row comes to in this process."""
    agrees = row.peer is None or row.ours() == row.peer()
    pairs = list(_rounds(row, rounds)) if agrees else []
    ours = tuple(pair[0] for pair in pairs)
    peer = tuple(pair[1] for pair in pairs if pair[1] is not None)
    return Result(row.work, row.peer_is, row.least, row.most_s, row.most_mb, ours, peer, _peak_mb(), agrees)


def _rounds(row: Row, rounds: int) -> Iterator[tuple[float, float | None]]:
    for _ in range(rounds):
        yield _timed(row.ours, row.calls), None if row.peer is None else _timed(row.peer, row.calls)


def _timed(work: Callable[[], object], calls: int) -> float:
    gc.collect()
    begin = time.process_time()
    for _ in range(calls):
        answer = work()
    end = time.process_time()
    del answer  # whose end is not the work's
    return (end - begin) / calls


def _peak_mb() -> float:
    """The most memory that this process has held, of which `ru_maxrss` would tell the parent's share as well."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024
