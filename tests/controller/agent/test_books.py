"""Reserved is never more than a link can carry, also while things move."""

import pytest

from controller.agent.books import openable, overbooked
from controller.snapshot import Status
from intents.documents import read_documents
from intents.rules import Group, Table
from tests.controller.agent.test_moves import A_ELSEWHERE, KEY, A, started
from tests.controller.agent.test_preemption import BULK, BULK_KEY
from tests.controller.agent.timeline import Timeline, intents
from topologies.builders import diamond

B = intents("b: from: h1, to: h3, slo: {bandwidth: {guaranteed: 60 Mbps}}")


def both_placed() -> Timeline:
    timeline = started()
    timeline.apply(A)
    timeline.apply(B)
    timeline.settle()
    assert (timeline.path(KEY), timeline.path("b/h1-h3")) == (("s1", "s2", "s4"), ("s1", "s3"))
    return timeline


def test_who_takes_a_leavers_place_waits_until_it_has_left_and_a_tenth_of_a_second() -> None:
    timeline = both_placed()
    then = timeline.now
    documents = timeline.snapshot.documents.without(intents=["b"]).merged(read_documents((A_ELSEWHERE, "a.yaml")))
    timeline.offer(documents)
    timeline.run(0.05)
    assert timeline.path(KEY) == ("s1", "s2", "s4")
    assert timeline.snapshot.statuses == {KEY: Status.PENDING}
    assert timeline.snapshot.why == {KEY: "waits until link s1-s3 has room: what leaves it has not moved yet"}
    timeline.settle()
    assert timeline.path(KEY) == ("s1", "s3", "s4")
    closed = max(at for at, _, change in timeline.fabric.sent
                 if at > then and change.verb == "delete" and change.item.dpid in (1, 4)
                 and not isinstance(change.item, Group) and change.item.table == Table.CLASSIFY)  # type: ignore[union-attr]
    swapped = min(at for at, _, change in timeline.fabric.sent if at > then and change.verb == "modify")
    assert swapped >= closed + 0.1
    assert timeline.lost == []
    assert timeline.overbooked == []


def test_a_newcomer_waits_for_a_leaver_too() -> None:
    timeline = both_placed()
    late = intents("c: from: h2, to: h3, slo: {bandwidth: {guaranteed: 70 Mbps}}, path: {avoid: {switches: [s4]}}")
    timeline.offer(timeline.snapshot.documents.without(intents=["b", "a"]).merged(read_documents((late, "c.yaml"))))
    timeline.run(0.05)
    assert not timeline.arrives("c/h2-h3")
    timeline.settle()
    assert timeline.path("c/h2-h3") == ("s2", "s1", "s3")
    assert timeline.overbooked == []


def test_an_heir_takes_over_doors_and_place_in_one_go() -> None:
    timeline = both_placed()
    heir = intents("c: from: h3, to: h1, slo: {bandwidth: {guaranteed: 70 Mbps}}")
    timeline.offer(timeline.snapshot.documents.without(intents=["b"]).merged(read_documents((heir, "c.yaml"))))
    timeline.settle()
    assert timeline.path("c/h3-h1") == ("s3", "s1")
    assert timeline.lost == []
    assert timeline.overbooked == []
    assert timeline.fabric.whole() == timeline.snapshot.target


@pytest.mark.parametrize("steps", range(8))
def test_a_swap_of_which_nobody_knows_whether_it_arrived_holds_its_room(steps: int) -> None:
    timeline = started()
    timeline.apply(A)
    timeline.settle()
    timeline.apply(A_ELSEWHERE)
    for _ in range(steps):
        timeline.step()
    timeline.fabric.disconnect(1)
    heir = intents("b: from: h3, to: h4, slo: {bandwidth: {guaranteed: 60 Mbps}}")
    timeline.offer(read_documents((heir, "b.yaml")))
    timeline.run(1.0)
    timeline.fabric.connect(1)
    timeline.settle()
    assert timeline.arrives("b/h3-h4")
    assert timeline.overbooked == []


def test_a_dead_path_holds_nothing_up() -> None:
    timeline = both_placed()
    timeline.delete("b")
    timeline.settle()
    timeline.fabric.cut_link("s1-s2")
    timeline.run(0.02)
    assert timeline.path(KEY) == ("s1", "s3", "s4")
    assert timeline.snapshot.statuses == {KEY: Status.SATISFIED}


def test_the_first_in_priority_gets_the_room_and_the_other_is_told_what_it_waits_for() -> None:
    timeline = both_placed()
    placements = timeline.snapshot.plan.placements
    on_s3 = placements["b/h1-h3"]
    held = {"old": (on_s3,)}
    assert openable(timeline.network, held, {"new": on_s3}) == {"new": "s1-s3"}
    assert openable(timeline.network, {}, {"x": on_s3, "y": on_s3}) == {"x": None, "y": "s1-s3"}
    assert openable(timeline.network, {"old": (on_s3,)}, {"old": on_s3}) == {"old": None}


def test_alternatives_of_one_connection_count_once_on_a_link() -> None:
    timeline = both_placed()
    on_s3 = timeline.snapshot.plan.placements["b/h1-h3"]
    assert overbooked(timeline.network, {"b": (on_s3, on_s3)}) == ()
    assert {arc.link for arc in overbooked(timeline.network, {"b": (on_s3,), "c": (on_s3,)})} == {"s1-s3"}


def test_who_was_refused_comes_by_itself_when_its_room_is_left() -> None:
    timeline = Timeline(diamond())
    timeline.begin()
    timeline.apply(BULK)
    timeline.apply(intents("w: from: h1, to: h4, match: {protocol: udp}, slo: {bandwidth: {guaranteed: 80 Mbps}}, "
                           "path: {avoid: {switches: [s3]}}"))
    timeline.settle()
    assert timeline.snapshot.statuses["w/h1-h4"] is Status.UNSATISFIABLE
    timeline.apply(BULK.replace("match:", "path: {avoid: {switches: [s2]}}, match:"))
    assert "waits until" in timeline.snapshot.plan.refusals["w/h1-h4"].message
    timeline.settle()
    assert (timeline.path(BULK_KEY), timeline.path("w/h1-h4")) == (("s1", "s3", "s4"), ("s1", "s2", "s4"))
    assert set(timeline.snapshot.statuses.values()) == {Status.SATISFIED}
    assert timeline.lost == []
    assert timeline.overbooked == []
