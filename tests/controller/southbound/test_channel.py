"""What the loop gets from the southbound, with switches that behave and switches that do not."""

import socket
import struct
import threading
from collections.abc import Iterator

import pytest

from controller.facts import Confirmed, PortChanged, Rejected, SwitchDown, SwitchUp, TablesRead
from controller.southbound.channel import Southbound
from controller.southbound.sender import NOT_SENT
from intents.rules import (
    GROUP_IDS,
    METER_IDS,
    Bucket,
    Change,
    Flow,
    Group,
    Item,
    Meter,
    Output,
    PushMpls,
    SetField,
    ToGroup,
    match,
    rule_set,
)
from tests.controller.southbound.conftest import Told
from tests.fake_switch import BARRIER_REQUEST, FLOW_MOD, MULTIPART_REPLY, MULTIPART_REQUEST, FakeSwitch, message

TABLE_FULL = (5, 1)

TRUNK = Group(1, GROUP_IDS[0], "indirect", (Bucket((PushMpls(), SetField("mpls_label", 100), Output(2))),))
LIMIT = Meter(1, METER_IDS[0], 8_000, 64)
ROAD = Flow(1, 1, 10, match(eth_type=0x0800, ipv4_dst=0x0A000002), (ToGroup(TRUNK.id),), meter=LIMIT.id)


def host_flow(number: int) -> Flow:
    return Flow(1, 0, 10, match(in_port=number), (Output(1),), cookie=number)


def adds(*items: Item) -> list[Change]:
    return [Change("add", item) for item in items]


def test_a_switch_joins_with_its_live_ports(port: int, told: Told) -> None:
    switch = FakeSwitch(1, ports=(1, 2, 0xFFFFFFFE))
    switch.ports[2] = False
    with switch.connect(port):
        assert told.next(SwitchUp) == SwitchUp(1, {1: True, 2: False})


def test_ports_that_change_are_told(port: int, told: Told) -> None:
    with FakeSwitch(1).connect(port) as switch:
        told.next(SwitchUp)
        switch.set_port(2, False)
        switch.set_port(9, True)
        switch.remove_port(3)
        switch.set_port(0xFFFFFFFE, False)
        switch.set_port(2, True)
        assert [told.next(PortChanged) for _ in range(4)] == [
            PortChanged(1, 2, False), PortChanged(1, 9, True), PortChanged(1, 3, False), PortChanged(1, 2, True)]


def test_what_is_sent_is_confirmed_held_and_read_back(southbound: Southbound, port: int, told: Told) -> None:
    alien = Flow(1, 7, 3, match(eth_type=0x86DD), (Output(0xFFFFFFFA),), cookie=1)
    with FakeSwitch(1, tables=rule_set([alien])).connect(port) as switch:
        told.next(SwitchUp)
        southbound.send(1, adds(TRUNK, LIMIT, ROAD), token=4)
        assert told.next(Confirmed) == Confirmed(1, 4)
        southbound.read(1, token=5)
        assert told.next(TablesRead) == TablesRead(1, 5, rule_set([alien, TRUNK, LIMIT, ROAD]))
        assert switch.tables == rule_set([alien, TRUNK, LIMIT, ROAD])


def test_tables_come_in_as_many_parts_as_the_switch_likes(southbound: Southbound, port: int, told: Told) -> None:
    held = rule_set([host_flow(number) for number in range(7)])
    switch = FakeSwitch(1, tables=held)
    switch.entries_a_reply = 2
    with switch.connect(port):
        told.next(SwitchUp)
        southbound.read(1, token=1)
        assert told.next(TablesRead).tables == held


def test_one_switch_takes_everything_in_the_order_asked(southbound: Southbound, port: int, told: Told) -> None:
    with FakeSwitch(1).connect(port) as switch:
        told.next(SwitchUp)
        flows = [host_flow(number) for number in range(1500)]
        southbound.send(1, adds(*flows), token=1)
        southbound.send(1, [Change("delete", flow) for flow in flows[1:]], token=2)
        southbound.read(1, token=3)
        southbound.send(1, [Change("modify", Flow(1, 0, 10, flows[0].match, (), goto=2))], token=4)
        assert [told.next(Confirmed).token for _ in range(2)] == [1, 2]
        assert told.next(TablesRead).tables == rule_set(flows[:1])
        assert told.next(Confirmed).token == 4
        assert [(flow.goto, flow.cookie) for flow in switch.tables.flows.values()] == [(2, 0)]


class Watched(list[Change]):
    """Changes that know which threads went through them."""

    def __init__(self, changes: list[Change]) -> None:
        super().__init__(changes)
        self.threads: set[threading.Thread] = set()

    def __iter__(self) -> Iterator[Change]:
        self.threads.add(threading.current_thread())
        return super().__iter__()


def test_whoever_asks_does_not_wait_until_messages_are_written(southbound: Southbound, port: int, told: Told) -> None:
    changes = Watched(adds(*map(host_flow, range(100))))
    with FakeSwitch(1).connect(port):
        told.next(SwitchUp)
        southbound.send(1, changes, token=1)
        assert told.next(Confirmed).token == 1
    assert len(changes.threads) == 1
    assert threading.current_thread() not in changes.threads


def test_an_error_rejects_its_batch_once_and_no_other(southbound: Southbound, port: int, told: Told) -> None:
    with FakeSwitch(1).connect(port) as switch:
        told.next(SwitchUp)
        switch.refusals = [TABLE_FULL, TABLE_FULL]
        southbound.send(1, adds(*map(host_flow, range(3))), token=1)
        southbound.send(1, adds(host_flow(9)), token=2)
        rejected = told.next(Rejected)
        assert (rejected.token, rejected.type, rejected.code) == (1, *TABLE_FULL)
        assert "OFPET_FLOW_MOD_FAILED" in rejected.words
        assert "OFPFMFC_TABLE_FULL" in rejected.words
        assert told.next(Confirmed).token == 2
        assert told.nothing()


