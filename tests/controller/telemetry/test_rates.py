"""Which readings make a rate, and which do not: each way to be deceived has its name here."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.telemetry.rates import LEEWAY, WRAPS, Reading, latest_advance

MS = 1_000_000
HALF = 500 * MS
LINE = 100_000_000
STEP = 3_125_000
"""Bytes in half a second at 50 Mbps; frames of 1,250 bytes."""


def reading(number: int, size: int | None = None, duration: int | None = None, packets: int | None = None) -> Reading:
    """The reading of a steady 50 Mbps after so many half seconds, but for what is said."""
    return Reading(1_000 * MS + number * HALF, (number + 3) * HALF if duration is None else duration,
                   number * 2_500 if packets is None else packets, number * STEP if size is None else size)


def rate(*readings: Reading | None, least_ns: int = HALF // 2, line_bps: int = LINE) -> int | None:
    """From readings oldest first."""
    advance = latest_advance(reversed(readings), least_ns, line_bps)
    return None if advance is None else advance.bps()


def test_steady() -> None:
    assert rate(reading(0), reading(1), reading(2)) == 50_000_000


def test_no_reading_or_only_one_is_no_rate() -> None:
    assert rate() is None
    assert rate(reading(0)) is None


def test_idle_is_known_to_be_0() -> None:
    assert rate(reading(0, 77, packets=1), reading(1, 77, packets=1)) == 0


def test_a_frame_s_more_bytes_are_counted_in() -> None:
    advance = latest_advance([reading(1), reading(0)], 0, LINE)
    assert advance is not None
    assert advance.bps(4) == 50_000_000 + 5_000 * 4 * 8


def test_the_latest_is_taken_and_no_more_than_is_needed() -> None:
    slow = [reading(0, 0), reading(1, 0), reading(2, 0), reading(3, STEP)]
    assert rate(*slow) == 50_000_000
    assert rate(*slow, least_ns=3 * HALF) == round(50_000_000 / 3)
    assert rate(*slow, least_ns=4 * HALF) is None


def test_the_switch_s_clock_counts_and_not_when_answers_came_in() -> None:
    late = Reading(1_000 * MS + 3 * HALF, 4 * HALF, 2_500, STEP)
    assert rate(reading(0), late) == 50_000_000


def test_a_switch_that_tells_no_durations_is_timed_by_arrival() -> None:
    before, after = (Reading(at, None, 0, size) for at, size in ((0, 0), (HALF, STEP)))
    assert rate(before, after) == 50_000_000


@pytest.mark.parametrize("wrap", WRAPS)
def test_wrap(wrap: int) -> None:
    assert rate(reading(0, wrap - 1_000), reading(1, STEP - 1_000)) == 50_000_000
    assert rate(reading(0, packets=wrap - 1), reading(1, packets=2_499)) == 50_000_000


def test_a_counter_of_64_bits_past_32_does_not_wrap_at_32() -> None:
    assert rate(reading(0, WRAPS[0] + 5), reading(1, 5)) is None


def test_jump() -> None:
    assert rate(reading(0), reading(1, 10 * STEP)) == 500_000_000
    assert rate(reading(0), reading(1, 1 << 32)) is None
    assert rate(reading(0), reading(1, packets=1 << 32)) is None
    assert rate(reading(0), reading(1, 1 << 32), line_bps=0) == round(8e9 * (1 << 32) / HALF)


def test_after_a_jump_the_next_pair_is_a_rate_again() -> None:
    assert rate(reading(0), reading(1, 1 << 40), reading(2, (1 << 40) + STEP)) == 50_000_000


def test_what_a_switch_tells_in_one_go_is_no_jump() -> None:
    late = Reading(1_000 * MS + 10 * MS, 3 * HALF + 10 * MS, 250, STEP // 5)
    assert rate(reading(0), late, least_ns=0) == 500_000_000


def test_reset_by_the_counter() -> None:
    assert rate(reading(0, 2_000_000_000), reading(1, 10)) is None
    assert rate(reading(0, 5 * STEP), reading(1, STEP)) is None


def test_reset_by_the_duration_though_the_counter_is_past_where_it_was() -> None:
    assert rate(reading(0, 10), reading(1, STEP, duration=100 * MS)) is None


def test_reset_of_a_young_counter_though_its_duration_is_past_where_it_was() -> None:
    young = Reading(0, 100 * MS, 0, 0)
    assert rate(young, Reading(HALF, 400 * MS, 2_000, STEP)) is None
    assert rate(young, Reading(HALF, 600 * MS, 2_500, STEP)) == 50_000_000


def test_reset_of_packets_alone() -> None:
    assert rate(reading(0, packets=9_000), reading(1, packets=10)) is None


def test_after_a_reset_the_next_pair_is_a_rate_again_but_none_spans_it() -> None:
    history = [reading(0, 10 * STEP), reading(1, 0), reading(2, STEP), reading(3, 2 * STEP)]
    assert rate(*history) == 50_000_000
    assert rate(*history, least_ns=2 * HALF) == 50_000_000
    assert rate(*history, least_ns=3 * HALF) is None


def test_what_went_missing_in_between_is_a_gap_like_a_reset() -> None:
    assert rate(reading(0), None, reading(2)) is None
    assert rate(None, reading(1), reading(2)) == 50_000_000


def test_frozen_readings_are_one_and_as_old_as_the_first() -> None:
    readings = [reading(0), reading(1), Reading(2_000 * MS, reading(1).duration_ns, 2_500, STEP)]
    advance = latest_advance(reversed(readings), HALF // 2, LINE)
    assert advance is not None
    assert (advance.bps(), advance.at_ns) == (50_000_000, reading(1).at_ns)


def test_frozen_from_the_start_is_no_rate() -> None:
    assert rate(reading(0), reading(1, 0, duration=3 * HALF), reading(2, 0, duration=3 * HALF)) is None


steps = st.tuples(st.integers(1, 2_000), st.integers(0, 100), st.sampled_from(["on", "on", "on", "reset", "restart"]))


@given(st.lists(steps, min_size=1, max_size=8), st.sampled_from(WRAPS), st.integers(0, 1 << 64), st.integers(0, 1000))
def test_whatever_happens_no_rate_is_more_than_the_line_s_with_its_leeway(
        story: list[tuple[int, int, str]], wrap: int, start: int, jitter: int) -> None:
    """Counters that run at up to the line's rate, wrap, and begin anew with or without their duration doing so."""
    counted, duration, at = start % wrap, HALF, 1_000_000 * MS
    readings = [Reading(at, duration, 0, counted)]
    for ms, percent, event in story:
        gone = LINE // 8 * ms // 1000 * percent // 100
        at, duration = at + ms * MS + jitter, duration + ms * MS
        counted = (counted + gone) % wrap if event == "on" else gone
        duration = ms * MS if event == "restart" else duration
        readings.append(Reading(at, duration, 0, counted))
    advance = latest_advance(reversed(readings), HALF // 2, LINE)
    assert advance is None or 0 <= advance.bps() <= LEEWAY * LINE
