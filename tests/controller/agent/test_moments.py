"""The controller dies before every single thing that a move sends or stores; or one answer of a switch to it never comes."""

from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from controller.agent.world import PATIENCE_S
from controller.facts import Fact, Probed
from tests.controller.agent.test_moves import A_ELSEWHERE, KEY, A, started
from tests.controller.agent.timeline import Timeline
from topologies.builders import diamond

OLD, NEW = ("s1", "s2", "s4"), ("s1", "s3", "s4")
LEAST_MOMENTS = 12
"""Of a move: the record is written twice; rules are laid, trunks swapped and rules retired at eight times of a switch; two
probes are sent."""


class DeathError(BaseException):
    """The process is gone: nothing catches that."""


def dies(timeline: Timeline, moment: int) -> None:
    """From now on the controller counts what it sends and stores, and dies before the one of this number."""
    moments = count()

    def mortal(act: Callable[..., Any]) -> Callable[..., Any]:
        def acts(*args: Any, **named: Any) -> Any:
            if next(moments) >= moment:
                raise DeathError
            return act(*args, **named)
        return acts

    timeline.fabric.send = mortal(timeline.fabric.send)  # type: ignore[method-assign]
    timeline.fabric.probe = mortal(timeline.fabric.probe)  # type: ignore[method-assign]
    timeline._store.commit = mortal(timeline._store.commit)  # type: ignore[method-assign]


def lives_on(timeline: Timeline) -> None:
    """Another process, for which the switches are as they were left."""
    del timeline.fabric.send, timeline.fabric.probe
    timeline.restart()
    timeline.settle()


def moved(path: Path, moment: int) -> tuple[Timeline, bool]:
    """A move in which the controller dies at a moment, and whether it came to that."""
    timeline = Timeline(diamond(), str(path / f"{moment}.db"))
    timeline.begin()
    timeline.apply(A)
    timeline.settle()
    dies(timeline, moment)
    try:
        timeline.apply(A_ELSEWHERE)
        timeline.settle()
    except DeathError:
        lives_on(timeline)
        return timeline, True
    return timeline, False


@pytest.mark.fault(9)
def test_dying_before_each_send_and_each_write_of_a_move_it_comes_to_before_or_after(tmp_path: Path) -> None:
    for moment in count():
        timeline, died = moved(tmp_path, moment)
        assert timeline.path(KEY) == (OLD if moment == 0 else NEW), moment
        assert timeline.fabric.whole() == timeline.snapshot.target, moment
        assert (timeline.lost, timeline.overbooked, timeline.snapshot.alarms) == ([], [], ()), moment
        timeline.kill()
        if not died:
            assert moment >= LEAST_MOMENTS
            return


@pytest.mark.fault(14)
@pytest.mark.parametrize("number", range(8))
def test_whichever_answer_to_a_move_never_comes_the_switch_is_read_again_and_the_move_goes_on(number: int) -> None:
    timeline = started()
    timeline.apply(A)
    timeline.settle()
    swallow(timeline, number)
    begun = timeline.now
    timeline.apply(A_ELSEWHERE)
    timeline.run(PATIENCE_S - 0.1)
    assert timeline.path(KEY) in (OLD, NEW)
    assert not timeline.snapshot.settled
    timeline.settle()
    assert timeline.now >= begun + PATIENCE_S
    assert timeline.path(KEY) == NEW
    assert timeline.fabric.whole() == timeline.snapshot.target
    assert (timeline.lost, timeline.overbooked, timeline.snapshot.alarms) == ([], [], ())
    timeline.kill()
    sent = timeline.sent_since(begun)
    assert len({str(change) for change in sent}) == len(sent)  # it had been taken, and is not sent again


def swallow(timeline: Timeline, number: int) -> None:
    """One of the answers to come, by its number, is lost on its way. Probes are another matter: test_confirm."""
    answers, answer = count(), timeline.fabric._answer

    def tell(dpid: int, fact: Fact) -> None:
        if isinstance(fact, Probed) or next(answers) != number:
            answer(dpid, fact)

    timeline.fabric._answer = tell  # type: ignore[method-assign]
