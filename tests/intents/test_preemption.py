"""Who gives way to whom, where the victims go, and that nobody's room is counted twice while they do."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intents.model import Bandwidth, Connection, Plan, Reason, Selector, Wanted
from intents.planner import plan
from tests.intents.audit import broken, entangled, overbooked
from tests.intents.test_diversity import DIAMOND, planned, switches
from tests.intents.wishes import MBPS, cable, connections, mesh, networks, wish

HOSTS = {f"h{number}": "s1" if number % 2 else "s4" for number in range(1, 9)}
LINE = mesh(cable("s1-s4"), hosts=HOSTS)
TWO_WAYS = mesh(*DIAMOND.links, hosts=HOSTS)


def big(name: str, number: int, rate: int = 60, **fields: object) -> Connection:
    return wish(name, f"h{number}", f"h{number + 1}", bandwidth=Bandwidth(rate * MBPS), **fields)


def urgent(rate: int = 60, **fields: object) -> Connection:
    return big("urgent", 7, rate, priority=1, may_displace=True, **fields)


def test_the_less_important_ends_where_there_is_no_other_place_and_is_told_by_whom():
    bulk = big("bulk", 1)
    found = planned(LINE, bulk, urgent(), before=planned(LINE, bulk))
    assert [*found.placements] == [urgent().key]
    refusal = found.refusals[bulk.key]
    assert (refusal.reason, refusal.displaced_by) == (Reason.BANDWIDTH, urgent().key)
    assert refusal.message == ("displaced by urgent, whose priority is 1; 60 Mbps are asked and the bottleneck, link s1-s4 "
                               "from s1 to s4, has 40 Mbps of 100 Mbps left")
    assert refusal.counter_offers == ("bandwidth 60 Mbps -> 40 Mbps",)


def test_the_notice_stays_as_long_as_who_displaced_does():
    bulk = big("bulk", 1)
    first = planned(LINE, bulk, urgent(), before=planned(LINE, bulk))
    again = planned(LINE, bulk, urgent(), before=first)
    assert again == first
    assert planned(LINE, bulk, before=first).placements.keys() == {bulk.key}


def test_whoever_finds_another_place_moves_there_and_is_waited_for():
    bulk, urgently = big("bulk", 1), urgent(latency=None, avoid_switches=frozenset({"s3"}))
    before = planned(TWO_WAYS, bulk)
    assert switches(before, bulk.key) == "s1 s2 s4"
    first = planned(TWO_WAYS, bulk, urgently, before=before)
    assert switches(first, bulk.key) == "s1 s3 s4"
    waiting = first.refusals[urgently.key]
    assert (waiting.waits, waiting.message) == (True, "waits until bulk made way")
    second = planned(TWO_WAYS, bulk, urgently, before=first)
    assert (switches(second, bulk.key), switches(second, urgently.key)) == ("s1 s3 s4", "s1 s2 s4")


def test_nobody_yields_who_is_as_important_or_has_forbidden_it_nor_to_who_may_not():
    for bulk in (big("bulk", 1, priority=1), big("bulk", 1, may_be_displaced=False)):
        before = planned(LINE, bulk)
        found = planned(LINE, bulk, urgent(), before=before)
        assert found.placements == before.placements
        assert urgent().key in found.refusals
    meek = replace(urgent(), may_displace=False)
    before = planned(LINE, big("bulk", 1))
    assert planned(LINE, big("bulk", 1), meek, before=before).placements == before.placements


def test_nobody_yields_where_there_is_a_place_without_or_none_with():
    bulk = big("bulk", 1)
    before = planned(TWO_WAYS, bulk)
    assert planned(TWO_WAYS, bulk, urgent(), before=before).placements[bulk.key] == before.placements[bulk.key]
    hopeless = planned(LINE, bulk, urgent(200), before=planned(LINE, bulk))
    assert [*hopeless.placements] == [bulk.key]


def test_the_least_important_go_and_as_few_as_that_takes():
    three = [big(name, number, 30, priority=priority)
             for name, number, priority in (("a", 1, 20), ("b", 3, 40), ("c", 5, 30))]
    found = planned(LINE, *three, urgent(40), before=planned(LINE, *three))
    assert [*found.refusals] == [three[1].key]


def test_protection_that_is_required_has_its_room_as_well():
    bulk = [big("bulk", 1), big("bulk2", 3)]
    before = planned(TWO_WAYS, *bulk)
    assert before.placements.keys() == {one.key for one in bulk}
    guarded = urgent(protection="link", protection_required=True)
    found = planned(TWO_WAYS, *bulk, guarded, before=before)
    again = planned(TWO_WAYS, *bulk, guarded, before=found)
    assert guarded.key in again.placements
    assert not again.placements[guarded.key].lacks_protection


def test_after_a_cut_the_important_one_gets_the_way_that_is_left_at_once():
    bulk, urgently = big("bulk", 1), urgent()
    before = planned(TWO_WAYS, bulk, urgently)
    way = switches(before, urgently.key).split()[1]
    found = planned(TWO_WAYS, bulk, urgently, before=before, down=f"s1-{way}")
    assert urgently.key in found.placements
    assert found.refusals[bulk.key].displaced_by == urgently.key


@st.composite
def timelines(draw: st.DrawFn) -> tuple[object, ...]:
    """A full network, who comes to it, and a link that fails as they do."""
    network = draw(networks(4))
    hosts = sorted(network.host_by_name)
    wanted = []
    for number in range(draw(st.integers(2, 7))):
        source, target = draw(st.permutations(hosts))[:2]
        wanted.append(replace(
            draw(connections(network, f"i{number}")) if draw(st.integers(0, 4)) == 0 else wish(f"i{number}", source, target),
            selector=Selector("udp", None, number + 1), bandwidth=Bandwidth(draw(st.sampled_from((4, 8, 30, 50))) * MBPS),
            may_displace=draw(st.booleans()), may_be_displaced=draw(st.integers(0, 3)) > 0,
            priority=draw(st.sampled_from((1, 20, 50))), protection=draw(st.sampled_from(("none", "none", "link"))),
            protection_required=draw(st.booleans())))
    late = frozenset(one.key for one in wanted if one.may_displace and one.priority < 50)
    return network, wanted, late, draw(st.frozensets(st.sampled_from(sorted(network.link_by_name)), max_size=1))


@pytest.mark.slow
@given(timelines())
@settings(max_examples=200, deadline=None)
def test_only_the_less_important_yield_and_the_books_balance(timeline: tuple[object, ...]):
    network, wanted, late, down = timeline
    before = plan(network, Plan(), Wanted(tuple(one for one in wanted if one.key not in late)))
    wishes_by_key = {one.key: one for one in wanted}
    seen = []
    for _ in range(6):
        found = plan(network, before, Wanted(tuple(wanted)), down)
        assert not [*overbooked(network, before.placements, found.placements, down)]
        assert not [what for each in found.placements.values() for what in broken(network, each, down)]
        assert not [*entangled(network, found.placements.values())]
        for key, refusal in found.refusals.items():
            if key in before.placements and refusal.displaced_by:
                victim, by = wishes_by_key[key], wishes_by_key[refusal.displaced_by]
                assert victim.may_be_displaced
                assert by.may_displace
                assert by.priority < victim.priority
        seen.append(found)
        if found == before:
            break
        before = found
    assert seen[-1] == seen[-2] if len(seen) > 1 else True
    assert not any(refusal.waits for refusal in seen[-1].refusals.values())
