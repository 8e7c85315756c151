"""Switches that are slow, that come and go in crowds, and that know less than others, on real sockets."""

import gc
import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

import pytest

from controller.snapshot import Status
from intents.rules import Group, Meter, merged
from tests.controller.agent.timeline import intents
from tests.fake_switch import FLOW_MOD, GROUP_MOD, METER_MOD
from tests.faults.fakes import World, switched_on

Note = Callable[[str, object], None]
CHANGES = (FLOW_MOD, GROUP_MOD, METER_MOD)
A = intents("a: from: h1, to: h4, path: {avoid: {switches: [s3]}}")
LATE_S = 2.0
CYCLES, WARM = 100, 10
MOST_GROWTH_MB = 5


@pytest.fixture
def world() -> Iterator[World]:
    with switched_on() as made:
        made.settle()
        yield made


def served(world: World, turns: range, *beside: str) -> list[float]:
    """How long it takes to have a connection past other switches stand, time after time."""
    found = []
    for turn in turns:
        begun = time.monotonic()
        world.apply("---\n".join((intents(f"n{turn}: from: h1, to: h3, path: {{avoid: {{switches: [s2]}}}}"), *beside)))
        key = f"n{turn}/h1-h3"
        assert world.loop.wait_for(lambda snapshot, key=key: snapshot.statuses.get(key) is Status.SATISFIED, 5)
        found.append(time.monotonic() - begun)
    return found


@pytest.mark.fault(13)
def test_a_switch_that_answers_late_makes_nobody_else_wait(world: World, record_property: Note) -> None:
    usual = served(world, range(20))
    world.switches[2].answers_after_s = LATE_S
    late = served(world, range(20, 40), A)
    record_property("others, none is slow, ms", 1000 * median(usual))
    record_property("others beside a slow one, ms", 1000 * median(late))
    assert world.loop.snapshot.statuses["a/h1-h4"] is Status.PENDING
    assert max(late) < LATE_S / 4


@pytest.mark.fault(12)
@pytest.mark.slow
def test_a_storm_of_reconnects_leaves_nothing_behind_and_sends_nothing(world: World, record_property: Note) -> None:
    world.apply(A)
    before, sent = world.settle(), changes_heard(world)
    storm(world, WARM)
    threads, files, size = threading.active_count(), descriptors(), resident_mb()
    storm(world, CYCLES)
    after = world.settle()
    grown = resident_mb() - size
    record_property("grown by, MB", grown)
    assert threading.active_count() <= threads + len(world.switches)  # those of the last connections may still be ending
    assert descriptors() <= files + len(world.switches)
    assert grown <= MOST_GROWTH_MB
    assert (after.actual, after.statuses) == (before.actual, before.statuses)
    assert merged(switch.tables for switch in world.switches.values()) == before.target
    assert changes_heard(world) == sent


def storm(world: World, cycles: int) -> None:
    """All switches hang up and call again, the next time as soon as all are heard of."""
    for _ in range(cycles):
        for switch in world.switches.values():
            switch.close()
        assert world.loop.wait_for(lambda it: not any(view.connected for view in it.switches), 5)
        for switch in world.switches.values():
            switch.connect(world.port)
        assert world.loop.wait_for(lambda it: all(view.connected for view in it.switches), 5)
    world.settle()
    gc.collect()


def changes_heard(world: World) -> int:
    return sum(switch.count(*CHANGES) for switch in world.switches.values())


def descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


def resident_mb() -> float:
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGESIZE") / 1e6


LIMITED = intents("limited: from: h1, to: h4, match: {protocol: udp}, slo: {bandwidth: {max: 5 Mbps}}")
FREE = intents("free: from: h1, to: h4")


@pytest.mark.fault(16)
def test_on_a_switch_without_meters_who_wants_a_limit_is_refused_in_its_words_and_others_are_served() -> None:
    with switched_on(without={1: frozenset((Meter,))}) as world:
        world.settle()
        world.apply(LIMITED + "---\n" + FREE)
        assert world.loop.wait_for(lambda it: it.statuses.get("limited/h1-h4") is Status.UNSATISFIABLE, 5)
        assert world.loop.wait_for(lambda it: it.statuses["free/h1-h4"] is Status.SATISFIED, 5)
        said = world.loop.snapshot.why["limited/h1-h4"]
        assert said.startswith("RESOURCE: switch s1 refuses a change (OFPET_BAD_REQUEST(1) OFPBRC_BAD_TYPE(1))")
        world.apply(FREE)
        assert world.settle().alarms == ()


@pytest.mark.fault(16)
def test_a_switch_without_groups_joins_and_who_needs_one_is_refused_in_its_words() -> None:
    with switched_on(without={1: frozenset((Group,))}) as world:
        world.settle()
        world.apply(FREE + "---\n" + intents("near: from: h2, to: h3"))
        assert world.loop.wait_for(lambda it: it.statuses.get("near/h2-h3") is Status.SATISFIED, 5)
        assert world.loop.wait_for(lambda it: it.statuses["free/h1-h4"] is Status.UNSATISFIABLE, 5)
        assert "switch s1 refuses a change" in world.loop.snapshot.why["free/h1-h4"]
