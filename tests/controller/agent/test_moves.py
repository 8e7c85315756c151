"""What an operator's changes come to in the switches."""

from controller.snapshot import Committed, Status
from intents.documents import read_documents
from intents.rules import Group
from tests.controller.agent.timeline import Timeline, intents
from topologies.builders import diamond

KEY = "a/h1-h4"
A = intents("a: from: h1, to: h4, slo: {bandwidth: {guaranteed: 60 Mbps}}")
A_ELSEWHERE = intents("a: from: h1, to: h4, slo: {bandwidth: {guaranteed: 60 Mbps}}, path: {avoid: {links: [s1-s2]}}")
A_BACK = A_ELSEWHERE.replace("s1-s2", "s1-s3")


def started() -> Timeline:
    timeline = Timeline(diamond())
    timeline.begin()
    return timeline


def test_switches_are_filled_and_adopted_before_any_intent() -> None:
    timeline = started()
    assert timeline.fabric.whole() == timeline.snapshot.target
    assert all(view.adopted and view.connected and view.tables_read for view in timeline.snapshot.switches)


def test_an_intent_is_pending_until_its_packets_arrive_and_satisfied_then() -> None:
    timeline = started()
    assert timeline.apply(A) == Committed(timeline.snapshot.revision)
    assert timeline.snapshot.statuses == {KEY: Status.PENDING}
    assert timeline.snapshot.why[KEY]
    assert not timeline.arrives(KEY)
    timeline.run(1.0, until=lambda snapshot: snapshot.statuses[KEY] is not Status.PENDING)
    assert timeline.snapshot.statuses == {KEY: Status.SATISFIED}
    assert timeline.arrives(KEY)
    assert timeline.snapshot.why == {}


def test_applying_twice_sends_nothing_the_second_time() -> None:
    timeline = started()
    timeline.apply(A)
    timeline.settle()
    held, then = timeline.fabric.whole(), timeline.now
    timeline.apply(A)
    timeline.settle()
    assert timeline.sent_since(then) == []
    assert timeline.fabric.whole() == held


def test_a_change_moves_a_connection_by_one_group_modify_each_way_and_loses_nothing() -> None:
    timeline = started()
    timeline.apply(A)
    timeline.settle()
    assert timeline.path(KEY) == ("s1", "s2", "s4")
    then = timeline.now
    timeline.apply(A_ELSEWHERE)
    timeline.settle()
    assert timeline.path(KEY) == ("s1", "s3", "s4")
    changes = timeline.sent_since(then)
    assert [type(change.item) for change in changes if change.verb == "modify"] == [Group, Group]
    assert timeline.lost == []
    assert timeline.fabric.whole() == timeline.snapshot.target


def test_the_old_path_is_taken_out_two_seconds_after_nothing_leads_to_it() -> None:
    timeline = started()
    timeline.apply(A)
    timeline.settle()
    timeline.apply(A_ELSEWHERE)
    timeline.run(1.0, until=lambda snapshot: snapshot.statuses[KEY] is Status.SATISFIED)
    moved = timeline.now
    timeline.run(1.9)
    assert [change for change in timeline.sent_since(moved) if change.verb == "delete"] == []
    assert not timeline.snapshot.settled
    timeline.settle()
    deletes = [at for at, _, change in timeline.fabric.sent if change.verb == "delete"]
    assert min(deletes) >= moved + 1.99


def test_deleting_returns_the_tables_to_what_they_were() -> None:
    timeline = started()
    before = timeline.fabric.whole()
    timeline.apply(A)
    timeline.settle()
    timeline.delete("a")
    timeline.settle()
    assert timeline.fabric.whole() == before
    assert timeline.snapshot.statuses == {}


def test_connections_on_one_trunk_move_together_by_one_message() -> None:
    timeline = started()
    narrow = "from: h1, to: h4, match: {protocol: udp, destination-port: 5004}"
    timeline.apply(intents("a: from: h1, to: h4", f"b: {narrow}"))
    timeline.settle()
    then = timeline.now
    away = "path: {avoid: {links: [s1-s2]}}"
    timeline.apply(intents(f"a: from: h1, to: h4, {away}", f"b: {narrow}, {away}"))
    timeline.settle()
    assert timeline.path("a/h1-h4") == timeline.path("b/h1-h4") == ("s1", "s3", "s4")
    at_ingress = [change for change in timeline.sent_since(then) if change.item.dpid == 1 and change.verb == "modify"]
    assert len(at_ingress) == 1
    assert timeline.lost == []


