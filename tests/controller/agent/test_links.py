"""What links do to paths."""

import pytest

from controller.agent.links import HOLD_S
from controller.snapshot import Status
from intents.rules import Table
from tests.controller.agent.test_moves import KEY, A, started
from tests.controller.agent.timeline import Timeline, intents
from topologies.builders import diamond, linear, ring
from topologies.metro import metro

OTHER = "b/h1-h3"
BOTH = A + "---\n" + intents("b: from: h1, to: h3")


def loaded() -> Timeline:
    timeline = started()
    timeline.apply(BOTH)
    timeline.settle()
    assert timeline.path(KEY) == ("s1", "s2", "s4")
    return timeline


def test_what_a_dead_link_carried_moves_at_once_and_nothing_else_does() -> None:
    timeline = loaded()
    stays = timeline.snapshot.plan.placements[OTHER]
    then = timeline.now
    timeline.fabric.cut_link("s1-s2")
    timeline.run(0.02)
    assert timeline.path(KEY) == ("s1", "s3", "s4")
    assert timeline.snapshot.statuses == {KEY: Status.SATISFIED, OTHER: Status.SATISFIED}
    assert timeline.snapshot.plan.placements[OTHER] == stays
    assert timeline.snapshot.down_links == {"s1-s2"}
    timeline.settle()
    assert timeline.fabric.whole() == timeline.snapshot.target
    assert len([change for change in timeline.sent_since(then) if change.verb == "modify"]) == 2
    assert timeline.lost == []


def test_a_mended_link_is_kept_out_for_thirty_seconds_and_what_moved_stays() -> None:
    timeline = loaded()
    timeline.fabric.cut_link("s1-s2")
    timeline.settle()
    then = timeline.now
    timeline.fabric.mend_link("s1-s2")
    timeline.run(29.9)
    assert timeline.snapshot.down_links == {"s1-s2"}
    assert timeline.snapshot.alarms == ("link s1-s2 was down and is kept out until it has been up for 30 s",)
    timeline.run(0.2)
    assert timeline.snapshot.down_links == frozenset()
    assert timeline.snapshot.alarms == ()
    timeline.settle()
    assert timeline.path(KEY) == ("s1", "s3", "s4")
    assert timeline.sent_since(then) == []


FLAPPING = {
    "unprotected": (diamond(), intents("a: from: h1, to: h4"), "s1-s2"),
    "without another detour": (ring(4), intents("a: from: h1, to: h3, path: {protection: {mode: fast-failover}}"), "s1-s2"),
    "protected": (metro(), intents("a: from: surgeon, to: robot, path: {protection: {mode: fast-failover}}"), "s2-s3")}


@pytest.mark.fault(3)
@pytest.mark.parametrize("case", FLAPPING)
@pytest.mark.parametrize(("period_s", "minutes"), [
    (0.1, 1), *(pytest.param(*each, marks=pytest.mark.slow) for each in ((1.7, 2), (31.0, 4), (61.5, 4), (95.0, 6)))])
def test_a_flapping_link_moves_a_trunk_at_once_and_then_three_times_a_minute_at_most(
        case: str, period_s: float, minutes: int) -> None:
    network, text, link = FLAPPING[case]
    timeline = Timeline(network)
    timeline.idle_s = 0.05
    timeline.begin()
    timeline.apply(text)
    timeline.settle()
    begun = timeline.now
    while timeline.now < begun + 60 * minutes:
        timeline.fabric.cut_link(link)
        timeline.run(period_s / 2)
        timeline.fabric.mend_link(link)
        timeline.run(period_s / 2)
    moves = moves_by_switch(timeline, begun)
    assert {at[0] < begun + 0.5 for at in moves.values()} == {True}
    for times in moves.values():
        assert max(sum(at <= other < at + 60 for other in times) for at in times) <= 3
    if period_s < HOLD_S:
        assert {len(times) for times in moves.values()} == {1}
        assert link in timeline.snapshot.down_links
    timeline.run(5.0)
    assert timeline.fabric.whole() == timeline.snapshot.target
    assert timeline.lost == []


def moves_by_switch(timeline: Timeline, since: float) -> dict[int, list[float]]:
    """When trunks were re-pointed at each switch where connections come in."""
    ingresses = {flow.dpid for flow in timeline.fabric.whole().flows.values() if flow.table == Table.CLASSIFY}
    found: dict[int, list[float]] = {}
    for at, dpid, change in timeline.fabric.sent:
        if at >= since and dpid in ingresses and change.verb == "modify":
            found.setdefault(dpid, []).append(at)
    return found


