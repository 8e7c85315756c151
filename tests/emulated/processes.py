"""What runs in which namespace, as seen from outside, to tell whether a lab is gone; and what runs before what."""

import os
import time
from contextlib import suppress

AHEAD = -10
"""Before ordinary processes; never before a switch, a wire or a probe, which are real-time."""


def before_others() -> None:
    """Let this thread and all that it starts run ahead, where the system permits it: for a test that is to tell what a
    controller takes, not how busy the machine is with something else."""
    with suppress(PermissionError):
        os.nice(AHEAD)


def await_none(places: set[str]) -> None:
    """Wait until no process is left in any of these namespaces."""
    until = time.monotonic() + 5
    while found := [pid for pid in pids() if places & namespaces_of(pid)]:
        assert time.monotonic() < until, f"still there: {found}"
        time.sleep(0.02)


def namespaces(inside: str) -> set[str]:
    """All namespaces of the processes inside that are not those outside."""
    found = {place for pid in pids() if inside in namespaces_of(pid) for place in namespaces_of(pid)}
    return found - namespaces_of(os.getpid())


def pids() -> list[int]:
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def namespaces_of(pid: int) -> set[str]:
    try:
        return {os.readlink(f"/proc/{pid}/ns/{kind}") for kind in ("net", "mnt", "pid", "uts", "ipc")}
    except OSError:  # it has ended
        return set()


def mounts() -> str:
    with open("/proc/self/mountinfo") as file:
        return file.read()


def interfaces() -> list[str]:
    return sorted(os.listdir("/sys/class/net"))


def children(pid: int) -> list[int]:
    with open(f"/proc/{pid}/task/{pid}/children") as file:
        return [int(child) for child in file.read().split()]
