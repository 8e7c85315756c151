"""What the library and its hubs do wrong stays mended, seen in the behaviour of switches and apps."""

import socket
import threading
import time
from collections.abc import Iterator
from queue import Queue
from typing import Any

import pytest

from controller.facts import Fact, PortChanged, SwitchDown, SwitchUp, TablesRead
from controller.southbound import framework, hub
from controller.southbound.channel import Southbound
from controller.southbound.connection import Connection, Liveness
from controller.southbound.listener import Listener, ListenError, Room
from tests.controller.southbound.conftest import Told
from tests.fake_switch import ECHO_REPLY, ECHO_REQUEST, FakeSwitch, message

QUICK = Liveness(echo_s=0.05, silent_s=0.3)


@pytest.fixture
def quick_port(told: Told) -> Iterator[int]:
    southbound = Southbound(QUICK)
    yield southbound.start("127.0.0.1", 0, told.queue.put)
    southbound.stop()


def test_an_event_of_the_hub_times_out() -> None:
    waiting = threading.Thread(target=hub.Event().wait, args=(0.01,), daemon=True)
    waiting.start()
    waiting.join(2)
    assert not waiting.is_alive()


def test_a_lost_switch_is_reported_at_once(port: int, told: Told) -> None:
    switch = FakeSwitch(1).connect(port)
    told.next(SwitchUp)
    switch.close()
    assert told.next(SwitchDown, seconds=0.5) == SwitchDown(1, "closed by the switch")


def test_a_switch_that_hangs_up_by_half_is_lost(port: int, told: Told) -> None:
    with FakeSwitch(1).connect(port) as switch:
        told.next(SwitchUp)
        switch.half_close()
        told.next(SwitchDown, seconds=0.5)
        switch.wait(lambda it: it.is_closed)


@pytest.mark.fault(11)
def test_a_switch_that_falls_silent_is_lost_within_the_limit(quick_port: int, told: Told) -> None:
    with FakeSwitch(1).connect(quick_port) as switch:
        told.next(SwitchUp)
        switch.silent = True
        start = time.monotonic()
        assert told.next(SwitchDown).why.startswith("silent for")
        assert time.monotonic() - start < 2 * (QUICK.silent_s + QUICK.echo_s)


def test_the_default_limit_is_5_seconds() -> None:
    assert Liveness().silent_s + Liveness().echo_s <= 5


def test_a_switch_that_answers_its_echoes_stays(quick_port: int, told: Told) -> None:
    with FakeSwitch(1).connect(quick_port) as switch:
        told.next(SwitchUp)
        switch.wait(lambda it: it.count(ECHO_REQUEST) > 8)
        assert told.nothing()


def test_a_peer_that_never_says_hello_is_hung_up_on(quick_port: int) -> None:
    with socket.create_connection(("127.0.0.1", quick_port), timeout=5) as mute:
        mute.makefile("rb").read()


def test_a_handler_that_fails_costs_nothing_else(southbound: Southbound) -> None:
    told = Told()

    def clumsy(fact: Fact) -> None:
        if isinstance(fact, PortChanged):
            raise RuntimeError("out of order")
        told.queue.put(fact)

    with FakeSwitch(1).connect(southbound.start("127.0.0.1", 0, clumsy)) as switch:
        told.next(SwitchUp)
        switch.set_port(1, False)
        southbound.read(1, token=1)
        assert told.next(TablesRead).token == 1


def test_an_app_beside_ours_fails_200_times_and_hears_of_the_end(port: int, told: Told) -> None:
    beside = framework.manager.get_instance().instantiate(_beside())
    beside.start()
    with FakeSwitch(1).connect(port) as switch:
        told.next(SwitchUp)
        for number in range(200):
            switch.set_port(1, bool(number % 2))
        for _ in range(200):
            told.next(PortChanged)
    told.next(SwitchDown)
    assert [beside.heard.get(timeout=5) for _ in range(201)] == ["EventOFPPortStatus"] * 200 + ["EventOFPStateChange"]


