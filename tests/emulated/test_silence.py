"""Switches that tell nothing of their counters: the agent moves nothing whatever links carry, says so, and acts once told.

What stands between controller and switches holds back what they report; all else passes. The load is that of
`test_relief`, which fills a link.
"""

import time
from collections.abc import Callable
from typing import Any

import pytest

from controller.agent.loop import Loop
from controller.snapshot import Snapshot, Status
from controller.southbound.channel import Southbound
from controller.store.sqlite import open_store
from controller.telemetry.history import FLOW_PERIOD_NS, STALE_PERIODS
from labs import backend
from labs.network import running
from labs.probe import load, probing
from tests.emulated.relay import Relay, let_pass
from tests.emulated.test_relief import MBPS, NETWORK, apply
from tests.fake_switch import MULTIPART_REPLY
from topologies.emulate import CONTROLLER_ADDRESS

Seen = dict[str, Any]
TRUSTED_S = STALE_PERIODS * FLOW_PERIOD_NS / 1e9
"""How old a counter of flows may be; those of ports half as old."""


@pytest.fixture(scope="module")
def seen(in_sandbox: Callable[..., Any]) -> Seen:
    found: Seen = in_sandbox(look)
    return found


def look() -> Seen:
    southbound = Southbound()
    loop = Loop(NETWORK, open_store(":memory:"), southbound, autonomy="act")
    with running(NETWORK, backend.attempt()) as network:
        relay = Relay(CONTROLLER_ADDRESS, southbound.start(CONTROLLER_ADDRESS, 0, loop.tell, loop.tell))
        loop.start()
        network.attach(relay.address)
        assert loop.wait_for(lambda snapshot: snapshot.settled, 15)
        apply(loop)
        assert loop.wait_for(lambda snapshot: snapshot.settled and knows_all_loads(snapshot), 15)
        with probing(network) as prober:
            relay.door = is_no_report
            prober.press(load("far", "h1", "h4", 10 * MBPS))
            prober.press(load("near", "h2", "h4", 9 * MBPS))
            time.sleep(2 * TRUSTED_S)
            silent = loop.snapshot
            relay.door = let_pass
            assert loop.wait_for(moved, 15), loop.snapshot.decisions
            assert loop.wait_for(lambda snapshot: not snapshot.alarms, 15), loop.snapshot.alarms
        loop.stop()
        southbound.stop()
    return {"silent": silent, "told": loop.snapshot}


def is_no_report(from_switch: bool, message: bytes) -> bool:
    """Lets pass all but what switches report when asked for their counters."""
    return not (from_switch and message[1] == MULTIPART_REPLY)


def knows_all_loads(snapshot: Snapshot) -> bool:
    return bool(snapshot.loads) and None not in snapshot.loads.values()


def moved(snapshot: Snapshot) -> bool:
    return any(decision.verdict == "moved" for decision in snapshot.decisions)


def test_an_agent_that_is_told_nothing_moves_nothing(seen: Seen) -> None:
    silent = seen["silent"]
    assert silent.decisions == ()
    assert silent.avoid == {}
    assert set(silent.statuses.values()) == {Status.SATISFIED}


def test_what_it_was_told_before_is_not_taken_for_now(seen: Seen) -> None:
    assert set(seen["silent"].loads.values()) == {None}


def test_it_says_of_each_switch_what_it_is_not_told(seen: Seen) -> None:
    said = {tuple(alarm.split(": ")[0].split(" tells no ")) for alarm in seen["silent"].alarms}
    links = {"s1": "h1-s1, s1-s2, s1-s3", "s2": "h2-s2, s1-s2, s2-s4", "s3": "h3-s3, s1-s3, s3-s4",
             "s4": "h4-s4, s2-s4, s3-s4"}
    assert said == {(f"switch {name}", what) for name, of_it in links.items()
                    for what in (f"counters of {of_it} to rely on", "fresh counters of flows")}


def test_once_it_is_told_again_it_does_what_the_load_asks_for(seen: Seen) -> None:
    (decision,) = (each for each in seen["told"].decisions if each.verdict == "moved")
    assert decision.links == ("s2-s4",)
    assert seen["told"].plan.placements["far/h1-h4"].paths[0].nodes == ("h1", "s1", "s3", "s4", "h4")