def test_a_relapse_doubles_the_time_and_good_behaviour_forgets_it() -> None:
    timeline = loaded()

    def kept_out_s() -> float:
        timeline.fabric.cut_link("s1-s2")
        timeline.run(0.01)
        timeline.fabric.mend_link("s1-s2")
        mended = timeline.now
        timeline.run(200.0, until=lambda snapshot: not snapshot.down_links)
        return round(timeline.now - mended)

    assert [kept_out_s(), kept_out_s(), kept_out_s()] == [30, 60, 120]
    timeline.run(121.0)
    assert kept_out_s() == 30


def test_without_another_way_the_rules_stay_and_work_again_with_the_link() -> None:
    timeline = Timeline(linear(3))
    timeline.begin()
    timeline.apply(intents("a: from: h1, to: h3"))
    timeline.settle()
    held, then = timeline.fabric.whole(), timeline.now
    timeline.fabric.cut_link("s1-s2")
    timeline.run(5.0)
    assert timeline.snapshot.statuses == {"a/h1-h3": Status.UNSATISFIABLE}
    assert timeline.snapshot.why["a/h1-h3"].startswith("NO_PATH: ")
    timeline.fabric.mend_link("s1-s2")
    timeline.run(1.0)
    assert timeline.snapshot.statuses == {"a/h1-h3": Status.DEGRADED}
    timeline.run(30.0)
    assert timeline.snapshot.statuses == {"a/h1-h3": Status.SATISFIED}
    assert timeline.arrives("a/h1-h3")
    assert timeline.fabric.whole() == held
    assert timeline.sent_since(then) == []


def test_another_change_meanwhile_leaves_those_rules_alone() -> None:
    timeline = Timeline(linear(4))
    timeline.begin()
    timeline.apply(intents("a: from: h1, to: h2"))
    timeline.settle()
    timeline.fabric.cut_link("s1-s2")
    timeline.settle()
    timeline.apply(intents("b: from: h3, to: h4"))
    timeline.settle()
    timeline.fabric.mend_link("s1-s2")
    timeline.run(0.01)
    assert timeline.snapshot.statuses == {"a/h1-h2": Status.DEGRADED, "b/h3-h4": Status.SATISFIED}
    timeline.fabric.cut_link("s1-s2")
    timeline.delete("a")
    timeline.settle()
    timeline.delete("b")
    timeline.settle()
    assert not timeline.snapshot.plan.refusals
    assert all(flow.table != 1 for flow in timeline.fabric.whole().flows.values())


def test_a_link_down_from_the_beginning_is_not_used_and_used_at_once_when_it_comes_up() -> None:
    timeline = Timeline(diamond())
    timeline.fabric.cut.add("s1-s2")
    timeline.begin()
    timeline.apply(A)
    timeline.settle()
    assert timeline.path(KEY) == ("s1", "s3", "s4")
    timeline.fabric.mend_link("s1-s2")
    timeline.run(0.01)
    assert timeline.snapshot.down_links == frozenset()


def test_a_link_is_down_when_either_end_says_so() -> None:
    timeline = loaded()
    timeline.fabric.connected.discard(2)  # its end is not heard
    timeline.fabric.cut_link("s1-s2")
    timeline.run(0.05)
    assert timeline.snapshot.down_links == {"s1-s2"}
    assert timeline.path(KEY) == ("s1", "s3", "s4")


def test_a_dead_link_is_remembered_through_a_restart(tmp_path: object) -> None:
    timeline = Timeline(diamond(), f"{tmp_path}/store.db")
    timeline.begin()
    timeline.apply(A)
    timeline.settle()
    timeline.fabric.cut_link("s1-s2")
    timeline.settle()
    then = timeline.now
    timeline.restart()
    timeline.settle()
    assert timeline.snapshot.down_links == {"s1-s2"}
    assert timeline.path(KEY) == ("s1", "s3", "s4")
    assert timeline.sent_since(then) == []
    timeline.fabric.mend_link("s1-s2")
    timeline.run(29.0)
    assert timeline.snapshot.down_links == {"s1-s2"}


def test_a_link_that_fails_while_nobody_looks_is_found_on_return(tmp_path: object) -> None:
    timeline = Timeline(diamond(), f"{tmp_path}/store.db")
    timeline.begin()
    timeline.apply(A)
    timeline.settle()
    timeline.kill()
    timeline.fabric.cut.add("s1-s2")
    timeline.start()
    timeline.fabric.connect()
    timeline.settle()
    assert timeline.path(KEY) == ("s1", "s3", "s4")
    assert timeline.fabric.whole() == timeline.snapshot.target
