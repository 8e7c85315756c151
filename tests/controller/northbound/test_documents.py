"""Getting, listing and deleting documents."""

import pytest

from controller.northbound.client import CallRefusedError, Client
from controller.northbound.isochrone.v1 import intents_pb2 as pb

from .documents import SURGERY, TELEMEDICINE, apply, intent, stands, statuses

INTENT, SLICE, PROFILE = (lambda name, kind=kind: pb.Reference(kind=kind, name=name) for kind in (
    pb.KIND_INTENT, pb.KIND_SLICE, pb.KIND_PROFILE))


def test_get_says_where_each_value_came_from(client: Client) -> None:
    apply(client, SURGERY, TELEMEDICINE)
    document = client.get(INTENT("surgery")).document
    assert document.status == pb.STATUS_PENDING
    sources = {each.field: each.source for each in document.connections[0].provenance}
    assert sources["slo.latency.max"] == 'phrase: "sub-ms"'
    assert sources["slo.bandwidth.guaranteed"] == "profile telemedicine-haptic"


def test_an_intent_has_the_status_of_its_worst_connection(client: Client) -> None:
    apply(client, SURGERY.replace("sub-ms path", "under 400 us path"),
          TELEMEDICINE.replace("[{", "[{from: robot, to: endoscope}, {"))
    assert statuses(client) == {"surgery/robot-endoscope": "PENDING", "surgery/surgeon-robot": "UNSATISFIABLE"}
    assert client.list(pb.KIND_INTENT).documents[0].status == pb.STATUS_UNSATISFIABLE


def test_slices_and_profiles_are_listed_the_shipped_ones_too(client: Client) -> None:
    apply(client, TELEMEDICINE)
    assert [each.name for each in client.list(pb.KIND_SLICE).documents] == ["telemedicine"]
    assert "telemedicine-haptic" in [each.name for each in client.list(pb.KIND_PROFILE).documents]


def test_an_unknown_name_is_answered_with_the_nearest(client: Client) -> None:
    apply(client, SURGERY, TELEMEDICINE)
    for call in (lambda: client.get(INTENT("surgry")), lambda: client.delete([INTENT("surgry")])):
        with pytest.raises(CallRefusedError, match='no intent "surgry"; did you mean "surgery"') as refused:
            call()
        assert refused.value.code == "NOT_FOUND"


def test_a_name_of_another_kind_is_said_to_be_that(client: Client) -> None:
    apply(client, SURGERY, TELEMEDICINE)
    for call in (lambda: client.get(INTENT("telemedicine")), lambda: client.delete([INTENT("telemedicine")])):
        with pytest.raises(CallRefusedError, match='no intent "telemedicine"; there is a slice of that name: say its kind'):
            call()


def test_a_kind_must_be_named(client: Client) -> None:
    with pytest.raises(CallRefusedError, match="intent, slice or profile") as refused:
        client.list(pb.KIND_UNSPECIFIED)
    assert refused.value.code == "INVALID_ARGUMENT"


def test_deleting_nothing_is_a_mistake(client: Client) -> None:
    with pytest.raises(CallRefusedError, match="name what to delete") as refused:
        client.delete([])
    assert refused.value.code == "INVALID_ARGUMENT"


def test_deleting_takes_away_all_or_nothing(client: Client) -> None:
    apply(client, SURGERY, TELEMEDICINE, intent("scans", "scanner", "archive"))
    with pytest.raises(CallRefusedError):
        client.delete([INTENT("scans"), INTENT("nothing")])
    assert stands(client, "scans")
    before = client.status().revision
    assert client.delete([INTENT("surgery"), SLICE("telemedicine"), INTENT("scans")]).revision == before + 1
    assert statuses(client) == {}
    assert not client.list(pb.KIND_SLICE).documents


def test_what_is_in_use_is_not_deleted_and_its_users_are_named(client: Client) -> None:
    apply(client, SURGERY, TELEMEDICINE)
    with pytest.raises(CallRefusedError, match="in use by intent surgery") as refused:
        client.delete([SLICE("telemedicine")])
    assert refused.value.code == "FAILED_PRECONDITION"
    assert statuses(client) == {"surgery/surgeon-robot": "PENDING"}


def test_a_profile_in_use_is_not_deleted(client: Client) -> None:
    apply(client, """
apiVersion: isochrone/v1
kind: Profile
metadata: {name: mine}
spec: {reason: to try, class: guaranteed}
""", TELEMEDICINE.replace("telemedicine-haptic", "mine"))
    with pytest.raises(CallRefusedError, match="in use by slice telemedicine"):
        client.delete([PROFILE("mine")])
    client.delete([SLICE("telemedicine"), PROFILE("mine")])


def test_an_intent_that_others_keep_apart_from_is_not_deleted_alone(client: Client) -> None:
    apply(client, intent("a", "surgeon", "robot"),
          intent("b", "scanner", "endoscope", "sle: {diverse-from: {intents: [a]}}"))
    with pytest.raises(CallRefusedError, match="in use by intent b"):
        client.delete([INTENT("a")])
    client.delete([INTENT("a"), INTENT("b")])
