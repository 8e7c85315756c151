"""What connections send now: ports tell how much, flows tell whose."""

from dataclasses import replace

from controller.telemetry.connections import Sending
from controller.telemetry.loads import Load
from controller.telemetry.sending import ArcKey, sending_now
from intents.model import Bandwidth, Placement
from tests.intents.worlds import placed
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
    assert sending_now({ACCESS: load(90)}, {A: sent(10), B: sent(20)}, BOTH) == {A: 30 * MBPS, B: 60 * MBPS}


def test_the_only_one_sends_all_of_it_also_before_its_flow_was_counted() -> None:
    assert sending_now({ACCESS: load(40)}, {A: None}, ALONE) == {A: 40 * MBPS}
    assert sending_now({ACCESS: load(40)}, {A: sent(0)}, ALONE) == {A: 40 * MBPS}


def test_the_only_one_unknown_sends_what_the_others_leave() -> None:
    assert sending_now({ACCESS: load(50)}, {A: sent(20), B: None}, BOTH) == {A: 20 * MBPS, B: 30 * MBPS}


def test_what_cannot_be_told_apart_is_unknown() -> None:
    assert sending_now({ACCESS: load(50)}, {A: None, B: None}, BOTH) == {A: None, B: None}
    assert sending_now({ACCESS: load(50)}, {A: sent(0), B: sent(0)}, BOTH) == {A: None, B: None}
    assert sending_now({ACCESS: load(0)}, {A: sent(0), B: sent(0)}, BOTH) == {A: 0, B: 0}


def test_without_fresh_ports_flows_stand_as_they_were_counted() -> None:
    assert sending_now({ACCESS: None}, {A: sent(20), B: None}, BOTH) == {A: 20 * MBPS, B: None}


def test_nobody_sends_more_than_a_meter_or_a_link_on_the_way_lets_through() -> None:
    capped = {"a/h1-h4": flow("a", bandwidth=Bandwidth(None, 5 * MBPS))}
    assert sending_now({ACCESS: load(40)}, {A: sent(40)}, capped) == {A: 5 * MBPS}
    assert sending_now({ACCESS: load(40), ("s1-s2", "s1"): load(30)}, {A: sent(40)}, ALONE) == {A: 30 * MBPS}
