"""A store that is lost under traffic: its rules forward on, are adopted without a message, or purged on request."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from labs import backend
from labs.child import Controller
from labs.measured import Span, count
from labs.network import running
from labs.probe import Flow, probing
from tests.emulated.test_audit import INTENT, flows
from tests.emulated.test_moves import probed, sending
from topologies.builders import diamond

PROBE = Flow("a", "h1", "h4")
OTHER = INTENT.replace("name: a", "name: b").replace("h1 to h4", "h2 to h3")


def lost() -> dict[str, Any]:
    with running(diamond(), backend.attempt()) as network, probing(network) as prober:
        with Controller(diamond()) as first:
            first.start()
            network.attach()
            assert first.await_settled(20)
            bare = flows(network)
            first.apply([(INTENT, "a.yaml"), (OTHER, "b.yaml")])
            assert first.await_settled(20)
            both = flows(network)
            probed(prober, lambda: time.sleep(0.5))  # ARP and the switches' caches
            numbers = sending(prober, PROBE, PROBE.mirrored())
        with Controller(diamond()) as second:  # with a store of its own
            second.start()
            assert second.await_settled(30)
            kept, unclaimed = flows(network), _unclaimed(second)
            second.apply([(INTENT, "a.yaml")])
            assert second.await_settled(20)
            adopted, sent = flows(network), second.changes_sent()
            losses = [count(stream, Span("all", 0, stream.sent_ns[-1] + 1)).lost for stream in prober.stop(*numbers)]
            given_up = second.client.purge().rules
            assert second.await_settled(20)
            purged, left = flows(network), _unclaimed(second)
            second.client.delete([_reference("a")])
            assert second.await_settled(20)
            return {"bare": bare, "both": both, "kept": kept, "unclaimed": unclaimed, "adopted": adopted, "sent": sent,
                    "losses": losses,
                    "given_up": given_up, "purged": purged, "left": left, "emptied": flows(network)}


def _unclaimed(controller: Controller) -> int:
    return sum(switch.unclaimed for switch in controller.client.status().switches)


def _reference(name: str) -> Any:
    from controller.northbound.isochrone.v1 import intents_pb2

    return intents_pb2.Reference(kind=intents_pb2.KIND_INTENT, name=name)


@pytest.mark.fault(9)
def test_rules_of_a_lost_store_forward_on_until_they_are_adopted_or_purged(in_sandbox: Callable[..., Any]):
    found = in_sandbox(lost)
    assert found["kept"] == found["both"]
    assert found["unclaimed"] > 0
    assert found["losses"] == [0, 0]
    assert (found["adopted"], found["sent"]) == (found["both"], 0)
    assert 0 < found["given_up"] < found["unclaimed"]
    assert found["left"] == 0
    assert sum(map(len, found["purged"].values())) == sum(map(len, found["both"].values())) - found["given_up"]
    assert found["emptied"] == found["bare"]
