"""Walks over gRPC: what is planned beside what switches told, where they part, and what cannot be walked."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from controller.address import Address
from controller.northbound.client import CallRefusedError, Client
from controller.northbound.isochrone.v1 import controller_pb2 as pb
from controller.northbound.isochrone.v1 import intents_pb2
from controller.northbound.server import serve
from controller.northbound.traces import traced, walk_of
from controller.northbound.wiring import network_of, wiring_message
from controller.snapshot import Snapshot
from intents.rules import Flow, RuleSet, match
from intents.specimen import of_connection
from intents.tracing import trace
from intents.walks import told
from tests.controller.agent.traffic import Traffic, loaded
from topologies.metro import metro

from .documents import SURGERY, TELEMEDICINE, apply, intent

FORGED = Flow(2, 0, 65_535, match())


@pytest.fixture(scope="module")
def settled() -> Traffic:
    """A network of switches that hold the rules of two intents, a from h1 to h4 by s2."""
    timeline = loaded("a", "b")
    timeline.run(3.0)
    return timeline


@pytest.fixture
def show(settled: Traffic) -> Iterator[object]:
    """A client of a controller that shows a snapshot."""
    running = []

    def serving(snapshot: Snapshot) -> Client:
        class Shown:
            def __init__(self) -> None:
                self.snapshot = snapshot

        running.append(serve(Address("127.0.0.1", 0), None, settled.network, Shown()))  # type: ignore[arg-type]
        return Client(running[-1].address)

    yield serving
    for northbound in running:
        northbound.stop()


def of(connection: str, **named: object) -> pb.TraceRequest:
    return pb.TraceRequest(connection=connection, **named)  # type: ignore[arg-type]


def test_planned_and_installed_walks_agree(settled: Traffic, show) -> None:
    answer = show(settled.snapshot).trace(of("a"))
    assert answer.planned == answer.installed
    assert list(answer.planned.ends) == ["delivered to h4"]
    assert not answer.HasField("difference")
    assert not answer.HasField("network")


def test_what_is_told_can_be_read_back(settled: Traffic) -> None:
    snapshot, network = settled.snapshot, settled.network
    answer = traced(network, snapshot, of("a"))
    packet = of_connection(network, snapshot.plan, "a", "forward").packet
    walk = trace(network, snapshot.target, packet, network.host_by_name["h1"].at)
    assert told(walk_of(answer.planned), {}) == told(walk, {})
    assert network_of(wiring_message(network)).peer_of == network.peer_of


def test_a_rule_of_somebody_else_is_where_they_part(settled: Traffic, show) -> None:
    seen = settled.snapshot
    actual = replace(seen.actual, flows={**seen.actual.flows, FORGED.key: FORGED})
    answer = show(replace(seen, actual=actual)).trace(of("a"))
    assert list(answer.installed.ends) == ["dropped at s2: no output"]
    assert (answer.difference.switch, answer.difference.table) == ("s2", 0)
    assert answer.difference.words == ("the installed table has a rule more, which takes the packet: priority 65535 any "
                                       "(somebody else's) does drop")


def test_dead_links_are_down_and_those_that_are_asked_about(settled: Traffic, show) -> None:
    dead = replace(settled.snapshot, dead_links=frozenset({"s1-s2"}))
    for answer in (show(dead).trace(of("a")), show(settled.snapshot).trace(of("a", down_links=["s1-s2"]))):
        assert list(answer.down_links) == ["s1-s2"]
        assert list(answer.planned.ends) == ["dropped at s1: port s1:2 is down"]


def test_tables_that_nobody_has_read_are_unknown(client: Client) -> None:
    apply(client, SURGERY, TELEMEDICINE)
    answer = client.trace(of("surgery", with_network=True))
    assert list(answer.planned.ends) == ["delivered to robot"]
    assert list(answer.installed.ends) == ["unknown from s1 on: its tables have not been read"]
    assert not answer.HasField("difference")
    assert [switch.name for switch in answer.network.switches] == [switch.name for switch in metro().switches]


def test_a_packet_of_one_s_own_is_said_whose_it_is(client: Client) -> None:
    apply(client, intent("video", "endoscope", "archive", "match: {protocol: udp, destination-port: 5004}"))
    ours = pb.PacketWish(source="endoscope", target="10.0.0.5", protocol=17, destination_port=5004)
    assert client.trace(pb.TraceRequest(packet=ours)).connection == "video/endoscope-archive"
    other = client.trace(pb.TraceRequest(packet=pb.PacketWish(source="endoscope", target="archive")))
    assert other.words == "endoscope (10.0.0.3) to archive (10.0.0.5), protocol: icmp, dscp: 0: of no intent"
    assert list(other.planned.ends) == ["dropped at s3: no rule in table 1"]


@pytest.mark.parametrize(("request_", "code", "words"), [
    (pb.TraceRequest(), "INVALID_ARGUMENT", "name a connection, or a packet of your own"),
    (of("vdeo"), "INVALID_ARGUMENT", 'no intent "vdeo"; did you mean "video"'),
    (of("video", down_links=["s1s2"]), "INVALID_ARGUMENT", 'no link "s1s2" in topology "metro"; did you mean "s1-s2"'),
    (of("far"), "FAILED_PRECONDITION", "far/surgeon-robot has no place, LATENCY: "),
    (of("one", direction=intents_pb2.DIRECTION_REVERSE), "FAILED_PRECONDITION", "it has no reverse packets"),
    (pb.TraceRequest(packet=pb.PacketWish(source="endscope", target="archive")), "INVALID_ARGUMENT",
     'no host "endscope" in topology "metro"; did you mean "endoscope"'),
    (pb.TraceRequest(packet=pb.PacketWish(source="archive", target="archive")), "INVALID_ARGUMENT", "name two hosts"),
    (pb.TraceRequest(packet=pb.PacketWish(source="robot", target="archive", source_port=9)), "INVALID_ARGUMENT",
     "ports need the protocol udp"),
    (pb.TraceRequest(packet=pb.PacketWish(source="robot", target="archive", dscp=64)), "INVALID_ARGUMENT",
     "a dscp is 0 to 63, and 64 is not"),
])
def test_what_cannot_be_walked_is_said(client: Client, request_: pb.TraceRequest, code: str, words: str) -> None:
    apply(client, intent("video", "endoscope", "archive"), intent("far", "surgeon", "robot", "slo: {latency: {max: 9 us}}"),
          intent("one", "scanner", "archive", "direction: forward"))
    with pytest.raises(CallRefusedError) as refused:
        client.trace(request_)
    assert refused.value.code == code
    assert words in str(refused.value)


def test_an_empty_controller_has_nothing_to_walk(settled: Traffic, show) -> None:
    empty = replace(settled.snapshot, plan=replace(settled.snapshot.plan, placements={}), target=RuleSet())
    with pytest.raises(CallRefusedError, match='no intent "a"'):
        show(empty).trace(of("a"))
