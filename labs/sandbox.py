"""A private world for one lab: what runs inside leaves no process, interface or namespace behind, however it ends.

Rules of this file:
- Everything inside lives in namespaces of its own (network, mounts, processes, host name, IPC) with private /run and
  /var/log, so the system's Open vSwitch is neither seen nor touched and labs run side by side.
- The world ends when its first process does (`labs.init`), and that one ends when the lifeline closes, a pipe that only
  the starting process holds: its death by any signal is the end of the world. No clean-up code has to run.
- What runs inside has a session of its own, the first process included, which a Ctrl-C would end while it is still
  starting. The terminal's signals reach the command through the lifeline alone, so it gets each one once.
"""

import os
import pickle
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any, ParamSpec, TypeVar

from .errors import LabError

P = ParamSpec("P")
T = TypeVar("T")

PACKAGES = {
    "unshare": "util-linux", "mount": "util-linux", "chrt": "util-linux", "setpriv": "util-linux",
    "ip": "iproute2", "tc": "iproute2", "ss": "iproute2", "ethtool": "ethtool", "mnexec": "mininet", "ifconfig": "net-tools",
    "ovsdb-server": "openvswitch-switch", "ovs-vswitchd": "openvswitch-switch", "ovs-vsctl": "openvswitch-switch",
    "ovs-ofctl": "openvswitch-switch",
}
"""The commands a lab runs and the Debian package that brings each."""

NAMESPACES = ("unshare", "--net", "--mount", "--pid", "--uts", "--ipc", "--fork", "--kill-child", "--mount-proc")


class SandboxError(LabError):
    """This machine or user cannot have a sandbox, or what ran inside failed."""


def run(argv: Sequence[str], pass_fds: Sequence[int] = ()) -> int:
    """Run a command in a new sandbox and return its exit status (128 + n where signal n ended it). It inherits the
    descriptors `pass_fds` under their numbers.

    The first Ctrl-C is passed on for the command to end in its own way; the second ends the sandbox."""
    with Sandbox(argv, pass_fds) as sandbox:
        try:
            return sandbox.wait()
        except KeyboardInterrupt:
            sandbox.send(signal.SIGINT)
            return sandbox.wait()


@contextmanager
def parcel(value: object) -> Iterator[int]:
    """The descriptor of a file with the value, for a command inside that inherits it and calls `unpacked`. What was read
    outside need not be read again inside, where not every file is seen."""
    with tempfile.TemporaryFile() as file:
        pickle.dump(value, file)
        file.flush()
        file.seek(0)
        yield file.fileno()


def unpacked(descriptor: int) -> Any:
    """The value of a `parcel`."""
    with os.fdopen(descriptor, "rb") as file:
        return pickle.load(file)


def call(function: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
    """The value of `function(*arguments, **named)`, run in a new sandbox. The function must be importable by name, its
    arguments and value picklable. What it raises comes back as SandboxError with the traceback as text."""
    with tempfile.TemporaryFile() as exchange:
        pickle.dump((function, arguments, named), exchange)
        exchange.flush()
        argv = [sys.executable, "-m", "labs.call", str(exchange.fileno())]
        with Sandbox(argv, pass_fds=(exchange.fileno(),)) as sandbox:
            status = sandbox.wait()
        exchange.seek(0)
        outcome: tuple[T, str | None] | None = pickle.load(exchange) if status == 0 else None
    failure = f"it ended with status {status}" if outcome is None else outcome[1]
    if outcome is None or failure is not None:
        raise SandboxError(f"{function.__module__}.{function.__qualname__} failed in its sandbox: {failure}")
    return outcome[0]


def require() -> None:
    """Raise SandboxError with all that stands in the way of a lab here, and what would clear it."""
    problems = missing()
    if problems:
        raise SandboxError("\n".join(problems))


def missing() -> tuple[str, ...]:
    """What stands in the way of a lab on this machine, one sentence each; empty when nothing does."""
    problems = []
    if os.geteuid() != 0:
        problems.append("a lab makes network namespaces, which needs root: run it as root or with sudo")
    absent = sorted(command for command in PACKAGES if shutil.which(command) is None)
    if absent:
        packages = " ".join(sorted({PACKAGES[command] for command in absent}))
        problems.append(f"not found in PATH: {', '.join(absent)}; `apt-get install {packages}` brings them")
    if not os.path.exists("/dev/net/tun"):
        problems.append("/dev/net/tun is missing, and the wires between switches are made of it: `modprobe tun`")
    return tuple(problems)


def is_inside() -> bool:
    """Whether this process runs in a sandbox, where it may make and remove what it likes."""
    with open("/proc/1/cmdline", "rb") as first:
        return b"labs.init" in first.read().split(b"\0")


class Sandbox:
    """A command running in a sandbox of its own. Leaving the `with` block ends whatever still runs inside.

    A `shared` folder is removed with the sandbox, also where the starting process was killed and cannot do so."""

    def __init__(self, argv: Sequence[str], pass_fds: Sequence[int] = (), shared: Path | None = None) -> None:
        require()
        held, self._lifeline = os.pipe()
        try:
            self.process = subprocess.Popen(
                [*NAMESPACES, sys.executable, "-m", "labs.init", str(held), ",".join(map(str, pass_fds)),
                 str(shared or ""), *argv],
                pass_fds=(held, *pass_fds), start_new_session=True,
                env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)})
        except BaseException:
            os.close(self._lifeline)
            raise
        finally:
            os.close(held)

    def send(self, number: int) -> None:
        """Send a signal to the command inside; nothing happens where it has ended."""
        with suppress(BrokenPipeError):
            os.write(self._lifeline, bytes([number]))

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the command's end (at most `timeout` seconds, then subprocess.TimeoutExpired): its exit status (128 + n
        where signal n ended it or the sandbox)."""
        status = self.process.wait(timeout)
        return status if status >= 0 else 128 - status

    def __enter__(self) -> "Sandbox":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        os.close(self._lifeline)
        self.process.wait()
