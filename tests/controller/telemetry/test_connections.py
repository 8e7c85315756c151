"""From the counters of classify flows to what each direction of each connection sends."""

from dataclasses import replace

import pytest

from controller.facts import Counters, FlowCount
from controller.telemetry.connections import WINDOW_NS, connection_rates, counted_at
from controller.telemetry.history import FLOW_PERIOD_NS, STALE_PERIODS, History, absorb_counters
from intents.compiler import compile_rules
from intents.riders import riders_of
from intents.rules import RuleSet, Table
from tests.controller.telemetry.world import FRAME, MS, NETWORK, flow_sample
from tests.intents.worlds import by_key, placed

PLACEMENTS = by_key(placed(NETWORK, "h1", "h2", ["cable"], ["cable"], name="both"))
PLACES = counted_at(rider for placement in PLACEMENTS.values() for rider in riders_of(NETWORK, placement))
WAY = ("both/h1-h2", "forward")
_, MARK = PLACES[WAY]


def after(*facts: Counters) -> History:
    history = History()
    for fact in facts:
        history = absorb_counters(history, fact)
    return history


def rate(history: History, ms: int) -> int | None:
    sending = connection_rates(history, PLACES, (1_000 + ms) * MS)[WAY]
    return sending and sending.rate_bps


def test_a_connection_is_counted_where_its_flows_are() -> None:
    flows = compile_rules(NETWORK, PLACEMENTS, RuleSet()).flows.values()
    assert set(PLACES) == {("both/h1-h2", "forward"), ("both/h1-h2", "reverse")}
    assert set(PLACES.values()) == {(flow.dpid, flow.cookie) for flow in flows if flow.table == Table.CLASSIFY}
    assert [dpid for dpid, _ in PLACES.values()] == [1, 2]


def test_a_rate_counts_frames_with_fcs() -> None:
    history = after(flow_sample(0, MARK), flow_sample(1_000, MARK), flow_sample(2_000, MARK))
    assert rate(history, 2_000) == 50_000_000
    assert connection_rates(history, PLACES, 3_000 * MS)["both/h1-h2", "reverse"] is None


def test_a_shorter_window_than_flow_counters_need_is_unknown() -> None:
    short = WINDOW_NS // MS - 1
    assert rate(after(flow_sample(0, MARK), flow_sample(short, MARK)), short) is None
    assert rate(after(flow_sample(0, MARK), flow_sample(short + 1, MARK)), short + 1) == 50_000_000


@pytest.mark.parametrize("lag", [0, 250, 499])
def test_counters_that_advance_by_half_seconds_are_off_by_a_third_at_most(lag: int) -> None:
    def seen(ms: int) -> Counters:
        advanced = (ms + lag) // 500 * 500
        (count,) = flow_sample(advanced, MARK).flows
        return replace(flow_sample(ms, MARK), flows=(count._replace(duration_ns=(5_000 + ms) * MS),))

    assert rate(after(*map(seen, (510, 1_020, 1_530, 2_040))), 2_040) == pytest.approx(50_000_000, rel=0.34)


def test_several_flows_of_one_direction_count_together() -> None:
    twice = after(flow_sample(0, MARK, MARK, MARK + 1), flow_sample(2_000, MARK, MARK, MARK + 1))
    assert rate(twice, 2_000) == 100_000_000


def test_reset_of_one_of_several_flows_is_no_rate() -> None:
    last = flow_sample(2_000, MARK, MARK)
    anew = FlowCount(MARK, 9_000, 9_000 * FRAME, 500 * MS)
    assert rate(after(flow_sample(0, MARK, MARK), replace(last, flows=(last.flows[0], anew))), 2_000) is None


def test_a_flow_that_is_added_begins_a_new_count() -> None:
    last, young = flow_sample(2_000, MARK), FlowCount(MARK, 0, 0, 100 * MS)
    assert rate(after(flow_sample(0, MARK), replace(last, flows=(*last.flows, young))), 2_000) is None


def test_what_is_not_counted_is_unknown() -> None:
    for blank in (FlowCount(MARK), FlowCount(MARK, 5), FlowCount(MARK, None, 5, 5)):
        last = flow_sample(2_000, MARK)
        assert rate(after(flow_sample(0, MARK), replace(last, flows=(*last.flows, blank))), 2_000) is None


def test_a_connection_without_flows_is_unknown() -> None:
    assert rate(after(flow_sample(0), flow_sample(2_000)), 2_000) is None


def test_missing_reply_late_and_duplicate() -> None:
    history = after(flow_sample(0, MARK), flow_sample(3_000, MARK))
    assert rate(history, 3_000) == 50_000_000
    assert absorb_counters(history, flow_sample(1_000, MARK)) == history
    assert absorb_counters(history, flow_sample(3_000, MARK)) == history


def test_stale_is_unknown_and_never_0() -> None:
    history, limit = after(flow_sample(0, MARK), flow_sample(2_000, MARK)), 2_000 + STALE_PERIODS * FLOW_PERIOD_NS // MS
    assert rate(history, limit) == 50_000_000
    assert rate(history, limit + 1) is None
