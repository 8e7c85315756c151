"""The process that is all the cables of a lab: moves frames between pairs of TAPs, late, lossy or not at all.

Started by `labs.wires` as `python -m labs.wire_loop DESCRIPTOR`, a stream socket on which it takes one JSON object a line
and answers each with one; when the socket closes it ends, and its TAPs with it. Rates and queues are not its business:
they belong to the switch port in front of it, where a scheduler can act on them (docs/decisions/0003-wires.md).
"""

import errno
import gc
import heapq
import json
import os
import select
import socket
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from .probe_format import MAGIC, PAYLOAD
from .tap import Timer, open_tap, set_carrier

PASSAGE_NS, LATENESS_NS = 50_000, 50_000
"""What a frame takes from TAP to TAP through this process at no delay, and how late a timer wakes it (medians on two
cores). Both are part of the delay that is asked for; a shorter one than the passage cannot be had."""


MAGIC_BYTES = MAGIC.to_bytes(4, "big")
WHERE = (14 + 20 + 8, 14 + 20 + 8 + 3 * 4 + len(MAGIC_BYTES))
"""Where a probe's payload begins in a frame: behind the headers and at most three labels or tags."""

REMEMBERED = 4096
"""Probe packets, at least, that a lane knows again: some seconds of them, while a loop comes round in milliseconds."""


@dataclass(slots=True)
class Lane:
    """One direction of a wire: frames read from `source` leave by `sink`."""

    wire: str
    source: int
    sink: int
    frame_bytes: int
    hold_ns: int
    is_cut: bool = False
    loss: float = 0.0
    chance: Random = field(default_factory=Random)
    forwarded: int = 0
    looped: int = 0
    dropped: Counter[str] = field(default_factory=Counter)
    passed: set[bytes] = field(default_factory=set)
    passed_before: set[bytes] = field(default_factory=set)


