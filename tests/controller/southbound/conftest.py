"""A southbound on loopback for each test, and the facts that it told."""

from collections.abc import Iterator
from queue import Empty, Queue
from typing import TypeVar

import pytest

from controller.facts import Counters, Fact
from controller.southbound.channel import Southbound

F = TypeVar("F")


class Told:
    """The facts, or the counters, in the order they came."""

    def __init__(self) -> None:
        self.queue: Queue[Fact | Counters] = Queue()

    def next(self, kind: type[F], seconds: float = 5) -> F:
        """The next fact, which must be of this kind."""
        try:
            fact = self.queue.get(timeout=seconds)
        except Empty:
            raise AssertionError(f"no {kind.__name__} within {seconds} s") from None
        assert isinstance(fact, kind), fact
        return fact

    def nothing(self) -> bool:
        """Whether no fact waits."""
        return self.queue.empty()


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def counted() -> Told:
    return Told()


@pytest.fixture
def southbound() -> Iterator[Southbound]:
    made = Southbound()
    yield made
    made.stop()


@pytest.fixture
def port(southbound: Southbound, told: Told, counted: Told) -> int:
    """The TCP port of the running southbound."""
    return southbound.start("127.0.0.1", 0, told.queue.put, counted.queue.put)
