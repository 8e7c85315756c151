"""A disk that is really full, and one that is really read-only, under a store: a file system of a megabyte in a sandbox.

The switches are those of the fakes: what Open vSwitch does with its rules meanwhile is tried elsewhere.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from controller.store.sqlite import StoreError, open_store
from intents.documents import read_documents
from intents.rules import merged
from tests.controller.agent.timeline import intents
from tests.faults.fakes import World, switched_on
from topologies.emulate import checked

Seen = dict[str, Any]
DISK = Path("/run/small")
A, BOTH = intents("a: from: h1, to: h4"), intents("a: from: h1, to: h4", "b: from: h2, to: h3")


@pytest.fixture(scope="module")
def seen(in_sandbox: Callable[..., Any]) -> Seen:
    found: Seen = in_sandbox(look)
    return found


def look() -> Seen:
    DISK.mkdir()
    checked(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(DISK)])
    path = str(DISK / "store.db")
    with switched_on(store=path) as world:
        world.settle()
        world.apply(A)
        world.settle()
        found: Seen = {"before": held(world)}
        fill()
        found["answer"] = str(world.answer_to(read_documents((BOTH, "test.yaml"))))
        world.loop.wait_for(lambda snapshot: bool(snapshot.alarms), 10)
        found["alarms"], found["full"] = world.loop.snapshot.alarms, held(world)
        (DISK / "filler").unlink()
        world.apply(BOTH)
        world.loop.wait_for(lambda snapshot: snapshot.settled and not snapshot.alarms, 20)
        found["healed"], found["no alarms"] = held(world), world.loop.snapshot.alarms
    fill()
    found["a start on a full disk"] = started(path)
    (DISK / "filler").unlink()
    checked(["mount", "-o", "remount,ro", str(DISK)])
    return found | {"a start on a read-only disk": started(path)}


def fill() -> None:
    """Write until nothing more fits."""
    with (DISK / "filler").open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            return


def held(world: World) -> Any:
    """What is wanted, and what the switches hold."""
    return sorted(world.loop.snapshot.documents.intents), merged(switch.tables for switch in world.switches.values())


def started(path: str) -> str:
    try:
        store = open_store(path)
        record = store.load()
        store.close()
    except StoreError as error:
        return str(error)
    return f"{sorted(record.documents.intents) if record else None}"


@pytest.mark.fault(24)
def test_on_a_full_disk_a_change_is_refused_and_nothing_is_done(seen: Seen) -> None:
    assert "full" in seen["answer"]
    assert "nothing was changed" in seen["answer"]
    assert seen["full"] == seen["before"]
    assert any("full" in alarm for alarm in seen["alarms"])


@pytest.mark.fault(24)
def test_with_space_again_it_is_done_and_the_alarm_is_gone(seen: Seen) -> None:
    wanted, tables = seen["healed"]
    assert wanted == ["a", "b"]
    assert len(tables.flows) > len(seen["before"][1].flows)
    assert seen["no alarms"] == ()


@pytest.mark.fault(24)
def test_a_start_on_a_full_disk_finds_what_was_and_one_on_a_read_only_disk_says_so(seen: Seen) -> None:
    assert seen["a start on a full disk"] == "['a', 'b']"
    assert seen["a start on a read-only disk"].endswith("the file and its folder must be writable")
