"""What a switch counts comes in when it is asked for, once, whole and stamped; whatever else comes is passed over."""

import struct
import time

import pytest

from controller.facts import FlowCount, FlowCounters, PortCount, PortCounters, SwitchDown, SwitchUp
from controller.southbound import counters
from controller.southbound.channel import Southbound
from controller.southbound.framework import parser
from controller.southbound.polls import MOST
from intents.rules import Flow, Kind, Output, Table, cookie, match, rule_set
from tests.controller.southbound.conftest import Told
from tests.fake_switch import (
    FLOWS,
    MULTIPART_REPLY,
    MULTIPART_REQUEST,
    PORT_COUNTS,
    FakeSwitch,
    message,
    port_entry,
    report,
)

BUSY = PortCount(10, 20, 1_000, 2_000, 1, 2, 3, 4, 5_000_000_006)
OURS = [Flow(1, Table.CLASSIFY, 100, match(in_port=number), (Output(1),), cookie=cookie(Kind.CLASSIFY, number))
        for number in (1, 2, 3)]
OTHERS = [Flow(1, Table.ADMIT, 1, match(in_port=1), cookie=cookie(Kind.ADMIT, 1)),
          Flow(1, Table.CLASSIFY, 1, match(in_port=9), cookie=0xA11E4)]


def reply(kind: int, entries: bytes, xid: int, more: bool = False) -> bytes:
    return message(MULTIPART_REPLY, xid, struct.pack("!HH4x", kind, more) + entries)


def asked(switch: FakeSwitch, times: int = 1) -> int:
    """Wait for this many polls (the handshake asks once, too): the xid of the last."""
    switch.wait(lambda it: it.count(MULTIPART_REQUEST) == times + 1)
    return switch.heard[-1][1]


def test_ports_are_counted_and_stamped(southbound: Southbound, port: int, told: Told, counted: Told) -> None:
    switch = FakeSwitch(1, ports=(1, 2, 0xFFFFFFFE))
    switch.port_counts = {1: BUSY, 0xFFFFFFFE: BUSY}
    with switch.connect(port):
        told.next(SwitchUp)
        before = time.monotonic_ns()
        southbound.poll_ports(1, token=7)
        found = counted.next(PortCounters)
        assert before < found.at_ns < time.monotonic_ns()
        assert found == PortCounters(1, 7, found.at_ns, {1: BUSY, 2: PortCount()})
    assert told.next(SwitchDown)
    assert told.nothing()


def test_the_classify_flows_of_ours_are_counted_and_no_others(
        southbound: Southbound, port: int, told: Told, counted: Told) -> None:
    switch = FakeSwitch(1, tables=rule_set([*OURS, *OTHERS]))
    counts = [FlowCount(flow.cookie, 5, 600, 7_000_000_008) for flow in OURS[:2]] + [FlowCount(OURS[2].cookie)]
    switch.flow_counts = {count.cookie: count for count in counts}
    with switch.connect(port):
        told.next(SwitchUp)
        southbound.poll_flows(1, token=8)
        found = counted.next(FlowCounters)
        assert found == FlowCounters(1, 8, found.at_ns, tuple(counts))


def test_a_switch_that_reports_more_flows_than_asked_for_is_read_all_the_same() -> None:
    assert [count.cookie for count in counters.flows(report(FLOWS, [*OTHERS, OURS[0]]))] == [OURS[0].cookie]


def test_an_answer_in_parts_is_whole_when_the_last_is_in(
        southbound: Southbound, port: int, told: Told, counted: Told) -> None:
    switch = FakeSwitch(1, ports=range(1, 6), tables=rule_set([*OURS]))
    switch.entries_a_reply = 2
    with switch.connect(port):
        told.next(SwitchUp)
        southbound.poll_ports(1, token=1)
        assert set(counted.next(PortCounters).ports) == {1, 2, 3, 4, 5}
        southbound.poll_flows(1, token=2)
        assert len(counted.next(FlowCounters).flows) == 3
        assert counted.nothing()


def test_the_first_part_gives_the_stamp(southbound: Southbound, port: int, told: Told, counted: Told) -> None:
    with FakeSwitch(1).connect(port) as switch:
        told.next(SwitchUp)
        switch.unanswered = {MULTIPART_REQUEST}
        southbound.poll_ports(1, token=1)
        xid = asked(switch)
        switch.send(reply(PORT_COUNTS, port_entry(1, BUSY), xid, more=True))
        switch.set_port(2, False)
        told.queue.get(timeout=5)
        between = time.monotonic_ns()
        switch.send(reply(PORT_COUNTS, port_entry(2, BUSY), xid))
        found = counted.next(PortCounters)
        assert found.at_ns < between
        assert set(found.ports) == {1, 2}


