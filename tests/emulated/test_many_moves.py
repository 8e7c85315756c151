"""A hundred planned moves under packets, beside a load through the same switches: none is lost that no queue accounts for.

`MOVES=1000 pytest tests/emulated/test_many_moves.py` makes a thousand of them.
"""

import os
import time
from collections.abc import Callable
from typing import Any

import pytest

from controller.agent.loop import Loop
from controller.snapshot import Status
from controller.southbound.channel import Southbound
from controller.store.sqlite import open_store
from labs import backend
from labs.network import EmulatedNetwork, running
from labs.probe import load, probing
from tests.controller.agent.timeline import intents
from tests.emulated.test_moves import NETWORK, apply, probed, wait
from topologies.emulate import CONTROLLER_ADDRESS

Seen = dict[str, Any]
KEY = "a/h1-h4"
MOVES = int(os.environ.get("MOVES", "100"))
LOAD_BPS = 10_000_000
BY_S2, BY_S3 = (intents(f"a: from: h1, to: h4, path: {{avoid: {{links: [{link}]}}}}", "b: from: h2, to: h3")
                for link in ("s1-s3", "s1-s2"))


@pytest.fixture(scope="module")
def seen(in_sandbox: Callable[..., Any]) -> Seen:
    found: Seen = in_sandbox(look)
    return found


def look() -> Seen:
    found: Seen = {"waits_s": []}
    southbound = Southbound()
    loop = Loop(NETWORK, open_store(":memory:"), southbound)
    with running(NETWORK, backend.attempt()) as network, probing(network) as prober:
        port = southbound.start(CONTROLLER_ADDRESS, 0, loop.tell)
        loop.start()
        network.attach((CONTROLLER_ADDRESS, port))
        wait(loop, lambda snapshot: snapshot.settled)
        apply(loop, BY_S2)
        wait(loop, lambda snapshot: snapshot.settled)
        prober.press(load("load", "h2", "h3", LOAD_BPS))
        probed(prober, lambda: time.sleep(0.5))  # ARP and the switches' caches
        before = dropped(network)
        found["ways"] = probed(prober, lambda: found.update(waits_s=[move(loop, turn) for turn in range(MOVES)]))
        found["dropped"] = dropped(network) - before
        found["looped"] = sum(passage.looped for passage in network.wires.passages())
        found["alarms"] = loop.snapshot.alarms
        loop.stop()
        southbound.stop()
    return found


def move(loop: Loop, turn: int) -> float:
    """How long one took, from the commit to the barrier behind the swap."""
    apply(loop, BY_S2 if turn % 2 else BY_S3)
    begun = time.monotonic()
    wait(loop, lambda snapshot: snapshot.statuses[KEY] is Status.SATISFIED)
    took = time.monotonic() - begun
    time.sleep(0.05)
    return took


def dropped(network: EmulatedNetwork) -> int:
    """The frames that queues, rings and sockets have dropped."""
    return sum(drop.frames for drop in network.drops())


def test_no_packet_is_lost_that_no_queue_accounts_for(seen: Seen) -> None:
    assert len(seen["waits_s"]) == MOVES
    assert min(way.sent for way in seen["ways"]) > 50 * MOVES
    assert sum(way.lost for way in seen["ways"]) <= seen["dropped"]


def test_none_comes_twice_or_astray_or_goes_round(seen: Seen) -> None:
    assert [(way.duplicated, way.misdelivered) for way in seen["ways"]] == [(0, 0)] * 2
    assert seen["looped"] == 0


def test_every_move_came_through_and_nothing_is_alarming(seen: Seen) -> None:
    assert seen["alarms"] == ()
    assert max(seen["waits_s"]) < 5
