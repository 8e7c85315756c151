"""What befalls the talk between controller and switches, under packets: a database that restarts, a controller that stands
still, channels on which nothing arrives any more. None of it may change a rule, and none costs a packet, but for a switch
whose database is away: Open vSwitch's userspace datapath forwards in the thread that waits for it."""

import time
from collections.abc import Callable
from contextlib import suppress
from signal import SIGCONT, SIGKILL, SIGSTOP
from typing import Any

import pytest

from controller.northbound.client import ClientError
from controller.northbound.isochrone.v1 import intents_pb2
from labs import backend
from labs.child import Controller
from labs.network import EmulatedNetwork, running
from labs.probe import probing
from tests.emulated.processes import before_others
from tests.emulated.relay import Relay, let_pass
from tests.emulated.test_audit import flows
from tests.emulated.test_moves import BY_S2, NETWORK, probed
from topologies.emulate import CONTROLLER_ADDRESS, checked

Seen = dict[str, Any]
Note = Callable[[str, object], None]
PATIENCE_S = 20.0
FOUND_S = 5.0
"""Within which a silent channel is given up (docs: Liveness)."""

STOPPED_S = 6.0
"""Longer than the controller lets a channel be silent (4 s), so that it finds all of them so when it goes on; shorter than
switches do, which hang up after 10 s and call again."""


@pytest.fixture(scope="module")
def seen(in_sandbox: Callable[..., Any]) -> Seen:
    found: Seen = in_sandbox(look)
    return found


def look() -> Seen:
    before_others()
    with running(NETWORK, backend.attempt()) as network, probing(network) as prober, \
            Controller(NETWORK, audit_s=60) as controller:
        controller.start()
        relay = Relay(CONTROLLER_ADDRESS, 6653)
        network.attach(relay.address)
        assert controller.await_settled(PATIENCE_S), controller.troubles()
        controller.apply([(BY_S2, "test.yaml")])
        assert controller.await_settled(PATIENCE_S), controller.troubles()
        probed(prober, lambda: time.sleep(0.5))  # ARP and the switches' caches
        found: Seen = {}
        for act in (restart_database, stand_still, fall_silent):
            before, sent = flows(network), controller.changes_sent()
            figures: Seen = {}
            figures["packets"] = probed(prober, lambda act=act, figures=figures: figures.update(
                act(network, controller, relay)))
            assert controller.await_settled(PATIENCE_S), controller.troubles()
            found[act.__name__] = figures | {"sent": controller.changes_sent() - sent,
                                             "is as before": flows(network) == before}
    return found


def restart_database(network: EmulatedNetwork, controller: Controller, relay: Relay) -> Seen:
    node = network.net["s2"]
    database, sessions, begun = node.daemons["ovsdb-server"], connected(controller), time.monotonic()
    database.send_signal(SIGKILL)
    database.wait(PATIENCE_S)
    node._spawn(*database.args[:3])  # its file and its socket
    until(lambda: obeys(network, "s2"))
    return {"connected": (sessions, connected(controller)), "away_s": time.monotonic() - begun}


def obeys(network: EmulatedNetwork, switch: str) -> bool:
    """Whether the switch does again what its database says."""
    with suppress(Exception):
        node = network.net[switch]
        checked([*node.vsctl_command(), "set", "Bridge", node.bridge, "other-config:asked=again"])
        return True
    return False


def stand_still(network: EmulatedNetwork, controller: Controller, relay: Relay) -> Seen:
    controller.signal(SIGSTOP)
    time.sleep(STOPPED_S)
    controller.signal(SIGCONT)
    call_again(network, controller, relay)
    return {}


def fall_silent(network: EmulatedNetwork, controller: Controller, relay: Relay) -> Seen:
    """Nothing passes any more, and nobody hangs up; once it is found, all passes again."""
    begun = time.monotonic()
    relay.door = lambda from_switch, message: False
    until(lambda: not connected(controller))
    found_s = time.monotonic() - begun
    (connection,) = controller.connections()
    relay.door = let_pass
    call_again(network, controller, relay)
    return {"found_s": found_s, "status": connection.status}


def call_again(network: EmulatedNetwork, controller: Controller, relay: Relay) -> None:
    """Have the switches call at once; by themselves they would wait for up to 8 s."""
    network.attach(relay.moved())
    until(lambda: len(connected(controller)) == len(network.topology.switches))
    assert controller.await_settled(PATIENCE_S), controller.troubles()


def connected(controller: Controller) -> list[str]:
    with suppress(ClientError):
        return [switch.name for switch in controller.client.status().switches if switch.connected]
    return ["unknown"]


def until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < end, "it does not come to that"
        time.sleep(0.02)


def assert_untouched(found: Seen) -> None:
    assert [(way.lost, way.duplicated, way.misdelivered) for way in found["packets"]] == [(0, 0, 0)] * 2
    assert_unchanged(found)


def assert_unchanged(found: Seen) -> None:
    assert (found["sent"], found["is as before"]) == (0, True)


@pytest.mark.fault(8)
def test_a_database_that_restarts_changes_nothing_and_packets_pass_as_soon_as_it_is_back(
        seen: Seen, record_property: Note) -> None:
    found = seen["restart_database"]
    gap_s = max(way.gap_ns for way in found["packets"]) / 1e9
    record_property("database away, s", found["away_s"])
    record_property("gap, s", gap_s)
    assert found["connected"] == (["s1", "s2", "s3", "s4"],) * 2
    assert gap_s <= found["away_s"]
    assert_unchanged(found)


@pytest.mark.fault(10)
def test_a_controller_that_stands_still_costs_nothing_and_does_nothing_twice(seen: Seen, record_property: Note) -> None:
    record_property("stopped for, s", STOPPED_S)
    assert_untouched(seen["stand_still"])


@pytest.mark.fault(11)
def test_channels_on_which_nothing_arrives_are_found_and_in_order_again_after(seen: Seen, record_property: Note) -> None:
    found = seen["fall_silent"]
    record_property("found after, s", found["found_s"])
    assert found["found_s"] <= FOUND_S + 0.5  # asked every 20 ms by gRPC
    assert found["status"] == intents_pb2.STATUS_PENDING
    assert_untouched(found)
