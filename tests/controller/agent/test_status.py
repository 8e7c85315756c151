"""What is said of a connection that is refused and whose rules are kept."""

from dataclasses import replace

import pytest

from controller.agent.links import remembered
from controller.agent.memory import Memory
from controller.agent.status import published
from controller.agent.world import first_world
from controller.snapshot import Status
from controller.store.record import Record
from intents.model import Path, Placement, Plan, Reason, Refusal, Wanted
from tests.controller.agent.test_moves import KEY, A, started

NO_PATH = Refusal(KEY, "a", "a", Reason.NO_PATH, "no path")


@pytest.fixture(scope="module")
def protected() -> Placement:
    timeline = started()
    timeline.apply(A)
    placement = timeline.snapshot.plan.placements[KEY]
    there = Path("detour", "forward", ("h1", "s1", "s3", "s4", "h4"), ("h1-s1", "s1-s3", "s3-s4", "h4-s4"), None, 0, "s1-s2")
    back = Path("detour", "reverse", ("h4", "s4", "s2", "s4", "s3", "s1", "h1"),
                ("h4-s4", "s2-s4", "s2-s4", "s3-s4", "s1-s3", "h1-s1"), None, 0, "s1-s2")
    return replace(placement, paths=(*placement.paths, there, back))


@pytest.mark.parametrize(("down", "status"), [
    ((), Status.DEGRADED),
    (("s1-s2",), Status.DEGRADED),
    (("s2-s4",), Status.UNSATISFIABLE),
    (("s1-s2", "s1-s3"), Status.UNSATISFIABLE),
    (("s1-s2", "s2-s4"), Status.UNSATISFIABLE),
    (("h1-s1",), Status.UNSATISFIABLE),
])
def test_it_is_degraded_as_long_as_its_packets_arrive(protected: Placement, down: tuple[str, ...], status: Status) -> None:
    network = started().network
    world = first_world(network, Record("", plan=Plan({}, {KEY: NO_PATH}), kept={KEY: protected}), Wanted(), 0.0)
    world = replace(world, links=remembered(network, frozenset(down)))
    snapshot = published(world, Memory(), 0.0)
    assert snapshot.statuses == {KEY: status}
    assert "NO_PATH: no path" in snapshot.why[KEY]
