"""The listener of one host: records every probe packet that arrives there, whomever it was meant for.

Called as `python -m labs.probe_listen INTERFACE RECORDS ADDRESS...` in the host's network namespace. It appends to the
file RECORDS, which exists once it listens. Arrival times are the kernel's own (CLOCK_REALTIME, SO_TIMESTAMPNS), so it
need not be quick: it looks fifty times a second, and its wakes do not disturb what is measured.
"""

import ctypes
import fcntl
import signal
import socket
import struct
import sys
import time
from collections.abc import Sequence
from ipaddress import IPv4Address
from types import FrameType
from typing import BinaryIO

from .probe_format import ARRIVAL, MAGIC, PAYLOAD

ETH_P_IP, SOL_PACKET, PACKET_STATISTICS, PACKET_ADD_MEMBERSHIP, PACKET_MR_PROMISC = 0x0800, 263, 6, 1, 1
SO_ATTACH_FILTER, SO_RCVBUFFORCE, SO_TIMESTAMPNS, SIOCGIFHWADDR = 26, 33, 35, 0x8927
BUFFER_BYTES = 16 << 20

FILTER = (
    (0x28, 0, 0, 12), (0x15, 0, 6, ETH_P_IP),   # the EtherType: IPv4
    (0x30, 0, 0, 23), (0x15, 0, 4, 17),         # the protocol: UDP
    (0xB1, 0, 0, 14), (0x40, 0, 0, 22),         # behind the IP header's length: the first word of the payload
    (0x15, 0, 1, MAGIC), (0x06, 0, 0, 0xFFFF),  # ours: keep
    (0x06, 0, 0, 0),                            # else drop
)
"""Classic BPF (code, jump if true, jump if false, operand): the kernel keeps load away from the listener."""


def main(interface: str, records: str, addresses: Sequence[str]) -> None:
    """Listen until SIGTERM; end with an error where the kernel dropped packets before they were read."""
    ended = False

    def end(_number: int, _frame: FrameType | None) -> None:
        nonlocal ended
        ended = True

    signal.signal(signal.SIGTERM, end)
    listener = listening(interface)
    request = fcntl.ioctl(listener, SIOCGIFHWADDR, struct.pack("256s", interface.encode()))
    mine = {request[18:24] + IPv4Address(address).packed for address in addresses}
    with open(records, "ab", buffering=0) as file:
        while not ended:
            time.sleep(0.02)
            drain(listener, file, mine)
            _, dropped = struct.unpack("II", listener.getsockopt(SOL_PACKET, PACKET_STATISTICS, 8))
            if dropped:
                sys.exit(f"{interface}: the kernel dropped {dropped} probe packets before they were read")


def listening(interface: str) -> socket.socket:
    """A socket that sees every incoming probe packet of an interface, those for others too."""
    listener = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    program = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *line) for line in FILTER))
    listener.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, struct.pack("HP", len(FILTER), ctypes.addressof(program)))
    listener.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, BUFFER_BYTES)
    listener.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
    promiscuous = struct.pack("IHH8x", socket.if_nametoindex(interface), PACKET_MR_PROMISC, 0)
    listener.setsockopt(SOL_PACKET, PACKET_ADD_MEMBERSHIP, promiscuous)
    listener.setblocking(False)
    listener.bind((interface, ETH_P_IP))
    return listener


def drain(listener: socket.socket, file: BinaryIO, mine: set[bytes]) -> None:
    """Put all that has arrived on file. `mine`: MAC and address of packets that are for this host."""
    found = []
    try:
        while True:
            frame, ancillary, _, _ = listener.recvmsg(256, 64)
            seconds, ns = struct.unpack("qq", ancillary[0][2])
            udp = 14 + 4 * (frame[14] & 15)
            _, probe, number, _ = PAYLOAD.unpack_from(frame, udp + 8)
            is_mine = frame[:6] + frame[30:34] in mine
            found.append(ARRIVAL.pack(probe, number, seconds * 1_000_000_000 + ns, is_mine))
    except BlockingIOError:
        file.write(b"".join(found))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
