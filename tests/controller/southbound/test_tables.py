"""What is sent to a switch reads back as the same values, through the bytes of OpenFlow 1.3."""

import struct

from hypothesis import given
from hypothesis import strategies as st

from controller.southbound import decode, encode
from controller.southbound.errors import MalformedError
from controller.southbound.framework import ofproto, parser
from controller.southbound.spans import spans
from intents.rules import (
    CONTROLLER,
    GROUP_IDS,
    IN_PORT,
    METER_IDS,
    Action,
    Bucket,
    Change,
    CopyField,
    DecMplsTtl,
    Flow,
    Group,
    Item,
    Meter,
    Output,
    PopMpls,
    PushMpls,
    SetField,
    SetMplsTtl,
    ToGroup,
    match,
    rule_set,
)
from tests.fake_switch import FLOW_MOD, FLOWS, GROUP_MOD, GROUPS, METER_MOD, METERS, READERS, report

BYTES = {
    "in_port": 4, "metadata": 8, "eth_dst": 6, "eth_src": 6, "eth_type": 2, "vlan_vid": 2, "vlan_pcp": 1, "ip_dscp": 1,
    "ip_proto": 1, "ipv4_src": 4, "ipv4_dst": 4, "tcp_src": 2, "tcp_dst": 2, "udp_src": 2, "udp_dst": 2, "icmpv4_type": 1,
    "arp_op": 2, "arp_spa": 4, "arp_tpa": 4, "arp_sha": 6, "arp_tha": 6, "ipv6_src": 16, "ipv6_dst": 16, "mpls_label": 4,
    "mpls_tc": 1, "mpls_bos": 1,
}
"""Fields of the pipeline and the size of their values."""

numbers = st.integers(0, 0xFFFF_FFFF)
ports = st.sampled_from([1, 2, 0xFFFFFF00, IN_PORT, CONTROLLER])


def values(name: str) -> st.SearchStrategy[int | tuple[int, int]]:
    full = (1 << 8 * BYTES[name]) - 1
    return st.integers(0, full) | st.tuples(st.integers(0, full), st.integers(1, full - 1))


matches = st.sets(st.sampled_from(sorted(BYTES))).flatmap(
    lambda names: st.fixed_dictionaries({name: values(name) for name in names})).map(lambda found: match(**found))
actions: st.SearchStrategy[Action] = st.one_of(
    st.builds(Output, ports), st.builds(ToGroup, st.sampled_from(GROUP_IDS[:9])), st.just(PushMpls()), st.just(DecMplsTtl()),
    st.builds(PopMpls, st.sampled_from([0x0800, 0x86DD, 0x8847])), st.builds(SetMplsTtl, st.integers(0, 255)),
    st.sampled_from(sorted(BYTES)).flatmap(
        lambda name: st.builds(SetField, st.just(name), st.integers(0, (1 << 8 * BYTES[name]) - 1))),
    st.sampled_from([CopyField("eth_src", "eth_dst", 48), CopyField("arp_spa", "arp_tpa", 32)]))
action_lists = st.lists(actions, max_size=6).map(tuple)
maybe = st.none() | st.integers(1, 0xFE)
flows = st.builds(Flow, st.just(1), st.integers(0, 253), st.integers(0, 0xFFFF), matches, action_lists, maybe, maybe,
                  st.integers(0, (1 << 64) - 1))
buckets = st.builds(Bucket, action_lists, st.none() | ports)
groups = st.builds(Group, st.just(1), numbers, st.sampled_from(["indirect", "fast-failover"]),
                   st.lists(buckets, max_size=3).map(tuple))
meters = st.builds(Meter, st.just(1), st.sampled_from(METER_IDS[:9]), st.integers(1, 0xFFFF_FFFF), numbers)


@given(st.one_of(flows, groups, meters), st.sampled_from(["add", "modify"]))
def test_what_is_sent_is_what_the_switch_understands_and_reports(item: Item, verb: str) -> None:
    message = encode.message(Change(verb, item), 7)
    assert struct.unpack("!BBHI", message[:8])[::2] == (4, len(message))
    assert READERS[message[1]](1, message[8:]) == Change(verb, item)
    kind = {FLOW_MOD: FLOWS, GROUP_MOD: GROUPS, METER_MOD: METERS}[message[1]]
    assert decode.READERS[kind](1, report(kind, [item])) == ([item], 0)


@given(flows)
def test_the_library_reads_the_same_flow(flow: Flow) -> None:
    """Its parser and ours agree on what a flow-mod says, field by field."""
    message = encode.message(Change("add", flow), 7)
    theirs = parser.OFPFlowMod.parser(None, 4, FLOW_MOD, len(message), 7, message)
    assert (theirs.table_id, theirs.priority, theirs.cookie) == (flow.table, flow.priority, flow.cookie)
    assert {name for name, _ in theirs.match.items()} == {field.name for field in flow.match}
    for field in flow.match:
        _, value, mask = ofproto.oxm_from_user(field.name, dict(theirs.match.items())[field.name])
        assert (int.from_bytes(value, "big"), mask and int.from_bytes(mask, "big")) == (field.value, field.mask)


def test_a_delete_names_its_rule_and_spares_an_alien_in_its_place() -> None:
    flow = Flow(1, 2, 3, match(in_port=1), (Output(1),), cookie=0x49 << 56 | 5)
    message = encode.message(Change("delete", flow), 7)
    cookie, mask, table, command = struct.unpack_from("!QQBB", message, 8)
    assert (cookie >> 56, mask, table, command) == (0x49, 0xFF << 56, 2, ofproto.OFPFC_DELETE_STRICT)
    message = encode.message(Change("delete", Flow(1, 2, 3, (), cookie=5)), 7)
    assert struct.unpack_from("!QQ", message, 8) == (5, 0)


