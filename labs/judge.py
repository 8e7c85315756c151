"""What was seen in a lab, held against what the scenario expects. Pure: the same evidence gives the same report."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from statistics import median

from intents.model import LatencyBound
from intents.verdict import Delays, Judgement, Verdict, latency_verdict, percentile
from topologies.units import render_time

from .measured import Count, Span, Stream, count, together
from .relief import Relieved
from .scenario import Adoption, Expectation, Gap, Relief, Scenario
from .stalls import Stalls

CLOCK_UNCERTAINTY_NS = 50_000
"""Sender and receiver share one clock; what is left is the sender's own time stamp, taken up to 50 us before the packet
enters its queue (measured)."""

BIN_NS = 100_000_000
"""Over which a median is taken to see when delays are in bounds again."""

NOTHING = Count()

WORSE = (Judgement.MET, Judgement.AT_RISK, Judgement.UNVERIFIABLE, Judgement.VIOLATED)
"""What of two directions is said of the intent: the later one here."""


@dataclass(frozen=True, slots=True)
class Placed:
    """What the controller says of an intent: the worst case of its budget in ns (None where it has none), and `why` it
    is not placed, empty where it is. `bound` is what it asks for."""

    budget_ns: int | None
    bound: LatencyBound | None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Adopted:
    """How a controller came back: seconds until every switch was adopted (None: never), the changes that it sent, the
    rules of ours that are too many or missing."""

    seconds: float | None
    changes: int
    orphans: int


@dataclass(frozen=True)
class Evidence:
    """All that a run has seen. By the name of a span: `drops` counts the frames that queues and sockets have on record as
    dropped, by link (notebook.excused); `looped` those that crossed a wire a second time. `travelled`: the links that an
    intent's packets had a path over at some time."""

    streams: Sequence[Stream]
    spans: Sequence[Span]
    placed: Mapping[str, Placed]
    drops: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    travelled: Mapping[str, frozenset[str]] = field(default_factory=dict)
    looped: Mapping[str, int] = field(default_factory=dict)
    adopted: Adopted | None = None
    relieved: Relieved | None = None
    bare: Count = NOTHING
    stalls: Stalls = field(default_factory=Stalls)


@dataclass(frozen=True, slots=True)
class Row:
    """One expectation and what became of it. `passed` is None where a measured time breaks it on a machine that stood still
    too often for its times to tell. `is_time`: what was measured is a time."""

    name: str
    expected: str
    measured: str
    passed: bool | None
    is_time: bool = False


def rows(scenario: Scenario, seen: Evidence) -> tuple[Row, ...]:
    """Every expectation of the scenario, in its order."""
    found = (row for expected in scenario.spec.expect for row in _rows(expected, seen))
    return tuple(replace(row, passed=row.passed or None) if row.is_time and seen.stalls.are_too_many else row
                 for row in found)


def verdict(intent: str, scenario: Scenario, seen: Evidence) -> Verdict | None:
    """The verdict on the latency of an intent's worse direction over the steady time, by the scenario's statistic where it
    names one; None where the intent asks for no latency."""
    placed = seen.placed.get(intent)
    if placed is None or placed.bound is None:
        return None
    bound = replace(placed.bound, statistic=scenario.spec.statistic or placed.bound.statistic)
    judged = [latency_verdict(bound, Delays(each.sent_at_ns, each.delay_ns, CLOCK_UNCERTAINTY_NS, "data-plane"))
              for each in directions(intent, seen, "steady") or [NOTHING]]
    return max(judged, key=lambda each: (WORSE.index(each.judgement), each.value_ns or 0))


def counted(intent: str, seen: Evidence, during: str | None = None) -> Count:
    """An intent's packets, both directions, in all the spans of a name (None: the whole run)."""
    return together(directions(intent, seen, during))


def directions(intent: str, seen: Evidence, during: str | None = None) -> list[Count]:
    """The same, each direction for itself."""
    always = (Span("always", 0, 1 << 63),)
    spans = always if during is None else [span for span in seen.spans if span.name == during]
    return [together([count(stream, span) for span in spans]) for stream in seen.streams if stream.intent == intent]


def slower_ns(found: Sequence[Count], statistic: str) -> int | None:
    """A percentile of the one-way delay in the direction where it is largest (together, the quick half of the packets
    would hide a slow direction from the median); None where nothing arrived in one of them."""
    values = [each.statistic_ns(statistic) for each in found]
    return None if None in values else max((value for value in values if value is not None), default=None)


