"""What the agent does about links that are too full, on simulated time."""

import pytest

from controller.agent.measuring import rates_of
from controller.agent.skill import HOLD_S
from controller.decisions import Autonomy
from controller.snapshot import Status
from controller.telemetry.history import PORT_PERIOD_NS
from intents.rules import Group
from tests.controller.agent.timeline import intents
from tests.controller.agent.traffic import Traffic, flows, key, loaded

POLL_S = PORT_PERIOD_NS / 1e9


def paths(timeline: Traffic, *names: str) -> str:
    """The middle switch of each flow."""
    return " ".join((timeline.path(key(name)) or ("?", "?"))[1] for name in names)


def hot(*, autonomy: Autonomy = "act") -> Traffic:
    """95 Mbps of three flows on one way."""
    timeline = loaded("a", "b", "c", autonomy=autonomy)
    for name, mbps in (("a", 30), ("b", 20), ("c", 45)):
        timeline.send(key(name), mbps)
    return timeline


def test_what_links_carry_and_connections_send_is_shown() -> None:
    timeline = loaded("a", autonomy="observe")
    timeline.send(key("a"), 40)
    timeline.run(4.0)
    assert timeline.share("s1-s2", "s1") == pytest.approx(0.4, abs=0.01)
    assert timeline.share("s1-s3", "s1") == 0.0
    seen = timeline.snapshot
    rates = rates_of(timeline.network, seen.plan.placements, seen.history, timeline.now)
    assert rates[key("a"), "forward"].rate_bps == pytest.approx(40e6, rel=0.01)  # type: ignore[union-attr]


def test_ports_are_polled_twice_and_flows_once_a_second_on_switches_that_hold_what_they_should() -> None:
    timeline = loaded("a", autonomy="observe")
    then = timeline.now
    timeline.run(10.0)
    polled = [(what, dpid) for at, what, dpid in timeline.fabric.polled if at >= then]
    assert {(what, dpid): polled.count((what, dpid)) for what, dpid in polled} == {
        (what, dpid): times for what, times in (("ports", 20), ("flows", 10)) for dpid in (1, 2, 3, 4)}
    timeline.fabric.disconnect(3)
    timeline.step()
    gone = timeline.now
    timeline.run(5.0)
    assert not [dpid for at, _, dpid in timeline.fabric.polled if at > gone and dpid == 3]


def test_without_the_agent_nothing_is_polled_or_known() -> None:
    timeline = loaded("a", autonomy="off")
    timeline.run(3.0)
    assert timeline.fabric.polled == []
    assert timeline.snapshot.loads == {}


def test_a_hot_link_is_relieved_by_the_fewest_moves() -> None:
    timeline = hot()
    timeline.run(10.0)
    assert paths(timeline, "a", "b", "c") == "s2 s3 s2"
    (decision,) = timeline.decisions
    assert (decision.trigger, decision.verdict, decision.links) == ("congestion", "moved", ("s1-s2", "s2-s4"))
    assert [(move.connection, move.before[1:-1], move.after[1:-1]) for move in decision.moves] == [
        (key("b"), ("s1", "s2", "s4"), ("s1", "s3", "s4"))]
    assert timeline.lost == []


def test_every_decision_says_what_it_rests_on_and_what_came_of_it() -> None:
    timeline = hot()
    timeline.run(10.0)
    (decision,) = timeline.decisions
    sample = decision.evidence[0]
    assert (sample.link, sample.source) == ("s1-s2", "s1")
    assert sample.share == pytest.approx(0.95, abs=0.03)
    assert sample.since_s - sample.until_s == pytest.approx(POLL_S, abs=0.02)
    assert [(option.connections, option.would_do) for option in decision.options] == [((key("b"),), True)]
    forecast = {(share.link, share.source): share.share for share in decision.forecast}
    assert forecast["s1-s2", "s1"] == pytest.approx(0.75, abs=0.03)
    assert forecast["s1-s3", "s1"] == pytest.approx(0.20, abs=0.03)
    assert decision.outcome is not None
    assert decision.outcome.kept
    assert decision.outcome.after_s is not None
    assert decision.outcome.after_s < 0.1
    measured = {(share.link, share.source): share.share for share in decision.outcome.measured}
    assert measured["s1-s2", "s1"] == pytest.approx(0.75, abs=0.02)


def test_the_swap_is_sent_within_two_polls_and_a_fifth_of_a_second_of_the_first_that_saw_the_load() -> None:
    for phase in range(0, 10, 2):
        timeline = loaded("a", "b", "c")
        timeline.run(phase / 10)
        for name, mbps in (("a", 30), ("b", 20), ("c", 45)):
            timeline.send(key(name), mbps)
        then = timeline.now
        timeline.run(4.0)
        first_whole = min(at for at, what, _ in timeline.fabric.polled if what == "ports" and at >= then) + POLL_S
        switched = timeline.switched_at(then)
        assert switched is not None
        assert switched <= first_whole + 2 * POLL_S + 0.2


