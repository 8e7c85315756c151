"""What becomes of applied documents: placed, refused, unchanged, turned back."""

from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest
from grpc_status import rpc_status

from controller.northbound.client import CallRefusedError, Client
from controller.northbound.isochrone.v1 import intents_pb2 as pb
from controller.northbound.isochrone.v1 import intents_pb2_grpc

from .documents import SURGERY, TELEMEDICINE, apply, intent, outcomes, slice_of, stands, statuses, verdicts


def test_the_shortest_documents_are_placed_and_wait_for_switches(client: Client) -> None:
    answer = apply(client, SURGERY + "---" + TELEMEDICINE)
    assert outcomes(answer) == {"surgery": "CREATED", "telemedicine": "CREATED"}
    (surgery,) = answer.connections
    assert (surgery.key, surgery.title, surgery.verdict) == ("surgery/surgeon-robot", "surgery", pb.VERDICT_PLACED)
    ways = {path.direction: (list(path.nodes), path.delay_ns, path.reserved_bps) for path in surgery.paths
            if path.role == pb.ROLE_WORKING}
    assert ways[pb.DIRECTION_FORWARD] == (["surgeon", "s1", "s2", "s3", "robot"], 20_000, 5_000_000)
    assert ways[pb.DIRECTION_REVERSE] == (["robot", "s3", "s2", "s1", "surgeon"], 20_000, 5_000_000)
    assert sorted(path.protects for path in surgery.paths if path.role == pb.ROLE_DETOUR) == ["s1-s2"] * 2 + ["s2-s3"] * 2
    assert [line.link for line in surgery.budget if line.direction == pb.DIRECTION_FORWARD] == [
        "surgeon-s1", "s1-s2", "s2-s3", "robot-s3"]
    assert answer.rules.flows > 0
    assert {"read", "resolve", "plan", "compile", "diff", "prove"} <= answer.seconds.keys()
    assert statuses(client) == {"surgery/surgeon-robot": "PENDING"}


def test_several_files_are_one_change(client: Client) -> None:
    before = client.status().revision
    answer = apply(client, SURGERY, TELEMEDICINE, intent("scans", "scanner", "archive"))
    assert answer.revision == before + 1
    assert verdicts(answer) == {"surgery/surgeon-robot": "PLACED", "scans/scanner-archive": "PLACED"}


def test_applying_twice_is_applying_once(client: Client) -> None:
    first = apply(client, SURGERY, TELEMEDICINE)
    again = apply(client, TELEMEDICINE, SURGERY)
    assert again.revision == first.revision
    assert outcomes(again) == {"surgery": "UNCHANGED", "telemedicine": "UNCHANGED"}
    assert verdicts(again) == verdicts(first)
    assert not again.steps


def test_what_get_prints_is_unchanged_when_applied(client: Client) -> None:
    first = apply(client, SURGERY, TELEMEDICINE)
    again = apply(client, stands(client, "surgery"))
    assert outcomes(again) == {"surgery": "UNCHANGED"}
    assert again.revision == first.revision


def test_a_dry_run_changes_nothing(client: Client) -> None:
    before = client.status().revision
    dry = apply(client, SURGERY, TELEMEDICINE, dry_run=True)
    assert verdicts(dry) == {"surgery/surgeon-robot": "PLACED"}
    assert dry.revision == client.status().revision == before
    assert statuses(client) == {}
    assert apply(client, SURGERY, TELEMEDICINE).plan_hash == dry.plan_hash


def test_a_new_intent_that_cannot_be_had_stands_refused(client: Client) -> None:
    answer = apply(client, intent("far", "surgeon", "robot", "slo: {latency: {max: 1 us}}"))
    assert outcomes(answer) == {"far": "CREATED"}
    assert verdicts(answer) == {"far/surgeon-robot": "LATENCY"}
    assert answer.connections[0].message
    assert statuses(client) == {"far/surgeon-robot": "UNSATISFIABLE"}


def test_a_counter_offer_says_what_to_write_and_is_placed_when_it_is_written(client: Client) -> None:
    bounded = "slo: {{latency: {{max: {}, strict: true}}}}, path: {{avoid: {{links: [s1-s2]}}}}"
    (far,) = apply(client, intent("far", "surgeon", "robot", bounded.format("100 us"))).connections
    (offer,) = far.offers
    assert [offer.sentence] == list(far.counter_offers)
    changes = {change.field: change.value for change in offer.changes}
    assert list(changes) == ["slo.latency.max", "slo.latency.strict"]
    assert changes["slo.latency.strict"].bool_value
    taken = apply(client, intent("far", "surgeon", "robot", bounded.format(changes["slo.latency.max"].string_value)))
    assert verdicts(taken) == {"far/surgeon-robot": "PLACED"}


