"""Nobody holds more of the controller than a switch needs, for longer than a handshake takes, or after its end."""

import contextlib
import gc
import os
import socket
import threading
import time
import tracemalloc
from collections.abc import Iterator

import pytest
from structlog.testing import capture_logs

from controller.facts import Confirmed, SwitchDown, SwitchUp
from controller.southbound.channel import Southbound
from controller.southbound.connection import Liveness
from controller.southbound.listener import Room
from tests.controller.southbound.conftest import Told
from tests.controller.southbound.peer import Peer
from tests.fake_switch import ECHO_REPLY, ECHO_REQUEST, FEATURES_REQUEST, HELLO, FakeSwitch, message

HASTY = Liveness(echo_s=0.05, silent_s=5, handshake_s=0.3)
NARROW = Room(most=12, joining=8)


@pytest.fixture
def narrow(told: Told) -> Iterator[Southbound]:
    southbound = Southbound(HASTY, NARROW)
    yield southbound
    southbound.stop()


def descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


def others(before: set[threading.Thread]) -> set[threading.Thread]:
    """The threads that were started since, but for those of fake switches."""
    return {each for each in threading.enumerate() if not each.name.startswith("fake-switch")} - before


def is_hung_up_on(peer: socket.socket) -> bool:
    peer.settimeout(5)
    try:
        while peer.recv(4096):
            pass
    except ConnectionResetError:
        return True
    except TimeoutError:
        return False
    return True


def test_who_only_says_hello_and_echoes_is_hung_up_on(narrow: Southbound, told: Told) -> None:
    port = narrow.start("127.0.0.1", 0, told.queue.put)
    start = time.monotonic()
    with FakeSwitch(1).connect(port) as honest, Peer(port) as peer:
        told.next(SwitchUp)
        peer.say(message(HELLO))
        peer.hear(FEATURES_REQUEST)
        peer.say(message(ECHO_REQUEST))
        while peer.hear(ECHO_REPLY):
            peer.say(message(ECHO_REQUEST))
        assert 0.3 <= time.monotonic() - start < 2
        honest.wait(lambda it: it.count(ECHO_REQUEST) > 8)
        assert told.nothing()


def test_a_handshake_may_take_10_seconds() -> None:
    assert Liveness().handshake_s == 10


def test_a_flood_of_one_address_is_refused_with_one_line_and_switches_stay(narrow: Southbound, told: Told) -> None:
    port = narrow.start("127.0.0.1", 0, told.queue.put)
    with FakeSwitch(1).connect(port) as switch, contextlib.ExitStack() as open_ones, capture_logs() as logs:
        told.next(SwitchUp)
        flood = [open_ones.enter_context(socket.create_connection(("127.0.0.1", port))) for _ in range(40)]
        assert all(map(is_hung_up_on, flood[NARROW.joining:]))
        with Peer(port, "127.0.0.2") as elsewhere:
            elsewhere.say(message(HELLO))
            elsewhere.hear(FEATURES_REQUEST)
        narrow.send(1, [], token=1)
        assert told.next(Confirmed).token == 1
        assert all(map(is_hung_up_on, flood))  # by the clock, those that were let in
        assert not switch.is_closed
    said = [line for line in logs if line["event"] == "connection refused"]
    assert [line["why"] for line in said] == ["8 connections from there are no switch's yet"]


def test_who_comes_when_all_is_full_is_refused_until_somebody_goes(narrow: Southbound, told: Told) -> None:
    port = narrow.start("127.0.0.1", 0, told.queue.put)
    switches = []
    for dpid in range(1, NARROW.most + 1):
        switches.append(FakeSwitch(dpid).connect(port))
        assert told.next(SwitchUp).dpid == dpid
    with FakeSwitch(99).connect(port) as late:
        late.wait(lambda it: it.is_closed)
    assert told.nothing()
    switches.pop().close()
    assert told.next(SwitchDown).dpid == NARROW.most
    while told.nothing():  # who is refused comes again
        with FakeSwitch(99).connect(port) as late:
            late.wait(lambda it: it.is_closed or not told.nothing())
    assert told.next(SwitchUp).dpid == 99
    assert not any(switch.is_closed for switch in switches)
    for switch in switches:
        switch.close()


def test_300_connections_cost_no_more_than_is_allowed(port: int) -> None:
    before, open_before = set(threading.enumerate()), descriptors()
    with contextlib.ExitStack() as open_ones:
        flood = [open_ones.enter_context(socket.create_connection(("127.0.0.1", port))) for _ in range(300)]
        assert all(map(is_hung_up_on, flood[Room().joining:]))
        assert len(others(before)) <= 3 * Room().joining
        assert descriptors() - open_before <= len(flood) + Room().joining


def test_ten_switches_have_no_more_than_five_threads_each(port: int, told: Told) -> None:
    before = set(threading.enumerate())
    with contextlib.ExitStack() as switches:
        for dpid in range(1, 11):
            switches.enter_context(FakeSwitch(dpid).connect(port))
            told.next(SwitchUp)
        assert len(others(before)) <= 5 * 10


@pytest.mark.fault(12)
def test_100_reconnects_leave_no_thread_descriptor_or_memory_behind(port: int, told: Told) -> None:
    tracemalloc.start()
    _reconnect(20, port, told)
    before, open_before = set(threading.enumerate()), descriptors()
    held = _held()
    _reconnect(100, port, told)
    grown = _held() - held
    tracemalloc.stop()
    for thread in others(before):
        thread.join(1)
    assert not others(before)
    assert descriptors() == open_before
    assert grown < 100 * 500, f"{grown} bytes"  # a connection and its threads are 10,000


def _held() -> int:
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


def _reconnect(times: int, port: int, told: Told) -> None:
    for _ in range(times):
        switch = FakeSwitch(1).connect(port)
        told.next(SwitchUp)
        switch.close()
        told.next(SwitchDown)