def test_the_less_precious_is_moved_before_the_more_precious() -> None:
    timeline = Traffic()
    timeline.begin()
    wish = "from: h1, to: h4, direction: forward, match: {protocol: udp, destination-port: %d}, priority: %d"
    timeline.apply(intents("a: " + wish % (5000, 10), "b: " + wish % (5001, 60), "c: " + wish % (5002, 10)))
    timeline.settle()
    timeline.run(3.0)
    for name, mbps in (("a", 10), ("b", 50), ("c", 35)):
        timeline.send(key(name), mbps)
    timeline.run(5.0)
    assert paths(timeline, "a", "b", "c") == "s2 s3 s2"


def test_what_is_protected_is_moved_and_stays_so() -> None:
    timeline = Traffic()
    timeline.begin()
    timeline.apply(flows("a", "b", "c", rest="path: {protection: {mode: fast-failover, level: link}}"))
    timeline.settle()
    timeline.run(3.0)
    for name, mbps in (("a", 30), ("b", 20), ("c", 45)):
        timeline.send(key(name), mbps)
    timeline.run(5.0)
    assert paths(timeline, "a", "b", "c") == "s2 s3 s2"
    assert not any(placement.exposed for placement in timeline.snapshot.plan.placements.values())
    assert timeline.lost == []


def test_two_are_moved_where_one_does_not_do() -> None:
    timeline = loaded("a", "b", "c", "d")
    for name in "abcd":
        timeline.send(key(name), 30)
    timeline.run(5.0)
    moved = [decision for decision in timeline.decisions if decision.verdict == "moved"]
    assert [len(decision.moves) for decision in moved] == [2]
    assert sorted(paths(timeline, *"abcd").split()) == ["s2", "s2", "s3", "s3"]


def test_an_intents_own_constraints_always_hold() -> None:
    timeline = Traffic()
    timeline.begin()
    timeline.apply(flows("a", "b", rest="path: {via: [s2]}"))
    timeline.settle()
    timeline.run(3.0)
    timeline.send(key("a"), 60)
    timeline.send(key("b"), 35)
    timeline.run(20.0)
    assert paths(timeline, "a", "b") == "s2 s2"
    (decision,) = timeline.decisions
    assert (decision.verdict, decision.moves) == ("none", ())
    assert {option.why.split(": ")[1] for option in decision.options} == {"no other place that keeps its constraints"}


def test_what_fills_any_link_alone_is_parted_from_the_others() -> None:
    timeline = loaded("a", "b")
    timeline.send(key("a"), 95)
    timeline.send(key("b"), 1)
    timeline.run(20.0)
    assert sorted(paths(timeline, "a", "b").split()) == ["s2", "s3"]
    assert [decision.verdict for decision in timeline.decisions] == ["moved", "none"]


def test_with_recommend_nothing_is_done_and_what_would_be_is_said_once() -> None:
    timeline = hot(autonomy="recommend")
    then = timeline.now
    timeline.run(20.0)
    assert timeline.sent_since(then) == []
    (decision,) = timeline.decisions
    assert (decision.verdict, decision.outcome) == ("recommended", None)
    assert [move.connection for move in decision.moves] == [key("b")]


def test_with_observe_nothing_is_even_recommended() -> None:
    timeline = hot(autonomy="observe")
    timeline.run(5.0)
    assert timeline.decisions == ()
    assert timeline.share("s1-s2", "s1") == pytest.approx(0.95, abs=0.01)


@pytest.mark.slow
def test_what_was_moved_is_not_moved_again_within_the_hold_time() -> None:
    timeline = hot()
    timeline.run(5.0)
    moved = timeline.now
    timeline.apply(intents("d: from: h1, to: h4, direction: forward, match: {protocol: udp, destination-port: 5009}, "
                           "path: {avoid: {switches: [s2]}}"))
    for name, mbps in (("a", 1), ("b", 90), ("c", 1), ("d", 5)):
        timeline.send(key(name), mbps)
    timeline.run(HOLD_S - 6)
    assert paths(timeline, "a", "b", "c", "d") == "s2 s3 s2 s3"
    decision = timeline.decisions[-1]
    assert (decision.verdict, decision.links) == ("none", ("s1-s3", "s3-s4"))
    assert decision.why == "no re-placement of what it carries would do; moved lately and held: b/h1-h4"
    assert timeline.now < moved + HOLD_S


