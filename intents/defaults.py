"""What is taken where nobody said anything, in one table; each value is shown with its number (`default D-02`).

| Number | Field | Value | Why |
|---|---|---|---|
| D-01 | slo.latency.kind | one-way | what a packet feels; a round trip is asked for by name |
| D-02 | slo.latency.statistic, window | p99 over 10 s | 300 samples for a p99 need 30 packets/s, which a probe can spare |
| D-03 | switch-delay (topologies/model.py) | 20 us | |
| D-04 | queues (topologies/model.py) | by class | |
| D-05 | slo.bandwidth.max-packet | 1500 B | the largest IP packet of plain Ethernet |
| D-06 | slo.bandwidth.burst | one max-packet | a sender that keeps its rate sends one packet at a time |
| D-07 | path.objective | min-latency | |
| D-08 | priority | 50 | the middle: there is room above and below |
| D-09 | class | delay-critical where a latency is asked, else guaranteed where a rate is, else best-effort | |
| D-10 | direction | both | conversations have an answer |
"""

from collections.abc import Collection
from typing import Final, NamedTuple

from .model import ServiceClass


class Default(NamedTuple):
    """A field's value where nobody said one, and the fields of which one must be said for it to be of any use."""

    number: str
    field: str
    value: object
    only_with: frozenset[str] = frozenset()

    @property
    def source(self) -> str:
        """As provenance shows it."""
        return f"default {self.number}"


_LATENCY: Final = frozenset(("slo.latency.max",))
_RATE: Final = frozenset(("slo.bandwidth.guaranteed", "slo.bandwidth.max", "slo.bandwidth.reverse"))

DEFAULTS: Final = (
    Default("D-01", "slo.latency.kind", "one-way", _LATENCY),
    Default("D-02", "slo.latency.statistic", "p99", _LATENCY),
    Default("D-02", "slo.latency.window", 10_000_000_000, _LATENCY),
    Default("D-05", "slo.bandwidth.max-packet", 1500),
    Default("D-07", "path.objective", "min-latency"),
    Default("D-08", "priority", 50),
    Default("D-10", "direction", "both"),
)


def defaults(said: Collection[str], max_packet_bytes: int | None) -> tuple[Default, ...]:
    """The defaults for the fields that are not among those said, given the largest packet where that was said."""
    found = [each for each in DEFAULTS if each.field not in said and (not each.only_with or each.only_with & set(said))]
    if "slo.bandwidth.burst" not in said and _RATE & set(said):
        found.append(Default("D-06", "slo.bandwidth.burst", max_packet_bytes or 1500))
    if "class" not in said:
        found.append(Default("D-09", "class", _class(said)))
    return tuple(found)


def _class(said: Collection[str]) -> ServiceClass:
    if "slo.latency.max" in said:
        return "delay-critical"
    return "guaranteed" if "slo.bandwidth.guaranteed" in said else "best-effort"
