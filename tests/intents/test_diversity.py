"""Connections that keep apart: which paths they get, what a refusal says, and that nobody is locked out for nothing."""

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intents.model import Connection, Placement, Plan, Reason, Refusal, Selector, Wanted
from intents.planner import plan
from tests.intents.audit import broken, entangled, every_placement, overbooked
from tests.intents.wishes import US, cable, connections, mesh, networks, wish
from topologies.model import Topology

HOSTS = {"h1": "s1", "h2": "s1", "h3": "s4", "h4": "s4"}
DIAMOND = mesh(cable("s1-s2"), cable("s2-s4"), cable("s1-s3", delay_ns=20 * US), cable("s3-s4", delay_ns=20 * US),
               hosts=HOSTS)
TRAP = mesh(cable("s1-s2"), cable("s2-s3"), cable("s3-s4"), cable("s1-s3", delay_ns=400 * US),
            cable("s2-s4", delay_ns=400 * US), hosts=HOSTS)
"""The fastest way over s2-s3 leaves no second one."""

A, B = (wish(name, *ends, service_class="delay-critical") for name, ends in (("a", ("h1", "h3")), ("b", ("h2", "h4"))))


def planned(network: Topology, *wished: Connection, before: Plan | None = None, down: str = "") -> Plan:
    return plan(network, before or Plan(), Wanted(wished), frozenset(down.split()))


def apart(connection: Connection, *intents: str, level: str = "link") -> Connection:
    return replace(connection, diverse_from=frozenset(intents), diverse_level=level)  # type: ignore[arg-type]


def switches(found: Plan, key: str) -> str:
    return " ".join(found.placements[key].paths[0].nodes[1:-1])


@pytest.mark.parametrize("level", ["link", "node", "srlg"])
def test_who_is_to_be_kept_apart_gets_a_way_of_his_own_whoever_asks(level: str):
    for wished in ((A, apart(B, "a", level=level)), (apart(A, "b", level=level), B)):
        found = planned(DIAMOND, *wished)
        assert (switches(found, "a/h1-h3"), switches(found, "b/h2-h4")) == ("s1 s2 s4", "s1 s3 s4")


@pytest.mark.parametrize("order", [(A, apart(B, "a")), (apart(B, "a"), A), (B, apart(A, "b")), (apart(A, "b"), B)])
def test_whoever_comes_second_keeps_off_whoever_came_first(order: tuple[Connection, Connection]):
    first = planned(DIAMOND, order[0])
    both = planned(DIAMOND, *order, before=first)
    assert both.placements[order[0].key] == first.placements[order[0].key]
    assert switches(both, order[1].key) == "s1 s3 s4"


def test_one_that_is_not_to_be_kept_apart_may_share():
    assert switches(planned(DIAMOND, A, B), "b/h2-h4") == "s1 s2 s4"
    assert switches(planned(DIAMOND, apart(A, "c"), B), "b/h2-h4") == "s1 s2 s4"


def test_access_links_and_switches_where_both_end_are_shared_for_no_path_could_avoid_them():
    same_host = wish("b", "h1", "h4", diverse_from=frozenset({"a"}), diverse_level="node")
    assert switches(planned(DIAMOND, A, same_host), same_host.key) == "s1 s3 s4"


def test_a_switch_where_only_one_of_them_ends_is_not_shared():
    network = mesh(*DIAMOND.links, hosts={**HOSTS, "h5": "s2"})
    wished = wish("b", "h1", "h5", diverse_from=frozenset({"a"}), diverse_level="node")
    found = planned(network, A, wished)
    assert (switches(found, A.key), switches(found, wished.key)) == ("s1 s3 s4", "s1 s2")
    refusal = planned(network, A, wished, before=planned(network, A)).refusals[wished.key]
    assert refusal.message == "every way takes switch s2 (a), and it is to share no link or switch with a"
    assert refusal.counter_offers == ("without diversity from a",)


def test_at_level_link_a_switch_may_be_shared_and_at_level_srlg_no_duct():
    hourglass = mesh(cable("s1-s2"), cable("s1-s3", delay_ns=20 * US), cable("s2-s5"), cable("s3-s5"), cable("s5-s6"),
                     cable("s5-s7", delay_ns=20 * US), cable("s6-s4"), cable("s7-s4"), hosts=HOSTS)
    found = planned(hourglass, A, apart(B, "a"))
    assert (switches(found, A.key), switches(found, B.key)) == ("s1 s2 s5 s6 s4", "s1 s3 s5 s7 s4")
    assert planned(hourglass, A, apart(B, "a", level="node")).refusals[B.key].reason is Reason.DIVERSITY
    ducts = replace(DIAMOND, links=tuple(replace(link, srlg=("duct",)) if link.name in ("s1-s2", "s3-s4") else link
                                         for link in DIAMOND.links))
    assert len(planned(ducts, A, apart(B, "a")).placements) == 2
    refusal = planned(ducts, A, apart(B, "a", level="srlg")).refusals[B.key]
    assert refusal.message == "every way takes risk group duct (a), and it is to share no link or risk group with a"
    assert refusal.counter_offers == ("without diversity from a", "diversity srlg -> node")


