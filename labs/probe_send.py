"""The sender of one probe or load: UDP packets of one size at an even pace until it is told to stop.

Called as `python -m labs.probe_send JSON` in the sending host's network namespace; the object's fields are those of
`Order`. Each packet carries its number and its send time; a probe's send times go to its records too, in order.
"""

import json
import os
import signal
import socket
import sys
import time
from dataclasses import dataclass
from random import Random
from types import FrameType

from .probe_format import AROUND_BYTES, MAGIC, PAYLOAD, SENT

BEHIND_NS = 5_000_000
"""Later than this the sender of a probe gives up what it missed: a burst would measure itself."""

LOAD_BEHIND_NS = 20_000_000
"""The same of load, which has to come to its rate. What queues do not take of it at once is lost there, as of any load."""


@dataclass(frozen=True, slots=True)
class Order:
    """What to send: from (address, port) to (address, port), a frame of this size with FCS every `interval_ns`. `records`
    is the file for the send times, None for load, which comes at random times instead (Poisson, the same in every run), as
    the traffic of many does."""

    probe: int
    source: tuple[str, int]
    target: tuple[str, int]
    interval_ns: int
    frame_bytes: int
    dscp: int
    records: str | None


def main(order: Order) -> None:
    """Send until SIGTERM, then put the last send times on file."""
    ended = False

    def end(_number: int, _frame: FrameType | None) -> None:
        nonlocal ended
        ended = True

    signal.signal(signal.SIGTERM, end)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender, open(order.records or os.devnull, "ab") as records:
        sender.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, order.dscp << 2)
        # JSON has no tuples
        source, target = (order.source[0], order.source[1]), (order.target[0], order.target[1])
        sender.bind(source)
        magic, rest = MAGIC if order.records else 0, bytes(order.frame_bytes - AROUND_BYTES - PAYLOAD.size)
        number, due, chance = 0, time.monotonic_ns(), Random(order.probe)
        most = BEHIND_NS if order.records else LOAD_BEHIND_NS
        while not ended:
            early = due - time.monotonic_ns()
            if early > 0:
                time.sleep(early / 1e9)
            elif early < -most:
                due -= early
            sent = time.time_ns()
            submit(sender, PAYLOAD.pack(magic, order.probe, number, sent) + rest, target)
            records.write(SENT.pack(sent))
            number += 1
            due += order.interval_ns if order.records else round(chance.expovariate(1 / order.interval_ns))


def submit(sender: socket.socket, packet: bytes, target: tuple[str, int]) -> None:
    """Send one packet. Where there is no route or no neighbour for it the packet is lost, and that is measured.

    The socket is not connected: a connected one would pay for an ICMP error with the next packet."""
    try:
        sender.sendto(packet, target)
    except OSError:
        return


if __name__ == "__main__":
    main(Order(**json.loads(sys.argv[1])))
