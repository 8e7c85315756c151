"""Probes and load between the hosts of a running network: numbered packets one way, and what became of each.

A sender stamps each packet with CLOCK_REALTIME; every host has a listener that records all probe packets it sees with the
kernel's arrival time of the same clock, its own and strays. So a delay is one way and true to some 20 us (the way from
the sender's stamp into the network), and a packet that reaches the wrong host is seen. What is recorded becomes
`labs.measured.Stream`s, to be counted there.
"""

import itertools
import json
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from . import probe_send
from .errors import LabError
from .measured import Stream
from .network import EmulatedNetwork
from .probe_format import ARRIVAL, LEAST_BYTES, SENT

RECORDS = Path("/run/probe")
PRIORITY = 5
"""Real-time priority of a probe's sender: on time before ordinary processes, never before a switch or wire. Load has none,
and a listener needs none: its stamps are the kernel's."""

SECONDS = 10


@dataclass(frozen=True, slots=True)
class Flow:
    """UDP packets from one host to another: frames of `frame_bytes` with FCS, `rate_pps` a second. `name` is what the
    stream is reported under, usually the intent whose packets these are."""

    name: str
    source: str
    target: str
    rate_pps: float = 1000
    frame_bytes: int = 128
    source_port: int = 5004
    target_port: int = 5004
    dscp: int = 0

    def mirrored(self) -> "Flow":
        """The same the other way: hosts and ports swapped."""
        return Flow(self.name, self.target, self.source, self.rate_pps, self.frame_bytes, self.target_port,
                    self.source_port, self.dscp)


def load(name: str, source: str, target: str, rate_bps: float, frame_bytes: int = 1400) -> Flow:
    """A flow of this rate (L2 bit/s with FCS) to port 9, where packets are discarded."""
    return Flow(name, source, target, rate_bps / (8 * frame_bytes), frame_bytes, source_port=9009, target_port=9)


@contextmanager
def probing(network: EmulatedNetwork) -> Iterator["Prober"]:
    """A prober for a running network, its listeners ready; all senders and listeners end with the `with` block."""
    prober = Prober(network)
    try:
        prober.listen()
        yield prober
    finally:
        prober.close()


