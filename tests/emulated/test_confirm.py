"""Paths are confirmed by probes on real switches: data beside them stays data, and a path that drops is not taken.

What stands between controller and switches counts the packets that switches hand up: each is a probe's answer, or data that
a cache took for a probe.
"""

import itertools
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from controller.agent.loop import Loop
from controller.agent.needs import Needs
from controller.facts import Fact, Probed
from controller.snapshot import Snapshot, Status
from controller.southbound.channel import Southbound
from controller.store.sqlite import open_store
from intents.probes import Probe
from labs import backend
from labs.network import running
from labs.probe import probing
from tests.emulated.relay import Relay
from tests.emulated.test_moves import BY_S2, BY_S3, NETWORK, apply, move_about, probed, wait
from tests.fake_switch import PACKET_IN, PACKET_OUT
from topologies.emulate import CONTROLLER_ADDRESS

Seen = dict[str, Any]
KEY = "a/h1-h4"
LOST = "s1 s3 s4, though from s3 on they do"
BESIDE_DATA = 20
TOKENS = itertools.count(1 << 40)
"""Far from those of the loop, which passes over answers to what it did not ask."""


class Counting:
    """A door that lets all pass, and counts probes and what switches hand up."""

    def __init__(self) -> None:
        self.messages: Counter[int] = Counter()

    def __call__(self, from_switch: bool, message: bytes) -> bool:
        self.messages[message[1]] += 1
        return True

    def probes(self) -> tuple[int, int]:
        """How many were sent so far, and how many packets were handed up."""
        return self.messages[PACKET_OUT], self.messages[PACKET_IN]


@pytest.fixture(scope="module")
def seen(in_sandbox: Callable[..., Any]) -> Seen:
    found: Seen = in_sandbox(look)
    return found


def look() -> Seen:
    found: Seen = {}
    told: list[Fact] = []
    southbound = Southbound()
    loop = Loop(NETWORK, open_store(":memory:"), southbound)

    def hear(fact: Fact) -> None:
        told.append(fact)
        loop.tell(fact)

    with running(NETWORK, backend.attempt()) as network, probing(network) as prober:
        relay = Relay(CONTROLLER_ADDRESS, southbound.start(CONTROLLER_ADDRESS, 0, hear))
        relay.door = door = Counting()
        loop.start()
        network.attach(relay.address)
        wait(loop, lambda snapshot: snapshot.settled)
        apply(loop, BY_S2)
        wait(loop, lambda snapshot: snapshot.settled)
        probed(prober, lambda: time.sleep(0.5))  # ARP and the switches' caches
        found["first"] = door.probes()
        begun = len(told)
        found["data, then probes"] = probed(prober, lambda: send_probes(southbound, loop.snapshot))
        found["told"] = [fact for fact in told[begun:] if isinstance(fact, Probed)]
        found["after those"] = door.probes()
        found["probes, then data"] = probed(prober, lambda: move_about(loop))
        found["after moves"] = door.probes()
        network.silence("s1-s3", sent_from="s1")
        found["silent"] = probed(prober, lambda: found.update(waiting=list(waiting(loop))))
        network.mend("s1-s3")
        found["mended"] = probed(prober, lambda: wait(loop, lambda snapshot: snapshot.settled))
        found["end"] = loop.snapshot
        loop.stop()
        southbound.stop()
    return found


def ways(snapshot: Snapshot) -> Iterator[Probe]:
    """A probe along each path of the connection."""
    needs = Needs(NETWORK, snapshot.plan.placements, snapshot.target)
    return (way.probe(0) for way in needs.ways(KEY))


def send_probes(southbound: Southbound, snapshot: Snapshot) -> None:
    for _ in range(BESIDE_DATA // 2):
        for probe in ways(snapshot):
            southbound.probe(probe, next(TOKENS))
        time.sleep(0.1)


def waiting(loop: Loop) -> Iterator[Snapshot]:
    """A move onto the path that drops: what is said of it while it waits."""
    apply(loop, BY_S3)
    wait(loop, lambda snapshot: bool(snapshot.alarms))
    yield loop.snapshot
    time.sleep(3)
    yield loop.snapshot


def is_whole(way: Any) -> bool:
    return (way.lost, way.duplicated, way.misdelivered) == (0, 0, 0)


def test_probes_beside_data_come_out_and_no_data_is_handed_up(seen: Seen) -> None:
    assert all(map(is_whole, seen["data, then probes"]))
    assert len(seen["told"]) == BESIDE_DATA
    assert [after - before for after, before in zip(seen["after those"], seen["first"], strict=True)] == [BESIDE_DATA] * 2


def test_data_behind_a_probe_is_delivered_and_none_is_handed_up(seen: Seen) -> None:
    assert all(map(is_whole, seen["probes, then data"]))
    sent, handed_up = (after - before for after, before in zip(seen["after moves"], seen["after those"], strict=True))
    assert sent >= 2 * 5
    assert handed_up == sent


def test_a_path_that_drops_in_silence_is_not_taken_and_costs_nothing(seen: Seen) -> None:
    assert all(map(is_whole, seen["silent"]))
    for snapshot in seen["waiting"]:
        assert snapshot.statuses == {KEY: Status.PENDING}
        assert snapshot.why[KEY].startswith(f"waits until a probe comes through {LOST}: none of ")
        assert any(alarm.startswith(f"no probe comes through {LOST}; ") for alarm in snapshot.alarms)


def test_once_it_is_mended_the_move_goes_on_and_loses_nothing(seen: Seen) -> None:
    assert all(map(is_whole, seen["mended"]))
    assert seen["end"].statuses == {KEY: Status.SATISFIED}
    assert seen["end"].alarms == ()
