"""Whose rules are touched, and whose never."""

from dataclasses import replace

import pytest

from controller.snapshot import Committed, Status
from intents.rules import Flow, Output, RuleSet, SetField, Table, match
from tests.controller.agent.test_moves import KEY, A, started
from tests.controller.agent.timeline import Timeline, intents
from topologies.builders import diamond

B = intents("b: from: h2, to: h3")


def with_flow(timeline: Timeline, flow: Flow) -> None:
    tables = timeline.fabric.tables[flow.dpid]
    timeline.fabric.tables[flow.dpid] = replace(tables, flows={**tables.flows, flow.key: flow})


def test_a_switch_of_another_network_is_named_and_sent_nothing() -> None:
    timeline = started()
    timeline.fabric.tables[0x2A] = RuleSet()
    timeline.fabric._session[0x2A] = 0
    timeline.fabric.network.switch_by_dpid[0x2A] = replace(timeline.network.switches[0], name="s42", dpid=0x2A)  # type: ignore[index,arg-type]
    timeline.fabric.connect(0x2A)
    timeline.run(0.1)
    assert any("000000000000002a is not in topology diamond" in alarm for alarm in timeline.snapshot.alarms)
    assert timeline.fabric.tables[0x2A] == RuleSet()
    timeline.fabric.disconnect(0x2A)
    timeline.run(0.1)
    assert timeline.snapshot.alarms == ()


def test_rules_of_a_lost_store_are_kept_and_reported() -> None:
    timeline = started()
    timeline.apply(A)
    timeline.settle()
    held = timeline.fabric.whole()
    timeline.restart()  # the store was in memory: a new one
    timeline.settle()
    assert timeline.fabric.whole() == held
    assert len(timeline.snapshot.alarms) == 3  # s1, s2 and s4
    assert all("not in the store" in alarm for alarm in timeline.snapshot.alarms)


def test_applying_what_they_belong_to_adopts_them_without_a_message() -> None:
    timeline = started()
    timeline.apply(A)
    timeline.settle()
    timeline.restart()
    timeline.settle()
    then = timeline.now
    timeline.apply(A)
    timeline.settle()
    assert timeline.sent_since(then) == []
    assert timeline.snapshot.alarms == ()
    assert timeline.snapshot.statuses == {KEY: Status.SATISFIED}
    timeline.delete("a")
    timeline.settle()
    assert timeline.fabric.whole() == timeline.snapshot.target


def test_what_no_store_knows_is_purged_on_request_and_nothing_else() -> None:
    timeline = started()
    timeline.apply(A)
    timeline.settle()
    timeline.restart()  # the store was in memory: a new one
    timeline.settle()
    theirs = Flow(1, Table.CLASSIFY, 7, match(in_port=9), cookie=0xCAFE)
    with_flow(timeline, theirs)
    timeline.run(11)
    timeline.apply(B)
    timeline.settle()
    assert sum(view.unclaimed for view in timeline.snapshot.switches) > 0
    assert timeline.purge() == Committed(timeline.snapshot.revision)
    timeline.settle()
    assert sum(view.unclaimed for view in timeline.snapshot.switches) == 0
    assert timeline.fabric.whole() == replace(timeline.snapshot.target, flows={
        **timeline.snapshot.target.flows, theirs.key: theirs})
    assert timeline.snapshot.statuses == {"b/h2-h3": Status.SATISFIED}
    assert timeline.lost == []


def test_a_purge_that_cannot_be_stored_purges_nothing() -> None:
    timeline = started()
    timeline.apply(A)
    timeline.settle()
    timeline.restart()
    timeline.settle()
    held = timeline.fabric.whole()
    timeline.break_store()
    assert "cannot be written" in str(timeline.purge())
    timeline.run(5)
    assert timeline.fabric.whole() == held


@pytest.mark.fault(18)
def test_alien_rules_are_never_touched() -> None:
    timeline = Timeline(diamond())
    alien = Flow(1, Table.LABEL, 7, match(eth_type=0x8847, mpls_label=77), (Output(2),), cookie=0x1234)
    with_flow(timeline, alien)
    timeline.begin()
    timeline.apply(A)
    timeline.settle()
    timeline.delete("a")
    timeline.settle()
    assert timeline.fabric.tables[1].flows[alien.key] == alien


@pytest.mark.fault(18)
def test_not_even_in_the_place_of_one_of_ours() -> None:
    timeline = started()
    door = next(flow for flow in timeline.proposal(timeline.snapshot.documents).target.flows.values()
                if flow.dpid == 1 and flow.table == Table.DELIVER)
    alien = replace(door, cookie=0x1234)
    timeline = Timeline(diamond())
    with_flow(timeline, alien)
    timeline.begin()
    assert timeline.fabric.tables[1].flows[alien.key] == alien
    assert timeline.snapshot.alarms == ("switch s1 holds a rule of somebody else in the place of one of ours (table 3); "
                                        "it is kept",)
    assert not next(view for view in timeline.snapshot.switches if view.name == "s1").adopted


def test_a_step_that_an_alien_rule_would_make_harmful_is_not_sent() -> None:
    timeline = Timeline(diamond())
    thief = Flow(4, Table.DELIVER, 999, match(eth_type=0x0800), (SetField("eth_dst", 1), Output(1)), cookie=0x1234)
    with_flow(timeline, thief)
    timeline.begin()
    timeline.apply(A)
    timeline.run(5.0)
    assert timeline.snapshot.statuses == {KEY: Status.PENDING}
    assert "its proof fails" in timeline.snapshot.why[KEY]
    assert any("its proof fails" in alarm for alarm in timeline.snapshot.alarms)
    assert not any(flow.table == Table.CLASSIFY for flow in timeline.fabric.tables[1].flows.values())
    del timeline.fabric.tables[4].flows[thief.key]  # type: ignore[attr-defined]
    timeline.fabric.disconnect(4)
    timeline.fabric.connect(4)
    timeline.settle()
    assert timeline.arrives(KEY)
    assert timeline.snapshot.alarms == ()