def test_a_batch_ends_with_one_barrier_and_all_of_it_has_one_xid() -> None:
    changes = [Change("add", Flow(1, 0, 1, match(in_port=number), (Output(1),))) for number in range(2000)]
    chunks = list(encode.batch(changes, 0x8000_0007))
    assert all(encode.CHUNK_BYTES <= len(chunk) < encode.CHUNK_BYTES + 200 for chunk in chunks[:-1])
    headers = _headers(b"".join(chunks))
    assert [kind for kind, _ in headers] == [FLOW_MOD] * 2000 + [20]
    assert {xid for _, xid in headers} == {0x8000_0007}


def _headers(stream: bytes) -> list[tuple[int, int]]:
    found = []
    while stream:
        _, kind, length, xid = struct.unpack_from("!BBHI", stream)
        found.append((kind, xid))
        stream = stream[length:]
    return found


def test_alien_groups_and_meters_keep_their_identity() -> None:
    select = struct.pack("!HBxI", 24, 1, 7) + struct.pack("!HHII4x", 16, 5, 0xFFFFFFFF, 0xFFFFFFFF)
    packets = struct.pack("!HHI", 24, 2, 7) + struct.pack("!HHII4x", 1, 16, 5, 5)
    (group,), (meter,) = decode.groups(1, select)[0], decode.meters(1, packets)[0]
    assert (group.key, meter.key) == ((1, 7), (1, 7))
    assert rule_set([group, meter]) == rule_set([Group(1, 7, "indirect", ()), Meter(1, 7, 0, 0)])


def test_alien_fields_actions_and_instructions_are_kept_by_number() -> None:
    head = struct.pack("!HBxIIHHHH4xQQQ", 48 + 16 + 16 + 8, 9, 0, 0, 5, 0, 0, 0, 0xA11E4, 0, 0)
    body = head + struct.pack("!HHIQ", 1, 16, 0x00FE_0000 | 63 << 9 | 8, 77)
    body += struct.pack("!HH4xHHHxx", 4, 16, 17, 8, 0x8100) + struct.pack("!HHI", 5, 8, 0)
    (flow,), unreadable = decode.flows(1, body)
    assert (flow.key, unreadable) == ((1, 9, 5, match(**{"oxm-254-63": 77})), 0)
    assert flow.actions == (SetField("action-17", 0x8100_0000), SetField("instruction-5", 0))


def test_a_rule_of_ours_that_will_time_out_or_watches_a_group_looks_changed() -> None:
    flow, group = Flow(1, 1, 1, (), (Output(1),)), Group(1, 1, "fast-failover", (Bucket((Output(1),), 1),))
    fading, watching = bytearray(report(FLOWS, [flow])), bytearray(report(GROUPS, [group]))
    fading[14:16], watching[16:20] = b"\x00\x05", bytes(4)
    assert decode.flows(1, bytes(fading))[0] == [Flow(1, 1, 1, (), (Output(1), SetField("timeouts", 5 << 16)))]
    assert decode.groups(1, watching)[0][0] != group


@given(st.lists(flows, max_size=6), st.data())
def test_an_entry_is_read_the_same_whatever_was_read_before_it(mixed: list[Flow], data: st.DataObject) -> None:
    """Also where one byte of it makes it another: what is known of the entries before must not read it in their way."""
    body = bytearray(report(FLOWS, [*mixed, *mixed]))
    for _ in range(data.draw(st.integers(0, 3)) if body else 0):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.sampled_from([0, 1, 2, 4, 6, 8, 12, 16, 0xFF]))
    assert _outcome(bytes(body)) == _alone(bytes(body))


def _outcome(body: bytes) -> tuple[list[Item], int] | str:
    try:
        return decode.flows(1, body)
    except MalformedError as error:
        return str(error)


def _alone(body: bytes) -> tuple[list[Item], int] | str:
    """Each entry in a report of its own: the first that cannot be read ends it all."""
    found, unreadable = [], 0
    try:
        for start, end in spans(body, 0, len(body), least=56):
            items, wrong = decode.flows(1, body[start:end])
            found += items
            unreadable += wrong
    except MalformedError as error:
        return str(error)
    return found, unreadable


@given(st.lists(flows, max_size=5), st.lists(flows, max_size=5), st.binary(min_size=24, max_size=24))
def test_what_was_read_before_is_known_again_whatever_its_age_and_counters(
        old: list[Flow], new: list[Flow], more: bytes) -> None:
    before = decode.FlowReport(1)
    first = before.part(report(FLOWS, old))
    later = bytearray(report(FLOWS, [*old[1:], *new]))
    for start, _ in [*spans(bytes(later), 0, len(later), least=56)]:
        later[start + 4:start + 12], later[start + 32:start + 48] = more[:8], more[8:]
    assert first == (old, 0)
    assert decode.FlowReport(1, before.seen).part(bytes(later)) == ([*old[1:], *new], 0)


def test_a_match_that_is_not_made_of_fields_is_counted_as_unreadable() -> None:
    entry = struct.pack("!HBxIIHHHH4xQQQ", 56, 9, 0, 0, 5, 0, 0, 0, 0, 0, 0) + struct.pack("!HH4x", 0, 4)
    assert decode.flows(1, entry) == ([], 1)
