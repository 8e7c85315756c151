"""What a proof finds: a packet that some part of a step harms, and how."""

from collections.abc import Container
from dataclasses import dataclass
from typing import Literal

from intents.forwarding import Outcome
from intents.packets import Packet
from intents.rules import Change
from intents.traffic import NO_FAILURE, Failure, Sample, Trail

Violation = Literal["loop", "black hole", "leak", "waypoint", "astray"]
"""What happens to a packet that must not: it goes round in circles; it is lost; it comes where no connection brings it; it
misses a switch that it is to pass, or comes by what it is to keep off; it is no longer on its way, or not what it was."""


@dataclass(frozen=True, slots=True)
class Counterexample:
    """A packet that some subset of a step harms. `step` is its position, `None` after the last; `arrived` and `missing`
    are the changes that it depends on, it comes to the same whatever became of the others. `connection` is `None` for a
    packet that belongs to none, `target` is `*` where it is no host's. `failure` holds the ports that are down."""

    violation: Violation
    step: int | None
    connection: str | None
    source: str
    target: str
    packet: Packet
    arrived: tuple[Change, ...]
    missing: tuple[Change, ...]
    outcome: Outcome
    failure: Failure = NO_FAILURE

    def __str__(self) -> str:
        when = "after the last step"
        if self.step is not None:
            when = f"in step {self.step + 1} ({len(self.arrived)} changes it meets arrived, {len(self.missing)} not)"
        if self.failure:
            when += f", while {' and '.join(map(str, sorted(self.failure)))} are down"
        return f"{self.connection or 'no connection'}, {self.source} to {self.target}, {when}: {self.outcome}"


def arrives(sample: Sample, outcome: Outcome, trails: Container[Trail]) -> bool:
    """Whether the packet came once, as it should, to its host, on one of these ways."""
    if len(outcome.ends) != 1:
        return False
    end = outcome.ends[0]
    return (end.what == "delivered" and end.at == sample.target.at and end.trail in trails
            and end.packet == sample.arriving)


def violation_of(sample: Sample, outcome: Outcome) -> Violation:
    """How an outcome harms a packet that it does harm."""
    owner = sample.owner
    if any(end.what == "looped" for end in outcome.ends):
        return "loop"
    if owner is None:
        return "leak"
    if outcome.is_dropped:
        return "black hole"
    if any(end.what == "delivered" and end.at != sample.target.at for end in outcome.ends):
        return "leak"
    return "astray" if all(owner.may_go(end.trail) for end in outcome.ends) else "waypoint"
