"""However the load swings, the agent does not swing with it: moves are few, and ever fewer of what is moved to and fro.

Two flows that may not move swing against each other, each on one side of a diamond, fast or slowly; three that may move send
steadily, and whichever side they are on is too full half of the time.
"""

from collections.abc import Callable
from itertools import pairwise

import pytest

from controller.agent.stays import HOLD_S, LONGEST_HOLD_S
from controller.telemetry.history import PORT_PERIOD_NS
from tests.controller.agent.timeline import intents
from tests.controller.agent.traffic import Traffic, key, loaded

POLL_S = PORT_PERIOD_NS / 1e9
BOUND = "from: h1, to: h4, direction: forward, match: {protocol: udp, destination-port: %d}, path: {avoid: {switches: [%s]}}"


def square(mbps: float, period_s: float, begin_s: float, on: float) -> Callable[[float], float]:
    """A load that is there for a part of each period."""
    return lambda now: mbps if (now - begin_s) % period_s < on * period_s else 0.0


def swinging(period_s: float, on: float) -> Traffic:
    timeline = loaded("a", "b", "c")
    timeline.apply(intents("upper: " + BOUND % (6000, "s3"), "lower: " + BOUND % (6001, "s2")))
    timeline.settle()
    timeline.idle_s = 0.05
    for name in "abc":
        timeline.send(key(name), 10)
    timeline.send(key("upper"), square(85, period_s, timeline.now, on))
    timeline.send(key("lower"), square(85, period_s, timeline.now + period_s / 2, on))
    return timeline


def places(timeline: Traffic, seconds: float) -> dict[str, list[tuple[float, str]]]:
    """When each connection was moved, and to which switch, from the beginning."""
    found = {name: [(timeline.now, "s2")] for name in "abc"}
    end = timeline.now + seconds
    while timeline.now < end:
        timeline.step()
        for name, stays in found.items():
            middle = timeline.riding(key(name))[2]
            if middle != stays[-1][1]:
                stays.append((timeline.now, middle))
    assert timeline.lost == []
    return found


@pytest.mark.parametrize("period_s", [
    *(pytest.param(times * POLL_S, marks=pytest.mark.slow) for times in (0.5, 1.0, 1.9)), 2 * POLL_S,
    *(pytest.param(times * POLL_S, marks=pytest.mark.slow) for times in (2.1, 3, 16))])
def test_load_that_swings_at_the_agents_own_pace_moves_nobody_twice(period_s: float) -> None:
    for stays in places(swinging(period_s, 0.5), 2 * HOLD_S + 10).values():
        assert len(stays) <= 2, stays


@pytest.mark.slow
@pytest.mark.parametrize(("period_s", "on"), [(HOLD_S, 0.5), (2 * HOLD_S, 0.5), (2 * HOLD_S, 0.2)])
def test_nor_does_load_that_swings_at_the_pace_of_its_hold_time(period_s: float, on: float) -> None:
    for stays in places(swinging(period_s, on), 4 * period_s).values():
        assert len(stays) <= 2, stays


@pytest.mark.slow
def test_slow_tides_are_followed_ever_more_seldom() -> None:
    """Each of them leaves both sides cool for longer than a hold time, so each is worth a move of its own."""
    for stays in places(swinging(140, 0.2), 1_000).values():
        moved = [at for at, _ in stays[1:]]
        held = [later - earlier for earlier, later in pairwise(moved)]
        assert 3 <= len(moved) <= 6
        assert all(time >= min(HOLD_S * 2 ** number, LONGEST_HOLD_S) for number, time in enumerate(held)), held


# answers that come late


@pytest.mark.parametrize(("thinking_s", "way"), [(0.9, "s3"), (1.1, "s2")])
def test_an_answer_is_acted_upon_unless_the_loads_that_it_rests_on_are_old(thinking_s: float, way: str) -> None:
    timeline = loaded("a", "b", "c")
    timeline.thinking_s = thinking_s
    for name, mbps in (("a", 30), ("b", 20), ("c", 45)):
        timeline.send(key(name), mbps)
    timeline.run(10.0)
    assert timeline.path(key("b")) == ("s1", way, "s4")


def test_loads_of_before_a_move_make_no_other() -> None:
    timeline = loaded("a", "b", "c")
    timeline.thinking_s = 0.3
    for name, mbps in (("a", 40), ("b", 35), ("c", 45)):
        timeline.send(key(name), mbps)
    timeline.run(10.0)
    assert [decision.verdict for decision in timeline.decisions] == ["moved"]