class Loop:
    """All wires and what is on its way in them."""

    def __init__(self, control: socket.socket) -> None:
        self.control = control
        self.lanes: dict[int, Lane] = {}
        self.wires: dict[str, tuple[Lane, Lane]] = {}
        self.under_way: list[tuple[int, int, Lane, bytes]] = []
        self.order = 0
        self.timer = Timer()
        self.epoll = select.epoll()
        self.epoll.register(control.fileno(), select.EPOLLIN)
        self.epoll.register(self.timer.descriptor, select.EPOLLIN)

    def run(self) -> None:
        """Move frames and obey until the control socket closes."""
        lanes, control, timer = self.lanes, self.control.fileno(), self.timer.descriptor
        while True:
            for descriptor, _ in self.epoll.poll():
                lane = lanes.get(descriptor)
                if lane is not None:
                    self.take(lane)
                elif descriptor == timer:
                    self.timer.clear()
                    self.deliver()
                elif descriptor == control and not self.obey():
                    return

    def take(self, lane: Lane) -> None:
        """Read one frame and send it on its way. One a turn, so that a full wire does not starve the others."""
        try:
            frame = os.read(lane.source, lane.frame_bytes)
        except OSError as error:
            # EBADFD, EIO: the interface is down for the moment
            if error.errno not in (errno.EAGAIN, errno.EIO, errno.EBADFD):
                raise
            return
        at = frame.find(MAGIC_BYTES, *WHERE)
        if at > 0:
            watch(lane, frame[at:at + PAYLOAD.size])
        if lane.is_cut:
            lane.dropped["cut"] += 1
        elif lane.loss and lane.chance.random() < lane.loss:
            lane.dropped["loss"] += 1
        elif not lane.hold_ns:
            put(lane, frame)
        else:
            due = time.monotonic_ns() + lane.hold_ns
            self.order += 1
            heapq.heappush(self.under_way, (due, self.order, lane, frame))
            if self.under_way[0][0] == due:
                self.timer.set(due)

    def deliver(self) -> None:
        """Put out every frame whose time has come and set the timer to the next."""
        under_way = self.under_way
        while under_way:
            if under_way[0][0] > time.monotonic_ns():
                self.timer.set(under_way[0][0])
                return
            _, _, lane, frame = heapq.heappop(under_way)
            put(lane, frame)

    def obey(self) -> bool:
        """Carry out one command; False when there will be no more."""
        line = self.control.recv(65536)
        if not line:
            return False
        request = json.loads(line)
        try:
            answer = {"ok": COMMANDS[request.pop("do")](self, **request)}
        except OSError as error:
            answer = {"error": str(error)}
        self.control.sendall(json.dumps(answer).encode() + b"\n")
        return True

    def lay(self, wire: str, taps: list[str], delay_ns: int, mtu: int) -> None:
        """Make a wire between two new TAPs of these names."""
        a, b = (open_tap(name) for name in taps)
        # 14 bytes of Ethernet header; a VLAN tag may come on top
        rest = (mtu + 18, _hold_ns(delay_ns))
        self.wires[wire] = (Lane(wire, a, b, *rest), Lane(wire, b, a, *rest))
        for lane in self.wires[wire]:
            self.lanes[lane.source] = lane
            self.epoll.register(lane.source, select.EPOLLIN)

    def cut(self, wire: str, ends: list[int], silent: bool) -> None:
        """Lose all frames sent from these ends, those under way too; unless silent, both ends lose their carrier."""
        lost = [self.wires[wire][end] for end in ends]
        for lane in lost:
            lane.is_cut = True
            if not silent:
                set_carrier(lane.source, False)
        for _, _, lane, _ in self.under_way:
            lane.dropped["cut"] += lane in lost
        self.under_way = [entry for entry in self.under_way if entry[2] not in lost]
        heapq.heapify(self.under_way)

    def mend(self, wire: str) -> None:
        """Undo every cut of a wire."""
        for lane in self.wires[wire]:
            lane.is_cut = False
            set_carrier(lane.source, True)

    def lose(self, wire: str, ends: list[int], ratio: float, seed: int) -> None:
        """Lose this share of the frames sent from these ends, which ones being a function of the seed and the end."""
        for end in ends:
            lane = self.wires[wire][end]
            lane.loss, lane.chance = ratio, Random(f"{seed} {wire} {end}")

    def counts(self) -> list[dict[str, Any]]:
        """What each direction of each wire forwarded and dropped since it was laid."""
        return [{"wire": wire, "end": end, "forwarded": lane.forwarded, "looped": lane.looped, "dropped": dict(lane.dropped)}
                for wire, lanes in self.wires.items() for end, lane in enumerate(lanes)]


COMMANDS: Mapping[str, Callable[..., Any]] = {
    "lay": Loop.lay, "cut": Loop.cut, "mend": Loop.mend, "lose": Loop.lose, "counts": Loop.counts}


def watch(lane: Lane, probe: bytes) -> None:
    """Count a probe packet (its payload, which is unique) that passes for the second time."""
    lane.looped += probe in lane.passed or probe in lane.passed_before
    lane.passed.add(probe)
    if len(lane.passed) > REMEMBERED:
        lane.passed, lane.passed_before = set(), lane.passed


def _hold_ns(delay_ns: int) -> int:
    """How long to keep a frame for a wire of this delay: not at all where that comes nearer than a timer would."""
    if delay_ns < PASSAGE_NS + LATENESS_NS // 2:
        return 0
    return max(delay_ns - PASSAGE_NS - LATENESS_NS, 1)


def put(lane: Lane, frame: bytes) -> None:
    """Write a frame to the far end, or count it where that end does not take it (its interface is down)."""
    try:
        os.write(lane.sink, frame)
    except OSError:
        lane.dropped["refused"] += 1
    else:
        lane.forwarded += 1


if __name__ == "__main__":
    gc.disable()  # nothing here makes cycles, and a collection is a stall
    Loop(socket.socket(fileno=int(sys.argv[1]))).run()
