"""Who wants the same packets: against a comparison of every pair."""

from dataclasses import replace
from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from intents.conflicts import conflicts
from intents.model import Connection, Reason, Selector
from intents.selectors import selector_fields
from tests.intents.wishes import wish

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
    assert conflicts(crowd[::-1]) == conflicts(crowd)


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


def _clash(one: Connection, other: Connection) -> bool:
    return any(_overlap(mine, theirs) and not (mine.items() < theirs.items() or theirs.items() < mine.items())
               for pair, mine in _packets(one) for their_pair, theirs in _packets(other) if pair == their_pair)


def _overlap(one: dict[str, int], other: dict[str, int]) -> bool:
    return all(one[name] == other[name] for name in one.keys() & other.keys())


def _packets(one: Connection) -> list[tuple[tuple[str, str], dict[str, int]]]:
    found = [((one.source, one.target), selector_fields(one.selector, "forward"))]
    return found + [((one.target, one.source), selector_fields(one.selector, "reverse"))] * one.both_ways