def test_what_was_refused_is_placed_once_there_is_room(client: Client) -> None:
    wide = "slo: {bandwidth: {guaranteed: 60 Mbps}}"
    apply(client, intent("first", "surgeon", "robot", wide + ", path: {avoid: {switches: [s4, s6, s8]}}"))
    answer = apply(client, intent("second", "surgeon", "endoscope", wide + ", path: {avoid: {switches: [s4, s6, s8]}}"))
    assert verdicts(answer) == {"second/surgeon-endoscope": "BANDWIDTH"}
    client.delete([pb.Reference(kind=pb.KIND_INTENT, name="first")])
    assert statuses(client) == {"second/surgeon-endoscope": "PENDING"}


def test_a_change_that_cannot_be_placed_leaves_what_stands(client: Client) -> None:
    first = apply(client, intent("scans", "scanner", "archive"))
    answer = apply(client, intent("scans", "scanner", "archive", "slo: {latency: {max: 1 us}}"))
    assert outcomes(answer) == {"scans": "REJECTED"}
    assert verdicts(answer) == {"scans/scanner-archive": "LATENCY"}
    assert "LATENCY" in answer.changes[0].why
    assert any("scans" in warning for warning in answer.warnings)
    assert answer.revision == first.revision
    assert "latency" not in stands(client, "scans")
    assert statuses(client) == {"scans/scanner-archive": "PENDING"}


def test_changed_ends_that_cannot_be_had_leave_the_old_ones(client: Client) -> None:
    apply(client, intent("scans", "scanner", "archive"))
    answer = apply(client, intent("scans", "scanner", "robot", "slo: {latency: {max: 1 us}}"))
    assert outcomes(answer) == {"scans": "REJECTED"}
    assert verdicts(answer) == {"scans/scanner-archive": "PLACED", "scans/scanner-robot": "LATENCY"}
    assert statuses(client) == {"scans/scanner-archive": "PENDING"}


def test_the_rest_of_a_call_stands_when_one_change_is_turned_back(client: Client) -> None:
    apply(client, intent("scans", "scanner", "archive"))
    answer = apply(client, intent("scans", "scanner", "archive", "slo: {latency: {max: 1 us}}"), SURGERY, TELEMEDICINE)
    assert outcomes(answer) == {"scans": "REJECTED", "surgery": "CREATED", "telemedicine": "CREATED"}
    assert statuses(client) == {"scans/scanner-archive": "PENDING", "surgery/surgeon-robot": "PENDING"}


def test_a_newcomer_may_not_bring_what_is_placed_into_conflict(client: Client) -> None:
    apply(client, intent("scans", "scanner", "archive"))
    answer = apply(client, intent("copies", "archive", "scanner"))
    assert outcomes(answer) == {"copies": "REJECTED"}
    assert "scans" in answer.changes[0].why
    assert verdicts(answer) == {"copies/archive-scanner": "CONFLICT"}
    assert statuses(client) == {"scans/scanner-archive": "PENDING"}


def test_two_newcomers_in_conflict_stand_refused_both(client: Client) -> None:
    answer = apply(client, intent("one", "scanner", "archive"), intent("two", "archive", "scanner"))
    assert outcomes(answer) == {"one": "CREATED", "two": "CREATED"}
    assert set(verdicts(answer).values()) == {"CONFLICT"}


def test_a_slice_may_not_take_the_place_of_its_intent(client: Client) -> None:
    apply(client, SURGERY, TELEMEDICINE)
    slow = """
apiVersion: isochrone/v1
kind: Profile
metadata: {name: telemedicine-haptic}
spec: {reason: none, class: delay-critical, slo: {bandwidth: {guaranteed: 5 Gbps}}}
"""
    answer = apply(client, slow)
    assert outcomes(answer) == {"telemedicine-haptic": "REJECTED"}
    assert "surgery" in answer.changes[0].why
    assert verdicts(answer) == {"surgery/surgeon-robot": "BANDWIDTH"}
    assert statuses(client) == {"surgery/surgeon-robot": "PENDING"}


