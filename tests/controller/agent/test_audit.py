"""What somebody else does to the tables is found within the time of an audit, put right and said; what is his stays."""

from dataclasses import replace

import pytest

from controller.agent.audit import AUDIT_S
from controller.snapshot import Status
from intents.rules import Field, Flow, Group, RuleSet, Table, rule_set
from tests.controller.agent.timeline import Timeline, intents
from topologies.builders import diamond

KEY = "a/h1-h4"
A = intents("a: from: h1, to: h4")
S1, S2 = 1, 2
SECOND_ROUND_S = 2 * AUDIT_S + 1


def settled() -> Timeline:
    timeline = Timeline(diamond())
    timeline.begin()
    timeline.apply(A)
    timeline.settle()
    assert timeline.snapshot.alarms == ()
    return timeline


def without(rules: RuleSet, *items: Flow | Group) -> RuleSet:
    return rule_set(item for item in (*rules.flows.values(), *rules.groups.values(), *rules.meters.values())
                    if item not in items)


def test_a_quiet_network_is_read_again_and_nothing_comes_of_it() -> None:
    timeline = settled()
    before, then = timeline.snapshot, timeline.now
    reads: list[int] = []
    read = timeline.fabric.read
    timeline.fabric.read = lambda dpid, token: (reads.append(dpid), read(dpid, token))[1]  # type: ignore[method-assign]
    timeline.run(3 * AUDIT_S + 1)
    assert sorted(reads) == sorted([*timeline.fabric.tables] * 3)
    assert timeline.sent_since(then) == []
    assert timeline.snapshot.reads == before.reads
    assert (timeline.snapshot.plan, timeline.snapshot.alarms) == (before.plan, ())


@pytest.mark.fault(17)
def test_rules_that_somebody_deletes_are_put_back_and_that_is_said_for_a_minute() -> None:
    timeline = settled()
    held = timeline.fabric.tables[S1]
    gone = [*[flow for flow in held.flows.values() if flow.table == Table.CLASSIFY][:1], next(iter(held.groups.values()))]
    timeline.fabric.tables[S1] = without(held, *gone)
    timeline.run(SECOND_ROUND_S, until=lambda snapshot: bool(snapshot.alarms))
    assert timeline.snapshot.alarms == ("switch s1: somebody else deleted 2 of our rules, which is put right",)
    timeline.settle()
    assert timeline.fabric.tables[S1] == held
    assert timeline.snapshot.statuses == {KEY: Status.SATISFIED}
    timeline.run(61)
    assert timeline.snapshot.alarms == ()


@pytest.mark.fault(17)
def test_a_rule_that_somebody_changes_is_changed_back() -> None:
    timeline = settled()
    held = timeline.fabric.tables[S1]
    flow = next(flow for flow in held.flows.values() if flow.table == Table.CLASSIFY and flow.actions)
    timeline.fabric.tables[S1] = rule_set([*without(held, flow).flows.values(), *held.groups.values(),
                                           replace(flow, actions=(), goto=None)])
    timeline.run(SECOND_ROUND_S, until=lambda snapshot: bool(snapshot.alarms))
    assert "somebody else changed 1 of our rules" in timeline.snapshot.alarms[0]
    timeline.settle()
    assert timeline.fabric.tables[S1] == held


@pytest.mark.fault(18)
def test_rules_of_others_stay_and_those_that_take_our_packets_are_an_alarm() -> None:
    timeline = settled()
    held = timeline.fabric.tables[S2]
    below, above = Flow(S2, Table.ADMIT, 0, (Field("in_port", 77),)), Flow(S2, Table.ADMIT, 65535, ())
    timeline.fabric.tables[S2] = rule_set([*held.flows.values(), *held.groups.values(), below, above])
    then = timeline.now
    timeline.run(SECOND_ROUND_S, until=lambda snapshot: bool(snapshot.alarms))
    assert set(timeline.snapshot.alarms) == {
        "switch s2: of the rules of others 2 came",
        "switch s2 holds a rule of somebody else that takes packets from ours (table 0, priority 65535); it is kept"}
    timeline.run(70)
    assert timeline.sent_since(then) == []
    assert len(timeline.snapshot.alarms) == 1
    timeline.fabric.tables[S2] = held
    timeline.run(SECOND_ROUND_S, until=lambda snapshot: len(snapshot.alarms) == 1 and "went" in snapshot.alarms[0])
    assert timeline.snapshot.alarms == ("switch s2: of the rules of others 2 went",)


def test_what_has_to_be_sent_overtakes_an_audit_of_the_same_switch() -> None:
    timeline = settled()
    timeline.fabric.slow = dict.fromkeys(timeline.fabric.tables, 0.2)
    timeline.run(SECOND_ROUND_S, until=lambda _: bool(timeline.agent._world.audits))
    timeline.delete("a")
    timeline.settle()
    assert timeline.snapshot.alarms == ()
    assert timeline.fabric.whole() == timeline.snapshot.target


def test_a_switch_that_answers_no_audit_is_asked_again_and_loses_nothing() -> None:
    timeline = settled()
    timeline.fabric.deaf.add(S1)
    timeline.run(SECOND_ROUND_S)
    assert timeline.snapshot.statuses == {KEY: Status.SATISFIED}
    timeline.fabric.deaf.discard(S1)
    held = timeline.fabric.tables[S1]
    timeline.fabric.tables[S1] = without(held, next(iter(held.flows.values())))
    timeline.run(SECOND_ROUND_S + 10, until=lambda snapshot: bool(snapshot.alarms))
    timeline.settle()
    assert timeline.fabric.tables[S1] == held