def test_a_flow_to_a_group_that_is_not_there_is_rejected(southbound: Southbound, port: int, told: Told) -> None:
    with FakeSwitch(1).connect(port):
        told.next(SwitchUp)
        southbound.send(1, adds(ROAD), token=1)
        assert told.next(Rejected).token == 1


def test_a_change_that_openflow_cannot_say_is_rejected_here(southbound: Southbound, port: int, told: Told) -> None:
    with FakeSwitch(1).connect(port) as switch:
        told.next(SwitchUp)
        southbound.send(1, adds(Flow(1, 0, 1, match(colour=3))), token=1)
        rejected = told.next(Rejected)
        assert (rejected.token, rejected.type) == (1, NOT_SENT)
        assert "colour" in rejected.words
        southbound.send(1, adds(host_flow(1)), token=2)
        assert told.next(Confirmed).token == 2
        assert switch.count(FLOW_MOD) == 1


def test_without_the_answer_to_the_barrier_nothing_is_confirmed(southbound: Southbound, port: int, told: Told) -> None:
    with FakeSwitch(1).connect(port) as switch:
        told.next(SwitchUp)
        switch.unanswered = {BARRIER_REQUEST}
        southbound.send(1, adds(host_flow(1)), token=1)
        southbound.read(1, token=2)
        assert told.next(TablesRead).tables == rule_set([host_flow(1)])
        assert told.nothing()


def test_tokens_are_void_when_the_switch_is_lost(southbound: Southbound, port: int, told: Told) -> None:
    switch = FakeSwitch(1).connect(port)
    told.next(SwitchUp)
    switch.unanswered = {BARRIER_REQUEST, MULTIPART_REQUEST}
    southbound.send(1, adds(host_flow(1)), token=1)
    southbound.read(1, token=2)
    switch.wait(lambda it: it.count(MULTIPART_REQUEST) == 4)
    switch.close()
    assert told.next(SwitchDown).dpid == 1
    southbound.send(1, adds(host_flow(2)), token=3)
    with FakeSwitch(1).connect(port):
        told.next(SwitchUp)
        southbound.send(1, adds(host_flow(3)), token=4)
        assert told.next(Confirmed).token == 4
        assert told.nothing()


@pytest.mark.fault(19)
def test_a_second_switch_of_the_same_dpid_is_refused_and_the_first_untouched(
        southbound: Southbound, port: int, told: Told) -> None:
    with FakeSwitch(1).connect(port) as first:
        told.next(SwitchUp)
        with FakeSwitch(1).connect(port) as second:
            second.wait(lambda it: it.is_closed, seconds=1)
            second.set_port(1, False)
        southbound.send(1, adds(host_flow(1)), token=1)
        assert told.next(Confirmed).token == 1
        first.close()
        told.next(SwitchDown)
    with FakeSwitch(1).connect(port):
        told.next(SwitchUp)


def test_an_answer_that_lies_about_lengths_ends_its_connection_alone(
        southbound: Southbound, port: int, told: Told) -> None:
    with FakeSwitch(2).connect(port), FakeSwitch(1).connect(port) as liar:
        assert {told.next(SwitchUp).dpid, told.next(SwitchUp).dpid} == {1, 2}
        liar.unanswered = {MULTIPART_REQUEST}
        southbound.read(1, token=1)
        liar.wait(lambda it: it.count(MULTIPART_REQUEST) == 4)
        liar.send(message(MULTIPART_REPLY, liar.heard[-1][1], struct.pack("!HH4x", 1, 0) + bytes(56)))
        lost = told.next(SwitchDown)
        assert lost.dpid == 1
        assert "an entry of 0 bytes" in lost.why
        southbound.read(2, token=2)
        assert told.next(TablesRead).dpid == 2


def test_answers_to_nothing_are_passed_over(southbound: Southbound, port: int, told: Told) -> None:
    with FakeSwitch(1).connect(port) as switch:
        told.next(SwitchUp)
        switch.send(message(21, 0x8000_0000) + message(1, 77, struct.pack("!HH", 1, 1) + bytes(8)))
        switch.send(message(MULTIPART_REPLY, 5, struct.pack("!HH4x", 1, 0)))
        southbound.send(1, [], token=1)
        assert told.next(Confirmed).token == 1


def test_what_is_sent_to_an_unknown_switch_is_dropped(southbound: Southbound, port: int, told: Told) -> None:
    southbound.send(404, adds(host_flow(1)), token=1)
    southbound.read(404, token=2)
    assert told.nothing()


def test_it_stops_and_starts_again_on_the_same_port(southbound: Southbound, port: int, told: Told) -> None:
    switch = FakeSwitch(1).connect(port)
    told.next(SwitchUp)
    southbound.stop()
    switch.wait(lambda it: it.is_closed)
    assert told.next(SwitchDown).why == "the controller stops"
    assert southbound.start("127.0.0.1", port, told.queue.put) == port
    with FakeSwitch(1).connect(port):
        told.next(SwitchUp)


def test_it_listens_on_the_one_address_it_was_given(port: int) -> None:
    with socket.socket() as other:
        assert other.connect_ex(("127.0.0.2", port)) != 0
        assert other.connect_ex(("127.0.0.1", port)) == 0
