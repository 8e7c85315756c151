"""Probes on the wire: what goes out, and what of all that comes in is one of ours."""

import struct
import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.facts import Confirmed, Probed, SwitchUp
from controller.southbound.channel import Southbound
from controller.southbound.probes import NONCE_BYTES, Probes
from intents.probes import Probe
from tests.controller.southbound import oracle
from tests.controller.southbound.conftest import Told
from tests.fake_switch import PACKET_IN, PACKET_OUT, FakeSwitch, message, packet_in

NONCE, OTHER = bytes(range(NONCE_BYTES)), bytes(NONCE_BYTES)
PROBE = Probe(dpid=1, port=3, label=0x12345, traffic_class=5, packet_bytes=1500)
TOKEN = 77


@pytest.fixture
def southbound() -> Iterator[Southbound]:
    made = Southbound(nonce=NONCE)
    yield made
    made.stop()


def sent(probe: Probe = PROBE, nonce: bytes = NONCE, token: int = TOKEN) -> tuple[Probes, bytes]:
    """What awaits a probe, and the probe's frame."""
    probes = Probes(nonce)
    probes.packet_out(probe, token, 9)
    return probes, probes.frame(probe, token)


def test_the_message_is_the_library_s_byte_for_byte() -> None:
    probes, frame = sent()
    assert probes.packet_out(PROBE, TOKEN, 9) == oracle.packet_out(3, frame, 9)


def test_the_frame_goes_under_the_path_s_label_and_class_with_the_gal_at_the_bottom() -> None:
    _, frame = sent()
    ethertype, path, gal, channel = struct.unpack_from("!HIII", frame, 12)
    assert ethertype == 0x8847
    assert (path >> 12, path >> 9 & 7, path >> 8 & 1, path & 0xFF) == (0x12345, 5, 0, 64)
    assert (gal >> 12, gal >> 8 & 1) == (13, 1)
    assert channel == 0x10007FF8
    assert frame[26:42] == NONCE


@pytest.mark.parametrize(("packet_bytes", "frame_bytes"), [
    (1500, 1518), (9000, 9018), (100, 118), (1, 50), (70_000, 65_018)])
def test_it_is_as_large_as_a_labelled_packet_can_be(packet_bytes: int, frame_bytes: int) -> None:
    probe = Probe(1, 3, 16, 0, packet_bytes)
    probes, frame = sent(probe)
    assert len(frame) == frame_bytes
    assert len(probes.packet_out(probe, TOKEN, 1)) < 0x10000


def test_what_comes_out_of_a_path_is_told_with_where_it_came_in(southbound: Southbound, port: int, told: Told) -> None:
    with FakeSwitch(1).connect(port) as ingress, FakeSwitch(4).connect(port) as egress:
        ingress.carry = lambda out, frame: egress.hand_up(2, frame) if out == 3 else None
        assert {told.next(SwitchUp).dpid, told.next(SwitchUp).dpid} == {1, 4}
        southbound.probe(PROBE, TOKEN)
        assert told.next(Probed) == Probed(4, TOKEN, 2, 0x12345)


def test_a_switch_that_is_not_connected_is_sent_no_probe(southbound: Southbound, port: int, told: Told) -> None:
    with FakeSwitch(2).connect(port) as switch:
        told.next(SwitchUp)
        southbound.probe(PROBE, TOKEN)
        southbound.send(2, [], token=1)
        assert told.next(Confirmed).token == 1
        assert switch.count(PACKET_OUT) == 0


def test_the_second_of_two_alike_says_nothing() -> None:
    probes, frame = sent()
    assert probes.came(4, packet_in(2, frame)) == Probed(4, TOKEN, 2, 0x12345)
    assert probes.came(4, packet_in(2, frame)) is None


def test_what_another_process_sent_or_nobody_did_is_passed_over() -> None:
    probes, frame = sent()
    _, foreign = sent(nonce=OTHER)
    assert probes.came(4, packet_in(2, foreign)) is None
    assert probes.came(4, packet_in(2, Probes(NONCE).frame(PROBE, TOKEN + 1))) is None
    for at, byte in ((12, 0x08), (18, 0xFF), (22, 0)):  # no label, no GAL, another channel
        assert probes.came(4, packet_in(2, frame[:at] + bytes((byte,)) + frame[at + 1:])) is None


def test_one_without_a_port_of_entry_is_passed_over_and_other_fields_beside_it_are_not_minded() -> None:
    probes, frame = sent()
    head = struct.pack("!IHBBQ", 0xFFFFFFFF, len(frame), 1, 2, 7)
    metadata = struct.pack("!IQ", 0x80000408, 5)
    without = struct.pack("!HH", 1, 4 + len(metadata)) + metadata
    assert probes.came(4, message(PACKET_IN, 0, head + without + bytes(2) + frame)) is None
    both = struct.pack("!HH", 1, 24) + metadata + struct.pack("!II", 0x80000004, 2)
    assert probes.came(4, message(PACKET_IN, 0, head + both + bytes(2) + frame)) == Probed(4, TOKEN, 2, 0x12345)


@given(st.data())
def test_no_bytes_are_too_strange(data: st.DataObject) -> None:
    probes, frame = sent()
    whole = bytearray(packet_in(2, frame[:60]))
    whole = whole[:data.draw(st.integers(8, len(whole)))]
    for _ in range(data.draw(st.integers(0, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    came = probes.came(4, bytes(whole))
    assert came is None or came.token == TOKEN


def test_a_flood_of_packets_tells_the_loop_nothing_and_costs_little(southbound: Southbound, port: int, told: Told) -> None:
    with FakeSwitch(1).connect(port) as switch:
        told.next(SwitchUp)
        begun = time.process_time()
        for _ in range(20):
            switch.send(packet_in(2, bytes(1500)) * 500)
        southbound.send(1, [], token=1)
        assert told.next(Confirmed, 20).token == 1
        assert told.nothing()
        assert time.process_time() - begun < 2  # 10,000 of them; 0.3 s where nothing else runs
