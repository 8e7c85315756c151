"""What `ovs-ofctl` does to the tables of real switches behind the controller's back."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from labs import backend
from labs.child import Controller
from labs.network import running
from topologies.builders import diamond

INTENT = "{apiVersion: isochrone/v1, kind: Intent, metadata: {name: a}, spec: path from h1 to h4}\n"


def meddled() -> dict[str, Any]:
    """Rules of ours are deleted, some of somebody else come; what of it is there after an audit, and what is said."""
    with running(diamond(), backend.attempt()) as network, Controller(diamond(), audit_s=2) as controller:
        controller.start()
        network.attach()
        assert controller.await_settled(20)
        controller.apply([(INTENT, "a.yaml")])
        assert controller.await_settled(20)
        before, sent = flows(network), controller.changes_sent()
        time.sleep(5)  # two rounds in which nothing is found
        quiet = controller.changes_sent() - sent
        network.ofctl("s1", "del-flows", "table=1")
        network.ofctl("s4", "del-groups")
        network.ofctl("s2", "add-flow", "table=0,priority=9,in_port=7,actions=drop")
        network.ofctl("s3", "add-flow", "table=0,priority=65535,actions=drop")
        said, until = set(), time.monotonic() + 15
        while time.monotonic() < until and len(said) < 4:
            said |= set(controller.client.status().alarms)
            time.sleep(0.1)
        assert controller.await_settled(20)
        return {"quiet": quiet, "before": before, "after": flows(network), "said": sorted(said)}


def flows(network: Any) -> dict[str, list[str]]:
    found = {}
    for switch in ("s1", "s2", "s3", "s4"):
        lines = [line.strip() for line in network.ofctl(switch, "dump-flows", "--no-stats").splitlines()[1:]]
        lines += [line.strip() for line in network.ofctl(switch, "dump-groups").splitlines()[1:]]
        found[switch] = sorted(lines)
    return found


@pytest.mark.fault(17)
@pytest.mark.fault(18)
def test_an_audit_puts_right_what_was_done_to_our_rules_and_leaves_those_of_others(in_sandbox: Callable[..., Any]):
    found = in_sandbox(meddled)
    assert found["quiet"] == 0
    others = {switch: [line for line in found["after"][switch] if line not in found["before"][switch]]
              for switch in found["before"]}
    assert {switch: len(lines) for switch, lines in others.items()} == {"s1": 0, "s2": 1, "s3": 1, "s4": 0}
    assert all(set(found["before"][switch]) <= set(found["after"][switch]) for switch in found["before"])
    said = " | ".join(found["said"])
    assert "switch s1: somebody else deleted" in said
    assert "switch s4: somebody else deleted" in said
    assert "switch s2: of the rules of others 1 came" in said
    assert "switch s3 holds a rule of somebody else that takes packets from ours (table 0, priority 65535)" in said
