"""Packets as bytes and back, and what the datapath's actions make of them; the texts are Open vSwitch 3.1's own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.openvswitch.frames import TO_CONTROLLER, NotFollowedError, frame, packet_of, sent_by
from controller.openvswitch.tracing import looks_in
from intents.packets import LabelEntry, Packet
from intents.walks import Look
from tests.emulated.frames import frame as by_scapy
from tests.intents.worlds import network_of, packet

LINE = network_of(2, [(1, 2)], [1, 2])
H1, H2 = LINE.hosts
PLAIN = packet(H1, H2)
LABELS = st.builds(LabelEntry, st.integers(16, (1 << 20) - 1), st.integers(0, 7), st.integers(0, 255))


@st.composite
def packets(draw: st.DrawFn) -> Packet:
    sent = packet(H1, H2, ip_proto=draw(st.sampled_from((1, 6, 17, 47, 253))), ip_dscp=draw(st.integers(0, 63)),
                  vlan_vid=draw(st.sampled_from((0, 0x1000, 0x1FFF))))
    return Packet(sent.fields, tuple(draw(st.lists(LABELS, max_size=2))))


@given(packets())
def test_a_frame_that_is_read_back_is_its_packet(sent: Packet) -> None:
    assert packet_of(frame(sent)) == sent


@given(packets())
def test_so_is_one_of_another_encoder(sent: Packet) -> None:
    assert packet_of(by_scapy(sent)) == sent


@pytest.mark.parametrize("protocol", [1, 6, 17])
def test_both_encoders_make_the_same_header(protocol: int) -> None:
    """But for length and identification, and with them the checksum."""
    ours, theirs = (make(packet(H1, H2, ip_proto=protocol)) for make in (frame, by_scapy))
    assert [ours[:16], ours[20:24], ours[26:38]] == [theirs[:16], theirs[20:24], theirs[26:38]]


def test_actions_of_the_datapath_are_done() -> None:
    actions = "push_mpls(label=139484,tc=0,ttl=64,bos=1,eth_type=0x8847),1,set(mpls(label=7,tc=3,ttl=9,bos=1)),2"
    (first, one), (second, other) = sent_by(actions, frame(PLAIN))
    assert (first, packet_of(one)) == (1, Packet(PLAIN.fields, (LabelEntry(139_484),)))
    assert (second, packet_of(other)) == (2, Packet(PLAIN.fields, (LabelEntry(7, 3, 9),)))
    assert [*sent_by("userspace(pid=0,controller(reason=1,dont_send=0))", b"x")] == [(TO_CONTROLLER, b"x")]
    assert [*sent_by("drop", b"x")] == []


@pytest.mark.parametrize("action", ["ct(commit)", "set(ipv4(tos=0xb8))", "push_vlan(vid=3,pcp=0)", "clone(1)"])
def test_what_no_rule_of_ours_comes_to_is_not_followed(action: str) -> None:
    with pytest.raises(NotFollowedError, match="which is not followed"):
        list(sent_by(f"{action},1", frame(PLAIN)))


TRACE = """Flow: udp,in_port=1,vlan_tci=0x0000,dl_src=00:00:00:00:00:01

bridge("s1")
------------
 0. ip,in_port=1,vlan_tci=0x0000/0x1fff,dl_src=00:00:00:00:00:01,nw_src=10.0.0.1, priority 100, cookie 0x4900dfc411cf3bb5
    goto_table:1
 1. ip,nw_src=10.0.0.1,nw_dst=10.0.0.4, priority 100, cookie 0x49019f581f3de08f
    group:1230088428
     -> using bucket 1
    bucket 1
            push_mpls:0x8847
            set_field:139484->mpls_label
            output:2
             >> skipping output to input port

Final flow: unchanged
Megaflow: recirc_id=0,eth,ip,in_port=1
Datapath actions: push_mpls(label=139484,tc=0,ttl=64,bos=1,eth_type=0x8847),1
"""


def test_a_trace_is_read_table_by_table() -> None:
    assert [*looks_in(TRACE)] == [
        Look(0, 100, "ip,in_port=1,vlan_tci=0x0000/0x1fff,dl_src=00:00:00:00:00:01,nw_src=10.0.0.1", 0x4900DFC411CF3BB5,
             "goto_table:1"),
        Look(1, 100, "ip,nw_src=10.0.0.1,nw_dst=10.0.0.4", 0x49019F581F3DE08F, "group:1230088428", 1_230_088_428, 1,
             "push_mpls:0x8847,set_field:139484->mpls_label,output:2")]


def test_a_group_that_has_nothing_to_choose_has_a_bucket_all_the_same() -> None:
    assert [look.bucket for look in looks_in(TRACE.replace("     -> using bucket 1\n", ""))] == [None, 1]


def test_a_rule_that_takes_all_and_a_miss_are_read_too() -> None:
    head = 'Flow: udp\n\nbridge("s1")\n------------\n'
    tail = "\n    drop\n\nFinal flow: unchanged\n"
    assert [*looks_in(f"{head} 0. priority 65535{tail}")] == [Look(0, 65_535, "any", does="drop")]
    assert [*looks_in(f"{head} 1. No match.{tail}")] == [Look(1)]
