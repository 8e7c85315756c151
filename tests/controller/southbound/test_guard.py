"""Hostile bytes end the connection they came on, and nothing else."""

import struct
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.facts import Confirmed, SwitchDown, SwitchUp
from controller.southbound import counters, decode, guard
from controller.southbound.channel import Southbound
from controller.southbound.errors import MalformedError
from intents.rules import VLAN_NONE, Bucket, Change, Flow, Group, Item, Meter, Output, SetField, match, rule_set
from tests.controller.southbound.conftest import Told
from tests.controller.southbound.hostile import hostile
from tests.fake_switch import FLOWS, GROUPS, METERS, MULTIPART_REQUEST, FakeSwitch, message, report

HOSTILE = hostile()
SOUND: tuple[Item, ...] = (
    Flow(1, 0, 9, match(in_port=1, vlan_vid=VLAN_NONE, ipv4_dst=(0x0A000000, 0xFF000000)),
         (SetField("eth_dst", 5), Output(2)), goto=3, meter=1),
    Group(1, 1, "fast-failover", (Bucket((Output(1),), 1), Bucket((Output(2),), 2))),
    Meter(1, 1, 100, 10),
)


@pytest.mark.fault(21)
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_message_ends_its_connection_and_no_other(
        name: str, southbound: Southbound, port: int, told: Told) -> None:
    with FakeSwitch(1).connect(port) as good, FakeSwitch(2).connect(port) as bad:
        assert {told.next(SwitchUp).dpid, told.next(SwitchUp).dpid} == {1, 2}
        bad.unanswered = {MULTIPART_REQUEST}
        southbound.read(2, token=1)
        bad.wait(lambda it: it.count(MULTIPART_REQUEST) == 4)
        start = time.process_time()
        bad.send(HOSTILE[name][:4] + struct.pack("!I", bad.heard[-1][1]) + HOSTILE[name][8:])
        lost = told.next(SwitchDown)
        assert lost.dpid == 2
        assert lost.why.startswith("sent ")
        assert time.process_time() - start < 0.1
        southbound.send(1, [Change("add", SOUND[2])], token=2)
        assert told.next(Confirmed).dpid == 1
        assert good.tables == rule_set([SOUND[2]])


def test_what_nobody_listens_to_is_passed_over(southbound: Southbound, port: int, told: Told) -> None:
    with FakeSwitch(1).connect(port) as switch:
        told.next(SwitchUp)
        switch.send(message(10, 0, bytes(40)) + message(11, 0, bytes(1)))
        southbound.send(1, [], token=1)
        assert told.next(Confirmed).token == 1


def test_a_hello_that_names_its_versions_is_welcome(port: int, told: Told) -> None:
    switch = FakeSwitch(1)
    switch.hello = b"\x06" + message(0, 1, struct.pack("!HHI", 1, 8, 0b1111110))[1:]
    with switch.connect(port):
        told.next(SwitchUp)


def test_a_switch_without_openflow_13_is_told_so_and_hung_up_on(port: int, told: Told) -> None:
    switch = FakeSwitch(1)
    switch.hello = b"\x01" + message(0, 1)[1:]
    with switch.connect(port):
        switch.wait(lambda it: it.is_closed)
        assert switch.count(1) == 1
        assert told.nothing()


@pytest.mark.fault(21)
@given(st.sampled_from([FLOWS, GROUPS, METERS]), st.data())
def test_mutated_tables_are_read_or_refused_and_never_loop(kind: int, data: st.DataObject) -> None:
    body = bytearray(report(kind, SOUND))
    for _ in range(data.draw(st.integers(1, 4))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.sampled_from([0, 1, 4, 7, 8, 16, 0xFF]))
    cut = data.draw(st.integers(0, len(body)))
    for mutant in (bytes(body), bytes(body[:cut])):
        try:
            decode.READERS[kind](1, mutant)
        except MalformedError:
            continue


@given(st.data())
def test_mutated_counters_are_read_or_refused_and_never_loop(data: st.DataObject) -> None:
    body = bytearray(report(FLOWS, SOUND[:1] * 2))
    for _ in range(data.draw(st.integers(1, 4))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.sampled_from([0, 1, 4, 7, 8, 16, 0xFF]))
    cut = data.draw(st.integers(0, len(body)))
    for read in (counters.flows, counters.ports):
        for mutant in (bytes(body), bytes(body[:cut])):
            try:
                read(mutant)
            except MalformedError:
                continue


@given(st.binary(min_size=8, max_size=100), st.sampled_from(guard.Stage))
def test_any_bytes_get_a_verdict(data: bytes, stage: guard.Stage) -> None:
    assert isinstance(guard.fault(data, stage), str | None)
