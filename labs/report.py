"""A lab's outcome for people (a table) and for programs (JSON)."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from .judge import Evidence, Row, counted, directions, rows, slower_ns, verdict
from .scenario import Scenario
from .stalls import MOST

WORDS = {True: "[green]ok[/]", False: "[bold red]no[/]", None: "[yellow]?[/]"}
VERDICTS = {True: "[bold green]PASS[/]", False: "[bold red]FAIL[/]", None: "[bold yellow]UNVERIFIABLE[/]"}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run was, and what it has seen. `events` pairs seconds since the first event with what happened; `decisions` are
    the records of the controller's agent."""

    scenario: Scenario
    backend: Mapping[str, str]
    seconds: float
    seen: Evidence
    events: Sequence[tuple[float, str]]
    decisions: Sequence[Mapping[str, Any]] = ()

    @property
    def rows(self) -> tuple[Row, ...]:
        """Every expectation with what became of it."""
        return rows(self.scenario, self.seen)

    @property
    def passed(self) -> bool | None:
        """Whether all of them hold, None where some cannot be told and the others hold; a scenario without any shows
        nothing and does not pass."""
        each = [row.passed for row in self.rows]
        return False if not each or False in each else None if None in each else True


def document(outcome: Outcome) -> dict[str, Any]:
    """The outcome as plain data."""
    return {
        "scenario": outcome.scenario.metadata.name, "role": outcome.scenario.metadata.role,
        "actions": list(outcome.scenario.metadata.actions or ()), "passed": outcome.passed,
        "backend": {each: outcome.backend[each] for each in ("switches", "links", "controller")},
        "machine": asdict(outcome.seen.stalls),
        "seconds": round(outcome.seconds, 1), "expectations": [_row(row) for row in outcome.rows],
        "intents": {name: _intent(name, outcome) for name in sorted(outcome.seen.placed)},
        "events": [{"at_s": round(at, 3), "what": what} for at, what in outcome.events],
        "decisions": [dict(each) for each in outcome.decisions]}


def show(outcome: Outcome, console: Console) -> None:
    """Print the intents, the expectations, and PASS or FAIL."""
    whole = Table("the whole run", *sorted(outcome.seen.placed), box=SIMPLE_HEAD)
    told = [_cells(_intent(name, outcome)) for name in sorted(outcome.seen.placed)]
    for heading in told[0] if told else ():
        whole.add_row(heading, *(cells[heading] for cells in told))
    console.print(whole)
    table = Table("expectation", "expected", "measured", "", box=SIMPLE_HEAD)
    for row in outcome.rows:
        table.add_row(row.name, row.expected, row.measured, WORDS[row.passed])
    console.print(table)
    console.print(f"the machine {outcome.seen.stalls}", soft_wrap=True, highlight=False)
    if outcome.passed is None:
        console.print(f"over {MOST:.1%}, where a time that breaks its bound may be the machine's: run it again",
                      soft_wrap=True, highlight=False)
    means = outcome.backend
    console.print(f"{VERDICTS[outcome.passed]}  {outcome.scenario.metadata.name} in {outcome.seconds:.0f} s on "
                  f"{means['switches']}; {means['links']}; controller on {means['controller']}", soft_wrap=True)


def _row(row: Row) -> dict[str, Any]:
    return {"name": row.name, "expected": row.expected, "measured": row.measured, "passed": row.passed}


def _intent(name: str, outcome: Outcome) -> dict[str, Any]:
    found = counted(name, outcome.seen)
    judged = verdict(name, outcome.scenario, outcome.seen)
    statistic = outcome.scenario.spec.statistic
    bound = outcome.seen.placed[name].bound
    elsewhere = f" (asked at {bound.statistic})" if judged and bound and bound.statistic != judged.statistic else ""
    return {
        "verdict": judged.judgement.value if judged else "UNVERIFIABLE",
        "why": f"{judged.why}{elsewhere}" if judged else "no latency is asked for",
        "judged_by": f"{judged.statistic} ({f'scenario {outcome.scenario.metadata.name}' if statistic else 'intent'})"
                     if judged else None,
        "latency_ms": {each: _ms(slower_ns(directions(name, outcome.seen), each)) for each in ("p50", "p99")},
        "sent": found.sent, "lost": found.lost, "duplicated": found.duplicated, "reordered": found.reordered,
        "misdelivered": found.misdelivered, "largest_gap_ms": round(found.gap_ns / 1e6, 3)}


def _ms(value_ns: int | None) -> float | None:
    return None if value_ns is None else round(value_ns / 1e6, 3)


def _cells(told: Mapping[str, Any]) -> Mapping[str, str]:
    latency = {f"one-way {name}": "-" if each is None else f"{each:.3f} ms" for name, each in told["latency_ms"].items()}
    counts = {name: f"{told[name]:,}" for name in ("sent", "lost", "duplicated", "reordered", "misdelivered")}
    return {"verdict": told["verdict"], "": told["why"], **latency, **counts,
            "largest gap": f"{told['largest_gap_ms']:.1f} ms"}
