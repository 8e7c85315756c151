"""Counting a probe's packets: each story in a handful of them."""

from labs.measured import Span, Stream, count, together

MS = 1_000_000
ALWAYS = Span("always", 0, 10**12)


def stream(arrivals, sent=5, misdelivered=()):
    return Stream("surgery", "surgeon", "robot", [i * MS for i in range(sent)], arrivals, misdelivered)


def on_time(*numbers):
    return [(i, i * MS + 300_000) for i in numbers]


def test_all_arrived():
    seen = count(stream(on_time(0, 1, 2, 3, 4)), ALWAYS)
    assert (seen.sent, seen.lost, seen.duplicated, seen.reordered, seen.gap_ns) == (5, 0, 0, 0, 0)
    assert seen.statistic_ns("p50") == 300_000


def test_lost_ones_make_a_gap():
    seen = count(stream(on_time(0, 3, 4)), ALWAYS)
    assert (seen.lost, seen.gap_ns) == (2, 2 * MS)


def test_lost_to_the_end_is_a_gap_too():
    assert count(stream(on_time(0, 1)), ALWAYS).gap_ns == 2 * MS


def test_copies_are_counted_and_do_not_hide_a_loss():
    seen = count(stream([*on_time(0, 1, 2, 3), (3, 4 * MS)]), ALWAYS)
    assert (seen.duplicated, seen.lost) == (1, 1)


def test_order():
    assert count(stream([(0, MS), (2, 3 * MS), (1, 4 * MS), (3, 5 * MS), (4, 6 * MS)]), ALWAYS).reordered == 1


def test_at_the_wrong_host():
    seen = count(stream(on_time(0, 1, 2, 3), misdelivered=[(4, 5 * MS)]), ALWAYS)
    assert (seen.misdelivered, seen.lost) == (1, 1)


def test_a_span_counts_by_send_time():
    late = [(0, 100 * MS), (1, 100 * MS)]
    seen = count(stream(late), Span("move", 0, 2 * MS))
    assert (seen.sent, seen.lost) == (2, 0)


def test_nothing_arrived_is_no_zero_delay():
    assert count(stream([]), ALWAYS).statistic_ns("p50") is None


def test_both_directions_together():
    both = together([count(stream(on_time(0, 1, 2, 3)), ALWAYS), count(stream(on_time(0, 1, 2, 3, 4)), ALWAYS)])
    assert (both.sent, both.lost, len(both.delay_ns)) == (10, 1, 9)
