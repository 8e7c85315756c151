"""5,000 messages that no switch would say, on the live port: nothing hangs, nothing is left behind, and the echo of an
honest switch comes as it did before.

Times are the wall's, of processes that a machine may put off for longer than any message takes. So what was seen without an
attack is allowed, and what is late is judged again, three times in all: a message that hangs does so each time.
"""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from controller.facts import Fact, SwitchDown, SwitchUp
from controller.southbound.channel import Southbound
from tests.fuzz.live import ATTACKERS, HONEST, LIMIT_S
from tests.fuzz.messages import MOST_MB, megabytes

COUNT = 5_000
WARM = 200


class Asking:
    """Reads the tables and counters of every attacker as soon as it is up."""

    def __init__(self) -> None:
        self.southbound = Southbound()
        self.honest: list[Fact] = []

    def hear(self, fact: Fact) -> None:
        if fact.dpid == HONEST:
            self.honest.append(fact)
        elif isinstance(fact, SwitchUp) and fact.dpid in ATTACKERS:
            self.southbound.read(fact.dpid, 1)
            self.southbound.poll_ports(fact.dpid, 2)
            self.southbound.poll_flows(fact.dpid, 3)


@contextmanager
def far_end(*words: object) -> Iterator["subprocess.Popen[str]"]:
    with subprocess.Popen([sys.executable, "-m", "tests.fuzz.live", *map(str, words)], stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, text=True) as process:
        yield process


def attacked(port: int, count: int) -> dict[str, Any]:
    with far_end("attack", port, count) as process:
        return dict(json.loads(process.communicate()[0]))


@contextmanager
def echoing(port: int, seen: dict[str, Any]) -> Iterator[None]:
    with far_end("echo", port) as process:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        yield
        seen |= json.loads(process.communicate()[0])


@pytest.mark.slow
def test_5000_messages_on_the_live_port_cost_an_honest_switch_nothing() -> None:
    asking = Asking()
    port = asking.southbound.start("127.0.0.1", 0, asking.hear)
    attacked(port, WARM)
    before, threads, descriptors = megabytes(), set(threading.enumerate()), len(os.listdir("/proc/self/fd"))
    for _ in range(3):
        allowed, slowest = judged(port)
        if slowest <= allowed:
            break
    for thread in set(threading.enumerate()) - threads:
        thread.join(5)
    assert slowest <= allowed
    assert {type(fact) for fact in asking.honest[::2]} == {SwitchUp}
    assert {fact.why for fact in asking.honest[1::2] if isinstance(fact, SwitchDown)} == {"closed by the switch"}
    assert set(threading.enumerate()) <= threads
    assert len(os.listdir("/proc/self/fd")) == descriptors
    assert megabytes() - before <= MOST_MB
    asking.southbound.stop()


def judged(port: int) -> tuple[float, float]:
    """What is allowed, and what was seen: the slowest echo of an honest switch, and the slowest verdict on a message."""
    quiet: dict[str, Any] = {}
    seen: dict[str, Any] = {}
    with echoing(port, quiet):
        attacked(port, 0)  # a process that starts, and talks to nobody
    with echoing(port, seen):
        tale = attacked(port, COUNT)
    print(f"without attack {quiet}, under attack {seen}, the attack {tale}")
    assert tale["said"] == COUNT
    assert tale["connections"] > COUNT / 5
    assert seen["echoes"] > 100
    return max(LIMIT_S, quiet["slowest"]), max(seen["slowest"], tale["slowest"])
