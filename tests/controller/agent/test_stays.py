"""How long what was moved stays."""

from controller.agent.stays import HOLD_S, LONGEST_HOLD_S, Stays, after, held
from controller.decisions import Move

A, B, C = (("h1", "s1", middle, "s4", "h4") for middle in ("s2", "s3", "s5"))


def moved(stays: Stays, before: tuple[str, ...], to: tuple[str, ...], now: float) -> Stays:
    return after(stays, [Move("a", "a", "forward", before, to)], now)


def stay_s(stays: Stays, now: float) -> float:
    return stays["a"].until - now


def test_what_was_moved_is_held_and_nothing_else() -> None:
    stays = moved({}, A, B, 100.0)
    assert held(stays, 100.0) == held(stays, 99.9 + HOLD_S) == {"a"}
    assert held(stays, 100.0 + HOLD_S) == frozenset()


def test_whoever_is_moved_to_and_fro_stays_twice_as_long_each_time_up_to_an_end() -> None:
    stays, now, times = moved({}, A, B, 0.0), 0.0, []
    for turn in range(8):
        now = stays["a"].until
        stays = moved(stays, *((A, B) if turn % 2 else (B, A)), now)
        times.append(stay_s(stays, now))
    assert times == [60, 120, 240, 480, 960, LONGEST_HOLD_S, LONGEST_HOLD_S, LONGEST_HOLD_S]


def test_a_new_place_is_no_return() -> None:
    stays = moved(moved({}, A, B, 0.0), B, C, 30.0)
    assert stay_s(stays, 30.0) == HOLD_S
    assert stay_s(moved(stays, C, A, 60.0), 60.0) == 2 * HOLD_S


def test_what_was_left_alone_for_long_begins_anew() -> None:
    stays = moved(moved({}, A, B, 0.0), B, A, 30.0)
    assert stay_s(moved(stays, A, B, 89 + LONGEST_HOLD_S), 89 + LONGEST_HOLD_S) == 4 * HOLD_S
    assert stay_s(moved(stays, A, B, 90 + LONGEST_HOLD_S), 90 + LONGEST_HOLD_S) == HOLD_S
