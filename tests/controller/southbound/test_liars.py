"""A switch that lies costs a bounded amount and its own connection: nothing it says is believed without bounds."""

import gc
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from controller.facts import Confirmed, PortChanged, PortCount, PortCounters, SwitchDown, SwitchUp, TablesRead
from controller.southbound.channel import Southbound
from controller.southbound.connection import MOST_CHANGES
from controller.southbound.guard import MOST_PORTS
from controller.southbound.polls import MOST_FLOWS
from controller.southbound.sender import MOST_ITEMS
from intents.rules import Kind, cookie
from tests.controller.southbound.conftest import Told
from tests.controller.southbound.peer import Peer
from tests.fake_switch import (
    FLOWS,
    GROUPS,
    HELLO,
    METERS,
    MULTIPART_REQUEST,
    PORT_COUNTS,
    PORTS,
    FakeSwitch,
    features,
    message,
    port_entry,
    port_status,
    reply,
)
from tests.fake_switch import port as described

A_PART = 1_000
"""Entries in a part of an answer."""


@pytest.fixture
def liar(port: int, told: Told) -> Iterator[FakeSwitch]:
    with FakeSwitch(9).connect(port), FakeSwitch(1).connect(port) as switch:
        assert {told.next(SwitchUp).dpid, told.next(SwitchUp).dpid} == {1, 9}
        switch.unanswered = {MULTIPART_REQUEST}
        yield switch


def asked(switch: FakeSwitch, times: int) -> int:
    """Wait for this many requests since the handshake: the xid of the last."""
    switch.wait(lambda it: it.count(MULTIPART_REQUEST) == times + 1)
    return switch.heard[-1][1]


def flows(first: int, count: int) -> bytes:
    """Entries of flows, no two alike."""
    return b"".join(struct.pack("!HBxIIHHHH4xQQQHH4x", 56, number >> 16, 1, 0, number & 0xFFFF, 0, 0, 0, number, 0, 0, 1, 4)
                    for number in range(first, first + count))


def ours(count: int) -> bytes:
    """Entries of classify flows of ours."""
    return struct.pack("!HBxIIHHHH4xQQQHH4x", 56, 1, 1, 0, 1, 0, 0, 0, cookie(Kind.CLASSIFY, 1), 0, 0, 1, 4) * count


def megabytes() -> float:
    gc.collect()
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) / 1024


def honest_is_served(southbound: Southbound, told: Told) -> bool:
    southbound.send(9, [], token=77)
    return told.next(Confirmed) == Confirmed(9, 77)


def test_ports_out_of_range_or_twice_or_with_names_for_a_log_are_taken_for_what_they_are(port: int, told: Told) -> None:
    forged = b"p\n[error] all is lost\x1b[2J\xff"[:16]
    names = [described(1, name=forged), described(1, is_up=False), described(2, name=bytes(16)), described(0),
             described(0xFFFFFF01), described(0xFFFFFFFE), described(0xFFFFFFFF)]
    with Peer(port) as peer, capture_logs() as logs:
        peer.say(message(HELLO) + features(1) + reply(PORTS, b"".join(names)))
        assert told.next(SwitchUp) == SwitchUp(1, {1: False, 2: True})
        peer.say(port_status(0xFFFFFFFD, False) + port_status(0, False) + port_status(7, True))
        assert told.next(PortChanged) == PortChanged(1, 7, True)
    assert "all is" not in str(logs)


def test_ports_that_a_switch_does_not_have_may_be_counted(southbound: Southbound, liar: FakeSwitch, counted: Told) -> None:
    southbound.poll_ports(1, token=1)
    liar.send(reply(PORT_COUNTS, port_entry(77, PortCount(1)) + port_entry(0, PortCount(2)) * 2, asked(liar, 1)))
    assert counted.next(PortCounters).ports == {77: PortCount(1)}


def test_ports_without_end_are_not_taken(southbound: Southbound, liar: FakeSwitch, told: Told) -> None:
    liar.send(b"".join(port_status(number, True, reason=0) for number in range(1, MOST_PORTS + 9)))
    for number in range(1, MOST_PORTS - 2):
        assert told.next(PortChanged).port == number
    while isinstance(lost := told.queue.get(timeout=5), PortChanged):
        pass
    assert lost == SwitchDown(1, "sent more than 4,096 ports")
    assert honest_is_served(southbound, told)


def test_a_flood_of_port_changes_ends(southbound: Southbound, liar: FakeSwitch, told: Told) -> None:
    liar.send(b"".join(port_status(1, bool(number % 2)) for number in range(MOST_CHANGES + 9)))
    changes = [told.queue.get(timeout=5) for _ in range(MOST_CHANGES)]
    assert {type(fact) for fact in changes} == {PortChanged}
    assert told.next(SwitchDown) == SwitchDown(1, "sent more than 8,192 port changes in 10 s")
    assert honest_is_served(southbound, told)


def test_a_table_as_large_as_may_be_is_read(southbound: Southbound, liar: FakeSwitch, told: Told) -> None:
    southbound.read(1, token=1)
    xid = asked(liar, 3)
    liar.send(b"".join(reply(FLOWS, flows(at, A_PART), xid, more=True) for at in range(0, MOST_ITEMS, A_PART)))
    liar.send(reply(FLOWS, b"", xid) + reply(GROUPS, b"", xid) + reply(METERS, b"", xid))
    assert len(told.next(TablesRead, seconds=30).tables.flows) == MOST_ITEMS
    assert honest_is_served(southbound, told)


@pytest.mark.parametrize("more", [True, False])
def test_a_table_of_100000_flows_is_not(southbound: Southbound, liar: FakeSwitch, told: Told, more: bool) -> None:
    before = megabytes()
    southbound.read(1, token=1)
    xid = asked(liar, 3)
    for at in range(0, 100_000, A_PART):
        liar.send(reply(FLOWS, flows(at, A_PART), xid, more or at < 99_000))
    assert "tables of more than 50,000 entries or 16 MiB" in told.next(SwitchDown, seconds=30).why
    assert honest_is_served(southbound, told)
    assert megabytes() - before < 100


def test_reads_that_never_come_to_an_end_are_forgotten(southbound: Southbound, liar: FakeSwitch, told: Told) -> None:
    before = megabytes()
    for times in range(1, 11):
        southbound.read(1, token=times)
        xid = asked(liar, 3 * times)
        liar.send(b"".join(reply(FLOWS, flows(at, A_PART), xid, more=True) for at in range(0, 10_000, A_PART)))
    southbound.read(1, token=99)
    xid = asked(liar, 33)
    liar.send(b"".join(reply(kind, b"", xid) for kind in (FLOWS, GROUPS, METERS)))
    assert told.next(TablesRead, seconds=30).token == 99
    assert megabytes() - before < 50


@pytest.mark.parametrize("kind", [PORT_COUNTS, FLOWS])
def test_counters_without_end_are_not_taken(
        southbound: Southbound, liar: FakeSwitch, told: Told, counted: Told, kind: int) -> None:
    (southbound.poll_ports if kind == PORT_COUNTS else southbound.poll_flows)(1, 1)
    xid = asked(liar, 1)
    for at in range(1, MOST_FLOWS + 2 * A_PART, 500):
        entries = b"".join(port_entry(number, PortCount(1)) for number in range(at, at + 500))
        liar.send(reply(kind, entries if kind == PORT_COUNTS else ours(500), xid, more=True))
    assert "counters of more than 4,096 ports or 50,000 flows" in told.next(SwitchDown, seconds=30).why
    assert counted.nothing()
    assert honest_is_served(southbound, told)
