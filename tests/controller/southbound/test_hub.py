"""The hub of threads that stands in for the library's: work runs beside, later or not at all, and fails alone."""

import socket
import subprocess
import sys
from queue import Queue

import pytest
from structlog.testing import capture_logs

from controller.southbound import framework, hub


def test_the_library_runs_on_this_hub_and_loads_no_green_threads() -> None:
    assert sys.modules[framework.manager.__module__].hub is hub
    assert sys.modules[framework.Datapath.__module__].hub is hub
    code = "import sys, controller.southbound.channel, socket; print('eventlet' in sys.modules, socket.socket.__module__)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=True)
    assert said.stdout == "False socket\n"


def test_work_runs_beside_with_what_it_was_given() -> None:
    done: Queue[tuple[int, int]] = Queue()
    task = hub.spawn(lambda first, second: done.put((first, second)), 1, second=2)
    hub.joinall([task])
    assert done.get_nowait() == (1, 2)


def test_a_failure_is_logged_and_an_exit_on_purpose_is_not() -> None:
    def end(kind: type[BaseException]) -> None:
        raise kind

    with capture_logs() as logged:
        hub.joinall([hub.spawn(end, hub.TaskExit), hub.spawn(end, KeyError)])
    assert [(entry["event"], entry["log_level"], entry["exc_info"]) for entry in logged] == [("task failed", "error", True)]


def test_work_for_later_begins_then() -> None:
    done: Queue[str] = Queue()
    hub.joinall([hub.spawn_after(0.02, done.put, "later"), hub.spawn(done.put, "now")])
    assert [done.get_nowait(), done.get_nowait()] == ["now", "later"]


def test_work_for_later_that_is_called_off_never_begins() -> None:
    done: Queue[str] = Queue()
    task = hub.spawn_after(3600, done.put, "later")
    hub.kill(task)
    task.join(5)
    assert not task.is_alive()
    assert done.empty()


@pytest.fixture(params=["127.0.0.1", "::1"])
def greeter(request: pytest.FixtureRequest) -> tuple[str, int]:
    """The address of a server of the hub's that says hello and hangs up."""

    def greet(sock: socket.socket, peer: tuple[str, int]) -> None:
        with sock:
            sock.sendall(b"hello")

    server = hub.StreamServer((request.param, 0), greet)
    hub.spawn(server.serve_forever)
    host, port, *_ = server.server.getsockname()
    return host, port


def test_a_client_comes_back_until_it_is_stopped(greeter: tuple[str, int]) -> None:
    heard: Queue[bytes] = Queue()

    def listen(sock: socket.socket, peer: tuple[str, int]) -> None:
        with sock:
            heard.put(sock.makefile("rb").read())
        if heard.qsize() == 3:
            client.stop()

    client = hub.StreamClient(greeter, timeout=5)
    task = hub.spawn(client.connect_loop, listen, 0.01)
    task.join(5)
    assert not task.is_alive()
    assert [heard.get_nowait() for _ in range(3)] == [b"hello"] * 3


def test_a_client_that_is_refused_tries_again() -> None:
    met: Queue[tuple[str, int]] = Queue()
    with socket.socket() as late:
        late.bind(("127.0.0.1", 0))  # as long as it does not listen, whoever calls is refused
        client = hub.StreamClient(late.getsockname())
        task = hub.spawn(client.connect_loop, lambda sock, peer: met.put(peer), 0.01)
        task.join(0.05)
        assert met.empty()
        late.listen()
        assert met.get(timeout=5) == late.getsockname()
        client.stop()
        hub.joinall([task])
