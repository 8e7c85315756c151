"""Connections with links of their own: nobody else's working path or standby comes over them, whoever came first."""

from dataclasses import replace

import pytest

from intents.model import Connection, Reason
from tests.intents.test_diversity import DIAMOND, A, B, planned, switches
from tests.intents.wishes import MBPS, cable, mesh, wish


def own(connection: Connection) -> Connection:
    return replace(connection, is_exclusive=True)


@pytest.mark.parametrize("wished", [(own(A), B), (A, own(B)), (own(A), own(B))])
def test_who_has_links_of_his_own_shares_none_of_them(wished: tuple[Connection, ...]):
    found = planned(DIAMOND, *wished)
    assert (switches(found, A.key), switches(found, B.key)) == ("s1 s2 s4", "s1 s3 s4")


def test_connections_of_one_intent_may_share_the_links_that_are_its_own():
    both = [replace(own(one), intent="twin") for one in (A, B)]
    assert {switches(planned(DIAMOND, *both), one.key) for one in both} == {"s1 s2 s4"}


def test_who_comes_later_keeps_off_and_nobody_who_is_there_yields():
    first = planned(DIAMOND, A)
    both = planned(DIAMOND, A, own(B), before=first)
    assert both.placements[A.key] == first.placements[A.key]
    assert switches(both, B.key) == "s1 s3 s4"


def test_who_asks_for_links_of_his_own_later_leaves_those_of_others():
    before = planned(DIAMOND, A, B)
    assert switches(before, B.key) == "s1 s2 s4"
    after = planned(DIAMOND, A, own(B), before=before)
    assert (switches(after, A.key), switches(after, B.key)) == ("s1 s2 s4", "s1 s3 s4")


def test_a_refusal_says_whose_links_they_are_and_what_would_do():
    line = mesh(cable("s1-s4"), hosts={"h1": "s1", "h2": "s1", "h3": "s4", "h4": "s4"})
    mine = planned(line, A, own(B), before=planned(line, A)).refusals[B.key]
    assert (mine.reason, mine.message) == (
        Reason.DIVERSITY, "every way takes link s1-s4 (a), and it is to have links of its own")
    assert mine.counter_offers == ("isolation exclusive -> shared",)
    assert [(change.field, change.value) for change in mine.rewrites[0]] == [("sle.isolation", "shared")]
    theirs = planned(line, own(A), B, before=planned(line, own(A))).refusals[B.key]
    assert (theirs.reason, theirs.message) == (
        Reason.DIVERSITY, "every way takes link s1-s4 (a), and a asks for links of its own")
    assert theirs.counter_offers == ()


def test_a_standby_keeps_off_and_is_kept_off_too():
    guarded = replace(own(A), protection="link", protection_mode="standby", protection_required=True)
    found = planned(DIAMOND, guarded, B)
    assert A.key in found.placements
    assert found.refusals[B.key].message == (
        "every way takes link s1-s2 (a) or link s1-s3 (a, standing by), and a asks for links of its own")


def test_room_that_is_left_on_somebodys_own_links_is_nobodys():
    small = wish("c", "h1", "h3", bandwidth=replace(A.bandwidth, guaranteed_bps=MBPS))
    found = planned(mesh(cable("s1-s4"), hosts={"h1": "s1", "h2": "s1", "h3": "s4", "h4": "s4"}), own(small), B)
    assert found.refusals[B.key].reason is Reason.DIVERSITY