def _beside() -> Any:
    class Beside(framework.App):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.heard: Queue[str] = Queue()

        @framework.handler.set_ev_cls(framework.events.EventOFPPortStatus, framework.MAIN)
        @framework.handler.set_ev_cls(framework.events.EventOFPStateChange, framework.DEAD)
        def fail(self, event: Any) -> None:
            self.heard.put(type(event).__name__)
            raise RuntimeError("this app always fails")

    return Beside


class Recorder(framework.Brick):
    """Tells of connections alone."""

    def __init__(self) -> None:
        super().__init__()
        self.told: Queue[tuple[str, Connection]] = Queue()

    def joined(self, connection: Connection) -> None:
        self.told.put(("joined", connection))

    def lost(self, connection: Connection) -> None:
        self.told.put(("lost", connection))

    def punted(self, connection: Connection, message: bytes) -> None:
        raise AssertionError("nobody sends packets here")


@pytest.fixture
def bare() -> Iterator[tuple[Recorder, int]]:
    """Connections without the rest of the southbound, and the port to reach them."""
    framework.mend()
    apps = framework.manager.get_instance()
    recorder = apps.instantiate(Recorder)
    recorder.start()
    listener = Listener("127.0.0.1", 0, QUICK, Room())
    listener.start()
    yield recorder, listener.port
    listener.stop()
    apps.close()


def test_a_switch_that_stops_reading_blocks_its_sender_until_it_is_lost_and_no_longer(
        bare: tuple[Recorder, int]) -> None:
    recorder, port = bare
    with FakeSwitch(1).connect(port) as switch:
        _, connection = recorder.told.get(timeout=5)
        switch.stop_reading()
        _send_until_lost(connection)
        assert recorder.told.get(timeout=5) == ("lost", connection)
        assert connection.send(b"") is False


def test_a_switch_that_talks_but_does_not_read_is_lost_too(bare: tuple[Recorder, int]) -> None:
    recorder, port = bare
    with FakeSwitch(1).connect(port) as switch:
        _, connection = recorder.told.get(timeout=5)
        switch.stop_reading()
        sending = threading.Thread(target=_send_until_lost, args=(connection,), daemon=True)
        sending.start()
        while sending.is_alive():
            switch.send(message(ECHO_REPLY))
            sending.join(0.05)
        assert recorder.told.get(timeout=5) == ("lost", connection)
        assert connection.why == "took nothing for 0.3 s"


def _send_until_lost(connection: Connection) -> None:
    while connection.send(message(ECHO_REPLY, body=bytes(59_992))):
        pass


def test_a_port_in_use_is_refused_before_anything_runs(port: int) -> None:
    with pytest.raises(ListenError, match=f"127.0.0.1:{port}: .*in use"):
        Listener("127.0.0.1", port, QUICK, Room())


@pytest.mark.parametrize("address", ["203.0.113.1", "::1", ""])
def test_an_address_that_is_not_ours_is_refused(address: str) -> None:
    with pytest.raises(ListenError, match="address"):
        Listener(address, 0, QUICK, Room())


def test_all_addresses_if_asked_for(southbound: Southbound, told: Told) -> None:
    port = southbound.start("0.0.0.0", 0, told.queue.put)
    with FakeSwitch(1).connect(port, "127.0.0.2"):
        told.next(SwitchUp)


def test_no_thread_of_ours_keeps_the_process_alive(port: int, told: Told) -> None:
    with FakeSwitch(1).connect(port):
        told.next(SwitchUp)
        timers = {each for each in threading.enumerate() if isinstance(each, threading.Timer)}  # of the tests
        stores = {each for each in threading.enumerate() if each.name.startswith("store_")}  # not closed by tests before
        others = set(threading.enumerate()) - timers - stores - {threading.main_thread()}
        assert not [thread for thread in others if not thread.daemon]
