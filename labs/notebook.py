"""What is noted while a scenario runs: events, spans of time, and the frames that the network itself says it lost."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from .measured import Span
from .network import EmulatedNetwork

BEHIND_S = 0.5
"""Packets sent this long after a change still count as its own: caches of switches forget late."""

WARM_UP_S = 2.0
"""Steady time begins this long after a probe: its first packets wait for every switch to make up its mind (4 to 80 ms),
and ARP before them."""


@dataclass
class Notebook:
    """Notes of one run. `tell` hears each event as it happens, with its time in seconds."""

    network: EmulatedNetwork
    tell: Callable[[float, str], None]
    begun: float = field(default_factory=time.monotonic)
    events: list[tuple[float, str]] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)
    drops: dict[str, int] = field(default_factory=dict)
    looped: dict[str, int] = field(default_factory=dict)
    _steady_from_ns: int | None = None

    def note(self, what: str) -> None:
        """Something happened now."""
        at = time.monotonic() - self.begun
        self.events.append((at, what))
        self.tell(at, what)

    @contextmanager
    def span(self, name: str) -> Iterator[None]:
        """Packets sent meanwhile, and frames lost or looped meanwhile, belong to the name. Ends the steady time."""
        self.end_steady()
        dropped, looped, start = self._dropped(), self._looped(), time.time_ns()
        yield
        time.sleep(BEHIND_S)
        self.spans.append(Span(name, start, time.time_ns()))
        self.drops[name] = self.drops.get(name, 0) + self._dropped() - dropped
        self.looped[name] = self.looped.get(name, 0) + self._looped() - looped

    def begin_steady(self) -> None:
        """From soon on nothing but probes happens."""
        self._steady_from_ns = time.time_ns() + int(WARM_UP_S * 1e9)

    def end_steady(self) -> None:
        """Something else happens now."""
        if self._steady_from_ns is not None:
            self.spans.append(Span("steady", self._steady_from_ns, time.time_ns()))
            self._steady_from_ns = None

    def _dropped(self) -> int:
        return sum(drop.frames for drop in self.network.drops())

    def _looped(self) -> int:
        return sum(passage.looped for passage in self.network.wires.passages())