class Prober:
    """Starts and stops flows and tells what was recorded of them."""

    def __init__(self, network: EmulatedNetwork) -> None:
        self._network = network
        self._numbers = itertools.count(1)
        self._flows: dict[int, Flow] = {}
        self._senders: dict[int, subprocess.Popen[bytes]] = {}
        self._listeners: dict[str, subprocess.Popen[bytes]] = {}
        RECORDS.mkdir(exist_ok=True)

    def listen(self) -> None:
        """Start a listener on every host and wait until all listen."""
        for host in self._network.topology.hosts:
            records = self._arrivals(host.name)
            records.unlink(missing_ok=True)
            interface = next(port.interface for port in self._network.ports if port.node == host.name)
            addresses = [str(address.ip) for address in host.addresses]
            self._listeners[host.name] = self._start(host.name, "labs.probe_listen", interface, str(records), *addresses)
        _await(lambda: all(self._arrivals(host).exists() for host in self._listeners), self._check)

    def start(self, flow: Flow) -> int:
        """Begin to send a probe, every packet of it recorded: its number."""
        number = next(self._numbers)
        self._sent(number).unlink(missing_ok=True)
        self._flows[number] = flow
        self._send(number, flow, str(self._sent(number)), self._network.backend.priority(PRIORITY))
        return number

    def press(self, flow: Flow) -> int:
        """Begin to send load, which nobody records: its number."""
        number = next(self._numbers)
        self._send(number, flow, None, ())
        return number

    def stop(self, *numbers: int) -> tuple[Stream, ...]:
        """Stop these flows (all, where none is named) and wait until their packets have arrived or have had a second
        to: what was recorded of those that are probes."""
        stopped = numbers or tuple(self._senders)
        senders = [self._senders.pop(number) for number in stopped]
        for sender in senders:
            sender.terminate()
        for sender in senders:
            sender.wait(SECONDS)
        until = time.monotonic() + 1
        while True:
            time.sleep(0.05)  # the listeners look every 20 ms
            found = self.streams(*stopped)
            if time.monotonic() > until or all(_is_whole(stream) for stream in found):
                return found

    def streams(self, *numbers: int) -> tuple[Stream, ...]:
        """What is known of these probes (all, where none is named) so far, in the order of their start. What a running
        probe has sent of late is not on record yet, or recorded as sent but still on its way."""
        self._check()
        wanted = [probe for probe in self._flows if probe in numbers or not numbers]
        arrived: dict[int, list[tuple[int, int]]] = {probe: [] for probe in wanted}
        strayed: dict[int, list[tuple[int, int]]] = {probe: [] for probe in wanted}
        for host in self._listeners:
            for probe, number, at, is_mine in _records(self._arrivals(host), ARRIVAL):
                if probe in arrived:
                    (arrived if is_mine and self._flows[probe].target == host else strayed)[probe].append((number, at))
        return tuple(self._stream(probe, arrived[probe], strayed[probe]) for probe in wanted)

    def close(self) -> None:
        """End all senders and listeners."""
        for process in (*self._senders.values(), *self._listeners.values()):
            process.terminate()
        for process in (*self._senders.values(), *self._listeners.values()):
            process.wait(SECONDS)

    def _send(self, number: int, flow: Flow, records: str | None, prefix: Sequence[str]) -> None:
        if flow.frame_bytes < LEAST_BYTES:
            raise LabError(f"{flow.name}: a probe frame has {LEAST_BYTES} bytes at least, {flow.frame_bytes} are too few")
        order = probe_send.Order(
            number, (self._address(flow.source), flow.source_port), (self._address(flow.target), flow.target_port),
            round(1e9 / flow.rate_pps), flow.frame_bytes, flow.dscp, records)
        self._senders[number] = self._start(flow.source, "labs.probe_send", json.dumps(asdict(order)), prefix=prefix)

    def _start(self, host: str, program: str, *arguments: str, prefix: Sequence[str] = ()) -> "subprocess.Popen[bytes]":
        with open(RECORDS / f"{host}.said", "ab") as said:
            return self._network.popen(host, [*prefix, sys.executable, "-m", program, *arguments],
                                       stdin=subprocess.DEVNULL, stdout=said, stderr=said)

    def _check(self) -> None:
        """Raise LabError where a sender or listener has ended by itself: what it measured is not to be trusted."""
        for process in (*self._listeners.values(), *self._senders.values()):
            if process.poll() is not None:
                said = "".join(path.read_text() for path in sorted(RECORDS.glob("*.said")))
                raise LabError(f"{process.args!r} ended with status {process.returncode}: {said.strip()}")

    def _stream(self, probe: int, arrived: Sequence[tuple[int, int]], strayed: Sequence[tuple[int, int]]) -> Stream:
        flow = self._flows[probe]
        sent = [at for at, in _records(self._sent(probe), SENT)]
        known = [[(number, at) for number, at in group if number < len(sent)] for group in (arrived, strayed)]
        return Stream(flow.name, flow.source, flow.target, sent, *known)

    def _address(self, host: str) -> str:
        hosts = self._network.topology.host_by_name
        if host not in hosts:
            raise LabError(f"no host {host!r} in topology {self._network.topology.name!r}: there are {', '.join(hosts)}")
        return str(hosts[host].addresses[0].ip)

    @staticmethod
    def _arrivals(host: str) -> Path:
        return RECORDS / f"{host}.arrivals"

    @staticmethod
    def _sent(probe: int) -> Path:
        return RECORDS / f"{probe}.sent"


def _is_whole(stream: Stream) -> bool:
    return len({number for number, _ in stream.arrivals}) == len(stream.sent_ns)


def _records(path: Path, form: struct.Struct) -> Iterator[tuple[Any, ...]]:
    """The whole records of a file, which may still be written to."""
    data = path.read_bytes() if path.exists() else b""
    return form.iter_unpack(data[:len(data) - len(data) % form.size])


def _await(is_so: Callable[[], bool], check: Callable[[], None]) -> None:
    until = time.monotonic() + SECONDS
    while not is_so():
        check()
        if time.monotonic() > until:
            raise LabError(f"the probe's listeners were not ready within {SECONDS} s")
        time.sleep(0.005)
