"""What switches have counted lately: as many samples of each as a rate needs, none that is late or came twice.

Rules of this file: pure and frozen; time is what the facts carry. What is not answered leaves a gap, no zero.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from controller.facts import Counters, FlowCount, FlowCounters, PortCounters
from controller.telemetry.rates import Reading

PORT_PERIOD_NS = 500_000_000
"""How often ports are to be polled."""

FLOW_PERIOD_NS = 1_000_000_000
"""How often flows are to be polled."""

STALE_PERIODS = 2
"""So old is unknown: one answer may be missing, not two."""

KEPT_PERIODS = 4
"""So old is forgotten: no rate reaches back over a longer silence."""

PORTS_KEPT_NS = STALE_PERIODS * FLOW_PERIOD_NS + (STALE_PERIODS + 1) * FLOW_PERIOD_NS
"""How long samples of ports are kept, to lay them beside the oldest that flows tell: a rate over two of their periods and
a bit, told two periods ago."""


@dataclass(frozen=True, slots=True)
class FlowSample:
    """The classify flows of a switch at one moment, by cookie: those of one connection's direction are counted together."""

    dpid: int
    token: int
    at_ns: int
    readings: Mapping[int, Reading]


Sample = TypeVar("Sample", bound=PortCounters | FlowSample)


@dataclass(frozen=True, slots=True)
class History:
    """Samples by datapath id, oldest first."""

    ports: Mapping[int, tuple[PortCounters, ...]] = field(default_factory=dict)
    flows: Mapping[int, tuple[FlowSample, ...]] = field(default_factory=dict)


def absorb_counters(history: History, fact: Counters) -> History:
    """The history with what a poll brought; unchanged where it came twice or after what was polled later."""
    match fact:
        case PortCounters():
            return replace(history, ports=_with(history.ports, fact, PORTS_KEPT_NS))
        case FlowCounters():
            return replace(history, flows=_with(history.flows, _by_cookie(fact), KEPT_PERIODS * FLOW_PERIOD_NS))


def is_stale(at_ns: int, now_ns: int, period_ns: int) -> bool:
    """Whether what came in then says nothing of now any more."""
    return now_ns - at_ns > STALE_PERIODS * period_ns


def _with(samples: Mapping[int, tuple[Sample, ...]], new: Sample, kept_ns: int) -> Mapping[int, tuple[Sample, ...]]:
    held = samples.get(new.dpid, ())
    if any(sample.token == new.token or sample.at_ns >= new.at_ns for sample in held):
        return samples
    kept = tuple(sample for sample in held if new.at_ns - sample.at_ns <= kept_ns)
    return {**samples, new.dpid: (*kept, new)}


def _by_cookie(fact: FlowCounters) -> FlowSample:
    """The sample that counters make. A flow that is added anew begins again, so the youngest of a cookie's flows gives the
    duration: it goes back with any of them."""
    found: dict[int, Reading | None] = {}
    for flow in fact.flows:
        reading = _reading(fact.at_ns, flow)
        found[flow.cookie] = _together(found[flow.cookie], reading) if flow.cookie in found else reading
    known = {cookie: reading for cookie, reading in found.items() if reading is not None}
    return FlowSample(fact.dpid, fact.token, fact.at_ns, known)


def _reading(at_ns: int, flow: FlowCount) -> Reading | None:
    if flow.packets is None or flow.bytes is None:
        return None
    return Reading(at_ns, flow.duration_ns, flow.packets, flow.bytes)


def _together(one: Reading | None, other: Reading | None) -> Reading | None:
    if one is None or other is None:
        return None
    durations = [reading.duration_ns for reading in (one, other) if reading.duration_ns is not None]
    youngest = min(durations) if len(durations) == 2 else None
    return Reading(one.at_ns, youngest, one.packets + other.packets, one.bytes + other.bytes)
