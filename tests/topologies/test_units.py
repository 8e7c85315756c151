"""Quantities read exactly or not at all, and read back as they were written."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from topologies.units import (
    parse_frequency,
    parse_rate,
    parse_ratio,
    parse_size,
    parse_time,
    render_frequency,
    render_rate,
    render_ratio,
    render_size,
    render_time,
)

WHOLE = {"time": (parse_time, render_time), "rate": (parse_rate, render_rate), "size": (parse_size, render_size),
         "frequency": (parse_frequency, render_frequency)}


@pytest.mark.parametrize("kind", WHOLE)
@given(value=st.integers(0, 2**63 - 1) | st.builds(lambda a, b: a * 10**b, st.integers(0, 999), st.integers(0, 15)))
def test_what_is_rendered_reads_back_the_same(kind, value):
    parse, render = WHOLE[kind]
    assert parse(render(value)) == value


@given(st.decimals(0, 1, places=9))
def test_a_ratio_reads_back_the_same(ratio):
    assert parse_ratio(render_ratio(ratio.normalize())) == ratio


@pytest.mark.parametrize(("text", "time_ns"), [
    ("1 ms", 1_000_000), ("1ms", 1_000_000), ("0.5 us", 500), ("1 µs", 1_000), ("1 μs", 1_000), ("10 s", 10**10),
    ("5 min", 300 * 10**9), ("1 h", 3_600 * 10**9), ("1.5 ns", None), ("0.0000000001 s", None), ("123.04 us", 123_040),
])
def test_times_are_whole_nanoseconds(text, time_ns):
    if time_ns is None:
        with pytest.raises(ValueError, match="not a whole number of ns"):
            parse_time(text)
    else:
        assert parse_time(text) == time_ns


def test_k_is_a_thousand():
    assert parse_rate("1.5 Gbps") == 1_500_000_000
    assert parse_size("64 kB") == 64_000


@pytest.mark.parametrize(("time_ns", "text"), [
    (1_000_000, "1 ms"), (123_040, "123.04 us"), (1_500, "1.5 us"), (90 * 10**9, "90 s"), (120 * 10**9, "2 min"),
    (1_234_567, "1234.567 us"), (1, "1 ns"), (0, "0 ns")])
def test_times_are_rendered_shortly(time_ns, text):
    assert render_time(time_ns) == text


def test_sizes_are_rendered_without_a_point():
    assert [render_size(each) for each in (1_500, 64_000, 40 * 10**12)] == ["1500 B", "64 kB", "40 TB"]


@pytest.mark.parametrize(("text", "ratio"), [
    ("99.99 %", "0.9999"), ("99.99%", "0.9999"), ("1e-4", "0.0001"), ("0.001", "0.001"), ("100 %", "1"), ("0", "0")])
def test_ratios_are_exact(text, ratio):
    assert parse_ratio(text) == Decimal(ratio)


@pytest.mark.parametrize(("parse", "text", "message"), [
    (parse_time, "1", '1 has no unit: "1 ms" or "1 us"?'),
    (parse_rate, "50", '50 has no unit: "50 Mbps" or "50 Gbps"?'),
    (parse_size, "64", '64 has no unit: "64 B" or "64 kB"?'),
    (parse_frequency, "200", '200 has no unit: "200/s"?'),
    (parse_time, "1 mS", 'did you mean "ms"?'),
    (parse_rate, "1 mbps", 'did you mean "Mbps"?'),
    (parse_rate, "1 Gb/s", 'did you mean "Gbps"?'),
    (parse_time, "-1 ms", "negative"),
    (parse_time, "1,5 ms", "is not a time"),
    (parse_time, "1e3 ms", "is not a time"),
    (parse_time, "1 ms 3 us", "is not a time"),
    (parse_time, "about 1 ms", "is not a time"),
    (parse_time, "", "is not a time"),
    (parse_time, "\u0661 ms", "is not a time"),
    (parse_time, "9" * 5_000 + " s", "is not a time"),
    (parse_time, "9999999999999 h", "too large"),
    (parse_ratio, "99.99", 'did you mean "99.99 %"?'),
    (parse_ratio, "200 %", "more than the whole"),
    (parse_ratio, "-1 %", "is not a ratio"),
    (parse_ratio, "nan", "is not a ratio"),
    (parse_ratio, "1e-999", "is not a ratio"),
])
def test_what_is_not_exact_is_an_error_that_says_what_would_be_right(parse, text, message):
    with pytest.raises(ValueError) as error:  # noqa: PT011 - the message is compared below
        parse(text)
    assert message in str(error.value)
