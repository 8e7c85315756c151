"""A door opens onto a path when a probe has come through it: what else may happen to probes, and what follows."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from controller.agent.confirm import tried
from controller.facts import Probed
from controller.snapshot import Status
from intents.probes import Probe
from intents.rules import MPLS, Change, Flow, Group, Table, match
from intents.steps import take
from tests.controller.agent.fabric import Fabric
from tests.controller.agent.test_moves import A_ELSEWHERE, KEY, A
from tests.controller.agent.timeline import Timeline, intents
from topologies.builders import diamond, ring
from topologies.metro import metro
from topologies.model import PortId

PATH = "s1 s3 s4"
THROUGH_S3 = PortId("s3", 2)


def placed(path: Path | None = None) -> Timeline:
    timeline = Timeline(diamond(), str(path / "store.db") if path else ":memory:")
    timeline.begin()
    timeline.apply(A)
    timeline.settle()
    assert timeline.path(KEY) == ("s1", "s2", "s4")
    timeline.fabric.probes.clear()
    return timeline


def whole(timeline: Timeline) -> list[Probe]:
    """The probes that were sent from an ingress."""
    return [probe for _, probe in timeline.fabric.probes if probe.dpid in (1, 4)]


def is_moved(timeline: Timeline) -> bool:
    return timeline.path(KEY) == ("s1", "s3", "s4")


def test_a_move_takes_one_probe_each_way_and_one_round_trip_more() -> None:
    timeline = placed()
    begun = timeline.now
    timeline.apply(A_ELSEWHERE)
    timeline.run(1.0, until=lambda snapshot: snapshot.statuses[KEY] is Status.SATISFIED)
    assert sorted(probe.dpid for _, probe in timeline.fabric.probes) == [1, 4]
    assert timeline.now - begun < 0.010  # four round trips of 2 ms: two steps of rules, the probe, the swap
    assert is_moved(timeline)
    assert timeline.lost == []


def test_a_probe_is_as_large_as_the_largest_packet_and_of_the_path_s_class() -> None:
    timeline = Timeline(diamond())
    timeline.begin()
    timeline.apply(intents("a: from: h1, to: h4, slo: {bandwidth: {guaranteed: 1 Mbps, max-packet: 700 B}}"))
    timeline.settle()
    assert {(probe.packet_bytes, probe.traffic_class) for _, probe in timeline.fabric.probes} == {(700, 4)}


def test_hosts_on_one_switch_need_no_probe() -> None:
    timeline = Timeline(metro())
    timeline.begin()
    timeline.apply(intents("a: from: robot, to: endoscope"))
    timeline.settle()
    assert timeline.fabric.probes == []
    assert set(timeline.snapshot.statuses.values()) == {Status.SATISFIED}


def test_who_joins_a_path_that_carries_packets_needs_no_probe() -> None:
    timeline = Timeline(diamond())
    timeline.begin()
    timeline.apply(intents("a: from: h1, to: h4"))
    timeline.settle()
    timeline.fabric.probes.clear()
    timeline.apply(intents("b: from: h1, to: h4, match: {protocol: udp, destination-port: 5004}"))
    timeline.settle()
    assert timeline.fabric.probes == []
    assert set(timeline.snapshot.statuses.values()) == {Status.SATISFIED}


def test_one_that_is_lost_is_sent_again_after_a_tenth_of_a_second() -> None:
    timeline = placed()
    timeline.fabric.loses = lambda probe: len(whole(timeline)) <= 2
    timeline.apply(A_ELSEWHERE)
    timeline.run(0.09)
    assert not is_moved(timeline)
    assert timeline.snapshot.why[KEY] == f"waits until a probe comes through {PATH}"
    timeline.run(0.5, until=lambda snapshot: snapshot.statuses[KEY] is Status.SATISFIED)
    assert is_moved(timeline)
    times = [at for at, probe in timeline.fabric.probes if probe.dpid == 1]
    assert [round(later - times[0], 2) for later in times] == [0, 0.1]
    assert timeline.lost == []


def test_while_none_comes_the_door_stays_closed_and_the_old_path_carries_on() -> None:
    timeline = placed()
    timeline.fabric.silent = {THROUGH_S3}
    timeline.apply(A_ELSEWHERE)
    timeline.run(0.35)
    assert timeline.snapshot.why[KEY] in (f"waits until a probe comes through {path}: none of 3 did" for path in (
        PATH, "s4 s3 s1"))
    timeline.run(30.0)
    assert timeline.path(KEY) == ("s1", "s2", "s4")
    assert timeline.arrives(KEY)
    assert timeline.lost == []
    assert 2 * 5 + 2 * 28 <= len(whole(timeline)) <= 2 * 5 + 2 * 31


def test_where_probes_get_lost_is_an_alarm_that_names_the_path_and_how_far_back_they_begin_to_come() -> None:
    timeline = placed()
    timeline.fabric.loses = lambda probe: probe.dpid == 1
    timeline.apply(A_ELSEWHERE)
    timeline.run(2.5)
    assert timeline.snapshot.alarms == ()
    timeline.run(1.0)
    (alarm,) = timeline.snapshot.alarms
    assert alarm.startswith(f"no probe comes through {PATH}, though from s3 on they do; what is to go that way waits")
    timeline.run(10.0)
    assert timeline.snapshot.alarms == (alarm,)


def test_it_moves_as_soon_as_the_path_is_mended_and_the_alarm_ends() -> None:
    timeline = placed()
    timeline.fabric.silent = {THROUGH_S3}
    timeline.apply(A_ELSEWHERE)
    timeline.run(10.0)
    timeline.fabric.silent = set()
    timeline.run(1.2, until=lambda snapshot: snapshot.statuses[KEY] is Status.SATISFIED)
    assert is_moved(timeline)
    timeline.settle()
    assert timeline.snapshot.alarms == ()
    assert timeline.lost == []


def test_a_first_placement_waits_for_its_probe_as_well_though_not_for_ever() -> None:
    timeline = Timeline(diamond())
    timeline.begin()
    timeline.fabric.silent = {THROUGH_S3}
    timeline.apply(A_ELSEWHERE)
    timeline.run(0.45)
    assert timeline.snapshot.statuses == {KEY: Status.PENDING}
    assert "waits until a probe comes through" in timeline.snapshot.why[KEY]
    timeline.run(0.2)
    assert timeline.snapshot.statuses == {KEY: Status.SATISFIED}
    assert "no probe comes through" in " ".join(timeline.snapshot.alarms)
    timeline.fabric.silent = set()
    timeline.run(1.2)
    assert timeline.snapshot.alarms == ()


def test_a_repair_waits_for_the_answer_no_longer_than_a_tenth_of_a_second_and_says_so() -> None:
    timeline = placed()
    timeline.fabric.loses = lambda probe: True
    timeline.fabric.cut_link("s1-s2")
    cut = timeline.now
    timeline.run(0.05)
    assert not timeline.arrives(KEY)
    timeline.run(0.3, until=lambda _: timeline.arrives(KEY))
    assert timeline.arrives(KEY)
    assert timeline.now - cut < 0.13
    timeline.run(1.0)
    told = "packets go by a path that no probe comes through (they had no other): "
    assert {f"{told}{PATH}", f"{told}s4 s3 s1"} <= set(timeline.snapshot.alarms)
    timeline.fabric.loses = lambda probe: False
    timeline.run(1.2)
    assert timeline.snapshot.alarms == ()


def test_a_repair_whose_probe_comes_does_not_wait() -> None:
    timeline = placed()
    timeline.fabric.cut_link("s1-s2")
    cut = timeline.now
    timeline.run(0.3, until=lambda _: timeline.arrives(KEY))
    assert timeline.now - cut < 0.012
    timeline.run(1.0)
    assert timeline.snapshot.alarms == ()


@pytest.mark.parametrize("after_s", [0.004, 0.006, 0.05, 0.3, 2.0])
def test_a_restart_in_the_middle_probes_again(tmp_path: Path, after_s: float) -> None:
    timeline = placed(tmp_path)
    timeline.fabric.silent = {THROUGH_S3}
    timeline.apply(A_ELSEWHERE)
    timeline.run(after_s)
    timeline.restart()
    timeline.fabric.probes.clear()
    timeline.run(3.0)
    assert not is_moved(timeline)
    assert whole(timeline) != []
    timeline.fabric.silent = set()
    timeline.settle()
    assert is_moved(timeline)
    assert timeline.lost == []


def test_after_a_restart_open_doors_need_no_probe(tmp_path: Path) -> None:
    timeline = placed(tmp_path)
    timeline.restart()
    timeline.settle()
    assert timeline.fabric.probes == []


def test_an_answer_that_comes_late_counts() -> None:
    timeline = placed()
    timeline.fabric.answer_s = 0.25
    timeline.apply(A_ELSEWHERE)
    timeline.run(0.28, until=lambda snapshot: snapshot.statuses[KEY] is Status.SATISFIED)
    assert is_moved(timeline)


def forged(fabric: Fabric, **false: int) -> None:
    """Answers to the first probes, from s4 for what s1 sent, with something wrong in them."""
    said = [Probed(4, token, 3, probe.label) for token, probe in fabric.tokens.items() if probe.dpid == 1]
    for fact in said:
        fabric.tell(replace(fact, **false))


FALSE = ({"dpid": 3}, {"dpid": 2}, {"port": 1}, {"port": 2}, {"label": 17}, {"token": 10_000})


@pytest.mark.parametrize("false", [{}, *FALSE], ids=str)
def test_only_what_came_out_of_the_path_s_end_confirms_it(false: dict[str, int]) -> None:
    timeline = placed()
    timeline.fabric.loses = lambda probe: probe.dpid == 1
    timeline.apply(A_ELSEWHERE)
    timeline.run(0.05)
    forged(timeline.fabric, **false)
    timeline.run(1.0)
    assert is_moved(timeline) == (not false)


def test_a_rule_of_somebody_else_that_takes_what_goes_by_a_path_keeps_its_door_closed() -> None:
    timeline = placed()
    taking = Flow(3, Table.LABEL, 65_535, match(eth_type=MPLS))
    timeline.fabric.tables[3] = take(timeline.fabric.tables[3], [Change("add", taking)])
    timeline.apply(A_ELSEWHERE)
    timeline.run(5.0)
    assert timeline.path(KEY) == ("s1", "s2", "s4")
    assert timeline.lost == []
    timeline.fabric.tables[3] = take(timeline.fabric.tables[3], [Change("delete", taking)])
    timeline.run(1.2, until=lambda snapshot: snapshot.statuses[KEY] is Status.SATISFIED)
    assert is_moved(timeline)


def test_one_switch_sends_sixteen_at_once_and_all_are_sent_in_the_end() -> None:
    timeline = Timeline(ring(20))
    timeline.begin()
    timeline.fabric.after_each = lambda: None  # to watch each change of so many takes long, and is not what is asked
    timeline.apply(intents(*(f"i{number}: from: h1, to: h{number}" for number in range(2, 21))))
    timeline.settle()
    at_once = Counter(at for at, probe in timeline.fabric.probes if probe.dpid == 1)
    assert sorted(at_once.values(), reverse=True) == [16, 3]
    assert len(timeline.fabric.probes) == 2 * 19
    assert set(timeline.snapshot.statuses.values()) == {Status.SATISFIED}


def test_a_confirmation_holds_for_ten_seconds() -> None:
    timeline = placed()
    timeline.fabric.loses = lambda probe: True
    timeline.apply(A_ELSEWHERE)
    timeline.run(1.0)
    world, needs, now = timeline.agent._world, timeline.agent._memory.needs, timeline.now
    assert needs is not None
    came = {label: replace(trial, came_at=now) for label, trial in world.trials.items()}
    assert len(came) == 2
    confirmed = replace(world, trials=came)
    assert tried(confirmed, needs, [KEY], now + 9.9) == came
    assert {trial.came_at for trial in tried(confirmed, needs, [KEY], now + 10.1).values()} == {None}
    assert tried(confirmed, needs, [], now) == {}


def test_a_swap_that_its_switch_refuses_has_its_path_probed_again() -> None:
    timeline = placed()
    timeline.fabric.refuses = lambda change: isinstance(change.item, Group) and change.verb == "modify"
    timeline.apply(A_ELSEWHERE)
    timeline.run(0.5)
    assert len(whole(timeline)) == 4
    timeline.fabric.refuses = lambda change: False
    timeline.settle()
    assert is_moved(timeline)
    assert timeline.lost == []
