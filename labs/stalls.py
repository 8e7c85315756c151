"""How often the machine itself stood still during a lab: where its cores are lent to others meanwhile, times measured on it
are theirs, not the network's.

Run as `python -m labs.stalls` before everything else in priority; it sleeps on one core after the other, and until SIGTERM
adds up how late it was woken. No process of the lab can make it late (with real-time priorities), so what does is outside.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from .backend import Backend

PRIORITY = 30
"""Real-time priority, above the wires'."""

PERIOD_NS, LATE_NS = 2_000_000, 500_000
"""One sleep, and how much later than that a wake may be before it counts: half of the promised millisecond. On a machine of
its own the latest of 10,000 wakes was 0.4 ms late while all cores were busy (measured)."""

MOST = 0.003
"""Share of the time in stalls up to which times are judged. Ten wakes carry a packet through four switches and their wires:
a bare path of the lab's had its p99 at 0.4 to 0.7 ms at shares to 0.2 %, at 0.5 to 3.4 ms from 0.4 % on (measured)."""


@dataclass(frozen=True, slots=True)
class Stalls:
    """The share of the time (0 to 1) that was lost in stalls, and the longest one."""

    share: float = 0.0
    longest_ns: int = 0

    @property
    def are_too_many(self) -> bool:
        """Whether times measured meanwhile tell of the machine."""
        return self.share > MOST

    def __str__(self) -> str:
        return f"stood still for {self.share:.2%} of the time, {self.longest_ns / 1e6:.1f} ms at the longest"


class Watch:
    """A watch that runs; `stalls` once the `with` block of `watching` has ended."""

    stalls = Stalls()


@contextmanager
def watching(backend: Backend) -> Iterator[Watch]:
    """Watch the machine meanwhile."""
    found = Watch()
    command = [*backend.priority(PRIORITY), sys.executable, "-m", "labs.stalls"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as process:
        try:
            yield found
        finally:
            process.terminate()
            told = process.stdout.read() if process.stdout else ""
    found.stalls = Stalls(**json.loads(told))


def main() -> None:
    """Watch until SIGTERM, then print what was seen."""
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit())
    begun, lost_ns, longest_ns = time.monotonic_ns(), 0, 0
    cores = sorted(os.sched_getaffinity(0))
    try:
        while True:
            for core in cores:
                due = time.monotonic_ns() + PERIOD_NS
                os.sched_setaffinity(0, {core})
                time.sleep(max(due - time.monotonic_ns(), 0) / 1e9)
                late = time.monotonic_ns() - due
                if late > LATE_NS:
                    lost_ns, longest_ns = lost_ns + late, max(longest_ns, late)
    finally:
        print(json.dumps({"share": lost_ns / (time.monotonic_ns() - begun), "longest_ns": longest_ns}))


if __name__ == "__main__":
    main()
