"""Who watches sees the whole, then what changes, and harms nobody by reading slowly."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import replace

import pytest

from controller.address import Address
from controller.northbound.client import CallRefusedError, Client, ClientError
from controller.northbound.isochrone.v1 import intents_pb2 as pb
from controller.northbound.server import serve
from controller.northbound.service import MOST_WATCHERS
from controller.northbound.watching import told, watch
from controller.road import Ground, Stopwatch, planned
from controller.snapshot import Snapshot, Status
from intents.documents import read_documents
from intents.rules import RuleSet
from tests.controller.agent.timeline import intents
from topologies.builders import diamond

from .documents import SURGERY, TELEMEDICINE, apply


class Changing:
    """Stands in for a loop whose snapshot is replaced at will."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot, self._changed = snapshot, threading.Condition()

    @property
    def snapshot(self) -> Snapshot:
        return self._snapshot

    @snapshot.setter
    def snapshot(self, snapshot: Snapshot) -> None:
        with self._changed:
            self._snapshot = snapshot
            self._changed.notify_all()

    def wait_for(self, is_reached: Callable[[Snapshot], bool], timeout_s: float) -> bool:
        with self._changed:
            return self._changed.wait_for(lambda: is_reached(self._snapshot), timeout_s)


@pytest.fixture(scope="module")
def many() -> Snapshot:
    """A hundred intents that stand."""
    text = intents(*(f"i{n}: from: h1, to: h4, match: {{protocol: udp, destination-port: {5000 + n}}}" for n in range(100)))
    documents = read_documents((text, "many.yaml"))
    _, plan = planned(Ground(diamond()), documents, Stopwatch())
    return Snapshot(1, documents, plan, RuleSet(), RuleSet(), statuses=dict.fromkeys(plan.placements, Status.SATISFIED))


def serving(authority: object) -> Iterator[Client]:
    northbound = serve(Address("127.0.0.1", 0), None, diamond(), authority)  # type: ignore[arg-type]
    with Client(northbound.address) as client:
        yield client
    northbound.stop()


@pytest.fixture
def changing(many: Snapshot) -> Changing:
    return Changing(many)


@pytest.fixture
def watched(changing: Changing) -> Iterator[Client]:
    yield from serving(changing)


def statuses(message: pb.WatchResponse) -> dict[str, str]:
    return {each.name: pb.Status.Name(each.status).removeprefix("STATUS_") for each in message.intents}


def turned(snapshot: Snapshot, revision: int) -> Snapshot:
    """Every intent with another status."""
    status = (Status.PENDING, Status.SATISFIED)[revision % 2]
    return replace(snapshot, revision=revision, statuses=dict.fromkeys(snapshot.statuses, status))


def test_the_whole_comes_first_and_then_what_changes(client: Client) -> None:
    with closing(client.watch()) as messages:
        first = next(messages)
        assert (first.whole, first.revision, list(first.intents)) == (True, 0, [])
        apply(client, SURGERY, TELEMEDICINE)
        second = next(messages)
        assert (second.whole, second.revision, statuses(second)) == (False, 1, {"surgery": "PENDING"})
        client.delete([pb.Reference(kind=pb.KIND_INTENT, name="surgery")])
        third = next(messages)
        assert (third.revision, list(third.gone), list(third.intents)) == (2, ["surgery"], [])


def test_only_what_changed_is_told(many: Snapshot) -> None:
    assert told(many, replace(many, loads={})) is None
    assert len(told(None, many).intents) == 100  # type: ignore[union-attr]
    changed = replace(many, statuses={**many.statuses, "i7/h1-h4": Status.PENDING}, why={"i7/h1-h4": "waits"})
    message = told(many, changed)
    assert message is not None
    assert statuses(message) == {"i7": "PENDING"}
    assert message.intents[0].connections[0].why == "waits"
    alarmed = told(many, replace(many, alarms=("fire",)))
    assert alarmed is not None
    assert (list(alarmed.alarms), list(alarmed.intents)) == (["fire"], [])


def test_a_slow_reader_gets_the_whole_of_now_instead_of_a_backlog(changing: Changing) -> None:
    time_s, ended = [0.0], threading.Event()
    with closing(watch(changing, ended, lambda: time_s[0])) as messages:
        assert next(messages).whole
        for revision in range(2, 1001):
            changing.snapshot = turned(changing.snapshot, revision)
        time_s[0] += 0.9
        second = next(messages)
        assert (second.revision, second.whole, len(second.intents)) == (1000, False, 100)
        changing.snapshot = replace(changing.snapshot, revision=1001)
        time_s[0] += 1.1
        third = next(messages)
        assert (third.revision, third.whole, len(third.intents)) == (1001, True, 100)
        ended.set()
        assert list(messages) == []


@pytest.mark.slow
def test_who_never_reads_harms_nobody(changing: Changing, watched: Client) -> None:
    with closing(watched.watch()) as idle, closing(watched.watch()) as busy:
        next(idle)
        next(busy)
        for revision in range(2, 12):
            changing.snapshot = turned(changing.snapshot, revision)
            assert next(busy).revision == revision
        assert watched.status().revision == 11


def test_others_are_served_while_as_many_watch_as_may(changing: Changing, watched: Client) -> None:
    with ExitStack() as stack:
        for _ in range(MOST_WATCHERS):
            assert next(stack.enter_context(closing(watched.watch()))).whole
        with pytest.raises(CallRefusedError, match="watch already") as refused:
            next(watched.watch())
        assert refused.value.code == "RESOURCE_EXHAUSTED"
        assert watched.status().revision == changing.snapshot.revision
    end = threading.Event()
    for _ in range(50):
        try:
            with closing(watched.watch()) as messages:
                assert next(messages).whole
            return
        except CallRefusedError:
            end.wait(0.1)  # until the server has noticed that they left
    raise AssertionError("no seat is free again")


@pytest.mark.slow
def test_a_watch_ends_with_the_server(changing: Changing) -> None:
    northbound = serve(Address("127.0.0.1", 0), None, diamond(), changing)  # type: ignore[arg-type]
    with Client(northbound.address) as client:
        messages = client.watch()
        next(messages)
        northbound.stop()
        with pytest.raises(ClientError):
            next(messages)