def _rows(expected: Expectation, seen: Evidence) -> Iterator[Row]:
    if expected.controller is not None:
        yield from _adoption_rows(expected.controller, seen.adopted)
    if expected.intent is None:
        return
    name, placed = expected.intent, seen.placed.get(expected.intent)
    if expected.placed is not None:
        yield Row(f"{name}: placed", "yes" if expected.placed else "no",
                  "yes" if placed and not placed.why else placed.why if placed else "unknown",
                  placed is not None and (not placed.why) == expected.placed)
    if expected.budget is not None:
        worst = placed.budget_ns if placed else None
        yield Row(f"{name}: budget of the model", f"< {render_time(expected.budget)}", _ms(worst),
                  worst is not None and worst < expected.budget)
    if expected.during is not None:
        yield from _packet_rows(expected, expected.during, seen)


def _packet_rows(expected: Expectation, during: str, seen: Evidence) -> Iterator[Row]:
    name = f"{expected.intent}, {during}"
    ways = directions(expected.intent or "", seen, during)
    found = together(ways)
    for statistic, bound in _bounds(expected):
        worst, other = slower_ns(ways, statistic), "p99" if statistic == "p50" else "p50"
        told = f"{_ms(worst)} ({other} {_ms(slower_ns(ways, other))}; bare {statistic} " \
               f"{_ms(seen.bare.statistic_ns(statistic))}, {other} {_ms(seen.bare.statistic_ns(other))})"
        yield Row(f"{name}: one-way {statistic}", f"< {render_time(bound)}", told, worst is not None and worst < bound,
                  worst is not None)
    sent = f" of {found.sent:,}"
    if expected.lost is not None:
        lost = found.lost - _accounted(seen, during).get(expected.intent or "", 0)
        noted = f", {found.lost - lost} more in drop records" if found.lost > lost else ""
        yield _count_row(f"{name}: lost", expected.lost, lost, found.sent, sent + noted)
    if expected.duplicated is not None:
        yield _count_row(f"{name}: duplicated", expected.duplicated, found.duplicated, found.sent, sent)
    if expected.p99_within is not None:
        yield _spread_row(f"{name}: one-way p99", expected, during, seen)
    if expected.relief is not None:
        yield from _relief_rows(expected, expected.relief, seen)
    if expected.gap is not None:
        yield from _gap_rows(expected.intent or "", during, expected.gap, seen)
    if expected.looped is not None:
        yield _count_row(f"{name}: looped", expected.looped, seen.looped.get(during, 0), found.sent, " on all wires")


def _accounted(seen: Evidence, during: str) -> Mapping[str, int]:
    """By intent, the losses that drop records on its own links account for. A frame on record accounts for one loss."""
    left = dict(seen.drops.get(during, {}))
    found: dict[str, int] = {}
    for intent in sorted(seen.travelled):
        lost = counted(intent, seen, during).lost
        for link in sorted(seen.travelled[intent] & left.keys()):
            taken = min(lost - found.get(intent, 0), left[link])
            left[link] -= taken
            found[intent] = found.get(intent, 0) + taken
    return found


def _spread_row(name: str, expected: Expectation, during: str, seen: Evidence) -> Row:
    """The p99 of a span against the steady one of the same direction, in the direction where it has grown most."""
    times = expected.p99_within or 1
    told, growth = _growth(expected.intent or "", during, seen)
    if growth is None and during == "relieved":
        told = f"not relieved; under load {_growth(expected.intent or '', 'load', seen)[0]}"
    return Row(name, f"<= {times} x steady", told, growth is not None and growth <= times, growth is not None)


def _growth(intent: str, during: str, seen: Evidence) -> tuple[str, float | None]:
    """How many times the steady p99 that of a span is, in words too."""
    found = []
    for stream in (stream for stream in seen.streams if stream.intent == intent):
        steady, now = (_p99_ns(stream, seen, name) for name in ("steady", during))
        if steady is None or now is None:
            return "no packet arrived", None
        found.append((now / steady, now, steady))
    if not found:
        return "no packet was sent", None
    growth, now, steady = max(found)
    return f"{growth:.1f} x: {_ms(now)}, steady {_ms(steady)}", growth


