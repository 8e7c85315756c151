"""What the loop remembers from turn to turn beside the world: clocks that run, and results that still hold."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from controller.agent.gaps import Gaps
from controller.agent.needs import Needs
from controller.agent.world import ItemKey


@dataclass(frozen=True)
class Memory:
    """`idle_since`: rules to be retired, from when nothing has led to them. `left_since`: connections whose older
    placements no door has led to from then on. `barred`: labels at rest, until when. `waits`: why a connection's doors
    stay as they are. `refuted`: changes whose proof failed, and how. Nothing is decided anew while the world is of
    `edition` and `wake_at` has not come."""

    next_token: int = 1
    idle_since: Mapping[ItemKey, float] = field(default_factory=dict)
    left_since: Mapping[str, float] = field(default_factory=dict)
    barred: Mapping[int, float] = field(default_factory=dict)
    waits: Mapping[str, str] = field(default_factory=dict)
    refuted: Mapping[ItemKey, str] = field(default_factory=dict)
    gaps: Gaps = field(default_factory=Gaps)
    needs: Needs | None = None
    edition: int = -1
    wake_at: float = float("-inf")

    def barred_at(self, now: float) -> frozenset[int]:
        """The labels that rest now."""
        return frozenset(label for label, until in self.barred.items() if now < until)
