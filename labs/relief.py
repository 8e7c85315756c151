"""How soon a link that load filled was relieved, read off the records of the controller's agent. Pure; ns since 1970.

Rules of this file: an agent can know of load from the first poll whose whole interval saw it. Polls come on a beat, so
that one is found from the interval that a decision rests on.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from controller.telemetry.history import PORT_PERIOD_NS

NS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Relieved:
    """When the last move's barrier was answered, and how long after the poll that could first tell (less than nothing where
    a part of the load was enough)."""

    at_ns: int
    after_ns: int


def relieved(decisions: Iterable[Mapping[str, Any]], load_ns: int | None) -> Relieved | None:
    """What came of load that began at `load_ns`; None where nobody moved anything for it, or no barrier was answered.
    `decisions` are records as gRPC's Decisions tells them, oldest first."""
    if load_ns is None:
        return None
    for record in decisions:
        outcome, made_ns = record["outcome"], int(datetime.fromisoformat(record["time"]).timestamp() * NS)
        if (record["trigger"], record["done"]) == ("CONGESTION", "MOVED") and made_ns > load_ns and outcome \
                and outcome["after_s"] is not None:
            since_ns, until_ns = (made_ns - round(record["evidence"][0][end] * NS) for end in ("since_s", "until_s"))
            missing = -((since_ns - load_ns) // PORT_PERIOD_NS)
            at_ns = made_ns + round(outcome["after_s"] * NS)
            return Relieved(at_ns, at_ns - (until_ns + missing * PORT_PERIOD_NS))
    return None
