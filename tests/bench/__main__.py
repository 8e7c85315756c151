"""`python -m tests.bench [ROW...]`: measures the rows named, or all; prints the table; exits 1 where one is missed."""

import argparse
import platform
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from pkgutil import iter_modules
from statistics import median

from labs import sandbox

from .measure import PACKAGE, results
from .row import Result, seconds

ROWS = tuple(sorted(each.name for each in iter_modules([str(Path(__file__).parent / "rows")])))
HEAD = ("Work", "Peer", "Ours", "Peer's", "Times faster: median (least to most)", "Required", "Peak", "")


def main(words: Sequence[str]) -> int:
    """The exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"of {', '.join(ROWS)}; all where none is named")
    parser.add_argument("--rounds", type=int, default=5, help="of ours and the peer's in turn (5)")
    parser.add_argument("--write", type=Path, metavar="FILE", help="where the table is written as well")
    asked = parser.parse_args(words)
    if unknown := sorted({*asked.rows} - {*ROWS}):
        parser.error(f"no row {', '.join(unknown)}; there are {', '.join(ROWS)}")
    named = asked.rows or ROWS
    if any(map(_is_in_sandbox, named)) and (lacking := sandbox.missing()):
        parser.error(f"{', '.join(filter(_is_in_sandbox, named))}: {'; '.join(lacking)}")
    found = [result for name in named for result in _in_a_process(name, asked.rounds)]
    text = "\n".join(page(found, asked.rounds)) + "\n"
    print(text, end="")
    if asked.write:
        asked.write.parent.mkdir(parents=True, exist_ok=True)
        asked.write.write_text(text, encoding="utf-8")
    return int(any(result.misses for result in found))


def _in_a_process(name: str, rounds: int) -> list[Result]:
    """A new one for each module, so that no row pays for what another left behind."""
    print(f"measuring {name}", file=sys.stderr)
    if _is_in_sandbox(name):
        return sandbox.call(results, name, rounds)
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(results, name, rounds).result()


def _is_in_sandbox(name: str) -> bool:
    return getattr(import_module(f"{PACKAGE}.{name}"), "IN_SANDBOX", False)


def page(found: Sequence[Result], rounds: int) -> Iterator[str]:
    """The lines of the table and of what stands above it."""
    yield "# What the work costs"
    yield ""
    yield (f"Medians of {rounds} rounds, ours and the peer's in turn in one process, on {platform.python_implementation()} "
           f"{platform.python_version()}; seconds are the processor's, or by the wall where others do the work. "
           "`make bench` measures anew and writes this page.")
    yield ""
    yield from (f"| {' | '.join(cells)} |" for cells in (HEAD, ["---"] * len(HEAD), *map(_cells, found)))


def _cells(result: Result) -> Sequence[str]:
    ratios = result.ratios
    times = f"{median(ratios):.1f} ({min(ratios):.1f} to {max(ratios):.1f})" if ratios else "-"
    required = [f"{result.least:g}x" if result.least else "", seconds(result.most_s) if result.most_s else "",
                f"{result.most_mb:,.0f} MB" if result.most_mb else ""]
    work = f"{result.work}, by the wall" if result.by_the_wall else result.work
    return (work, result.peer_is, _median(result.ours_s), _median(result.peer_s), times,
            ", ".join(filter(None, required)) or "-", f"{result.peak_mb:,.0f} MB", "; ".join(result.misses) or "ok")


def _median(values: Sequence[float]) -> str:
    return seconds(median(values)) if values else "-"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
