"""A plan as a thing of its own: what it changes, what names it, and that it is applied as it was looked at or not at all."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from controller.agent.loop import Loop
from controller.facts import SwitchUp
from controller.northbound.client import CallRefusedError, Client
from controller.northbound.isochrone.v1 import intents_pb2 as pb
from controller.store.sqlite import open_store
from intents.probes import Probe
from intents.rules import Change
from topologies.metro import metro

from .documents import SURGERY, TELEMEDICINE, apply, intent, statuses, verdicts

WIDE = "slo: {bandwidth: {guaranteed: 60 Mbps}}, path: {avoid: {switches: [s4, s6, s8]}}"
FASTER = """
apiVersion: isochrone/v1
kind: Profile
metadata: {name: telemedicine-haptic}
spec: {reason: a clinic of our own, class: delay-critical}
"""


class DeafSwitches:
    """A southbound whose switches never answer."""

    def read(self, dpid: int, token: int) -> None:
        pass

    def send(self, dpid: int, changes: Sequence[Change], token: int) -> None:
        pass

    def probe(self, probe: Probe, token: int) -> None:
        pass


@pytest.fixture
def loop(tmp_path: Path) -> Iterator[Loop]:
    made = Loop(metro(), open_store(str(tmp_path / "store.db")), DeafSwitches())
    made.start()
    assert made.wait_for(lambda snapshot: bool(snapshot.target.flows), 5)
    yield made
    made.stop()


def planned(client: Client, *texts: str, **terms: object) -> pb.ApplyResponse:
    return client.apply([(text, f"{number}.yaml") for number, text in enumerate(texts, 1)], dry_run=True, **terms)


def touched(answer: pb.ApplyResponse) -> dict[str, str]:
    """By connection, what the plan does to it."""
    return {each.title: pb.What.Name(each.what).removeprefix("WHAT_").lower() for each in answer.differences.connections}


def test_a_plan_says_whom_it_touches_and_how_many_rules_it_takes(client: Client) -> None:
    apply(client, SURGERY, TELEMEDICINE, intent("scans", "scanner", "archive"))
    answer = planned(client, SURGERY.replace("slice", "slice avoiding s1-s2"), intent("more", "scanner", "endoscope"))
    assert touched(answer) == {"more": "placed", "surgery": "moved"}
    assert answer.differences.untouched == 1
    surgery = answer.differences.connections[1]
    forward = surgery.turns[0]
    assert (list(forward.before.nodes), list(forward.after.nodes)) == (
        ["surgeon", "s1", "s2", "s3", "robot"], ["surgeon", "s1", "s4", "s2", "s3", "robot"])
    assert [(turn.before.worst_ns, turn.after.worst_ns, turn.after.latency_max_ns) for turn in surgery.turns] == [
        (559_744, 774_264, 1_000_000)] * 2
    rules = answer.differences.rules
    assert rules.flows.add > rules.flows.remove > 0
    assert (rules.groups.change, rules.meters.add, list(answer.differences.edits)) == (2, 0, [])


def test_the_rules_that_change_are_listed_when_asked_for(client: Client) -> None:
    answer = planned(client, SURGERY, TELEMEDICINE, with_rules=True)
    tallied = answer.differences.rules
    assert len(answer.differences.edits) == tallied.flows.add + tallied.groups.add > 0
    assert {(edit.verb, edit.HasField("before")) for edit in answer.differences.edits} == {("add", False)}
    assert any(edit.after.startswith("s1 classify 100 eth_type=0x0800,") for edit in answer.differences.edits)


def test_applying_again_touches_nobody(client: Client) -> None:
    apply(client, SURGERY, TELEMEDICINE)
    answer = apply(client, SURGERY, TELEMEDICINE)
    assert (touched(answer), answer.differences.untouched) == ({}, 1)
    assert not answer.differences.rules.flows.add


def test_a_plan_is_applied_as_it_was_looked_at(client: Client) -> None:
    seen = planned(client, SURGERY, TELEMEDICINE)
    answer = client.apply([(SURGERY, "a"), (TELEMEDICINE, "b")], plan_hash=seen.plan_hash)
    assert (answer.plan_hash, verdicts(answer)) == (seen.plan_hash, verdicts(seen))
    assert statuses(client) == {"surgery/surgeon-robot": "PENDING"}


def refused(client: Client, seen: pb.ApplyResponse, *texts: str) -> str:
    """What the controller says when texts are applied as a plan that was seen."""
    revision = client.status().revision
    with pytest.raises(CallRefusedError) as refusal:
        client.apply([(text, "a") for text in texts], plan_hash=seen.plan_hash)
    assert refusal.value.code == "FAILED_PRECONDITION"
    assert client.status().revision == revision
    return str(refusal.value)


def test_a_plan_that_was_applied_already_is_past(client: Client) -> None:
    seen = planned(client, SURGERY, TELEMEDICINE)
    apply(client, SURGERY, TELEMEDICINE)
    assert f"plan {seen.plan_hash} is not what this comes to now" in refused(client, seen, SURGERY, TELEMEDICINE)


def test_other_documents_are_another_plan(client: Client) -> None:
    seen = planned(client, SURGERY, TELEMEDICINE)
    refused(client, seen, SURGERY, TELEMEDICINE, intent("scans", "scanner", "archive"))
    refused(client, seen, SURGERY, TELEMEDICINE, FASTER)
    assert statuses(client) == {}


def test_what_others_placed_meanwhile_makes_another_plan(client: Client) -> None:
    seen = planned(client, SURGERY, TELEMEDICINE)
    apply(client, intent("scans", "scanner", "archive"))
    assert "on revision 1" in refused(client, seen, SURGERY, TELEMEDICINE)


def test_a_link_that_failed_meanwhile_makes_another_plan_though_nobody_used_it(client: Client, loop: Loop) -> None:
    seen = planned(client, SURGERY, TELEMEDICINE)
    loop.tell(SwitchUp(7, {1: False, 2: True}))
    assert loop.wait_for(lambda snapshot: bool(snapshot.down_links), 5)
    refused(client, seen, SURGERY, TELEMEDICINE)


def test_from_scratch_priorities_count_and_not_who_came_first(client: Client) -> None:
    apply(client, intent("first", "surgeon", "robot", WIDE))
    apply(client, intent("second", "surgeon", "endoscope", f"priority: 1, {WIDE}"))
    assert statuses(client) == {"first/surgeon-robot": "PENDING", "second/surgeon-endoscope": "UNSATISFIABLE"}
    answer = planned(client, from_scratch=True)
    assert touched(answer) == {"first": "refused", "second": "placed"}
    assert verdicts(answer) == {"first/surgeon-robot": "BANDWIDTH", "second/surgeon-endoscope": "PLACED"}
    lost = answer.differences.connections[0]
    assert lost.turns[0].before.nodes[0] == "surgeon"
    assert not lost.turns[0].HasField("after")
    assert statuses(client) == {"first/surgeon-robot": "PENDING", "second/surgeon-endoscope": "UNSATISFIABLE"}


def test_from_scratch_shows_everybody_and_takes_more_documents(client: Client) -> None:
    apply(client, intent("scans", "scanner", "archive"))
    answer = planned(client, intent("more", "scanner", "endoscope"), from_scratch=True)
    assert verdicts(answer) == {"scans/scanner-archive": "PLACED", "more/scanner-endoscope": "PLACED"}
    assert (touched(answer), answer.differences.untouched) == ({"more": "placed"}, 1)


def test_from_scratch_is_only_looked_at(client: Client) -> None:
    with pytest.raises(CallRefusedError) as refusal:
        client.apply([], from_scratch=True)
    assert refusal.value.code == "INVALID_ARGUMENT"
