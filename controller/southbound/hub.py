"""The library's hub, made of Python's own threads: what its apps and connections call to run, to wait and to queue.

Ryu's hub has eventlet's green threads alone: with Python patched for them every gRPC call runs out of time, without it they
block each other. The native hub of os-ken has events that never time out, an end of tasks (`TaskExit`) that every error
passes for, so that one failing handler silently ends its app, and threads that keep a stopped process alive. This one stands
in for both.

Rules of this file: the names are the library's, and only those that its core and common apps use. Nothing of Python is
patched, and no thread keeps the process alive. A thread cannot be ended from outside: it ends when its work does.
"""

import contextlib
import queue
import socket
import threading
import time
from collections.abc import Callable, Iterable

import structlog

log = structlog.get_logger(__name__)

Queue = queue.Queue
QueueEmpty = queue.Empty
Event = threading.Event
Semaphore = threading.Semaphore
BoundedSemaphore = threading.BoundedSemaphore
sleep = time.sleep
getcurrent = threading.current_thread

Accepted = Callable[[socket.socket, tuple[str, int]], object]
"""What takes a connected socket and the address of its other end."""


class TaskExit(BaseException):
    """What ends a task on purpose: nothing that a handler raises by mistake."""


class Task(threading.Thread):
    """Work in a thread of its own, begun after a while. What it raises is logged with its traceback and ends no other."""

    def __init__(self, after_s: float, function: Callable[..., object], args: Iterable[object],
                 kwargs: dict[str, object]) -> None:
        super().__init__(target=function, args=args, kwargs=kwargs, daemon=True)
        self._after_s = after_s
        self._is_called_off = threading.Event()

    def call_off(self) -> None:
        """Keep it from beginning, where it waits for its time."""
        self._is_called_off.set()

    def run(self) -> None:
        """The thread's whole life."""
        if self._after_s and self._is_called_off.wait(self._after_s):
            return
        try:
            super().run()
        except TaskExit:
            pass
        except Exception:
            log.exception("task failed", task=self.name)


def spawn(function: Callable[..., object], *args: object, **kwargs: object) -> Task:
    """Run a function beside the others."""
    return spawn_after(0, function, *args, **kwargs)


def spawn_after(seconds: float, function: Callable[..., object], *args: object, **kwargs: object) -> Task:
    """Run a function beside the others, later."""
    task = Task(seconds, function, args, kwargs)
    task.start()
    return task


def kill(task: Task) -> None:
    """Keep a task that waits for its time from beginning. One that has begun ends with what it works for."""
    task.call_off()


def joinall(tasks: Iterable[Task]) -> None:
    """Wait for the end of all."""
    for task in tasks:
        task.join()


class StreamServer:
    """The library's own listener, which the seam does not use: one thread a connection, plain TCP."""

    def __init__(self, listen_info: tuple[str, int], handle: Accepted) -> None:
        family = socket.AF_INET6 if ":" in listen_info[0] else socket.AF_INET
        self.server = socket.create_server(listen_info, family=family)
        self._handle = handle

    def serve_forever(self) -> None:
        """Accept until the process ends."""
        while True:
            spawn(self._handle, *self.server.accept())


class StreamClient:
    """The library's own way to call switches that listen: plain TCP."""

    def __init__(self, addr: tuple[str, int], timeout: float | None = None) -> None:
        self._address = addr
        self._timeout_s = timeout
        self._is_stopped = threading.Event()

    def connect_loop(self, handle: Accepted, interval: float) -> None:
        """Connect, give the socket away, and do so again this many seconds after that came back or failed, until stopped."""
        while not self._is_stopped.is_set():
            with contextlib.suppress(OSError):
                handle(socket.create_connection(self._address, self._timeout_s), self._address)
            self._is_stopped.wait(interval)

    def stop(self) -> None:
        """Connect no more."""
        self._is_stopped.set()
