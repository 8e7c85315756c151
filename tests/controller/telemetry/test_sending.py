"""What connections send now: ports tell how much, flows tell whose."""

from dataclasses import replace

import pytest

from controller.telemetry.connections import Sending, connection_rates, counted_at
from controller.telemetry.history import History, absorb_counters
from controller.telemetry.loads import Load
from controller.telemetry.sending import ArcKey, sending_now, strays_of
from intents.model import Bandwidth, Placement
from intents.riders import riders_of
from tests.controller.telemetry.world import MS, flow_sample, sample
from tests.controller.telemetry.world import NETWORK as PAIR
from tests.intents.worlds import by_key, placed
from topologies.builders import diamond

NETWORK = diamond()
MBPS = 1_000_000


def flow(name: str, **fields: object) -> Placement:
    made = placed(NETWORK, "h1", "h4", ("s1-s2", "s2-s4"), name=name)
    paths = tuple(path for path in made.paths if path.direction == "forward")
    return replace(made, connection=replace(made.connection, **fields), paths=paths)  # type: ignore[arg-type]


def load(mbps: float) -> Load:
    return Load(round(mbps * MBPS), mbps / 100, 0, 1)


def sent(mbps: float) -> Sending:
    return Sending(round(mbps * MBPS), 0, 1)


ACCESS: ArcKey = ("h1-s1", "h1")
A, B = ("a/h1-h4", "forward"), ("b/h1-h4", "forward")
BOTH = {"a/h1-h4": flow("a"), "b/h1-h4": flow("b")}
ALONE = {"a/h1-h4": flow("a")}


def test_what_a_host_sends_now_is_shared_out_as_was_counted_last() -> None:
    assert sending_now({ACCESS: load(90)}, {A: sent(10), B: sent(20)}, BOTH, {}) == {A: 30 * MBPS, B: 60 * MBPS}


def test_the_only_one_sends_all_of_it_also_before_its_flow_was_counted() -> None:
    assert sending_now({ACCESS: load(40)}, {A: None}, ALONE, {}) == {A: 40 * MBPS}
    assert sending_now({ACCESS: load(40)}, {A: sent(0)}, ALONE, {}) == {A: 40 * MBPS}


def test_the_only_one_unknown_sends_what_the_others_leave() -> None:
    assert sending_now({ACCESS: load(50)}, {A: sent(20), B: None}, BOTH, {}) == {A: 20 * MBPS, B: 30 * MBPS}


def test_what_cannot_be_told_apart_is_unknown() -> None:
    assert sending_now({ACCESS: load(50)}, {A: None, B: None}, BOTH, {}) == {A: None, B: None}
    assert sending_now({ACCESS: load(50)}, {A: sent(0), B: sent(0)}, BOTH, {}) == {A: None, B: None}
    assert sending_now({ACCESS: load(0)}, {A: sent(0), B: sent(0)}, BOTH, {}) == {A: 0, B: 0}


def test_without_fresh_ports_flows_stand_as_they_were_counted() -> None:
    assert sending_now({ACCESS: None}, {A: sent(20), B: None}, BOTH, {}) == {A: 20 * MBPS, B: None}


def test_nobody_sends_more_than_a_meter_or_a_link_on_the_way_lets_through() -> None:
    capped = {"a/h1-h4": flow("a", bandwidth=Bandwidth(None, 5 * MBPS))}
    assert sending_now({ACCESS: load(40)}, {A: sent(40)}, capped, {}) == {A: 5 * MBPS}
    assert sending_now({ACCESS: load(40), ("s1-s2", "s1"): load(30)}, {A: sent(40)}, ALONE, {}) == {A: 30 * MBPS}


# what is no connection's

PAIR_A = by_key(placed(PAIR, "h1", "h2", ["cable"], name="a"))
WAY, HOST = ("a/h1-h2", "forward"), ("h1-s1", "h1")
PLACES = counted_at(rider for placement in PAIR_A.values() for rider in riders_of(PAIR, placement))
_, MARK = PLACES[WAY]


def strays(rate: int, begun_ms: int = 0, ports_from_ms: int = 0) -> int:
    """What is nobody's of 50 Mbps that a host sends from `begun_ms` on, of which flows count 10 Mbps times `rate`, half a
    second late: after 2.5 s of polls."""
    history = History()
    for ms in range(0, 2_501, 500):
        now = {"token": ms, "at_ns": (1_000 + ms) * MS}
        if ms >= ports_from_ms:
            seen = sample(1, max(ms - begun_ms, 0))
            ports = {number: count._replace(duration_ns=(5_000 + ms) * MS) for number, count in seen.ports.items()}
            history = absorb_counters(history, replace(seen, ports=ports, **now))
        if ms % 1_000 == 0:
            late = flow_sample(max(ms - 500 - begun_ms, 0), MARK, rate=rate)
            flows = (late.flows[0]._replace(duration_ns=(5_000 + ms) * MS),)
            history = absorb_counters(history, replace(late, flows=flows, **now))
    rates = connection_rates(history, {WAY: PLACES[WAY]}, 3_500 * MS)
    return strays_of(PAIR, history, rates, PAIR_A)[HOST]


def test_what_no_flow_counts_though_a_host_sends_it_all_the_time_is_nobodys() -> None:
    assert strays(0) == 50 * MBPS
    assert strays(1) == pytest.approx(40 * MBPS, rel=0.05)


def test_what_flows_may_still_count_is_taken_for_a_connections() -> None:
    assert strays(5) == 0
    assert strays(0, begun_ms=1_200) == 0
    assert strays(0, ports_from_ms=500) == 0


def test_what_is_nobodys_is_not_shared_out() -> None:
    assert sending_now({ACCESS: load(95)}, {A: sent(5)}, ALONE, {ACCESS: 90 * MBPS}) == {A: 5 * MBPS}
    assert sending_now({ACCESS: load(10)}, {A: sent(5)}, ALONE, {ACCESS: 90 * MBPS}) == {A: 0}
