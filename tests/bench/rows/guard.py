"""What it costs to judge a message before a parser sees it, over what a switch sends while it is polled and watched.

Of 1,000 messages of one second there are: packets that nobody asked for and probes that come back (500), the answers to
barriers (200), counters of ports and of flows and tables in parts as large as Open vSwitch makes them (200), echoes (60),
ports that change (20) and errors (20). All that stands before the parser is in it, the copy of the message too.
"""

import random
from collections.abc import Iterator
from itertools import cycle

from controller.facts import PortCount
from controller.southbound import guard
from controller.southbound.framework import MAIN
from tests.bench.row import Row
from tests.fake_switch import FLOWS, GROUPS, METERS, PORT_COUNTS, message, port_entry, port_status, reply
from tests.fuzz.wire import Tried, Wire


def rows() -> Iterator[Row]:
    """The row."""
    connection, mix = Tried(Wire(iter(()))), _mix()
    connection.state = MAIN
    assert all(connection.admits(bytes(each)) for each in mix)
    messages = cycle(mix)
    yield Row("the guard of a message that a switch may send", lambda: connection.admits(bytes(next(messages))),
              most_s=10e-6, calls=50_000)


def _mix() -> list[bytearray]:
    counters = reply(PORT_COUNTS, b"".join(port_entry(number, PortCount(number)) for number in range(1, 25)))
    counts = {
        message(guard.PACKET_IN, 0, bytes(150)): 400, message(guard.PACKET_IN, 0, bytes(1_534)): 100,
        message(guard.BARRIER_REPLY): 200, counters: 80, reply(FLOWS, bytes(60_000)): 80, reply(GROUPS, bytes(20_000)): 20,
        reply(METERS, bytes(4_000)): 20, message(guard.ECHO_REQUEST, 0, bytes(8)): 30, message(guard.ECHO_REPLY): 30,
        port_status(3, False): 20, message(guard.ERROR, 0, bytes(68)): 20}
    mix = [bytearray(each) for each, count in counts.items() for _ in range(count)]
    random.Random(1).shuffle(mix)
    return mix
