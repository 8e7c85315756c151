"""What is told of an intent, of loads and of decisions over gRPC."""

import time
from dataclasses import replace

import pytest

from controller.address import Address
from controller.agent.loop import Loop
from controller.northbound.client import CallRefusedError, Client
from controller.northbound.isochrone.v1 import intents_pb2 as pb
from controller.northbound.server import serve
from controller.snapshot import Snapshot
from tests.controller.agent.traffic import Traffic, key, loaded
from topologies.metro import metro

from .documents import SURGERY, TELEMEDICINE, apply, intent


class Shown:
    """Stands in for a loop that shows one snapshot."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot


@pytest.fixture(scope="module")
def relieved() -> Traffic:
    """A network on which the agent has just relieved a link."""
    timeline = loaded("a", "b", "c")
    for name, mbps in (("a", 30), ("b", 20), ("c", 45)):
        timeline.send(key(name), mbps)
    timeline.run(6.0)
    return timeline


@pytest.fixture
def showing(relieved: Traffic) -> Client:
    northbound = serve(Address("127.0.0.1", 0), None, relieved.network, Shown(relieved.snapshot))  # type: ignore[arg-type]
    with Client(northbound.address) as client:
        yield client
    northbound.stop()


def test_what_is_not_in_the_switches_yet_is_not_proved(client: Client) -> None:
    apply(client, SURGERY, TELEMEDICINE)
    told = client.explain("surgery")
    (connection,) = told.document.connections
    assert (connection.status, connection.latency_max_ns, connection.latency_strict) == (pb.STATUS_PENDING, 1_000_000, True)
    assert 'phrase: "sub-ms"' in {line.source for line in connection.provenance}
    assert not told.HasField("proof")
    assert told.assumptions[0].startswith("class queues are assumed, there is no queue back-end")
    assert told.assumptions[-1] == "nothing is proved of what the switches hold: 8 of 8 have not told it yet"


def test_class_queues_are_said_to_be_assumed_for_what_is_placed_and_what_is_refused(client: Client) -> None:
    apply(client, intent("bulk", "scanner", "archive"), intent("far", "surgeon", "robot", "slo: {latency: {max: 100 us}}"))
    assumed = "class queues are assumed, there is no queue back-end"
    assert client.explain("bulk").assumptions[0] == f"{assumed}: best-effort at most 50 ms a link (default D-04)"
    assert list(client.explain("far").assumptions) == [f"{assumed}: delay-critical at most 41 us a link (default D-04)"]


def test_what_keeps_apart_and_ends_at_one_place_is_told_so(client: Client) -> None:
    apply(client, intent("a", "surgeon", "robot"),
          intent("b", "surgeon", "endoscope", "sle: {diverse-from: {intents: [a], level: node}}"))
    sentence = ("a and b keep apart but for the link of surgeon, switch s1, switch s3, where both end: no path could avoid "
                "that")
    assert sentence in client.explain("a").assumptions
    assert sentence.replace("a and b", "b and a") in client.explain("b").assumptions


def test_the_switches_that_protection_does_not_survive_are_named(client: Client) -> None:
    apply(client, intent("a", "surgeon", "robot", "path: {protection: {mode: fast-failover, level: node}}"))
    sentence = "what protects survives the switches between s1 and s3, not these, where its hosts are"
    assert sentence in client.explain("a").assumptions


def test_an_unknown_intent_is_said_with_the_nearest(client: Client) -> None:
    apply(client, SURGERY, TELEMEDICINE)
    with pytest.raises(CallRefusedError, match='no intent "surgry"; did you mean "surgery"') as refused:
        client.explain("surgry")
    assert refused.value.code == "NOT_FOUND"


def test_what_stands_is_proved_and_its_decisions_are_told(showing: Client) -> None:
    told = showing.explain("b")
    assert told.proof.holds
    assert told.proof.walks > 0
    (decision,) = told.decisions
    assert (decision.trigger, decision.done, list(decision.links)) == (
        pb.TRIGGER_CONGESTION, pb.DONE_MOVED, ["s1-s2", "s2-s4"])
    assert [list(move.after) for move in decision.moves] == [["h1", "s1", "s3", "s4", "h4"]]
    assert decision.outcome.kept
    assert not showing.explain("a").decisions


def test_decisions_are_told_the_latest_first_to_be_left(showing: Client, relieved: Traffic) -> None:
    assert [each.id for each in showing.decisions().decisions] == [1]
    two = replace(relieved.snapshot, decisions=(*relieved.decisions, replace(relieved.decisions[0], id=2)))
    northbound = serve(Address("127.0.0.1", 0), None, relieved.network, Shown(two))  # type: ignore[arg-type]
    with Client(northbound.address) as client:
        assert [each.id for each in client.decisions().decisions] == [1, 2]
        assert [each.id for each in client.decisions(1).decisions] == [2]
    northbound.stop()


def test_loads_are_told_with_their_age_and_unknown_stays_unknown(relieved: Traffic) -> None:
    seen = relieved.snapshot
    blind = replace(seen, loads={**seen.loads, ("s1-s3", "s1"): None})
    northbound = serve(Address("127.0.0.1", 0), None, relieved.network, Shown(blind))  # type: ignore[arg-type]
    with Client(northbound.address) as client:
        told = {(each.link, each.source): each for each in client.load().links}
    northbound.stop()
    assert told["s1-s2", "s1"].share == pytest.approx(0.75, abs=0.01)
    load = seen.loads["s1-s2", "s1"]
    assert load is not None
    assert 0 <= time.monotonic_ns() - load.at_ns - told["s1-s2", "s1"].age_ns < 5e9
    assert not told["s1-s3", "s1"].HasField("share")


def test_without_polls_no_load_is_told(client: Client, loop: Loop) -> None:
    assert not client.load().links
    assert client.status().autonomy == "off"
    assert loop.snapshot.decisions == ()
    assert metro().links
