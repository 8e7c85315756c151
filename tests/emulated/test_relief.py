"""A link that real traffic fills is relieved on real switches, by counters alone, and the forecast comes true.

Links are slow here, so that the smallest machine fills them: what is tried is shares, not how much a machine can send.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from controller.agent.loop import Loop
from controller.decisions import DecisionRecord
from controller.road import Stopwatch, built, ground_of, planned
from controller.snapshot import Committed, Proposal
from controller.southbound.channel import Southbound
from controller.store.sqlite import open_store
from intents.documents import read_documents
from labs import backend
from labs.network import running
from labs.probe import load, probing
from tests.controller.agent.timeline import intents
from topologies.builders import diamond
from topologies.emulate import CONTROLLER_ADDRESS

Seen = dict[str, Any]
MBPS = 1_000_000
NETWORK = replace(diamond(), links=tuple(replace(link, capacity_bps=20 * MBPS) for link in diamond().links))
TEXT = intents("far: from: h1, to: h4", "near: from: h2, to: h4, slo: {latency: {max: 2 s}}, priority: 10")


@pytest.fixture(scope="module")
def seen(in_sandbox: Callable[..., Any]) -> Seen:
    found: Seen = in_sandbox(look)
    return found


def look() -> Seen:
    southbound = Southbound()
    loop = Loop(NETWORK, open_store(":memory:"), southbound, autonomy="act")
    with running(NETWORK, backend.attempt()) as network:
        port = southbound.start(CONTROLLER_ADDRESS, 0, loop.tell, loop.tell)
        loop.start()
        network.attach((CONTROLLER_ADDRESS, port))
        assert loop.wait_for(lambda snapshot: snapshot.settled, 15)
        apply(loop)
        assert loop.wait_for(lambda snapshot: snapshot.settled, 15)
        with probing(network) as prober:
            time.sleep(3)  # as long as counters of flows take to tell who is idle
            prober.press(load("far", "h1", "h4", 10 * MBPS))
            prober.press(load("near", "h2", "h4", 9 * MBPS))
            begun = time.monotonic()
            assert loop.wait_for(lambda snapshot: bool(snapshot.decisions), 15)
            took = time.monotonic() - begun
            assert loop.wait_for(lambda snapshot: snapshot.decisions[0].outcome is not None, 15)
            time.sleep(3)
            shares = [load and load.share for load in loop.snapshot.loads.values()]
        decisions = loop.snapshot.decisions
        loop.stop()
        southbound.stop()
    return {"decisions": decisions, "took": took, "shares": shares}


def apply(loop: Loop) -> None:
    snapshot, watch = loop.snapshot, Stopwatch()
    documents, ground = read_documents((TEXT, "relief.yaml")), ground_of(NETWORK, snapshot)
    wanted, plan = planned(ground, documents, watch)
    way = built(ground, wanted, plan, watch)
    answer = loop.submit(Proposal(snapshot.revision, documents, way.plan, way.target, snapshot.reads)).result(5)
    assert isinstance(answer, Committed)


def decision(seen: Seen) -> DecisionRecord:
    (found,) = seen["decisions"]
    assert isinstance(found, DecisionRecord)
    return found


def test_the_less_precious_of_two_is_moved_within_three_polls(seen: Seen) -> None:
    found = decision(seen)
    assert (found.verdict, found.links) == ("moved", ("s2-s4",))
    assert [(move.direction, move.after) for move in found.moves if move.direction == "forward"] == [
        ("forward", ("h1", "s1", "s3", "s4", "h4"))]
    assert seen["took"] < 2.5  # the load grows, one whole poll, and up to two more


def test_the_forecast_comes_true_and_no_link_stays_full(seen: Seen) -> None:
    outcome = decision(seen).outcome
    assert outcome is not None
    assert outcome.kept
    assert [share.share for share in outcome.measured] == pytest.approx(
        [share.share for share in decision(seen).forecast], abs=0.05)
    assert max(share for share in seen["shares"] if share is not None) < 0.9
    assert None not in seen["shares"]
