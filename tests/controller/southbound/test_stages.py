"""What a switch may say depends on how far its handshake is; what changes meanwhile is not forgotten."""

import re
import struct

import pytest
from structlog.testing import capture_logs

from controller.facts import Confirmed, PortChanged, SwitchDown, SwitchUp
from controller.southbound.channel import Southbound
from tests.controller.southbound.conftest import Told
from tests.controller.southbound.peer import Peer
from tests.fake_switch import (
    BARRIER_REPLY,
    ECHO_REPLY,
    ECHO_REQUEST,
    ERROR,
    FEATURES_REQUEST,
    FLOWS,
    HELLO,
    MULTIPART_REQUEST,
    PORTS,
    FakeSwitch,
    features,
    message,
    port,
    port_status,
    reply,
)

GREETING, FEATURES, TWO_PORTS = message(HELLO), features(1), reply(PORTS, port(1) + port(2))
ECHOES = message(ECHO_REQUEST, 7, b"there?") + message(ECHO_REPLY)
COMPLAINT = message(ERROR, 1, struct.pack("!HH", 0, 0) + b"\xff\xfe")
PACKETS = message(10, 0, bytes(40)) + message(11, 0, bytes(48))


def many_ports(first: int, count: int) -> bytes:
    return reply(PORTS, b"".join(map(port, range(first, first + count))), more=True)


OUT_OF_ORDER = {
    "features before HELLO": (FEATURES, "type 6.*HELLO was due"),
    "port descriptions before HELLO": (TWO_PORTS, "type 19.*HELLO was due"),
    "a packet before HELLO": (PACKETS, "type 10.*HELLO was due"),
    "a port status before HELLO": (port_status(1, True), "type 12.*HELLO was due"),
    "a second HELLO": (GREETING + GREETING, "type 0.*features was due"),
    "port descriptions before features": (GREETING + TWO_PORTS, "type 19.*features was due"),
    "statistics before features": (GREETING + reply(FLOWS, b""), "type 19.*features was due"),
    "features twice": (GREETING + FEATURES + features(2), "type 6.*port descriptions was due"),
    "statistics before port descriptions": (GREETING + FEATURES + reply(FLOWS, b""), "type 1, .*port descriptions was due"),
    "a barrier reply in the handshake": (GREETING + FEATURES + message(BARRIER_REPLY), "type 21.*port descriptions was due"),
    "an error of another version in the handshake": (GREETING + b"\x01" + COMPLAINT[1:], "version 0x01"),
    "features without a datapath id": (GREETING + features(0), "without a datapath id"),
    "features without tables": (GREETING + features(1, tables=0), "features of 0 tables, where 5 are needed"),
    "features of too few tables": (GREETING + features(1, tables=4), "features of 4 tables, where 5 are needed"),
    "features of an auxiliary connection": (GREETING + features(1, auxiliary=1), "auxiliary connection"),
    "more ports than there are": (
        GREETING + FEATURES + b"".join(many_ports(at, 900) for at in range(1, 5_000, 900)) + TWO_PORTS, "4,096 ports"),
    "more early port changes than may come": (GREETING + port_status(1, True) * 8_193, "8,192 port changes"),
}


@pytest.mark.parametrize("name", OUT_OF_ORDER)
def test_what_comes_out_of_order_in_the_handshake_ends_its_connection_alone(
        name: str, southbound: Southbound, port: int, told: Told) -> None:
    words, why = OUT_OF_ORDER[name]
    with FakeSwitch(9).connect(port), capture_logs() as logs:
        assert told.next(SwitchUp).dpid == 9
        with Peer(port) as peer:
            peer.say(words)
            peer.wait_for_the_end()
        southbound.send(9, [], token=1)
        assert told.next(Confirmed).token == 1
        assert told.nothing()
        southbound.stop()
    ended = [line for line in logs if line["event"] == "connection ended before it was a switch's"]
    assert len(ended) == 1
    assert re.search(f"^sent .*{why}", ended[0]["why"]), ended[0]
    assert not [line for line in logs if line["log_level"] == "error"]


ONCE_JOINED = {
    "HELLO": (GREETING, "type 0"),
    "features": (FEATURES, "type 6"),
    "features of another datapath id": (features(9), "type 6"),
    "port descriptions": (TWO_PORTS, "multipart reply of type 13"),
    "a port status of no known reason": (port_status(1, False, reason=3), "reason 3"),
    "an error of another version": (b"\x01" + COMPLAINT[1:], "version 0x01"),
    "an experimenter's error cut short": (message(ERROR, 1, struct.pack("!HHI", 0xFFFF, 1, 0)[:4]), "experimenter's error"),
}


@pytest.mark.parametrize("name", ONCE_JOINED)
def test_the_handshake_is_not_gone_through_again(name: str, southbound: Southbound, port: int, told: Told) -> None:
    words, why = ONCE_JOINED[name]
    with FakeSwitch(9).connect(port), FakeSwitch(1).connect(port) as switch:
        assert {told.next(SwitchUp).dpid, told.next(SwitchUp).dpid} == {1, 9}
        switch.send(words + port_status(2, False))
        lost = told.next(SwitchDown)
        assert lost.dpid == 1
        assert re.search(f"^sent .*{why}", lost.why)
        southbound.send(9, [], token=1)
        assert told.next(Confirmed).token == 1  # and not the port's change, which came behind what ended it


def test_what_a_switch_may_say_at_any_time_does_no_harm_at_any_time(port: int, told: Told) -> None:
    with Peer(port) as peer, capture_logs() as logs:
        peer.say(ECHOES + COMPLAINT + GREETING + ECHOES + COMPLAINT + PACKETS)
        peer.say(FEATURES + ECHOES + COMPLAINT + PACKETS)
        peer.say(TWO_PORTS + ECHOES + COMPLAINT + PACKETS)
        assert told.next(SwitchUp) == SwitchUp(1, {1: True, 2: True})
        assert peer.hear(ECHO_REPLY)[8:] == b"there?"
        peer.say(port_status(1, False))
        assert told.next(PortChanged) == PortChanged(1, 1, False)
    assert not [line for line in logs if line["log_level"] == "error"]


def test_a_hello_of_a_version_to_come_is_welcome(port: int, told: Told) -> None:
    switch = FakeSwitch(1)
    switch.hello = b"\x09" + GREETING[1:]
    with switch.connect(port):
        told.next(SwitchUp)


def test_ports_that_change_during_the_handshake_are_not_forgotten(port: int, told: Told) -> None:
    with Peer(port) as peer:
        peer.say(GREETING)
        peer.hear(FEATURES_REQUEST)
        peer.say(port_status(1, False) + FEATURES)
        peer.hear(MULTIPART_REQUEST)
        peer.say(many_ports(1, 4) + port_status(2, False) + port_status(3, False, reason=1) + port_status(4, False))
        peer.say(port_status(9, True, reason=0) + port_status(4, True))
        peer.say(reply(PORTS, b""))
        assert told.next(SwitchUp) == SwitchUp(1, {1: False, 2: False, 4: True, 9: True})
        assert told.nothing()
