"""The rate between readings of one counter, and every way in which readings deceive.

Rules of this file: pure; a rate is what was counted between two readings over the time between them *by the switch's own
clock*, so that late answers and a busy controller do not bend it; what cannot be trusted is no rate (None), never 0.

- wrap: a counter that went back has wrapped at 32 or 64 bits, if it comes to no more than the line can carry;
- jump: one that went on by many times what the line can carry tells of something else than traffic;
- reset: else it began anew, as it did when its duration went back, or is no longer than the time since the reading
  before; nothing that spans a reset is a rate;
- frozen: readings of one and the same duration are one reading, as old as the first of them.
"""

from collections.abc import Iterable
from dataclasses import dataclass

WRAPS = (1 << 32, 1 << 64)
"""Where counters begin again: OpenFlow's have 64 bits, but some drivers beneath count in 32."""

LEEWAY = 2
"""How far a wrapped counter may have run, in terms of the line's rate: there are bursts, and clocks are coarse."""


JUMP = 10
"""How far a counter may have run at all, in the same terms: a line may be faster than it is declared, but not by so much."""

STEP_NS = 100_000_000
"""How long a switch may tell of the same count: what came meanwhile is counted in one go."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What was counted until `at_ns` (when it came in, monotonic) and since `duration_ns` before by the switch's clock;
    `None` where it tells no duration."""

    at_ns: int
    duration_ns: int | None
    packets: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Advance:
    """What was counted between two readings that came in at `since_ns` and `at_ns`, in `spent_ns` of the switch's clock."""

    packets: int
    bytes: int
    spent_ns: int
    since_ns: int
    at_ns: int

    def bps(self, more_bytes: int = 0) -> int:
        """Bit/s, with `more_bytes` to every packet."""
        return round(8e9 * (self.bytes + more_bytes * self.packets) / self.spent_ns)


def latest_advance(readings: Iterable[Reading | None], least_ns: int, line_bps: int = 0) -> Advance | None:
    """What was counted lately in `least_ns` or the least that is more, from readings newest first (`None`: one that had
    no such counter). Without the rate of the line nothing wraps, and nothing jumps."""
    end = later = None
    packets = size = spent_ns = 0
    for reading in readings:
        if reading is None:
            return None
        if end is None or later is None:
            end = later = reading
            continue
        step = _step(reading, later, line_bps)
        if step is None:
            return None
        packets, size, spent_ns, later = packets + step[0], size + step[1], spent_ns + step[2], reading
        if spent_ns == 0:
            end = reading
        elif spent_ns >= least_ns:
            return Advance(packets, size, spent_ns, reading.at_ns, end.at_ns)
    return None


def _step(before: Reading, after: Reading, line_bps: int) -> tuple[int, int, int] | None:
    """Packets, bytes and ns from one reading to the next; `None` where the counter began anew in between."""
    spent_ns = apart_ns = after.at_ns - before.at_ns
    if before.duration_ns is not None and after.duration_ns is not None:
        spent_ns = after.duration_ns - before.duration_ns
        if spent_ns < 0 or after.duration_ns <= apart_ns:
            return None
    wrapped = LEEWAY * line_bps * spent_ns // 8_000_000_000
    most = JUMP * line_bps * (spent_ns + STEP_NS) // 8_000_000_000 if line_bps else None
    packets, size = _gone(before.packets, after.packets, wrapped, most), _gone(before.bytes, after.bytes, wrapped, most)
    return None if packets is None or size is None else (packets, size, spent_ns)


def _gone(before: int, after: int, wrapped: int, most: int | None) -> int | None:
    """How far a counter went: at most so far where it wrapped, and at most so far at all."""
    if after >= before:
        return after - before if most is None or after - before <= most else None
    return next((gone for wrap in WRAPS if before < wrap and (gone := after + wrap - before) <= wrapped), None)
