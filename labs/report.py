"""A lab's outcome for people (a table) and for programs (JSON)."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rich.console import Console
from rich.table import Table

from .judge import Evidence, Row, counted, rows, verdict
from .measured import Count
from .scenario import Scenario


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run was, and what it has seen. `events` pairs seconds since the first event with what happened."""

    scenario: Scenario
    backend: Mapping[str, str]
    seconds: float
    seen: Evidence
    events: Sequence[tuple[float, str]]

    @property
    def rows(self) -> tuple[Row, ...]:
        """Every expectation with what became of it."""
        return rows(self.scenario, self.seen)

    @property
    def passed(self) -> bool:
        """Whether all of them hold; a scenario without any shows nothing and does not pass."""
        return bool(self.rows) and all(row.passed for row in self.rows)


def document(outcome: Outcome) -> dict[str, Any]:
    """The outcome as plain data."""
    return {
        "scenario": outcome.scenario.metadata.name, "passed": outcome.passed, "backend": dict(outcome.backend),
        "seconds": round(outcome.seconds, 1), "expectations": [asdict(row) for row in outcome.rows],
        "intents": {name: _intent(name, outcome) for name in sorted(outcome.seen.placed)},
        "events": [{"at_s": round(at, 3), "what": what} for at, what in outcome.events],
        "decisions": []}


def show(outcome: Outcome, console: Console) -> None:
    """Print the intents, the expectations, and PASS or FAIL."""
    intents = Table("intent", "verdict", "one-way p50", "p99", "sent", "lost", "duplicated", "reordered",
                    "misdelivered", "largest gap", title="the whole run", title_justify="left")
    for name in sorted(outcome.seen.placed):
        intents.add_row(name, *_cells(_intent(name, outcome)))
    console.print(intents)
    table = Table("expectation", "expected", "measured", "", title_justify="left")
    for row in outcome.rows:
        table.add_row(row.name, row.expected, row.measured, "[green]ok[/]" if row.passed else "[bold red]no[/]")
    console.print(table)
    word = "[bold green]PASS[/]" if outcome.passed else "[bold red]FAIL[/]"
    console.print(f"{word}  {outcome.scenario.metadata.name} in {outcome.seconds:.0f} s on "
                  f"{outcome.backend['switches']}; {outcome.backend['links']}", soft_wrap=True)


def _intent(name: str, outcome: Outcome) -> dict[str, Any]:
    found = counted(name, outcome.seen)
    judged = verdict(name, outcome.scenario, outcome.seen)
    statistic = outcome.scenario.spec.statistic
    return {
        "verdict": judged.judgement.value if judged else "UNVERIFIABLE",
        "why": judged.why if judged else "no latency is asked for",
        "judged_by": f"{judged.statistic} ({f'scenario {outcome.scenario.metadata.name}' if statistic else 'intent'})"
                     if judged else None,
        "latency_ms": {each: _ms(found, each) for each in ("p50", "p99")},
        "sent": found.sent, "lost": found.lost, "duplicated": found.duplicated, "reordered": found.reordered,
        "misdelivered": found.misdelivered, "largest_gap_ms": round(found.gap_ns / 1e6, 3)}


def _ms(found: Count, statistic: str) -> float | None:
    value = found.statistic_ns(statistic)
    return None if value is None else round(value / 1e6, 3)


def _cells(told: Mapping[str, Any]) -> Sequence[str]:
    latency = [f"{each:.3f} ms" if each is not None else "-" for each in told["latency_ms"].values()]
    counts = [f"{told[each]:,}" for each in ("sent", "lost", "duplicated", "reordered", "misdelivered")]
    return [told["verdict"], *latency, *counts, f"{told['largest_gap_ms']:.1f} ms"]
