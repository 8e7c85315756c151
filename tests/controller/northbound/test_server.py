"""The server: where it may listen, who may call, what it refuses, and what becomes of changes that come too late."""

import subprocess
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import replace
from pathlib import Path

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from controller.address import Address
from controller.agent.loop import Loop
from controller.northbound.changes import WAITING
from controller.northbound.client import CallRefusedError, Client, NoAnswerError
from controller.northbound.server import CannotListenError, serve
from controller.northbound.tls import Keys, read_keys
from controller.snapshot import Committed, NotStored, Proposal, Snapshot, Stale
from topologies.metro import metro

from .documents import SURGERY, TELEMEDICINE, apply, intent, verdicts


def test_what_it_serves_is_told_by_reflection_and_healthy(address: Address) -> None:
    ours = {"isochrone.v1.Intents", "isochrone.v1.Controller"}
    with grpc.insecure_channel(str(address)) as channel:
        request = reflection_pb2.ServerReflectionRequest(list_services="")
        answer = next(iter(reflection_pb2_grpc.ServerReflectionStub(channel).ServerReflectionInfo(iter([request]))))
        assert ours <= {service.name for service in answer.list_services_response.service}
        for name in ("", *ours):
            health = health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(service=name))
            assert health.status == health_pb2.HealthCheckResponse.SERVING


def test_the_state_of_the_switches_is_told(client: Client) -> None:
    status = client.status()
    assert [switch.name for switch in status.switches] == [f"s{number}" for number in range(1, 9)]
    assert not any(switch.connected for switch in status.switches)
    assert not status.settled


def test_a_place_that_is_taken_is_not_shared(address: Address, loop: Loop) -> None:
    with pytest.raises(CannotListenError, match="Address already in use"):
        serve(address, None, metro(), loop)


def test_a_unix_socket_that_is_taken_is_not_shared(loop: Loop, tmp_path: Path) -> None:
    place = Address(str(tmp_path / "s"), None)
    first = serve(place, None, metro(), loop)
    with pytest.raises(CannotListenError, match="another controller listens there"):
        serve(place, None, metro(), loop)
    with Client(place) as client:
        assert client.status().switches
    first.stop()


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1"])
def test_nobody_listens_beyond_the_machine_without_keys(loop: Loop, host: str) -> None:
    with pytest.raises(CannotListenError, match="give --tls a folder of keys"):
        serve(Address(host, 0), None, metro(), loop)


def test_a_stopped_server_answers_nobody(loop: Loop) -> None:
    northbound = serve(Address("127.0.0.1", 0), None, metro(), loop)
    northbound.stop()
    with Client(northbound.address) as client, pytest.raises(NoAnswerError, match="no controller answers at 127"):
        client.status()


def test_too_large_a_request_is_refused(client: Client) -> None:
    with pytest.raises(CallRefusedError) as refused:
        apply(client, "#" * (17 << 20))
    assert refused.value.code == "RESOURCE_EXHAUSTED"


def test_only_who_shows_a_certificate_of_the_authority_is_heard(loop: Loop, tmp_path: Path) -> None:
    ours, theirs = _keys(tmp_path / "ours"), _keys(tmp_path / "theirs")
    northbound = serve(Address("127.0.0.1", 0), ours, metro(), loop)
    with Client(northbound.address, ours) as client:
        assert client.status().switches
    for keys in (None, theirs, replace(theirs, ca=ours.ca)):
        with Client(northbound.address, keys) as client, pytest.raises(NoAnswerError):
            client.status()
    northbound.stop()


class Answering:
    """Stands in for a loop whose answers are given."""

    def __init__(self, snapshot: Snapshot, answer: Callable[[Proposal], Committed | Stale | NotStored]) -> None:
        self.snapshot = snapshot
        self._answer = answer
        self.offered: list[Proposal] = []

    def submit(self, proposal: Proposal) -> "Future[Committed | Stale | NotStored]":
        self.offered.append(proposal)
        future: Future[Committed | Stale | NotStored] = Future()
        future.set_result(self._answer(proposal))
        return future


def test_a_store_that_is_full_is_said_and_changes_nothing(loop: Loop) -> None:
    full = Answering(loop.snapshot, lambda _: NotStored("store x: database or disk is full"))
    northbound = serve(Address("127.0.0.1", 0), None, metro(), full)
    with Client(northbound.address) as client, pytest.raises(CallRefusedError, match="disk is full") as refused:
        apply(client, SURGERY, TELEMEDICINE)
    assert refused.value.code == "RESOURCE_EXHAUSTED"
    northbound.stop()


def test_a_network_that_never_rests_is_said(loop: Loop) -> None:
    moving = Answering(loop.snapshot, lambda _: Stale(1))
    northbound = serve(Address("127.0.0.1", 0), None, metro(), moving)
    with Client(northbound.address) as client, pytest.raises(CallRefusedError, match="try again") as refused:
        apply(client, SURGERY, TELEMEDICINE)
    assert refused.value.code == "ABORTED"
    northbound.stop()


def test_a_crowd_of_changes_leaves_room_for_those_who_look(loop: Loop) -> None:
    class Slow(Answering):
        def submit(self, proposal: Proposal) -> "Future[Committed | Stale | NotStored]":
            self.offered.append(proposal)
            return slow

    slow: Future[Committed | Stale | NotStored] = Future()
    northbound = serve(Address("127.0.0.1", 0), None, metro(), Slow(loop.snapshot, Stale))
    with Client(northbound.address) as client, ThreadPoolExecutor(WAITING + 1) as crowd:
        calls = [crowd.submit(apply, client, intent("i", "surgeon", "robot")) for _ in range(WAITING + 1)]
        (first,), others = wait(calls, timeout=10, return_when=FIRST_COMPLETED)
        looked = client.status()
        slow.set_result(Committed(1))
        with pytest.raises(CallRefusedError, match="wait for their turn already") as refused:
            first.result()
        assert refused.value.code == "RESOURCE_EXHAUSTED"
        assert looked.switches
        assert {other.result().revision for other in others} == {1}
    northbound.stop()


def test_what_came_too_late_is_planned_again_on_what_is_there_now(loop: Loop) -> None:
    def answer(proposal: Proposal) -> Committed | Stale:
        if len(moving.offered) > 1:
            return Committed(2)
        moving.snapshot = replace(moving.snapshot, revision=1, down_links=frozenset({"s1-s2"}))
        return Stale(1)

    moving = Answering(loop.snapshot, answer)
    northbound = serve(Address("127.0.0.1", 0), None, metro(), moving)
    with Client(northbound.address) as client:
        placed = apply(client, intent("i", "surgeon", "robot"))
    assert verdicts(placed) == {"i/surgeon-robot": "PLACED"}
    assert "s1-s2" not in placed.connections[0].paths[0].links
    assert [proposal.base_revision for proposal in moving.offered] == [0, 1]
    northbound.stop()


def _keys(folder: Path) -> Keys:
    """An authority of its own, and a certificate of it for this machine, as an operator would make them."""
    folder.mkdir()
    for command in (
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=ca -keyout ca.key -out ca.pem",
        "req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=isochrone -keyout key.pem -out csr.pem "
        "-addext subjectAltName=IP:127.0.0.1",
        "x509 -req -in csr.pem -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -copy_extensions copy -out cert.pem",
    ):
        subprocess.run(["openssl", *command.split()], cwd=folder, check=True, capture_output=True)
    return read_keys(folder)