def test_a_slice_may_not_bring_others_into_conflict(client: Client) -> None:
    apply(client, SURGERY, TELEMEDICINE, intent("scans", "scanner", "archive"))
    answer = apply(client, slice_of("telemedicine", "surgeon>robot", "scanner>archive"))
    assert outcomes(answer) == {"telemedicine": "REJECTED"}
    assert "scans" in answer.changes[0].why
    assert statuses(client) == {"scans/scanner-archive": "PENDING", "surgery/surgeon-robot": "PENDING"}


def test_a_slice_that_grows_has_its_intent_grow(client: Client) -> None:
    apply(client, SURGERY, TELEMEDICINE)
    answer = apply(client, slice_of("telemedicine", "surgeon>robot", "surgeon>endoscope"))
    assert verdicts(answer) == {"surgery/surgeon-robot": "PLACED", "surgery/surgeon-endoscope": "PLACED"}


def test_the_last_capacity_goes_to_exactly_one(client: Client) -> None:
    wide = "slo: {bandwidth: {guaranteed: 60 Mbps}}, path: {avoid: {switches: [s4, s6, s8]}}"
    texts = [intent("one", "surgeon", "robot", wide), intent("two", "surgeon", "endoscope", wide)]
    with ThreadPoolExecutor() as callers:
        answers = list(callers.map(lambda text: apply(client, text), texts))
    found = [verdict for answer in answers for key, verdict in verdicts(answer).items()]
    assert sorted(statuses(client).values()) == ["PENDING", "UNSATISFIABLE"]
    assert sorted(found) == ["BANDWIDTH", "PLACED"]


def test_bad_documents_are_said_all_at_once_with_their_places(client: Client) -> None:
    bad = SURGERY.replace("telemedicine slice", "telemedicin slice") + "---" + TELEMEDICINE
    with pytest.raises(CallRefusedError) as refused:
        apply(client, bad, intent("x", "surgeon", "robto"))
    assert refused.value.code == "INVALID_ARGUMENT"
    assert [(each.file, each.line) for each in refused.value.problems] == [("1.yaml", 5), ("2.yaml", 5)]
    assert 'did you mean "telemedicine"?' in refused.value.problems[0].message
    assert 'did you mean "robot"?' in str(refused.value)
    assert statuses(client) == {}


def test_of_thousands_of_problems_as_many_come_as_any_caller_takes(client: Client) -> None:
    text = "---".join(intent(f"i{number}", "surgeon", "ロボット" * 30) for number in range(3000))
    with grpc.insecure_channel(str(client._server)) as channel, pytest.raises(grpc.RpcError) as refused:
        intents_pb2_grpc.IntentsStub(channel).Apply(pb.ApplyRequest(files=[pb.File(name="m.yaml", yaml=text)]), timeout=60)
    status = rpc_status.from_call(refused.value)
    assert (refused.value.code(), status.message.splitlines()[-1][:4]) == (grpc.StatusCode.INVALID_ARGUMENT, "and ")
    assert 1 <= len(status.details) < 3000


def test_a_long_name_is_not_said_whole(client: Client) -> None:
    with grpc.insecure_channel(str(client._server)) as channel, pytest.raises(grpc.RpcError) as refused:
        intents_pb2_grpc.IntentsStub(channel).Explain(pb.ExplainRequest(intent="x" * 100_000), timeout=60)
    assert refused.value.code() == grpc.StatusCode.NOT_FOUND


def test_thousands_of_problems_arrive(client: Client) -> None:
    texts = [intent(f"i{number}", "surgeon", "robto") for number in range(3000)]
    with pytest.raises(CallRefusedError) as refused:
        apply(client, "---".join(texts))
    assert refused.value.code == "INVALID_ARGUMENT"
    assert len(refused.value.problems) == 3000


def test_the_network_cannot_be_applied(client: Client) -> None:
    with pytest.raises(CallRefusedError, match="the network is what the controller was started with"):
        apply(client, SURGERY, """
apiVersion: isochrone/v1
kind: Topology
metadata: {name: mine}
spec:
  switches: [{name: s1, dpid: "0000000000000001"}]
  links: []
  hosts: [{name: h1, at: "s1:1", mac: "00:00:00:00:00:01", addresses: [10.0.0.1/24], capacity: 1 Gbps}]
""")
