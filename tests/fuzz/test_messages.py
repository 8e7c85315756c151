"""Messages made wrong by hand, and 20,000 mutants, on the way that a switch's take: none is dear, none raises."""

from collections.abc import Iterator

import pytest

from controller.southbound.guard import Stage
from tests.fuzz.messages import MOST_S, cost, main, tell
from tests.fuzz.openflow import LAST_TYPE, malformed, sound
from tests.fuzz.wire import Way, way


@pytest.fixture
def told() -> Iterator[Way]:
    with way() as made:
        yield made


def cheapest(told: Way, stage: Stage, words: bytes) -> float:
    """What it costs, where the machine has no part in it: of several times the least, if once is too much."""
    took = cost(told, stage, words)
    return took if took <= MOST_S else min(cost(told, stage, words) for _ in range(4))


def test_there_is_a_sound_message_of_each_type() -> None:
    assert {each[1] for each in sound().values()} == {*range(LAST_TYPE + 1)}
    assert len(malformed()) > 1_000


@pytest.mark.parametrize("stage", Stage)
def test_no_malformed_message_is_dear_or_raises(told: Way, stage: Stage) -> None:
    dear = {name: took for name, words in malformed().items() if (took := cheapest(told, stage, words)) > MOST_S}
    assert dear == {}
    assert told.complaints == []


def test_what_an_honest_switch_says_is_taken(told: Way) -> None:
    ours = ("error", "experimenter's error", "HELLO failed", "echo", "echoed", "packet", "flow removed", "port status",
            "barrier reply", *(f"multipart {kind}" for kind in (1, 4, 7, 10)))
    for name in ours:
        words = sound()[name]
        assert told.say(Stage.JOINED, iter([lambda _, words=words: words]))[2] == "closed by the switch", name
    assert told.complaints == []


@pytest.mark.slow
def test_20000_mutants_hold() -> None:
    tale = tell(20_000)
    assert tale.said == 20_000
    assert 4_000 < tale.ended < 20_000


def test_what_is_no_number_of_messages_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["many"]) == 2
    assert "'many' is no number of messages; write one, such as 100000" in capsys.readouterr().err
