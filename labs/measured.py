"""What a probe's packets show over a span of time: lost, doubled, late, out of order. Pure; times in ns of one clock."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from intents.verdict import percentile


@dataclass(frozen=True, slots=True)
class Stream:
    """One direction of a probe. Packet number i was sent at `sent_ns[i]`; `arrivals` holds (number, arrival time) in
    the order in which they came, copies included. `misdelivered`: arrivals at a host that they were not sent to."""

    intent: str
    source: str
    target: str
    sent_ns: Sequence[int]
    arrivals: Sequence[tuple[int, int]]
    misdelivered: Sequence[tuple[int, int]] = ()


@dataclass(frozen=True, slots=True)
class Span:
    """A named stretch of time, from start to before its end."""

    name: str
    start_ns: int
    end_ns: int

    def __contains__(self, at_ns: int) -> bool:
        return self.start_ns <= at_ns < self.end_ns


@dataclass(frozen=True, slots=True)
class Count:
    """What became of the packets sent within a span. Delays are in the order of sending; `gap_ns` is the longest time
    without an arrival that a sender's own silence does not explain."""

    sent: int = 0
    lost: int = 0
    duplicated: int = 0
    reordered: int = 0
    misdelivered: int = 0
    gap_ns: int = 0
    delay_ns: Sequence[int] = field(default_factory=tuple)
    sent_at_ns: Sequence[int] = field(default_factory=tuple)

    def statistic_ns(self, statistic: str) -> int | None:
        """A percentile of the one-way delay, None where nothing arrived."""
        return percentile(self.delay_ns, statistic) if self.delay_ns else None


def count(stream: Stream, span: Span) -> Count:
    """Count one stream's packets that were sent within a span, wherever and whenever they arrived."""
    first: dict[int, int] = {}
    copies = reordered = 0
    highest = -1
    for number, at in stream.arrivals:
        inside = stream.sent_ns[number] in span
        if number in first:
            copies += inside
            continue
        first[number] = at
        reordered += inside and number < highest
        highest = max(highest, number)
    numbers = [number for number, at in enumerate(stream.sent_ns) if at in span]
    arrived = [number for number in numbers if number in first]
    return Count(len(numbers), len(numbers) - len(arrived), copies, reordered,
                 sum(stream.sent_ns[number] in span for number, _ in stream.misdelivered),
                 _gap(stream, numbers, first), [first[number] - stream.sent_ns[number] for number in arrived],
                 [stream.sent_ns[number] for number in arrived])


def together(counts: Sequence[Count]) -> Count:
    """Several directions as one: sums, the longest gap, all the delays by send time."""
    pairs = sorted(pair for one in counts for pair in zip(one.sent_at_ns, one.delay_ns, strict=True))
    return replace(
        Count(), sent=sum(one.sent for one in counts), lost=sum(one.lost for one in counts),
        duplicated=sum(one.duplicated for one in counts), reordered=sum(one.reordered for one in counts),
        misdelivered=sum(one.misdelivered for one in counts), gap_ns=max((one.gap_ns for one in counts), default=0),
        delay_ns=[delay for _, delay in pairs], sent_at_ns=[at for at, _ in pairs])


def _gap(stream: Stream, numbers: Sequence[int], first: dict[int, int]) -> int:
    """Longest run of lost packets in ns, from the send time of its first to that of the next that arrived."""
    longest, since = 0, None
    for number in numbers:
        at = stream.sent_ns[number]
        if number not in first:
            since = at if since is None else since
        elif since is not None:
            longest, since = max(longest, at - since), None
    return longest if since is None else max(longest, stream.sent_ns[numbers[-1]] - since)
