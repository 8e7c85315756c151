"""The loop as a thread: the same agent on a real clock, with switches that answer from another thread."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence

import pytest
from structlog.testing import capture_logs

from controller.agent.loop import Loop
from controller.facts import Confirmed, Fact, Probed, SwitchUp, TablesRead
from controller.road import Ground, Stopwatch, built, planned
from controller.snapshot import Committed, Proposal, Stale, Status
from controller.store.sqlite import Store, open_store
from intents.documents import Documents, read_documents
from intents.forwarding import walk
from intents.probes import Probe, packet_of
from intents.rules import Change, RuleSet, merged
from intents.steps import take
from tests.controller.agent.test_moves import KEY, A
from topologies.builders import diamond
from topologies.model import PortId
from topologies.source import BadInput

NETWORK = diamond()


class Switches:
    """Do at once what they are told, on a thread of their own."""

    def __init__(self) -> None:
        self.tables = {switch.dpid: RuleSet() for switch in NETWORK.switches}
        self.fails = False
        self.tell: Callable[[Fact], None] = lambda fact: None

    def connect(self) -> None:
        ports = dict.fromkeys(range(1, 5), True)
        for dpid in self.tables:
            self.tell(SwitchUp(dpid, ports))

    def read(self, dpid: int, token: int) -> None:
        self._answer(TablesRead(dpid, token, self.tables[dpid]))

    def send(self, dpid: int, changes: Sequence[Change], token: int) -> None:
        if self.fails:
            raise RuntimeError("out of sockets")
        self.tables[dpid] = take(self.tables[dpid], changes)
        self._answer(Confirmed(dpid, token))

    def probe(self, probe: Probe, token: int) -> None:
        peer = NETWORK.peer_of[PortId(NETWORK.switch_by_dpid[probe.dpid].name, probe.port)]
        (end,) = walk(NETWORK, merged(self.tables.values()), packet_of(probe), peer).ends
        self._answer(Probed(NETWORK.switch_by_name[end.at.switch].dpid, token, end.at.number, probe.label))

    def _answer(self, fact: Fact) -> None:
        threading.Thread(target=self.tell, args=(fact,)).start()


@pytest.fixture
def store() -> Store:
    return open_store(":memory:")


@pytest.fixture
def switches() -> Switches:
    return Switches()


@pytest.fixture
def loop(store: Store, switches: Switches) -> Iterator[Loop]:
    made = Loop(NETWORK, store, switches)
    switches.tell = made.tell
    made.start()
    yield made
    made.stop()


def proposal(loop: Loop, documents: Documents) -> Proposal:
    seen, watch = loop.snapshot, Stopwatch()
    ground = Ground(NETWORK, seen.plan, seen.target, seen.actual, seen.down_links, seen.barred_labels)
    wanted, plan = planned(ground, documents, watch)
    way = built(ground, wanted, plan, watch)
    return Proposal(seen.revision, documents, way.plan, way.target, seen.reads)


def test_it_drives_the_network_to_what_was_committed(loop: Loop, switches: Switches) -> None:
    switches.connect()
    assert loop.wait_for(lambda snapshot: snapshot.settled, 5.0)
    answer = loop.submit(proposal(loop, read_documents((A, "a.yaml")))).result(5.0)
    assert answer == Committed(1)
    assert loop.snapshot.revision == 1
    assert loop.wait_for(lambda snapshot: snapshot.statuses == {KEY: Status.SATISFIED}, 5.0)


def test_of_many_at_once_exactly_one_wins(loop: Loop) -> None:
    offered = [proposal(loop, read_documents((A, "a.yaml"))) for _ in range(8)]
    answers = [future.result(5.0) for future in [loop.submit(each) for each in offered]]
    assert sorted(answers, key=str) == [Committed(1), *[Stale(1)] * 7]


def test_documents_that_do_not_fit_the_network_are_the_callers_fault(loop: Loop) -> None:
    stray = read_documents((A.replace("h4", "h9"), "a.yaml"))
    with pytest.raises(BadInput, match="h9"):
        loop.submit(Proposal(0, stray, loop.snapshot.plan, loop.snapshot.target))


@pytest.mark.slow
def test_a_turn_that_fails_is_told_to_who_submitted_and_the_loop_goes_on(store: Store, switches: Switches) -> None:
    loop = Loop(NETWORK, store, switches, clock=lambda: 20 * time.monotonic())
    switches.tell = loop.tell
    loop.start()
    switches.connect()
    assert loop.wait_for(lambda snapshot: snapshot.settled, 5.0)
    switches.fails = True
    with capture_logs() as lines, pytest.raises(RuntimeError, match="out of sockets"):
        loop.submit(proposal(loop, read_documents((A, "a.yaml")))).result(5.0)
    switches.fails = False
    assert "a turn failed" in [line["event"] for line in lines]
    assert loop.wait_for(lambda snapshot: snapshot.settled and snapshot.revision == 1, 5.0)
    assert loop.snapshot.statuses == {KEY: Status.SATISFIED}
    loop.stop()


def test_waiting_for_what_never_comes_ends_in_time(loop: Loop) -> None:
    started = time.monotonic()
    assert not loop.wait_for(lambda snapshot: snapshot.settled, 0.1)
    assert time.monotonic() - started < 2.0


def test_the_journal_tells_what_was_decided(store: Store, switches: Switches) -> None:
    loop = Loop(NETWORK, store, switches)
    pages: list[str] = []
    journal = store.journal
    store.journal = lambda entries: (pages.extend(event for _, _, event in entries), journal(entries))  # type: ignore
    switches.tell = loop.tell
    loop.start()
    switches.connect()
    assert loop.wait_for(lambda snapshot: snapshot.settled, 5.0)
    loop.submit(proposal(loop, read_documents((A, "a.yaml")))).result(5.0)
    assert loop.wait_for(lambda snapshot: snapshot.settled, 5.0)
    loop.stop()
    assert "revision 1: 1 connections placed, 1 of them anew, 0 refused" in pages
    assert "switch: 1 changes sent to s1" in pages
