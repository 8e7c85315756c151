"""kill -9 of a running controller, at every step of a move and at random moments, on real switches under packets.

What stands between controller and switches counts the changes that pass, and pulls the trigger. However often the
controller dies on the way, each change is sent once, no packet is lost, and nothing is left over. What a kill does to a
write of the store is tried in `tests/controller/store`.
"""

import random
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from signal import SIGKILL
from typing import Any

import pytest

from labs import backend
from labs.child import Controller
from labs.errors import LabError
from labs.network import EmulatedNetwork, running
from labs.probe import probing
from labs.tables import ours
from tests.emulated.processes import before_others
from tests.emulated.relay import Relay
from tests.emulated.test_moves import BY_S2, BY_S3, NETWORK, probed
from tests.fake_switch import BARRIER_REQUEST, FLOW_MOD, GROUP_MOD, METER_MOD
from topologies.emulate import CONTROLLER_ADDRESS

Seen = dict[str, Any]
SETTLE_S = 20.0
SEED = 9
MOMENTS = (0.03, 2.5)
"""Seconds after a request, up to which a controller dies at random: while it answers, and before it retires what it left."""

ADD, MODIFY, DELETE, BARRIER = "add", "modify", "delete", "barrier behind "
DEATHS = (ADD, BARRIER + ADD, MODIFY, BARRIER + MODIFY, DELETE, BARRIER + DELETE)
"""What each controller of a move does not bring out any more: each gets further than the one before. The new way is
reserved in the store, laid, taken by the trunks, and the old one is released and retired."""

VERBS = {FLOW_MOD: (25, (ADD, MODIFY, MODIFY, DELETE, DELETE)), GROUP_MOD: (9, (ADD, MODIFY, DELETE)),
         METER_MOD: (9, (ADD, MODIFY, DELETE))}
"""By message type: at which byte its command is, and what the commands do (OpenFlow 1.3.5, A.3.4)."""

WAYS = {BY_S2: ["h1", "s1", "s2", "s4", "h4"], BY_S3: ["h1", "s1", "s3", "s4", "h4"]}


class Reaper:
    """A door that counts the changes which pass, and kills the controller when its time has come."""

    def __init__(self, controller: Controller, relay: Relay) -> None:
        self.controller, self._relay = controller, relay
        self._death = ""
        self._last: str | None = None
        self.changes = 0
        self.killed = threading.Event()

    def __call__(self, from_switch: bool, message: bytes) -> bool:
        if from_switch or self.killed.is_set():
            return from_switch
        what = _what(message)
        if what and self._death == (BARRIER + (self._last or "nothing") if what == BARRIER else what):
            self.kill()
            return False
        if what and what != BARRIER:
            self.changes += 1
            self._last = what
        return True

    def arm(self, death: str) -> None:
        """From now on; the next one lives where this is nothing."""
        self._death, self._last = death, None
        self.killed.clear()

    def kill(self) -> None:
        """Now."""
        self.controller.kill(SIGKILL)
        self.killed.set()
        self._relay.end()

    def reborn(self, network: EmulatedNetwork, death: str = "") -> None:
        """A new process, which the switches call at once: by themselves they would wait for up to 8 s each time."""
        self.arm(death)
        network.attach(self._relay.moved())
        self.controller.start()


def _what(message: bytes) -> str | None:
    """What a message of a controller's changes, `None` where it changes nothing and ends no batch."""
    if message[1] == BARRIER_REQUEST:
        return BARRIER
    at, verbs = VERBS.get(message[1], (0, ()))
    return verbs[message[at]] if verbs else None


@pytest.fixture(scope="module")
def seen(in_sandbox: Callable[..., Any]) -> Seen:
    found: Seen = in_sandbox(look)
    return found


def look() -> Seen:
    before_others()
    found: Seen = {}
    with running(NETWORK, backend.attempt()) as network, probing(network) as prober, Controller(NETWORK) as controller:
        relay = Relay(CONTROLLER_ADDRESS, 6653)
        reaper = relay.door = Reaper(controller, relay)
        controller.start()
        network.attach(relay.address)
        drive(controller, BY_S2)
        probed(prober, lambda: time.sleep(0.5))  # ARP and the switches' caches
        before = reaper.changes
        drive(controller, BY_S3)
        found["changes of a move"] = reaper.changes - before
        found["before"] = state(network, controller)
        before = reaper.changes
        found["step by step"] = probed(prober, lambda: die_at_every_step(network, reaper, BY_S2))
        found["changes step by step"] = reaper.changes - before
        found["after"] = state(network, controller)
        found["at random"] = probed(prober, lambda: found.update(deaths=list(die_at_random(network, reaper))))
    return found


