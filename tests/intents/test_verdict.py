"""Verdicts: what packets show, and what they cannot show."""

from hypothesis import given
from hypothesis import strategies as st

from intents.model import LatencyBound
from intents.verdict import Delays, Judgement, latency_verdict, percentile

MS = 1_000_000


def delays(*values_ns: int, uncertainty_ns: int = 1000, every_ns: int = MS) -> Delays:
    return Delays([i * every_ns for i in range(len(values_ns))], values_ns, uncertainty_ns, "data-plane")


def judged(bound: LatencyBound, measured: Delays) -> Judgement:
    return latency_verdict(bound, measured).judgement


SUB_MS = LatencyBound(MS, strict=True)


def test_well_below_the_bound_is_met():
    assert judged(SUB_MS, delays(*[MS // 2] * 300)) is Judgement.MET


def test_near_the_bound_is_at_risk():
    assert judged(SUB_MS, delays(*[950_000] * 300)) is Judgement.AT_RISK


def test_above_the_bound_is_violated():
    assert judged(SUB_MS, delays(*[MS * 2] * 300)) is Judgement.VIOLATED


def test_too_few_samples_cannot_be_judged():
    assert judged(SUB_MS, delays(*[MS // 2] * 299)) is Judgement.UNVERIFIABLE


def test_no_sample_is_not_a_zero():
    verdict = latency_verdict(SUB_MS, delays())
    assert (verdict.judgement, verdict.value_ns) == (Judgement.UNVERIFIABLE, None)


def test_an_uncertainty_larger_than_the_margin_cannot_be_judged():
    assert judged(SUB_MS, delays(*[MS // 2] * 300, uncertainty_ns=5 * MS)) is Judgement.UNVERIFIABLE


def test_one_per_cent_of_late_packets_is_what_p99_allows():
    assert judged(SUB_MS, delays(*[MS // 2] * 990, *[MS * 3] * 10)) is Judgement.MET
    assert judged(SUB_MS, delays(*[MS // 2] * 980, *[MS * 3] * 20)) is Judgement.VIOLATED


def test_the_worst_window_counts():
    bound = LatencyBound(MS, window_ns=1000 * MS)
    good, bad = [MS // 2] * 1000, [MS * 2] * 1000
    assert judged(bound, delays(*good, *bad, *good)) is Judgement.VIOLATED


def test_a_window_without_enough_packets_cannot_be_passed_over():
    bound = LatencyBound(MS, window_ns=1000 * MS, severe_above_ns=5 * MS)
    good, outage = [(i * MS, MS // 2) for i in range(1000)], [(i * MS, MS // 2) for i in range(3000, 5000)]
    sent, delay = zip(*good, *outage, strict=True)
    assert judged(bound, Delays(sent, delay, 0, "data-plane")) is Judgement.UNVERIFIABLE
    late = [MS * 9] * len(delay)
    verdict = latency_verdict(bound, Delays(sent, late, 0, "data-plane"))
    assert verdict.judgement is Judgement.VIOLATED
    assert (verdict.windows, verdict.violated, verdict.severely_violated) == (4, 2, 2)


def test_the_bound_itself_breaks_only_a_strict_promise():
    exact = delays(*[MS] * 300, uncertainty_ns=0)
    assert judged(SUB_MS, exact) is Judgement.VIOLATED
    assert judged(LatencyBound(MS), exact) is not Judgement.VIOLATED


@given(st.lists(st.integers(0, 10**9), min_size=1), st.sampled_from(["p50", "p90", "p99", "p99.9"]))
def test_a_percentile_is_a_value_that_was_seen_and_covers_its_share(values, statistic):
    found = percentile(values, statistic)
    share = float(statistic[1:]) / 100
    assert found in values
    assert sum(value <= found for value in values) >= share * len(values) - 1e-9