def test_the_first_leaves_the_only_cut_to_both():
    found = planned(TRAP, A, apart(B, "a"))
    assert {switches(found, A.key), switches(found, B.key)} == {"s1 s2 s4", "s1 s3 s4"}
    assert switches(planned(TRAP, A), A.key) == "s1 s2 s3 s4"


def test_one_that_is_placed_is_not_moved_out_of_a_trap():
    refusal = planned(TRAP, A, apart(B, "a"), before=planned(TRAP, A)).refusals[B.key]
    assert refusal.reason is Reason.DIVERSITY
    assert refusal.message == (
        "every way takes link s1-s2 (a) or link s2-s3 (a) or link s3-s4 (a), and it is to share no link with a")


def test_one_who_is_asked_to_keep_apart_is_told_by_whom():
    asking = replace(apart(A, "b"), priority=1)
    refusal = planned(mesh(cable("s1-s4"), hosts=HOSTS), asking, B).refusals[B.key]
    assert refusal == Refusal(B.key, "b", "b", Reason.DIVERSITY, "every way takes link s1-s4 (a), and a asks that it shares "
                              "no link with it")


def test_three_find_their_ways_together():
    wide = mesh(*TRAP.links, cable("s1-s5", delay_ns=900 * US), cable("s5-s4"), hosts=HOSTS)
    c = wish("c", "h1", "h4", diverse_from=frozenset({"a", "b"}))
    found = planned(wide, A, apart(B, "a"), c)
    assert {switches(found, each.key) for each in (A, B, c)} == {"s1 s2 s4", "s1 s3 s4", "s1 s5 s4"}


def test_a_wish_that_comes_later_moves_who_has_it():
    before = planned(DIAMOND, A, B)
    asking = replace(apart(A, "b"), priority=1)
    after = planned(DIAMOND, asking, B, before=before)
    assert after.placements[B.key] == before.placements[B.key]
    assert switches(after, A.key) == "s1 s3 s4"
    mutual = planned(DIAMOND, asking, apart(B, "a"), before=before)
    assert (switches(mutual, A.key), switches(mutual, B.key)) == ("s1 s2 s4", "s1 s3 s4")


def test_a_failure_does_not_bring_together_what_is_kept_apart():
    wished = (A, apart(B, "a"))
    before = planned(DIAMOND, *wished)
    cut = planned(DIAMOND, *wished, before=before, down="s1-s2")
    assert switches(cut, B.key) == "s1 s3 s4"
    assert cut.refusals[A.key].message == "every way takes link s1-s3 (b), and b asks that it shares no link with it"
    assert planned(DIAMOND, *wished, before=cut) == before


def test_detours_may_come_by():
    protected = replace(A, protection="link")
    found = planned(DIAMOND, protected, apart(B, "a"))
    assert found.placements[A.key].exposed == frozenset()
    assert len(found.placements) == 2


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Topology, tuple[Connection, Connection]]:
    network = draw(networks(5))
    one, other = (draw(connections(network, name)) for name in ("a", "b"))
    return network, (replace(one, diverse_from=frozenset()), replace(
        other, diverse_from=frozenset({"a"}), selector=Selector("udp", 99, 99)))


@pytest.mark.slow
@given(pairs())
@settings(max_examples=300, deadline=None)
def test_two_are_placed_together_wherever_that_is_possible(pair: tuple[Topology, tuple[Connection, Connection]]):
    network, wished = pair
    found = planned(network, *wished)
    if any(refusal.reason is Reason.CONFLICT for refusal in found.refusals.values()):
        return
    ways = [[one for one in every_placement(network, each) if not list(broken(network, one, frozenset()))
             and not list(overbooked(network, {}, {each.key: one}))] for each in wished]
    possible = any(_fit(network, both) for both in product(*ways))
    assert (len(found.placements) == 2) == possible
    assert all(ways) <= (len(found.placements) > 0)


@pytest.mark.slow
@given(networks(5), st.data())
@settings(max_examples=200, deadline=None)
def test_not_even_while_they_move_do_they_come_together(network: Topology, data: st.DataObject):
    wished = [data.draw(connections(network, f"i{number}")) for number in range(3)]
    before = planned(network, *wished)
    down = data.draw(st.sampled_from(["", *network.link_by_name]))
    later = [data.draw(st.just(one) | connections(network).map(lambda new, old=one: replace(
        new, key=old.key, title=old.title, intent=old.intent, source=old.source, target=old.target,
        selector=old.selector, diverse_from=new.diverse_from - {old.intent}))) for one in wished]
    after = planned(network, *later, before=before, down=down)
    for key, new in after.placements.items():
        for other, left in before.placements.items():
            if other != key and other in after.placements and new.links != before.placements.get(key, new).links:
                old = replace(left, connection=after.placements[other].connection,
                              paths=tuple(path for path in left.paths if frozenset(down.split()).isdisjoint(path.links)))
                together = set(entangled(network, (new, old)))
                if key in before.placements:
                    together -= set(entangled(network, (replace(before.placements[key], connection=new.connection), old)))
                assert not together


def _fit(network: Topology, both: tuple[Placement, ...]) -> bool:
    return not list(entangled(network, both)) and not list(
        overbooked(network, {}, {one.connection.key: one for one in both}))