def drive(controller: Controller, text: str) -> None:
    controller.apply([(text, "test.yaml")])
    settle(controller)


def settle(controller: Controller) -> None:
    assert controller.await_settled(SETTLE_S), controller.troubles()


def die_at_every_step(network: EmulatedNetwork, reaper: Reaper, text: str) -> None:
    """A move during which each controller gets a step further than the one before; the last one brings it to its end."""
    for number, death in enumerate(DEATHS):
        with suppress(LabError):  # it dies while it is asked
            if number:
                reaper.reborn(network, death)
            else:
                reaper.arm(death)
                reaper.controller.apply([(text, "test.yaml")])
        assert reaper.killed.wait(SETTLE_S), f"{death}: did not come; {reaper.controller.troubles()}"
    reaper.reborn(network)
    settle(reaper.controller)


def die_at_random(network: EmulatedNetwork, reaper: Reaper) -> Iterator[Seen]:
    """Moves, and deaths somewhere in them: when, whether the request was answered, and what it comes to after a return."""
    chance, controller = random.Random(SEED), reaper.controller
    asked = BY_S3
    for most_s in MOMENTS:
        moment = round(chance.uniform(0, most_s), 3)
        with ThreadPoolExecutor(1) as pool:
            answer = pool.submit(is_applied, controller, asked)
            time.sleep(moment)
            reaper.kill()
        reaper.reborn(network)
        settle(controller)
        found = state(network, controller)
        yield {"moment": moment, "asked": asked, "answered": answer.result(), "state": found}
        asked = BY_S3 if found["nodes"] == WAYS[BY_S2] else BY_S2


def is_applied(controller: Controller, text: str) -> bool:
    """Whether the controller lived to say so."""
    try:
        controller.apply([(text, "test.yaml")])
    except LabError:
        return False
    return True


def state(network: EmulatedNetwork, controller: Controller) -> Seen:
    status = controller.client.status()
    (connection,) = controller.connections()
    return {"rules": {switch.name: len(ours(network, switch.name)) for switch in network.topology.switches},
            "alarms": list(status.alarms), "status": connection.status, "nodes": list(connection.paths[0].nodes)}


def by(nodes: list[str], before: Seen) -> Seen:
    """The state that another way comes to: all rules of the way, and those of no other."""
    rules = before["rules"]
    turned = rules if nodes == before["nodes"] else {**rules, "s2": rules["s3"], "s3": rules["s2"]}
    return {**before, "nodes": nodes, "rules": turned}


@pytest.mark.fault(9)
def test_a_move_that_dies_at_every_step_loses_no_packet(seen: Seen) -> None:
    for way in seen["step by step"]:
        assert way.sent > 2000
        assert (way.lost, way.duplicated, way.misdelivered) == (0, 0, 0)


@pytest.mark.fault(9)
def test_whoever_comes_back_sends_what_is_missing_and_no_more(seen: Seen) -> None:
    assert seen["changes step by step"] == seen["changes of a move"]


@pytest.mark.fault(9)
def test_it_comes_to_what_was_asked_and_nothing_is_left_over(seen: Seen) -> None:
    assert seen["before"]["alarms"] == []
    assert seen["after"] == by(WAYS[BY_S2], seen["before"])


@pytest.mark.fault(9)
def test_a_controller_that_dies_at_any_moment_loses_no_packet(seen: Seen) -> None:
    for death in seen["deaths"]:
        came_to = "after" if death["state"]["nodes"] == WAYS[death["asked"]] else "before"
        answered = "answered" if death["answered"] else "not answered"
        print(f"killed {death['moment']} s after a request, {answered}: comes to {came_to}")
    assert [(way.lost, way.duplicated, way.misdelivered) for way in seen["at random"]] == [(0, 0, 0)] * 2


@pytest.mark.fault(9)
def test_it_comes_back_to_what_was_before_the_request_or_after_it_and_keeps_what_was_answered(seen: Seen) -> None:
    before = seen["after"]
    for death in seen["deaths"]:
        ways = [WAYS[death["asked"]]] + ([] if death["answered"] else [before["nodes"]])
        assert death["state"]["nodes"] in ways
        assert death["state"] == by(death["state"]["nodes"], before)
        before = death["state"]
