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
| D-11 | path.protection.level | link, where the mode is fast-failover or standby | what can be had |
| D-12 | path.protection.required | true, where the mode is fast-failover or standby | what is asked for is not dropped |
| D-13 | mtu between switches (topologies/model.py) | 1,600 B | |
| D-14 | capacity of a graph's links (topologies/model.py) | 10 Gbps | |
| D-15 | delay of a graph's links (topologies/model.py) | 4.9 us for a km of their length | |
| D-16 | sle.diverse-from.level | link | what breaks most often, and what most networks can give |
| D-17 | preemption.may | false | nobody takes the place of others unasked |
| D-18 | preemption.by-others | true | who may displace is more important, and said so |
"""

from collections.abc import Mapping
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
    Default("D-17", "preemption.may", False),
    Default("D-18", "preemption.by-others", True),
    Default("D-16", "sle.diverse-from.level", "link", frozenset(("sle.diverse-from.intents",))),
)


_PROTECTION: Final = (
    Default("D-11", "path.protection.level", "link"),
    Default("D-12", "path.protection.required", True),
)


def defaults(said: Mapping[str, object]) -> tuple[Default, ...]:
    """The defaults for the fields that are not among those said, which come with their values."""
    known = DEFAULTS + (_PROTECTION if said.get("path.protection.mode") in ("fast-failover", "standby") else ())
    found = [each for each in known if each.field not in said and (not each.only_with or each.only_with & said.keys())]
    if "slo.bandwidth.burst" not in said and _RATE & said.keys():
        found.append(Default("D-06", "slo.bandwidth.burst", said.get("slo.bandwidth.max-packet", 1500)))
    if "class" not in said:
        found.append(Default("D-09", "class", _class(said)))
    return tuple(found)


def _class(said: Mapping[str, object]) -> ServiceClass:
    if "slo.latency.max" in said:
        return "delay-critical"
    return "guaranteed" if "slo.bandwidth.guaranteed" in said else "best-effort"
