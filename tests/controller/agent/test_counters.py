"""What counters that deceive do to the loop: nothing. A steady load shows no spike, and what is not known moves nothing.

Each way to deceive has its name here as it has in the tests of telemetry, where the arithmetic is tried.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace

import pytest

from controller.facts import Counters, FlowCounters, PortCounters
from tests.controller.agent.traffic import Traffic, key, loaded

Answers = Iterable[tuple[float, Counters]]
LATE_S = 0.7
"""Later than the next answer."""

WRAP = 1 << 32


def wrapped(fact: Counters) -> Answers:
    """Ports count bytes in 32 bits, and all of a sudden are near the end of them."""
    if isinstance(fact, PortCounters):
        fact = replace(fact, ports={number: count._replace(
            rx_bytes=round(count.rx_bytes or 0) + WRAP - 40_000_000 & WRAP - 1,
            tx_bytes=round(count.tx_bytes or 0) + WRAP - 40_000_000 & WRAP - 1) for number, count in fact.ports.items()})
    return [(0.0, fact)]


class Anew:
    """Everything is counted anew from the tenth answer of each kind on, with or without the time since when."""

    def __init__(self, with_duration: bool) -> None:
        self._with_duration = with_duration
        self._answers: dict[tuple[type[Counters], int], int] = {}
        self._start: dict[tuple[type[Counters], int], Counters] = {}

    def __call__(self, fact: Counters) -> Answers:
        kind = (type(fact), fact.dpid)
        self._answers[kind] = self._answers.get(kind, 0) + 1
        if self._answers[kind] == 10:
            self._start[kind] = fact
        start = self._start.get(kind)
        if isinstance(fact, PortCounters) and isinstance(start, PortCounters):
            fact = replace(fact, ports={number: self._since(start.ports[number], count)
                                        for number, count in fact.ports.items()})
        if isinstance(fact, FlowCounters) and isinstance(start, FlowCounters):
            counts = {count.cookie: count for count in start.flows}
            fact = replace(fact, flows=tuple(self._since(counts[count.cookie], count)._replace(cookie=count.cookie)
                                             for count in fact.flows))
        return [(0.0, fact)]

    def _since(self, start, count):  # type: ignore[no-untyped-def]
        less = {name: value - getattr(start, name) for name, value in count._asdict().items() if value is not None}
        return count._replace(**less if self._with_duration else {**less, "duration_ns": count.duration_ns})


class Every:
    """What becomes of every so-manieth answer of a switch."""

    def __init__(self, nth: int, becomes: Callable[[Counters], Answers]) -> None:
        self._nth, self._becomes = nth, becomes
        self._answers: dict[tuple[type[Counters], int], int] = {}

    def __call__(self, fact: Counters) -> Answers:
        kind = (type(fact), fact.dpid)
        self._answers[kind] = self._answers.get(kind, 0) + 1
        return [(0.0, fact)] if self._answers[kind] % self._nth else self._becomes(fact)


DECEITS: dict[str, Callable[[], Callable[[Counters], Answers]]] = {
    "jump, and then wrap": lambda: wrapped,
    "reset": lambda: Anew(with_duration=True),
    "reset, the duration runs on": lambda: Anew(with_duration=False),
    "late": lambda: Every(3, lambda fact: [(LATE_S, fact)]),
    "duplicate": lambda: Every(1, lambda fact: [(0.0, fact), (0.001, fact)]),
    "again after a newer one": lambda: Every(1, lambda fact: [(0.0, fact), (LATE_S, fact)]),
    "missing reply": lambda: Every(2, lambda fact: []),
}


@pytest.mark.parametrize("deceit", DECEITS)
def test_a_steady_load_shows_no_spike_and_moves_nothing(deceit: str) -> None:
    timeline = loaded("a", "b")
    timeline.idle_s = 0.05
    timeline.send(key("a"), 40)
    timeline.send(key("b"), 25)
    timeline.run(3.0)
    assert timeline.share("s1-s2", "s1") == pytest.approx(0.65, abs=0.01)
    timeline.fabric.told = DECEITS[deceit]()
    shares, then = set(), timeline.now
    while timeline.now < then + 12:
        timeline.step()
        shares |= {timeline.share(link, source) for link, source in (("s1-s2", "s1"), ("s2-s4", "s2"))}
    known = [share for share in shares if share is not None]
    assert known == pytest.approx([0.65] * len(known), abs=0.03)
    assert timeline.share("s1-s2", "s1") is not None
    assert timeline.decisions == ()
    assert timeline.sent_since(then) == []


def hot_and(told: Callable[[Counters], Answers]) -> Traffic:
    """A link that grows too full, of which is told only so much."""
    timeline = loaded("a", "b", "c")
    timeline.idle_s = 0.05
    timeline.fabric.told = told
    timeline.run(1.0)
    for name, mbps in (("a", 30), ("b", 20), ("c", 45)):
        timeline.send(key(name), mbps)
    return timeline


def missing(fact: Counters) -> Answers:
    """s1 and s2 answer nothing."""
    return [] if fact.dpid in (1, 2) else [(0.0, fact)]


def missing_flows(fact: Counters) -> Answers:
    """s1 does not tell of its flows."""
    return [] if isinstance(fact, FlowCounters) and fact.dpid == 1 else [(0.0, fact)]


def stale(fact: Counters) -> Answers:
    """All answers are there, each when it says nothing of now any more."""
    return [(2.5, fact)]


class Frozen:
    """s1 and s2 tell of ports what they told first, as of then or with their clock running on."""

    def __init__(self, with_clock: bool) -> None:
        self._with_clock = with_clock
        self._first: dict[int, PortCounters] = {}

    def __call__(self, fact: Counters) -> Answers:
        if isinstance(fact, PortCounters) and fact.dpid in (1, 2):
            first = self._first.setdefault(fact.dpid, fact)
            fact = replace(fact, ports={number: count if self._with_clock else count._replace(
                duration_ns=fact.ports[number].duration_ns) for number, count in first.ports.items()})
        return [(0.0, fact)]


SILENCES: dict[str, tuple[Callable[[], Callable[[Counters], Answers]], str]] = {
    "missing": (lambda: missing, "switch s1 tells no counters of h1-s1, s1-s2, s1-s3 to rely on"),
    "missing flows": (lambda: missing_flows, "switch s1 tells no fresh counters of flows"),
    "stale": (lambda: stale, "switch s1 tells no counters of h1-s1, s1-s2, s1-s3 to rely on"),
    "frozen": (lambda: Frozen(with_clock=True), "switch s1 tells no counters of h1-s1, s1-s2, s1-s3 to rely on"),
    "frozen, the clock runs on": (lambda: Frozen(with_clock=False), "switch s2 tells no counters of s2-s4 to rely on"),
}


@pytest.mark.parametrize("silence", SILENCES)
def test_what_is_not_told_moves_nothing_and_is_an_alarm_and_once_it_is_told_the_load_is_relieved(silence: str) -> None:
    told, alarm = SILENCES[silence]
    timeline = hot_and(told())
    then = timeline.now
    timeline.run(10.0)
    assert timeline.sent_since(then) == []
    assert [one for one in timeline.snapshot.alarms if one.startswith(alarm)], timeline.snapshot.alarms
    assert all(decision.verdict == "none" for decision in timeline.decisions)
    timeline.fabric.told = lambda fact: [(0.0, fact)]
    timeline.run(10.0)
    assert timeline.snapshot.alarms == ()
    assert sorted(timeline.path(key(name)) or () for name in "abc") == [
        ("s1", "s2", "s4"), ("s1", "s2", "s4"), ("s1", "s3", "s4")]
    assert timeline.lost == []


def test_the_agent_stops_within_two_polls_of_the_last_counters() -> None:
    """What it is asked after that it does not do, though the links were full when they were last heard of."""
    timeline = loaded("a", "b", "c")
    for name, mbps in (("a", 30), ("b", 20), ("c", 45)):
        timeline.send(key(name), mbps)
    timeline.run_until(lambda: (timeline.share("s1-s2", "s1") or 0) > 0.9, 3.0)
    timeline.fabric.told = lambda fact: []
    silent = timeline.now
    timeline.run(20.0)
    assert all(at <= silent + 1.0 for at, _, _ in timeline.fabric.sent)
    assert timeline.share("s1-s2", "s1") is None
