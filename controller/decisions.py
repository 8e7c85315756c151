"""What the agent decided by itself, as records for people: what made it, what it weighed, what it did, what came of it.

Times within a record are seconds before or after the decision; a share is of a link's capacity, in one direction, named
by the node that sends. Forwards first where a connection has two directions.
"""

from dataclasses import dataclass
from typing import Literal

Autonomy = Literal["off", "observe", "recommend", "act"]
"""`off`: nothing is measured. `observe`: it is, and nothing decided. `recommend`: what would be done is recorded. `act`: it
is done. The repair of links that fail does not depend on it."""

Trigger = Literal["congestion", "link-down", "link-up"]
Verdict = Literal["moved", "recommended", "none"]


@dataclass(frozen=True, slots=True)
class Sample:
    """What one direction of a link carried, on the mean of the time from `since_s` to `until_s` before the decision."""

    link: str
    source: str
    rate_bps: int
    share: float
    since_s: float
    until_s: float


@dataclass(frozen=True, slots=True)
class Share:
    """How full one direction of a link is, or will be; `None` is unknown."""

    link: str
    source: str
    share: float | None


@dataclass(frozen=True, slots=True)
class Option:
    """Connections that might be re-placed, whether that would do, why or why not, and what the links would carry."""

    connections: tuple[str, ...]
    would_do: bool
    why: str
    forecast: tuple[Share, ...] = ()


@dataclass(frozen=True, slots=True)
class Move:
    """One direction of a connection: nodes and links of its path before and after, empty where it has none."""

    connection: str
    intent: str
    direction: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    links_before: tuple[str, ...] = ()
    links_after: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What then happened: after how many seconds the moves were confirmed (`None`: never), what the links of the forecast
    carried two polls later, whether what was moved was still there."""

    after_s: float | None
    measured: tuple[Share, ...]
    kept: bool
    words: str


@dataclass(frozen=True, slots=True)
class DecisionRecord:
    """One decision. `at` is wall-clock time (ISO 8601), `revision` what it was based on, `links` what triggered it. The
    forecast is that of what was chosen; `outcome` is `None` while nothing is known of it, and where nothing was done."""

    id: int
    at: str
    revision: int
    trigger: Trigger
    links: tuple[str, ...]
    autonomy: Autonomy
    verdict: Verdict
    why: str
    evidence: tuple[Sample, ...] = ()
    options: tuple[Option, ...] = ()
    moves: tuple[Move, ...] = ()
    forecast: tuple[Share, ...] = ()
    outcome: Outcome | None = None

    def touches(self, intent: str) -> bool:
        """Whether it moved, or would have moved, a connection of this intent."""
        return any(move.intent == intent for move in self.moves)
