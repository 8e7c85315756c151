"""The queues of one class: how much room the bursts of its connections leave on every arc.

Rules of this file: what may leave again is counted, packet size by packet size; of what stays for good only the smallest
counts, which is quicker to enter.
"""

from collections.abc import Sequence

NS = 1_000_000_000

_NO_PACKET = 1 << 62
"""Larger than any, in bytes."""


class Queues:
    """The queues of one class, arc by arc, in bytes: what is free, the smallest of the largest packets of all, and of those
    that stay for good (`lasting`)."""

    def __init__(self, allowance_ns: int, capacity_bps: Sequence[int]):
        self.free = [allowance_ns * rate // (8 * NS) for rate in capacity_bps]
        self.smallest = [_NO_PACKET] * len(capacity_bps)
        self.lasting = [*self.smallest]
        self._packets: list[dict[int, int]] = [{} for _ in capacity_bps]

    def left(self, arc: int, packet_bytes: int) -> int:
        """The largest burst in bytes that there is room for, of somebody with packets of this size."""
        smallest = self.smallest[arc]
        return self.free[arc] + (smallest if smallest < packet_bytes else packet_bytes)

    def enter(self, arc: int, burst_bytes: int, *packets: int) -> None:
        """Enters a burst, and the largest packet of each whose it is; it may leave again."""
        counts = self._packets[arc]
        self.free[arc] -= burst_bytes
        for packet in packets:
            counts[packet] = counts.get(packet, 0) + 1
            self.smallest[arc] = min(self.smallest[arc], packet)

    def last(self, arc: int, packet: int) -> None:
        """Enters the largest packet of somebody who stays for good, smaller than that of all who do."""
        self.lasting[arc] = packet
        self.smallest[arc] = min(self.smallest[arc], packet)

    def leave(self, arc: int, burst_bytes: int, *packets: int) -> None:
        """Takes a burst and packets out again that were entered."""
        counts = self._packets[arc]
        self.free[arc] += burst_bytes
        for packet in packets:
            counts[packet] -= 1
        self.smallest[arc] = min([self.lasting[arc], *(packet for packet, count in counts.items() if count)])
