"""Whether a promise holds, judged from measurements: never from a missing number, never beyond their uncertainty.

Rules of this file (LANGUAGE.md, Verdicts): a missing number is never a zero; too few samples or an uncertainty larger
than the margin make UNVERIFIABLE; evidence is named with the verdict.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from math import ceil
from typing import Literal

from .model import LatencyBound

Evidence = Literal["model", "control-plane", "data-plane"]

SAMPLES_FOR: dict[str, int] = {"p50": 6, "p90": 30, "p95": 60, "p99": 300, "p99.9": 3000, "max": 1, "min": 1}
"""Least samples for a percentile: three beyond it, so that one outlier is not the answer."""

AT_RISK_SHARE = 0.1
"""Closer to the bound than this share of it is AT_RISK."""


class Judgement(str, Enum):
    """The four verdicts."""

    MET = "MET"
    AT_RISK = "AT_RISK"
    VIOLATED = "VIOLATED"
    UNVERIFIABLE = "UNVERIFIABLE"


@dataclass(frozen=True, slots=True)
class Verdict:
    """A judgement with what it rests on. `value_ns` is the statistic of the worst window, None where none could be
    judged; of the `windows`, some were `violated` and some of these severely (RFC 9544); `why` is one sentence."""

    judgement: Judgement
    value_ns: int | None
    statistic: str
    windows: int
    violated: int
    severely_violated: int
    samples: int
    uncertainty_ns: int
    evidence: Evidence
    why: str


@dataclass(frozen=True, slots=True)
class Delays:
    """One-way delays in ns of packets that arrived, each with its send time in ns, in the order of sending.

    `uncertainty_ns`: how far a single delay may be from the truth (clock offset, time stamping)."""

    sent_at_ns: Sequence[int]
    delay_ns: Sequence[int]
    uncertainty_ns: int
    evidence: Evidence


def latency_verdict(bound: LatencyBound, measured: Delays) -> Verdict:
    """Judge a latency bound: its statistic in every whole window, the worst of them against the bound. Less time than
    one window is judged as one window. A window with too few samples leaves the whole unverifiable, unless another
    violates the bound."""
    windows = _windows(measured, bound.window_ns)
    values = [percentile(window, bound.statistic) for window in windows if len(window) >= SAMPLES_FOR[bound.statistic]]
    worst = max(values, default=None)
    judgement, why = _judge(bound, worst, measured.uncertainty_ns)
    if judgement is not Judgement.VIOLATED and len(values) < max(len(windows), 1):
        fewest = min(map(len, windows), default=0)
        why = f"{fewest} samples in a window, {bound.statistic} needs {SAMPLES_FOR[bound.statistic]}"
        judgement = Judgement.UNVERIFIABLE
    severe_ns = bound.severe_above_ns
    return Verdict(judgement, worst, bound.statistic, len(windows), sum(not bound.admits(value) for value in values),
                   sum(severe_ns is not None and value > severe_ns for value in values), len(measured.delay_ns),
                   measured.uncertainty_ns, measured.evidence, why)


def percentile(values: Sequence[int], statistic: str) -> int:
    """The statistic (`p99`, `p99.9`, `max`, `min`) of some values, by nearest rank: always a value that was seen."""
    ordered = sorted(values)
    if statistic in ("min", "max"):
        return ordered[0 if statistic == "min" else -1]
    rank = ceil(float(statistic[1:]) / 100 * len(ordered))
    return ordered[max(rank, 1) - 1]


def _windows(measured: Delays, window_ns: int) -> list[list[int]]:
    """The delays of every whole window, those of an empty one too."""
    if not measured.delay_ns:
        return []
    start, end = measured.sent_at_ns[0], measured.sent_at_ns[-1]
    # what is left behind the last whole window belongs to it, so that no packet goes unjudged
    last_whole = max((end - start) // window_ns - 1, 0)
    found: list[list[int]] = [[] for _ in range(last_whole + 1)]
    for at, delay in zip(measured.sent_at_ns, measured.delay_ns, strict=True):
        found[min((at - start) // window_ns, last_whole)].append(delay)
    return found


def _judge(bound: LatencyBound, worst_ns: int | None, uncertainty_ns: int) -> tuple[Judgement, str]:
    if worst_ns is None:
        return Judgement.UNVERIFIABLE, "nothing could be judged"
    margin = bound.max_ns - worst_ns
    told = f"{bound.statistic} {worst_ns / 1e6:.3f} ms, bound {'<' if bound.strict else '<='} {bound.max_ns / 1e6:g} ms"
    if abs(margin) < uncertainty_ns:
        return Judgement.UNVERIFIABLE, f"{told}: nearer than the uncertainty of {uncertainty_ns / 1e6:g} ms"
    if not bound.admits(worst_ns):
        return Judgement.VIOLATED, told
    if margin < AT_RISK_SHARE * bound.max_ns:
        return Judgement.AT_RISK, told
    return Judgement.MET, told
