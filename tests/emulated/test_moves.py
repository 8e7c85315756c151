"""The loop on real switches, under packets: moves lose nothing, a restart changes nothing."""

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from controller.agent.loop import Loop
from controller.road import Ground, Stopwatch, built, planned
from controller.snapshot import Committed, Proposal, Snapshot
from controller.southbound.channel import Southbound
from controller.store.sqlite import open_store
from intents.documents import read_documents
from labs import backend
from labs.measured import Count, Span, count
from labs.network import running
from labs.probe import Flow, Prober, probing
from tests.controller.agent.timeline import intents
from topologies.builders import diamond
from topologies.emulate import CONTROLLER_ADDRESS

Seen = dict[str, Any]
NETWORK = diamond()
BY_S2 = intents("a: from: h1, to: h4, path: {avoid: {links: [s1-s3]}}")
BY_S3 = intents("a: from: h1, to: h4, path: {avoid: {links: [s1-s2]}}")
MOVES = 6


@pytest.fixture(scope="module")
def seen(in_sandbox: Callable[..., Any]) -> Seen:
    found: Seen = in_sandbox(look)
    return found


def look() -> Seen:
    found: Seen = {}
    with running(NETWORK, backend.attempt()) as network, probing(network) as prober, \
            tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "store.db"
        with controller(path, 0) as (loop, port):
            network.attach((CONTROLLER_ADDRESS, port))
            wait(loop, lambda snapshot: snapshot.settled)
            apply(loop, BY_S2)
            wait(loop, lambda snapshot: snapshot.settled)
            probed(prober, lambda: time.sleep(0.5))  # ARP and the switches' caches
            found["moves"] = probed(prober, lambda: move_about(loop))
            found["before"] = loop.snapshot
        with controller(path, port) as (loop, _):
            begun = time.monotonic()
            found["restart"] = probed(prober, lambda: wait(loop, lambda snapshot: snapshot.settled))
            found["restart_s"] = time.monotonic() - begun
            found["after"] = loop.snapshot
    return found


@contextmanager
def controller(store: Path, port: int, clock: Callable[[], float] = time.monotonic) -> Iterator[tuple[Loop, int]]:
    southbound = Southbound()
    loop = Loop(NETWORK, open_store(str(store)), southbound, clock)
    port = southbound.start(CONTROLLER_ADDRESS, port, loop.tell)
    loop.start()
    try:
        yield loop, port
    finally:
        southbound.stop()
        loop.stop()


def wait(loop: Loop, is_so: Callable[[Snapshot], bool]) -> None:
    assert loop.wait_for(is_so, 20.0), (loop.snapshot.alarms, loop.snapshot.why, loop.snapshot.switches)


def apply(loop: Loop, text: str) -> None:
    seen, watch, documents = loop.snapshot, Stopwatch(), read_documents((text, "test.yaml"))
    ground = Ground(NETWORK, seen.plan, seen.target, seen.actual, seen.down_links, seen.barred_labels)
    way = built(ground, *planned(ground, documents, watch), watch)
    answer = loop.submit(Proposal(seen.revision, documents, way.plan, way.target, seen.reads)).result(5)
    assert isinstance(answer, Committed), answer


def move_about(loop: Loop) -> None:
    for turn in range(MOVES):
        apply(loop, BY_S2 if turn % 2 else BY_S3)
        time.sleep(0.3)
    wait(loop, lambda snapshot: snapshot.settled)


def probed(prober: Prober, act: Callable[[], object]) -> tuple[Count, Count]:
    """What became of 1,000 packets a second each way while something was done."""
    flow = Flow("probe", "h1", "h4")
    numbers = sending(prober, flow, flow.mirrored())
    act()
    time.sleep(0.2)
    there, back = (count(stream, Span("all", stream.sent_ns[0], stream.sent_ns[-1] + 1))
                   for stream in prober.stop(*numbers))
    return there, back


def sending(prober: Prober, *flows: Flow) -> tuple[int, ...]:
    """Begin to send, and wait until each flow arrives: their numbers."""
    numbers = tuple(prober.start(flow) for flow in flows)
    until = time.monotonic() + 10
    while not all(stream.arrivals for stream in prober.streams(*numbers)):
        assert time.monotonic() < until, "a probe does not arrive"
        time.sleep(0.05)
    return numbers


def test_moves_lose_nothing(seen: Seen) -> None:
    for way in seen["moves"]:
        assert way.sent > 2000
        assert (way.lost, way.duplicated, way.misdelivered) == (0, 0, 0)
    assert seen["before"].revision == MOVES + 1


def test_switches_report_just_what_they_were_sent(seen: Seen) -> None:
    assert seen["before"].actual == seen["before"].target
    assert seen["after"].actual == seen["before"].actual


def test_a_restart_sends_no_change_and_loses_nothing(seen: Seen) -> None:
    assert [view.changes_sent for view in seen["after"].switches] == [0, 0, 0, 0]
    assert all(view.adopted for view in seen["after"].switches)
    assert [way.lost for way in seen["restart"]] == [0, 0]
    assert seen["restart_s"] < 14


def test_nothing_is_alarming(seen: Seen) -> None:
    assert [seen[when].alarms for when in ("before", "after")] == [(), ()]