def _p99_ns(stream: Stream, seen: Evidence, during: str) -> int | None:
    spans = [span for span in seen.spans if span.name == during]
    return together([count(stream, span) for span in spans]).statistic_ns("p99")


def _relief_rows(expected: Expectation, wanted: Relief, seen: Evidence) -> Iterator[Row]:
    name = f"{expected.intent}, {expected.during}"
    after = None if seen.relieved is None else seen.relieved.after_ns
    yield Row(f"{name}: load moved aside", f"<= {render_time(wanted.confirmed_within)}",
              "never" if after is None else f"{after / 1e9:.2f} s after the first poll that saw it whole",
              after is not None and after <= wanted.confirmed_within, after is not None)
    back = _recovered_ns(expected.intent or "", seen)
    yield Row(f"{name}: p50 in its bound", f"<= {render_time(wanted.recovered_within)}",
              "not relieved" if seen.relieved is None else "never" if back is None else f"{back / 1e9:.1f} s after that",
              back is not None and back <= wanted.recovered_within, back is not None)


def _recovered_ns(intent: str, seen: Evidence) -> int | None:
    """From the relief to the end of the last tenth of a second whose median delay broke the bound; None where there is no
    relief, no bound, or nothing to see of it."""
    placed = seen.placed.get(intent)
    ends = [span.end_ns for span in seen.spans if span.name in ("load", "relieved")]
    if seen.relieved is None or placed is None or placed.bound is None or not ends:
        return None
    begun, bins, broken = seen.relieved.at_ns, (max(ends) - seen.relieved.at_ns) // BIN_NS, 0
    for stream in (stream for stream in seen.streams if stream.intent == intent):
        found = count(stream, Span("since the relief", begun, begun + bins * BIN_NS))
        if not found.delay_ns:
            return None
        delays: dict[int, list[int]] = {}
        for at, delay in zip(found.sent_at_ns, found.delay_ns, strict=True):
            delays.setdefault((at - begun) // BIN_NS, []).append(delay)
        broken = max([broken, *(place + 1 for place in range(bins)
                                if place not in delays or not placed.bound.admits(percentile(delays[place], "p50")))])
    return broken * BIN_NS


def _gap_rows(intent: str, during: str, expected: Gap, seen: Evidence) -> Iterator[Row]:
    """Each span's longest gap, every value of both directions told; the worse one counts."""
    streams = [stream for stream in seen.streams if stream.intent == intent]
    ways = [[count(stream, span).gap_ns for stream in streams] for span in seen.spans if span.name == during and streams]
    gaps = [max(each) for each in ways]
    nothing = "nothing was cut" if streams else "no packet was sent"
    told = ", ".join("/".join(f"{gap / 1e6:.0f}" for gap in each) for each in ways) + " ms" if gaps else nothing
    for name, most, found in (("median gap", expected.median, median(gaps) if gaps else None),
                              ("longest gap", expected.max, max(gaps, default=None))):
        if most is not None:
            yield Row(f"{intent}, {during}: {name}", f"<= {render_time(most)}", told, found is not None and found <= most,
                      found is not None)


def _bounds(expected: Expectation) -> Iterator[tuple[str, int]]:
    for statistic in ("p50", "p99"):
        bound = getattr(expected.latency, statistic, None)
        if bound is not None:
            yield statistic, bound


def _count_row(name: str, most: int, found: int, sent: int, detail: str) -> Row:
    """Nothing sent shows nothing: it fails."""
    expected = "0" if most == 0 else f"<= {most}"
    return Row(name, expected, f"{found}{detail}" if sent else "no packet was sent", sent > 0 and found <= most)


def _adoption_rows(expected: Adoption, seen: Adopted | None) -> Iterator[Row]:
    took = seen.seconds if seen else None
    yield Row("controller: adopted", f"<= {render_time(expected.adopted_within)}",
              "never" if took is None else f"{took:.1f} s", took is not None and took * 1e9 <= expected.adopted_within,
              took is not None)
    for name, most, found in (("changes sent", expected.changes, seen.changes if seen else None),
                              ("orphan rules", expected.orphans, seen.orphans if seen else None)):
        yield Row(f"controller: {name}", "0" if most == 0 else f"<= {most}", "unknown" if found is None else str(found),
                  found is not None and found <= most)


def _ms(time_ns: int | None) -> str:
    return "unknown" if time_ns is None else f"{time_ns / 1e6:.3f} ms"
