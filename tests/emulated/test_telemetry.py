"""Loads of known rates show on the links they take, in their direction, as the language counts: bulk runs from h1 by s2 to
h4; capped offers four times its maximum from h3 by s4 to h2, the other way over the link that both take."""

import time
from collections.abc import Callable, Sequence
from queue import Queue
from typing import Any

import pytest

from controller.facts import Confirmed, Counters, Fact, SwitchUp
from controller.southbound.channel import Southbound
from controller.telemetry.connections import connection_rates, counted_at
from controller.telemetry.history import PORT_PERIOD_NS, History, absorb_counters
from controller.telemetry.loads import link_loads
from intents.compiler import compile_rules
from intents.riders import riders_of
from intents.rules import Change, RuleSet
from intents.steps import diff
from labs import backend
from labs.network import running
from labs.probe import load, probing
from tests.intents.worlds import by_key, placed
from topologies.builders import diamond
from topologies.emulate import CONTROLLER_ADDRESS

Seen = dict[str, Any]
NETWORK = diamond()
DPIDS = [switch.dpid for switch in NETWORK.switches]
BULK, OFFERED, MAXIMUM, FRAME = 25e6, 10e6, 5e6, 1400
PLACEMENTS = by_key(placed(NETWORK, "h1", "h4", ("s1-s2", "s2-s4"), name="bulk"),
                    placed(NETWORK, "h3", "h2", ("s3-s4", "s2-s4"), name="capped", max_bps=int(MAXIMUM)))
BULK_ARCS = [("h1-s1", "h1"), ("s1-s2", "s1"), ("s2-s4", "s2"), ("h4-s4", "s4")]
CAPPED_ARCS = [("s3-s4", "s3"), ("s2-s4", "s4"), ("h2-s2", "s2")]


@pytest.fixture(scope="module")
def seen(in_sandbox: Callable[..., Any]) -> Seen:
    found: Seen = in_sandbox(look)
    return found


def look() -> Seen:
    facts: Queue[Fact] = Queue()
    counted: Queue[Counters] = Queue()
    southbound, history = Southbound(), History()
    with running(NETWORK, backend.attempt()) as network:
        port = southbound.start(CONTROLLER_ADDRESS, 0, facts.put, counted.put)
        network.attach((CONTROLLER_ADDRESS, port))
        await_all(SwitchUp, facts)
        for step in diff(RuleSet(), compile_rules(NETWORK, PLACEMENTS, RuleSet())):
            send(southbound, step.changes)
            await_all(Confirmed, facts)
        with probing(network) as prober:
            prober.press(load("bulk", "h1", "h4", BULK, FRAME))
            prober.press(load("capped", "h3", "h2", OFFERED, FRAME))
            time.sleep(1)  # ARP and the switches' caches
            found = []
            for token in range(1, 6):
                started = time.monotonic()
                history = polled(southbound, counted, history, token)
                found.append(link_loads(history, NETWORK, time.monotonic_ns()))
                time.sleep(max(0.0, started + PORT_PERIOD_NS / 1e9 - time.monotonic()))
            places = counted_at(rider for placement in PLACEMENTS.values() for rider in riders_of(NETWORK, placement))
            rates = connection_rates(history, places, time.monotonic_ns())
        southbound.stop()
    return {"loads": found, "rates": rates, "history": history}


def await_all(kind: type[Fact], facts: "Queue[Fact]") -> None:
    """Wait for one fact of this kind from every switch."""
    waiting = set(DPIDS)
    while waiting:
        fact = facts.get(timeout=15)
        waiting -= {fact.dpid} if isinstance(fact, kind) else set()


def send(southbound: Southbound, changes: Sequence[Change]) -> None:
    for dpid in DPIDS:
        southbound.send(dpid, [change for change in changes if change.item.dpid == dpid], token=dpid)


def polled(southbound: Southbound, counted: "Queue[Counters]", history: History, token: int) -> History:
    """The history once every switch has answered both polls."""
    for dpid in DPIDS:
        southbound.poll_ports(dpid, token)
        southbound.poll_flows(dpid, token)
    for _ in DPIDS * 2:
        history = absorb_counters(history, counted.get(timeout=5))
    return history


def test_one_poll_tells_nothing_of_any_link(seen: Seen) -> None:
    assert set(seen["loads"][0].values()) == {None}


@pytest.mark.parametrize("arc", BULK_ARCS)
def test_a_load_shows_within_two_polls_on_each_link_that_it_takes(seen: Seen, arc: tuple[str, str]) -> None:
    assert seen["loads"][1][arc].rate_bps == pytest.approx(BULK, rel=0.03)
    assert seen["loads"][1][arc].share == pytest.approx(BULK / NETWORK.arc_by_ends[arc].capacity_bps, rel=0.03)


def test_links_and_directions_that_nothing_takes_are_known_to_be_idle(seen: Seen) -> None:
    taken = {*BULK_ARCS, *CAPPED_ARCS, ("h3-s3", "h3")}
    idle = [load.rate_bps for arc, load in seen["loads"][1].items() if arc not in taken]
    assert len(idle) == len(NETWORK.arcs) - len(taken)
    assert max(idle) < 100_000  # of a host that tells, once a second, that nobody listens


def test_ports_count_frames_without_fcs_and_the_label_in_its_place(seen: Seen) -> None:
    """What the corrections of telemetry/loads.py rest on: bytes a frame, as this Open vSwitch and kernel count."""
    assert [size(seen, 1, 1, "rx"), size(seen, 4, 1, "tx")] == pytest.approx([FRAME - 4] * 2, abs=1)
    assert [size(seen, 1, 2, "tx"), size(seen, 2, 3, "tx")] == pytest.approx([FRAME] * 2, abs=1)


def size(seen: Seen, dpid: int, port: int, side: str) -> float:
    """Bytes a frame at a port, as counted since the first poll."""
    first, *_, last = (sample.ports[port] for sample in seen["history"].ports[dpid])
    frames, counted = (getattr(last, f"{side}_{what}") - getattr(first, f"{side}_{what}") for what in ("packets", "bytes"))
    return float(counted / frames)


def test_a_connection_sends_what_was_offered(seen: Seen) -> None:
    """A flow's counters advance by half seconds: one more or less in the window of 1.5 s."""
    assert seen["rates"]["bulk/h1-h4", "forward"].rate_bps == pytest.approx(BULK, rel=0.34)


def test_what_a_meter_drops_was_sent_but_is_carried_nowhere(seen: Seen) -> None:
    assert seen["rates"]["capped/h3-h2", "forward"].rate_bps == pytest.approx(OFFERED, rel=0.34)
    for arc in CAPPED_ARCS:
        assert seen["loads"][4][arc].rate_bps == pytest.approx(MAXIMUM, rel=0.2)