def test_an_answer_whose_last_part_never_comes_is_none_and_lends_no_part_to_the_next(
        southbound: Southbound, port: int, told: Told, counted: Told) -> None:
    with FakeSwitch(1, ports=(1, 2)).connect(port) as switch:
        told.next(SwitchUp)
        switch.unanswered = {MULTIPART_REQUEST}
        southbound.poll_ports(1, token=1)
        switch.send(reply(PORT_COUNTS, port_entry(1, BUSY), asked(switch), more=True))
        switch.unanswered = set()
        southbound.poll_ports(1, token=2)
        found = counted.next(PortCounters)
        assert (found.token, found.ports) == (2, {1: PortCount(), 2: PortCount()})
        assert counted.nothing()


def test_what_nobody_asked_for_or_comes_twice_is_passed_over(
        southbound: Southbound, port: int, told: Told, counted: Told) -> None:
    with FakeSwitch(1).connect(port) as switch:
        told.next(SwitchUp)
        southbound.poll_ports(1, token=1)
        xid = asked(switch)
        assert counted.next(PortCounters).token == 1
        switch.send(reply(PORT_COUNTS, port_entry(1, BUSY), xid))
        switch.send(reply(PORT_COUNTS, port_entry(1, BUSY), xid + 1))
        switch.send(reply(FLOWS, report(FLOWS, OURS), xid))
        southbound.poll_ports(1, token=2)
        assert counted.next(PortCounters).token == 2
        assert counted.nothing()


def test_an_answer_of_another_kind_leaves_the_poll_waiting(
        southbound: Southbound, port: int, told: Told, counted: Told) -> None:
    with FakeSwitch(1).connect(port) as switch:
        told.next(SwitchUp)
        switch.unanswered = {MULTIPART_REQUEST}
        southbound.poll_ports(1, token=1)
        xid = asked(switch)
        switch.send(reply(FLOWS, report(FLOWS, OURS), xid) + reply(PORT_COUNTS, b"", xid))
        assert counted.next(PortCounters).ports == {}
        assert counted.nothing()


def test_a_late_answer_finds_its_token_and_one_too_late_finds_none(
        southbound: Southbound, port: int, told: Told, counted: Told) -> None:
    with FakeSwitch(1).connect(port) as switch:
        told.next(SwitchUp)
        switch.unanswered = {MULTIPART_REQUEST}
        for token in range(MOST + 1):
            southbound.poll_ports(1, token)
        last = asked(switch, MOST + 1)
        for age in (MOST, MOST - 1, 0):
            switch.send(reply(PORT_COUNTS, b"", last - age))
        assert [counted.next(PortCounters).token for _ in range(2)] == [1, MOST]
        assert counted.nothing()


def test_a_refused_poll_is_answered_never(southbound: Southbound, port: int, told: Told, counted: Told) -> None:
    with FakeSwitch(1).connect(port) as switch:
        told.next(SwitchUp)
        switch.unanswered = {MULTIPART_REQUEST}
        southbound.poll_ports(1, token=1)
        xid = asked(switch)
        switch.send(message(1, xid, struct.pack("!HH", 1, 2) + bytes(8)) + reply(PORT_COUNTS, b"", xid))
        switch.unanswered = set()
        southbound.poll_flows(1, token=2)
        assert counted.next(FlowCounters).token == 2
        assert told.nothing()


def test_a_poll_of_a_switch_that_is_not_there_is_dropped(southbound: Southbound, port: int, counted: Told) -> None:
    southbound.poll_ports(404, token=1)
    southbound.poll_flows(404, token=2)
    assert counted.nothing()


def test_flow_counters_that_lie_about_lengths_end_the_connection(
        southbound: Southbound, port: int, told: Told, counted: Told) -> None:
    with FakeSwitch(1).connect(port) as switch:
        told.next(SwitchUp)
        switch.unanswered = {MULTIPART_REQUEST}
        southbound.poll_flows(1, token=1)
        switch.send(reply(FLOWS, bytes(56), asked(switch)))
        assert "an entry of 0 bytes" in told.next(SwitchDown).why
        assert counted.nothing()


@pytest.mark.parametrize("number", [0, 0xFFFFFF01, 0xFFFFFFFE])
def test_reserved_ports_are_no_ports(number: int) -> None:
    assert counters.ports(port_entry(number, BUSY)) == {}


def test_the_library_reads_the_same_port() -> None:
    """Its parser and the decoder here agree on what an entry says, field by field."""
    theirs = parser.OFPPortStats.parser(port_entry(3, BUSY), 0)
    ours = counters.ports(port_entry(3, BUSY))[3]
    assert theirs.port_no == 3
    assert all(getattr(theirs, name) == value for name, value in ours._asdict().items() if name != "duration_ns")
    assert (theirs.duration_sec, theirs.duration_nsec) == (5, 6)
