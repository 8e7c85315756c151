"""What goes out is, byte for byte, what the library's own classes would send, and what cannot be said is refused."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.southbound import encode
from controller.southbound.framework import ofproto
from intents.rules import (
    CONTROLLER,
    GROUP_IDS,
    IN_PORT,
    METER_IDS,
    OWNER,
    Action,
    Bucket,
    Change,
    CopyField,
    DecMplsTtl,
    Field,
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
)
from tests.controller.southbound import oracle
from tests.emulated.every_form import every_form

SIZES = {known.name: known.type.size for known in ofproto.oxm_types}
"""Every field that the library knows, and the bytes of its value."""

COPIED = sorted(known.name for known in ofproto.oxm_types if not isinstance(known.num, tuple))
"""Not those of longer headers: the library leaves out the padding at the end of a bucket whose last action copies one."""

VERBS = ("add", "modify", "delete")


def within(bits: int) -> st.SearchStrategy[int]:
    return st.integers(0, (1 << bits) - 1)


def fields(names: set[str]) -> st.SearchStrategy[tuple[Field, ...]]:
    """A match of these fields; values may have bits outside their masks, masks may be all ones or none."""
    return st.tuples(*(st.builds(Field, st.just(name), within(8 * SIZES[name]), st.none() | within(8 * SIZES[name]))
                       for name in sorted(names)))


matches = st.sets(st.sampled_from(sorted(SIZES)), max_size=12).flatmap(fields)
names = st.sampled_from(sorted(SIZES))
actions: st.SearchStrategy[Action] = st.one_of(
    st.builds(Output, within(32) | st.sampled_from([IN_PORT, CONTROLLER])), st.builds(ToGroup, within(32)),
    st.just(PushMpls()), st.just(DecMplsTtl()), st.builds(PopMpls, within(16)), st.builds(SetMplsTtl, within(8)),
    names.flatmap(lambda name: st.builds(SetField, st.just(name), within(8 * SIZES[name]))),
    st.builds(CopyField, st.sampled_from(COPIED), st.sampled_from(COPIED), within(16)))
action_lists = st.lists(actions, max_size=5).map(tuple)
cookies = within(64) | st.builds(lambda mark: OWNER << 56 | mark, within(56))
flows = st.builds(Flow, st.just(1), within(8), within(16), matches, action_lists, st.none() | within(8),
                  st.none() | within(32), cookies)
groups = st.builds(Group, st.just(1), within(32), st.sampled_from(["indirect", "fast-failover"]),
                   st.lists(st.builds(Bucket, action_lists, st.none() | within(32)), max_size=3).map(tuple))
meters = st.builds(Meter, st.just(1), within(32), within(32), within(32))
changes = st.builds(Change, st.sampled_from(VERBS), flows | groups | meters)


@given(changes, within(32))
def test_every_change_is_written_as_the_library_writes_it(change: Change, xid: int) -> None:
    assert encode.message(change, xid) == oracle.message(change, xid)


@pytest.mark.parametrize("verb", VERBS)
def test_every_form_of_our_pipeline_is_written_as_the_library_writes_it(verb: str) -> None:
    rules = every_form(1)
    for item in (*rules.flows.values(), *rules.groups.values(), *rules.meters.values()):
        assert encode.message(Change(verb, item), 7) == oracle.message(Change(verb, item), 7)


@given(st.lists(changes, max_size=8), within(32))
def test_what_a_batch_has_sent_before_changes_nothing_of_what_follows(asked: list[Change], xid: int) -> None:
    assert b"".join(encode.batch([*asked, *asked], xid)) == 2 * b"".join(
        oracle.message(change, xid) for change in asked) + oracle.barrier(xid)


def around(bits: int) -> st.SearchStrategy[int]:
    """Numbers that fit into this many bits, and some that just do not."""
    return st.sampled_from([-1, 0, (1 << bits) - 1, 1 << bits])


odd_fields = st.builds(Field, st.sampled_from(["udp_dst", "eth_src", "ipv6_src", "colour"]), around(16) | around(48),
                       st.none() | around(16) | around(128))
odd_actions: st.SearchStrategy[Action] = st.one_of(
    st.builds(Output, around(32)), st.builds(ToGroup, around(32)), st.builds(PopMpls, around(16)),
    st.builds(SetMplsTtl, around(8)), st.builds(SetField, st.sampled_from(["mpls_tc", "eth_dst", "colour"]), around(8)),
    st.builds(CopyField, st.sampled_from(["eth_src", "colour"]), st.sampled_from(["arp_sha", "colour"]), around(16)))
odd_items: st.SearchStrategy[Item] = st.one_of(
    st.builds(Flow, st.just(1), around(8), around(16), odd_fields.map(lambda field: (field,)),
              odd_actions.map(lambda action: (action,)), st.none() | around(8), st.none() | around(32), around(64)),
    st.builds(Group, st.just(1), around(32), st.sampled_from(["indirect", "select"]),
              st.builds(Bucket, odd_actions.map(lambda action: (action,)), st.none() | around(32)).map(lambda it: (it,))),
    st.builds(Meter, st.just(1), around(32), around(32), around(32)))


@given(st.builds(Change, st.sampled_from([*VERBS, "replace"]), odd_items))
def test_what_the_library_cannot_write_is_refused_and_nothing_else(change: Change) -> None:
    try:
        theirs = oracle.message(change, 7)
    except (KeyError, OverflowError, ValueError, struct.error):
        with pytest.raises(encode.UnencodableError):
            encode.message(change, 7)
    else:
        assert encode.message(change, 7) == theirs


MANY = (Output(1),) * 5000  # 80,000 bytes


@pytest.mark.parametrize(("verb", "item", "words"), [
    ("add", Flow(1, 0, 1, match(colour=1)), "OpenFlow 1.3 has no field colour"),
    ("add", Flow(1, 0, 1, match(in_port=1 << 32)), "in_port has 32 bits, and 4294967296 does not fit"),
    ("add", Flow(1, 0, 1, match(udp_dst=(1, 1 << 16))), "udp_dst has 16 bits, and 65536 does not fit"),
    ("add", Flow(1, 0, 1, (Field("udp_dst", 1), Field("udp_dst", 2))), "a match names a field twice: udp_dst, udp_dst"),
    ("add", Flow(1, 0, 1, (), (SetField("mpls_label", -1),)), "mpls_label has 32 bits, and -1 does not fit"),
    ("add", Flow(1, 0, 1, (), (CopyField("eth_src", "colour", 48),)), "OpenFlow 1.3 has no field colour"),
    ("add", Flow(1, 0, 1 << 16, ()), "priority=65536.*: .*format requires"),
    ("add", Flow(1, 0, 1, (), MANY), "format requires"),
    ("modify", Group(1, GROUP_IDS[0], "indirect", (Bucket(MANY),)), "format requires"),
    ("add", Meter(1, METER_IDS[0], 1 << 32, 1), "rate_kbps=4294967296.*: .*format requires"),
])
def test_what_openflow_has_no_place_for_is_refused_by_name(verb: str, item: Item, words: str) -> None:
    with pytest.raises(encode.UnencodableError, match=f"^{verb} .*{words}"):
        encode.message(Change(verb, item), 1)
