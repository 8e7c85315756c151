"""Who wants the same packets: against a comparison of every pair."""

import re
from dataclasses import replace
from itertools import combinations, permutations, product
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from intents.conflicts import conflicts
from intents.documents import read_documents
from intents.model import Connection, Plan, Reason, Selector
from intents.planner import plan
from intents.resolve import resolve
from intents.selectors import selector_fields
from tests.intents.wishes import wish
from topologies.metro import metro

METRO = metro()

selectors = st.builds(Selector, st.sampled_from(("udp", 17, "tcp")), st.sampled_from((None, 1, 2)),
                      st.sampled_from((None, 1, 2)), st.sampled_from((None, 46))) | st.builds(
    Selector, st.sampled_from((None, "icmp", 47)), dscp=st.sampled_from((None, 46, 10)))


@st.composite
def crowds(draw: st.DrawFn) -> tuple[Connection, ...]:
    ends = st.permutations(("h1", "h2", "h3"))
    return tuple(wish(f"i{number}", *draw(ends)[:2], both_ways=draw(st.booleans()), selector=draw(selectors))
                 for number in range(draw(st.integers(0, 6))))


@given(crowds())
def test_whoever_overlaps_and_is_not_nested_is_refused(crowd: tuple[Connection, ...]):
    clashing = {one.key for one, other in permutations(crowd, 2) if _clash(one, other)}
    assert set(conflicts(crowd)) == clashing


@given(crowds())
def test_of_two_that_get_a_packet_one_gets_all_that_the_other_gets_and_more(crowd: tuple[Connection, ...]):
    """By walking through the headers there are, not by comparing selectors."""
    refused = conflicts(crowd)
    for one, other in combinations(crowd, 2):
        mine, theirs = _headers(one), _headers(other)
        apart_or_nested = all(not (mine[ends] & theirs[ends]) or mine[ends] < theirs[ends] or theirs[ends] < mine[ends]
                              for ends in mine.keys() & theirs.keys())
        assert apart_or_nested or {one.key, other.key} <= refused.keys()
        assert not apart_or_nested or len(conflicts((one, other))) == 0


@given(crowds(), st.randoms(use_true_random=False))
def test_who_came_first_means_nothing(crowd: tuple[Connection, ...], random: Random):
    shuffled = list(crowd)
    random.shuffle(shuffled)
    assert conflicts(shuffled) == conflicts(crowd)


MATCHES = ("{}", "{protocol: udp}", "{protocol: udp, destination-port: 5}", "{protocol: udp, source-port: 5}", "{dscp: ef}",
           "{protocol: udp, source-port: 5, dscp: ef}")


@given(st.lists(st.tuples(st.sampled_from(MATCHES), st.sampled_from(("surgeon, to: robot", "robot, to: surgeon")),
                          st.integers(1, 2)), min_size=2, max_size=5), st.randoms(use_true_random=False))
def test_in_whatever_order_documents_and_files_come_the_plan_is_the_same(wishes: list[tuple[str, str, int]], random: Random):
    texts = [f"apiVersion: isochrone/v1\nkind: Intent\nmetadata: {{name: i{number}}}\n"
             f"spec: {{from: {ends}, match: {match}, priority: {priority}}}\n"
             for number, (match, ends, priority) in enumerate(wishes)]
    first = _planned(("---\n".join(texts), "all.yaml"))
    random.shuffle(texts)
    cut = random.randrange(len(texts))
    files = [("---\n".join(part), name) for part, name in ((texts[cut:], "b.yaml"), (texts[:cut], "a.yaml")) if part]
    assert _planned(*files) == first
    refused = [refusal for refusal in first.refusals.values() if refusal.reason is Reason.CONFLICT]
    assert all(any(re.search(rf"\b{other.title}\b", each.message) for other in refused if other is not each)
               for each in refused)


def _planned(*files: tuple[str, str]) -> Plan:
    return plan(METRO, Plan(), resolve(read_documents(*files), METRO))


def test_both_are_refused_and_name_each_other():
    crowd = (wish("surgery", "h1", "h2"), wish("backup", "h1", "h2"), wish("else", "h1", "h3"))
    found = conflicts(crowd)
    assert set(found) == {"surgery/h1-h2", "backup/h1-h2"}
    assert {refusal.reason for refusal in found.values()} == {Reason.CONFLICT}
    assert "backup" in found["surgery/h1-h2"].message
    assert "surgery" in found["backup/h1-h2"].message


def test_the_answer_of_one_may_be_what_another_asks():
    there = wish("there", "h1", "h2", selector=Selector("udp", None, 5))
    back = wish("back", "h2", "h1", selector=Selector("udp", 5, None))
    assert len(conflicts((there, back))) == 2
    assert not conflicts((replace(there, both_ways=False), replace(back, both_ways=False)))


def test_a_narrower_selector_within_a_wider_one_is_fine():
    assert not conflicts((wish("all", "h1", "h2"), wish("udp", "h1", "h2", selector=Selector("udp")),
                          wish("port", "h1", "h2", selector=Selector("udp", None, 5004))))


def test_ten_thousand_equal_ones_are_told_apart_by_nobody_and_named_by_few():
    crowd = [wish(f"i{number}", "h1", "h2") for number in range(10_000)]
    found = conflicts(crowd)
    assert len(found) == 10_000
    assert max(len(refusal.message) for refusal in found.values()) < 250


def test_packets_that_both_want_are_told():
    there = wish("there", "h1", "h2", selector=Selector("udp", None, 5))
    back = wish("back", "h2", "h1", selector=Selector(dscp=46))
    said = "wants packets that back also wants (protocol: udp, destination-port: 5, dscp: 46, from h1 to h2)"
    assert conflicts((there, back))["there/h1-h2"].message.startswith(said)
    assert "(any, from h1 to h2)" in conflicts((wish("one", "h1", "h2"), wish("two", "h1", "h2")))["one/h1-h2"].message


HEADERS = [{"ip_proto": protocol, "ip_dscp": dscp, "src": source, "dst": target} for protocol, dscp, source, target
           in product((1, 6, 17, 47, 99), (0, 10, 46), (1, 2, 3), (1, 2, 3))]


def _headers(connection: Connection) -> dict[tuple[str, str], frozenset[int]]:
    """Between which hosts it gets which of the headers."""
    return {ends: frozenset(number for number, header in enumerate(HEADERS) if all(
        header[name if name in header else name[-3:]] == value for name, value in fields.items()))
        for ends, fields in _packets(connection)}


def _clash(one: Connection, other: Connection) -> bool:
    return any(_overlap(mine, theirs) and not (mine.items() < theirs.items() or theirs.items() < mine.items())
               for pair, mine in _packets(one) for their_pair, theirs in _packets(other) if pair == their_pair)


def _overlap(one: dict[str, int], other: dict[str, int]) -> bool:
    return all(one[name] == other[name] for name in one.keys() & other.keys())


def _packets(one: Connection) -> list[tuple[tuple[str, str], dict[str, int]]]:
    found = [((one.source, one.target), selector_fields(one.selector, "forward"))]
    return found + [((one.target, one.source), selector_fields(one.selector, "reverse"))] * one.both_ways
