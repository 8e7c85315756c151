"""From the counters of ports to the load of each direction of each link."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from controller.facts import Counters, PortCount
from controller.telemetry.history import PORT_PERIOD_NS, STALE_PERIODS, History, absorb_counters
from controller.telemetry.loads import Load, link_loads
from tests.controller.telemetry.world import MS, NETWORK, sample

ACCESS_1, ACCESS_2, CABLE = "h1-s1", "h2-s2", "cable"


def after(*facts: Counters) -> History:
    history = History()
    for fact in facts:
        history = absorb_counters(history, fact)
    return history


def both(*times: int) -> History:
    return after(*(sample(dpid, ms) for ms in times for dpid in (1, 2)))


def loads_at(ms: int, history: History) -> dict[tuple[str, str], Load | None]:
    return dict(link_loads(history, NETWORK, (1_000 + ms) * MS))


def rate(history: History, ms: int, link: str = CABLE, source: str = "s1") -> int | None:
    load = loads_at(ms, history)[link, source]
    return load and load.rate_bps


def test_every_direction_of_every_link_counts_frames_with_fcs_and_without_label() -> None:
    found = loads_at(510, both(0, 500))
    assert list(found) == [(arc.link, arc.source) for arc in NETWORK.arcs]
    assert {arc: load and load.rate_bps for arc, load in found.items()} == {
        (ACCESS_1, "h1"): 50_000_000, (CABLE, "s1"): 50_000_000, (ACCESS_2, "s2"): 50_000_000,
        (ACCESS_2, "h2"): 10_000_000, (CABLE, "s2"): 10_000_000, (ACCESS_1, "s1"): 10_000_000}
    assert found[CABLE, "s1"] == Load(50_000_000, 0.5, 1_000 * MS, 1_500 * MS)
    assert found[ACCESS_1, "h1"] == Load(50_000_000, 0.25, 1_000 * MS, 1_500 * MS)


def test_without_two_samples_all_is_unknown() -> None:
    assert set(loads_at(0, History()).values()) == {None}
    assert set(loads_at(10, both(0)).values()) == {None}


def test_missing_reply_the_mean_is_taken_over_the_gap() -> None:
    load = loads_at(1_000, both(0, 1_000))[CABLE, "s1"]
    assert load == Load(50_000_000, 0.5, 1_000 * MS, 2_000 * MS)
    assert rate(both(0, 500), 1_400) == 50_000_000


def test_stale_is_unknown_and_never_0() -> None:
    limit = 500 + STALE_PERIODS * PORT_PERIOD_NS // MS
    assert rate(both(0, 500), limit) == 50_000_000
    assert set(loads_at(limit + 1, both(0, 500)).values()) == {None}


def test_a_switch_that_is_not_heard_of_makes_its_own_directions_unknown_and_no_others() -> None:
    found = loads_at(500, after(sample(1, 0), sample(1, 500)))
    assert {arc for arc, load in found.items() if load} == {(ACCESS_1, "h1"), (ACCESS_1, "s1"), (CABLE, "s1")}


def test_no_rate_reaches_back_over_a_long_silence() -> None:
    assert rate(both(0, 5_000), 5_000) is None
    assert rate(both(0, 5_000, 5_500), 5_500) == 50_000_000


def test_duplicate_is_dropped() -> None:
    history = both(0, 500)
    assert absorb_counters(history, sample(1, 500)) == history
    assert absorb_counters(history, replace(sample(1, 500), at_ns=9_000 * MS)) == history


def test_late_is_dropped() -> None:
    history = both(0, 1_000)
    assert absorb_counters(history, sample(1, 500)) == history


def test_an_answer_held_up_on_its_way_bends_nothing() -> None:
    held_up = after(sample(1, 0), sample(1, 500, at_ms=990), sample(1, 1_000))
    assert rate(held_up, 1_000) == 50_000_000


def test_frozen_grows_stale_instead_of_idle() -> None:
    frozen = after(sample(1, 0), sample(1, 500), *(
        replace(sample(1, 500), token=token, at_ns=(1_000 + token) * MS) for token in (1_000, 1_500, 2_000)))
    assert rate(frozen, 1_500) == 50_000_000
    assert rate(frozen, 2_000) is None


def stuck(dpid: int, ms: int, port: int = 2) -> Counters:
    """What a switch tells one of whose ports has counted nothing since the beginning, though its clock runs."""
    now, then = sample(dpid, ms), sample(dpid, 0)
    return replace(now, ports={**now.ports, port: then.ports[port]._replace(duration_ns=now.ports[port].duration_ns)})


def test_frozen_though_its_clock_runs_it_is_unknown_where_the_far_end_receives() -> None:
    history = after(*(each for ms in (0, 500, 1_000) for each in (stuck(1, ms), sample(2, ms))))
    assert rate(history, 1_000) is None
    assert rate(history, 1_000, CABLE, "s2") == 10_000_000


def test_a_line_that_has_just_begun_to_carry_is_known() -> None:
    """A counter has to stand still for two rounds while the far end counts: polls are not of one and the same moment."""
    begun = after(*(each for ms in (0, 500) for each in (stuck(1, ms), stuck(2, ms))), stuck(1, 1_000), sample(2, 1_000))
    assert rate(begun, 1_000) == 0
    one_round = after(*(each for ms in (0, 500) for each in (stuck(1, ms), sample(2, ms))))
    assert rate(one_round, 500) == 0


def test_what_a_few_frames_at_the_far_end_say_is_not_enough() -> None:
    few = [replace(sample(2, ms), ports={2: sample(2, ms).ports[2]._replace(rx_bytes=ms * 100)}) for ms in (0, 500, 1_000)]
    history = after(*(each for ms, far in zip((0, 500, 1_000), few, strict=True) for each in (stuck(1, ms), far)))
    assert rate(history, 1_000) == 0


def test_a_port_that_is_gone_or_not_counted_is_unknown() -> None:
    gone = replace(sample(1, 500), ports={1: sample(1, 500).ports[1]})
    uncounted = replace(sample(1, 500), ports={2: PortCount(), 1: sample(1, 500).ports[1]})
    for last in (gone, uncounted):
        history = after(sample(1, 0), last)
        assert rate(history, 500) is None
        assert rate(history, 500, ACCESS_1, "h1") == 50_000_000


def test_polls_in_quick_succession_are_taken_together() -> None:
    assert loads_at(511, both(0, 500, 510, 511))[CABLE, "s1"] == Load(50_000_000, 0.5, 1_000 * MS, 1_511 * MS)


@given(st.permutations([(dpid, ms) for dpid in (1, 2) for ms in (0, 500, 1_000)]))
def test_whatever_comes_late_or_twice_no_load_is_wrong(order: list[tuple[int, int]]) -> None:
    history = after(*(sample(dpid, ms) for dpid, ms in order * 2))
    towards_h2 = {(ACCESS_1, "h1"), (CABLE, "s1"), (ACCESS_2, "s2")}
    for arc, load in loads_at(1_000, history).items():
        assert load is None or load.rate_bps == (50_000_000 if arc in towards_h2 else 10_000_000)