def test_one_of_two_on_a_trunk_leaves_it_by_its_door() -> None:
    timeline = started()
    narrow = "from: h1, to: h4, match: {protocol: udp, destination-port: 5004}"
    timeline.apply(intents("a: from: h1, to: h4", f"b: {narrow}"))
    timeline.settle()
    timeline.apply(intents(f"b: {narrow}, path: {{avoid: {{links: [s1-s2]}}}}"))
    timeline.settle()
    assert timeline.path("a/h1-h4") == ("s1", "s2", "s4")
    assert timeline.path("b/h1-h4") == ("s1", "s3", "s4")
    assert timeline.lost == []


def test_a_selector_changes_without_a_gap_for_what_both_take() -> None:
    timeline = started()
    timeline.apply(intents("a: from: h1, to: h4, match: {protocol: udp}"))
    timeline.settle()
    timeline.apply(intents("a: from: h1, to: h4"))
    timeline.settle()
    assert timeline.snapshot.statuses == {KEY: Status.SATISFIED}
    assert timeline.fabric.whole() == timeline.snapshot.target


def test_an_old_door_stays_open_until_the_new_one_is() -> None:
    timeline = started()
    timeline.apply(intents("a: from: h1, to: h4, match: {protocol: udp}"))
    timeline.settle()
    timeline.fabric.slow[3] = 0.2
    old = timeline.snapshot.plan.placements[KEY]
    timeline.apply(intents("a: from: h1, to: h4, path: {avoid: {links: [s1-s2]}}"))
    while timeline.snapshot.statuses[KEY] is Status.PENDING:
        assert timeline.carries(old)
        timeline.step()
    timeline.settle()
    assert timeline.path(KEY) == ("s1", "s3", "s4")
    assert timeline.seen_alarms == set()


def test_going_back_to_a_path_while_it_is_being_retired_loses_nothing() -> None:
    timeline = started()
    timeline.apply(A_BACK)
    timeline.settle()
    timeline.apply(A_ELSEWHERE)
    timeline.run(1.95)
    timeline.fabric.slow[2] = 0.1
    back = timeline.proposal(read_documents((A_BACK, "a.yaml")))
    then = timeline.now
    timeline.run(0.2, until=lambda _: any(change.verb == "delete" for change in timeline.sent_since(then)))
    timeline.submit(back)
    timeline.settle()
    assert timeline.path(KEY) == ("s1", "s2", "s4")
    assert timeline.lost == []
    assert timeline.seen_alarms == set()
    assert timeline.fabric.whole() == timeline.snapshot.target


def test_hosts_of_one_switch_are_connected_without_a_label() -> None:
    timeline = Timeline(diamond())
    timeline.begin()
    timeline.apply(intents("a: from: h1, to: h2"))
    timeline.settle()
    assert timeline.arrives("a/h1-h2")


def test_a_retired_label_rests_before_another_path_may_have_it() -> None:
    timeline = started()
    timeline.apply(A)
    timeline.settle()
    timeline.apply(A_ELSEWHERE)
    timeline.settle()
    assert len(timeline.snapshot.barred_labels) == 2
    resting = timeline.snapshot.barred_labels
    timeline.run(61.0)
    timeline.apply(A)
    timeline.settle()
    assert timeline.snapshot.barred_labels.isdisjoint(resting)


def test_an_intent_that_cannot_be_had_stands_refused_and_sends_nothing() -> None:
    timeline = started()
    then = timeline.now
    timeline.apply(intents("a: from: h1, to: h4, slo: {bandwidth: {guaranteed: 600 Mbps}}"))
    timeline.settle()
    assert timeline.snapshot.statuses == {KEY: Status.UNSATISFIABLE}
    assert timeline.snapshot.why[KEY].startswith("BANDWIDTH: ")
    assert timeline.sent_since(then) == []
