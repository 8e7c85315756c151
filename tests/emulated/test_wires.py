import signal
import socket
import statistics
import struct
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest

from labs import backend
from labs.wires import PRIORITY, WireError, Wires

Call = Callable[..., Any]
SO_RCVBUFFORCE, SO_TIMESTAMPNS = 33, 35
KIND = 0x88B5
"""EtherType for local experiments (IEEE 802)."""


@pytest.mark.parametrize("delay_ms", [0, 0.2, 1, 5])
def test_a_wire_is_as_long_as_it_should_be(in_sandbox: Call, delay_ms: float) -> None:
    delays = in_sandbox(delays_ns, round(delay_ms * 1e6))
    assert len(delays) == 500
    # the quicker half's middle: a stall of the machine only ever adds
    assert statistics.quantiles(delays)[0] / 1e6 == pytest.approx(max(delay_ms, 0.05), abs=0.1)


def delays_ns(delay_ns: int) -> list[int]:
    with laid(delay_ns) as (_, a, b):
        return [at - sent for sent, at in exchange(a, b, 500)]


def test_every_lost_frame_is_counted_and_the_seed_says_which(in_sandbox: Call) -> None:
    first, again, other = in_sandbox(lossy, (7, 7, 8))
    assert first == again
    assert first["arrived"] != other["arrived"]
    assert len(first["arrived"]) == first["forwarded"]
    assert first["forwarded"] + first["lost"] == 2000
    assert first["lost"] == pytest.approx(200, abs=50)
    assert first["back"] == 500


def lossy(seeds: Sequence[int]) -> list[dict[str, Any]]:
    found = []
    for seed in seeds:
        with laid(0) as (wires, a, b):
            wires.lose("wire", 0.1, seed, sent_from="a")
            arrived = [sent for sent, _ in exchange(a, b, 2000, stamp=False)]
            back = len(exchange(b, a, 500))
            counts, _ = wires.passages()
            found.append({"arrived": arrived, "forwarded": counts.forwarded, "lost": counts.dropped["loss"], "back": back})
    return found


def test_a_silent_cut_takes_one_direction_and_no_carrier(in_sandbox: Call) -> None:
    assert in_sandbox(silenced) == {"a to b": 0, "b to a": 100, "carriers": ["1", "1"], "cut": 100, "mended": 100}


def silenced() -> dict[str, Any]:
    with laid(0) as (wires, a, b):
        wires.silence("wire", sent_from="a")
        there, back = len(exchange(a, b, 100)), len(exchange(b, a, 100))
        found = {"a to b": there, "b to a": back, "carriers": carriers(), "cut": wires.passages()[0].dropped["cut"]}
        wires.mend("wire")
        return found | {"mended": len(exchange(a, b, 100))}


def test_a_pulled_cable_takes_both_carriers_until_it_is_mended(in_sandbox: Call) -> None:
    assert in_sandbox(pulled) == [["1", "1"], ["0", "0"], ["1", "1"], ["0", "0"], ["1", "1"], 100]


def pulled() -> list[Any]:
    with laid(0) as (wires, a, b):
        found: list[Any] = [carriers()]
        for _ in range(2):
            wires.cut("wire")
            found.append(carriers())
            wires.mend("wire")
            found.append(carriers())
        time.sleep(0.1)  # the kernel takes a queue up again a moment after the carrier
        return [*found, len(exchange(a, b, 100))]


def test_frames_on_their_way_are_lost_with_the_cable(in_sandbox: Call) -> None:
    arrived, cut = in_sandbox(cut_under_way)
    assert (arrived, cut) == (0, 50)


def cut_under_way() -> tuple[int, int]:
    with laid(300_000_000) as (wires, a, b):
        for _ in range(50):
            a.send(frame(0))
        time.sleep(0.05)
        wires.cut("wire")
        wires.mend("wire")
        time.sleep(0.4)
        return len(received(b)), wires.passages()[0].dropped["cut"]


def test_orders_that_make_no_sense_are_refused(in_sandbox: Call) -> None:
    said = in_sandbox(nonsense)
    assert said[0] == "no wire 'wier': there are wire"
    assert said[1] == "wire 'wire' has no end 'c': its ends are 'a' and 'b'"
    assert said[2] == "a loss ratio lies between 0 and 1, 1.5 does not"
    assert said[3].startswith("wire 'twice': ")
    assert "do not answer" in said[4]


def nonsense() -> list[str]:
    said = []
    with laid(0) as (wires, _, _):
        for order in (lambda: wires.cut("wier"), lambda: wires.silence("wire", sent_from="c"),
                      lambda: wires.lose("wire", 1.5, seed=1), lambda: wires.lay("twice", "a", "c"),
                      lambda: (wires.process.send_signal(signal.SIGKILL), wires.cut("wire"))):
            with pytest.raises(WireError) as caught:
                order()
            said.append(str(caught.value))
    return said


@contextmanager
def laid(delay_ns: int) -> Iterator[tuple[Wires, socket.socket, socket.socket]]:
    """A wire between the interfaces a and b, and a socket on each."""
    with Wires(backend.attempt().priority(PRIORITY)) as wires:
        wires.lay("wire", "a", "b", delay_ns, mtu=1600)
        for name in ("a", "b"):
            subprocess.run(f"echo 1 >/proc/sys/net/ipv6/conf/{name}/disable_ipv6; ip link set dev {name} up", shell=True,
                           check=True)
        with end("a") as a, end("b") as b:
            yield wires, a, b


def end(name: str) -> socket.socket:
    opened = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(KIND))
    opened.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 4 << 20)
    opened.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
    opened.bind((name, KIND))
    opened.setblocking(False)
    return opened


def exchange(source: socket.socket, sink: socket.socket, count: int, stamp: bool = True) -> list[tuple[int, int]]:
    """Send frames, 2,500 a second: what arrived of them (send time or number, arrival time)."""
    start = time.monotonic()
    for number in range(count):
        time.sleep(max(start + number / 2500 - time.monotonic(), 0))
        source.send(frame(time.time_ns() if stamp else number))
    time.sleep(0.1)
    return received(sink)


def frame(content: int) -> bytes:
    return struct.pack("!6s6sHq100x", b"\2\0\0\0\0\2", b"\2\0\0\0\0\1", KIND, content)


def received(sink: socket.socket) -> list[tuple[int, int]]:
    found = []
    while True:
        try:
            data, ancillary, _, _ = sink.recvmsg(256, 64)
        except BlockingIOError:
            return found
        seconds, ns = struct.unpack("qq", ancillary[0][2])
        found.append((struct.unpack_from("!q", data, 14)[0], seconds * 1_000_000_000 + ns))


def carriers() -> list[str]:
    # /sys shows the namespace it was mounted in: ask rtnetlink
    said = [subprocess.getoutput(f"ip -br link show dev {name}") for name in ("a", "b")]
    return ["0" if "NO-CARRIER" in line else "1" for line in said]