@pytest.mark.slow
def test_load_that_comes_and_goes_moves_nothing_twice_within_a_hold_time() -> None:
    timeline = loaded("a", "b", "c")
    for name, mbps in (("a", 30), ("b", 20), ("c", 45)):
        timeline.send(key(name), lambda now, mbps=mbps: mbps if now % 2 < 1 else 0)  # type: ignore[misc]
    then = timeline.now
    timeline.run(45.0)
    moves = [change for change in timeline.sent_since(then) if change.verb == "modify"]
    assert len(moves) == 1
    assert [decision.verdict for decision in timeline.decisions] == ["moved"]


@pytest.mark.slow
def test_load_that_follows_the_move_is_not_chased_to_and_fro() -> None:
    timeline = loaded("a", "b", "c")

    def bully(now: float) -> float:
        """More where `b` comes along."""
        return 88 if len({timeline.riding(key(name)) for name in "bc"}) == 1 else 45

    timeline.send(key("a"), 1)
    timeline.send(key("b"), 20)
    timeline.send(key("c"), bully)
    then = timeline.now
    timeline.run(70.0)
    at = [time for time, _, change in timeline.fabric.sent if time > then and change.verb == "modify"]
    assert len(at) <= 70 / HOLD_S


@pytest.mark.slow
def test_nothing_moves_back_by_itself_and_links_may_be_used_again_when_all_have_cooled() -> None:
    timeline = hot()
    timeline.run(5.0)
    assert timeline.snapshot.avoid == {key("b"): frozenset({"s1-s2", "s2-s4"})}
    for name in "abc":
        timeline.send(key(name), 1)
    timeline.settle()
    then = timeline.now
    timeline.run(29.0)
    assert timeline.snapshot.avoid
    timeline.run(5.0)
    assert timeline.snapshot.avoid == {}
    assert paths(timeline, "a", "b", "c") == "s2 s3 s2"
    assert timeline.sent_since(then) == []


def test_a_link_failure_is_repaired_also_by_a_link_that_is_to_be_avoided() -> None:
    timeline = hot()
    timeline.run(5.0)
    timeline.fabric.cut_link("s1-s3")
    timeline.run(0.1)
    assert paths(timeline, "a", "b", "c") == "s2 s2 s2"
    timeline.run(1.0)
    repair = timeline.decisions[1]
    assert (repair.trigger, repair.links, repair.verdict) == ("link-down", ("s1-s3",), "moved")
    assert [(move.connection, move.after[1:-1]) for move in repair.moves] == [(key("b"), ("s1", "s2", "s4"))]
    assert repair.outcome is not None
    assert repair.outcome.after_s is not None
    assert repair.outcome.after_s < 0.05


def test_a_failure_is_recorded_with_what_finds_no_place_also_without_the_agent() -> None:
    timeline = loaded("a", autonomy="off")
    timeline.apply(flows("a", rest="path: {via: [s2]}"))
    timeline.settle()
    timeline.fabric.cut_link("s1-s2")
    timeline.run(1.0)
    (decision,) = timeline.decisions
    assert (decision.trigger, decision.why) == ("link-down", "1 connection placed anew, no place for a/h1-h4")
    assert decision.moves[0].after == ()
    assert timeline.snapshot.statuses == {key("a"): Status.UNSATISFIABLE}


def test_what_the_operator_does_meanwhile_goes_before() -> None:
    timeline = hot()
    timeline.run_until(lambda: bool(timeline._thoughts), 3.0)
    timeline.apply(intents("z: from: h2, to: h3"))
    timeline.run(5.0)
    assert paths(timeline, "a", "b", "c") == "s2 s3 s2"
    assert [decision.verdict for decision in timeline.decisions] == ["moved"]
    assert timeline.snapshot.statuses["z/h2-h3"] is Status.SATISFIED


def test_a_store_that_takes_nothing_is_an_alarm_while_nothing_is_moved() -> None:
    timeline = hot()
    timeline.break_store()
    timeline.run(10.0)
    assert paths(timeline, "a", "b", "c") == "s2 s2 s2"
    (alarm,) = timeline.snapshot.alarms
    assert "cannot be written" in alarm
    timeline.mend_store()
    timeline.run(15.0)
    assert paths(timeline, "a", "b", "c") == "s2 s3 s2"
    assert timeline.snapshot.alarms == ()


def test_a_trunk_is_left_by_the_door_alone() -> None:
    timeline = hot()
    then = timeline.now
    timeline.run(5.0)
    modified = [change.item for change in timeline.sent_since(then) if change.verb == "modify"]
    assert not any(isinstance(item, Group) for item in modified)
    assert timeline.overbooked == []
