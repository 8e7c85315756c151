"""What is noted while a scenario runs: events, spans of time, and the frames that the network itself says it lost."""

import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from .measured import Span
from .network import EmulatedNetwork
from .queues import Drop


@dataclass
class Notebook:
    """Notes of one run. `tell` hears each event as it happens, with its time in seconds. At most one span is open."""

    network: EmulatedNetwork
    tell: Callable[[float, str], None]
    begun: float = field(default_factory=time.monotonic)
    events: list[tuple[float, str]] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)
    drops: dict[str, Counter[str]] = field(default_factory=dict)
    looped: dict[str, int] = field(default_factory=dict)
    _open: tuple[str, int, Counter[str], int] | None = None

    def note(self, what: str) -> None:
        """Something happened now."""
        at = time.monotonic() - self.begun
        self.events.append((at, what))
        self.tell(at, what)

    def enter(self, name: str | None) -> None:
        """From now on packets sent, and frames lost or looped, belong to this name (None: to none)."""
        drops, looped, now = self._dropped(), self._looped(), time.time_ns()
        if self._open is not None:
            last, start, drops_before, looped_before = self._open
            self.spans.append(Span(last, start, now))
            self.drops[last] = self.drops.get(last, Counter()) + (drops - drops_before)
            self.looped[last] = self.looped.get(last, 0) + looped - looped_before
        self._open = None if name is None else (name, now, drops, looped)

    @property
    def during(self) -> str | None:
        """The name of the open span."""
        return self._open[0] if self._open else None

    def _dropped(self) -> Counter[str]:
        return excused(self.network.drops())

    def _looped(self) -> int:
        return sum(passage.looped for passage in self.network.wires.passages())


def excused(drops: Iterable[Drop]) -> Counter[str]:
    """By link, the frames that the emulation lost or was too slow for. What goes into a cable that is pulled, or to an
    interface that is down, excuses nothing: to lead packets elsewhere is the controller's and the switches' business."""
    found: Counter[str] = Counter()
    for drop in drops:
        if drop.cause not in ("cut", "refused"):
            found[drop.link] += drop.frames
    return found
