"""`python -m tests.faults`: runs the cases of faults as often as is said; prints the table; exits 1 where one failed."""

import argparse
import platform
import sys
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from statistics import median

from .rows import ROWS
from .tally import Trial, one_run

HEAD = ("Row", "Fault", "Promise", "Case", "Passed", "Measured: median (worst)")


def main(words: Sequence[str]) -> int:
    """The exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--times", type=int, default=20, help="runs of every case (20)")
    parser.add_argument("--write", type=Path, metavar="FILE", help="where the table is written as well")
    parser.add_argument("pytest", nargs="*", metavar="FILE", help="only the cases of these")
    asked = parser.parse_args(words)
    trials = [trial for number in range(asked.times) for trial in _in_a_process(number, tuple(asked.pytest))]
    text = "\n".join(page(trials, asked.times)) + "\n"
    print(text, end="")
    if asked.write:
        asked.write.parent.mkdir(parents=True, exist_ok=True)
        asked.write.write_text(text, encoding="utf-8")
    return int(not trials or any(trial.ended != "passed" for trial in trials))


def _in_a_process(number: int, words: tuple[str, ...]) -> list[Trial]:
    """A new one for each run, so that none finds what another left behind."""
    print(f"run {number + 1}", file=sys.stderr)
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(one_run, words).result()


def page(trials: Sequence[Trial], times: int) -> Iterator[str]:
    """The lines of the table and of what stands above it."""
    yield "# What the faults come to"
    yield ""
    yield (f"Runs of every case: {times}, one after the other, on {platform.python_implementation()} "
           f"{platform.python_version()}. A case with parameters counts each of them. `make faults` runs them anew and "
           "writes this page.")
    yield ""
    yield from (f"| {' | '.join(cells)} |" for cells in (HEAD, ["---"] * len(HEAD)))
    told = 0
    for row, test in sorted({(trial.row, trial.test) for trial in trials}):
        cells = _cells(test, [each for each in trials if (each.row, each.test) == (row, test)])
        head = ("", "", "") if row == told else (str(row), *ROWS[row])
        yield f"| {' | '.join((*head, *cells))} |"
        told = row


def _cells(test: str, trials: Sequence[Trial]) -> tuple[str, ...]:
    file, _, name = test.rpartition("::")
    passed = sum(trial.ended == "passed" for trial in trials)
    skipped = sum(trial.ended == "skipped" for trial in trials)
    told = f"{passed} of {len(trials)}" + (f", {skipped} not run here" if skipped else "")
    said = name.removeprefix("test_").replace("_", " ")
    return (f"{said} (`{file}`)", told, _figures(trials))


def _figures(trials: Iterable[Trial]) -> str:
    found: dict[str, list[float]] = {}
    for trial in trials:
        for name, value in trial.figures:
            found.setdefault(name, []).append(value)
    return "; ".join(f"{name}: {median(values):.3g} ({max(values):.3g})" for name, values in found.items()) or "-"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
