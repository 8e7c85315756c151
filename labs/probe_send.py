"""The sender of one probe or load: trains of UDP packets of one size at an even pace until it is told to stop.

Called as `python -m labs.probe_send JSON` in the sending host's network namespace; the object's fields are those of
`Order`. Each packet carries its number and its send time; a probe's send times go to its records too, in order.
"""

import ctypes
import json
import signal
import socket
import struct
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from types import FrameType

from .probe_format import AROUND_BYTES, MAGIC, PAYLOAD, SENT

AT_ONCE = 8
"""Packets of one call: a call is not interrupted, and switches wait for the core meanwhile."""

BEHIND_NS = 5_000_000
"""Later than this the sender gives up what it missed: a burst would measure itself."""


@dataclass(frozen=True, slots=True)
class Order:
    """What to send: from (address, port) to (address, port), every `interval_ns` a train of so many frames, each of this
    size with FCS. `records` is the file for the send times: of every packet of a probe, of the first of load."""

    probe: int
    source: tuple[str, int]
    target: tuple[str, int]
    interval_ns: int
    train: int
    frame_bytes: int
    dscp: int
    is_load: bool
    records: str


def main(order: Order) -> None:
    """Send until SIGTERM, then put the last send times on file."""
    ended = False

    def end(_number: int, _frame: FrameType | None) -> None:
        nonlocal ended
        ended = True

    signal.signal(signal.SIGTERM, end)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender, open(order.records, "ab") as records:
        sender.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, order.dscp << 2)
        sender.bind((order.source[0], order.source[1]))  # JSON has no tuples
        magic, rest = 0 if order.is_load else MAGIC, bytes(order.frame_bytes - AROUND_BYTES - PAYLOAD.size)
        train = Train(order.target, order.train)
        number, due = 0, time.monotonic_ns()
        while not ended:
            early = due - time.monotonic_ns()
            if early > 0:
                time.sleep(early / 1e9)
            elif early < -BEHIND_NS:
                due -= early
            sent = time.time_ns()
            train.send(sender, [PAYLOAD.pack(magic, order.probe, number + place, sent) + rest
                                for place in range(order.train)])
            if not order.is_load:
                records.write(SENT.pack(sent) * order.train)
            elif number == 0:
                records.write(SENT.pack(sent))
                records.flush()
            number += order.train
            due += order.interval_ns


class Train:
    """Packets for one target that are handed to the kernel together (sendmmsg), so that they leave close together and do not
    wake the switch one by one."""

    def __init__(self, target: tuple[str, int], length: int) -> None:
        self._address = ctypes.create_string_buffer(struct.pack("=HH4s8x", socket.AF_INET, socket.htons(target[1]),
                                                                socket.inet_aton(target[0])))
        self._parts = (_Part * length)()
        self._messages = (_Message * length)()
        for message, part in zip(self._messages, self._parts, strict=True):
            message.header = _Header(ctypes.addressof(self._address), 16, ctypes.addressof(part), 1)

    def send(self, sender: socket.socket, packets: Sequence[bytes]) -> None:
        """Send them. Where there is no route or no neighbour for them they are lost, and that is measured.

        The socket is not connected: a connected one would pay for an ICMP error with the next packet."""
        for part, packet in zip(self._parts, packets, strict=True):
            part.start, part.size = packet, len(packet)
        for first in range(0, len(packets), AT_ONCE):
            _libc.sendmmsg(sender.fileno(), ctypes.byref(self._messages[first]), min(AT_ONCE, len(packets) - first), 0)


class _Part(ctypes.Structure):
    """struct iovec"""

    _fields_ = (("start", ctypes.c_char_p), ("size", ctypes.c_size_t))


class _Header(ctypes.Structure):
    """struct msghdr"""

    _fields_ = (("name", ctypes.c_void_p), ("name_bytes", ctypes.c_uint), ("parts", ctypes.c_void_p),
                ("part_count", ctypes.c_size_t), ("control", ctypes.c_void_p), ("control_bytes", ctypes.c_size_t),
                ("flags", ctypes.c_int))


class _Message(ctypes.Structure):
    """struct mmsghdr"""

    _fields_ = (("header", _Header), ("sent_bytes", ctypes.c_uint))


_libc = ctypes.CDLL(None, use_errno=True)


if __name__ == "__main__":
    main(Order(**json.loads(sys.argv[1])))
