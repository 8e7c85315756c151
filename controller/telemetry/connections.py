"""How much each direction of each connection sends, from what its classify flows count.

Rules of this file: a rate counts as the language does, so every packet gets the 4 bytes of its FCS, which Open vSwitch
does not count; labels come later. Counted is what the hosts send, also what a meter drops. Open vSwitch advances
the counters of flows about twice a second, so that a rate over a short window would stagger: see `WINDOW_NS`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from controller.telemetry.history import FLOW_PERIOD_NS, History, is_stale
from controller.telemetry.loads import FCS_BYTES
from controller.telemetry.rates import latest_advance
from intents.model import Direction
from intents.riders import Rider
from intents.rules import Kind, cookie

WINDOW_NS = 1_500_000_000
"""The least time that a rate is taken over."""

Way = tuple[str, Direction]
"""A connection's key, and which direction of it."""


@dataclass(frozen=True, slots=True)
class Sending:
    """What one direction of a connection sent on the mean from `since_ns` to `at_ns` (monotonic, when the samples came
    in), in bit/s."""

    rate_bps: int
    since_ns: int
    at_ns: int


def counted_at(riders: Iterable[Rider]) -> Mapping[Way, tuple[int, int]]:
    """By connection and direction, where it is counted: the ingress's datapath id and the cookie of its flows. It follows
    from the placements, so it is needed anew only when they change."""
    return {(rider.connection, rider.direction): (rider.ingress, cookie(Kind.CLASSIFY, rider.mark)) for rider in riders}


def connection_rates(history: History, places: Mapping[Way, tuple[int, int]], now_ns: int) -> Mapping[Way, Sending | None]:
    """The rates of what is counted at these places, in their order; `None` is unknown: not sampled for long enough, or
    not of late."""
    return {way: _sending(history, dpid, mark, now_ns) for way, (dpid, mark) in places.items()}


def _sending(history: History, dpid: int, mark: int, now_ns: int) -> Sending | None:
    readings = (sample.readings.get(mark) for sample in reversed(history.flows.get(dpid, ())))
    advance = latest_advance(readings, WINDOW_NS)
    if advance is None or is_stale(advance.at_ns, now_ns, FLOW_PERIOD_NS):
        return None
    return Sending(advance.bps(FCS_BYTES), advance.since_ns, advance.at_ns)
