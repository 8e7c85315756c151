"""The agent of one network, turn by turn: facts in, requests out, a snapshot for everybody else.

Rules of this file: no threads and no clock, time is an argument; a record that moved is in the store before anything
that rests on it is sent, or the proposal that moved it is turned back. The repair of a failed link alone goes on without
the store, with an alarm: traffic is worth more than a record of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from controller.agent.decide import Decision, decide
from controller.agent.journal import entries, raised
from controller.agent.ledger import Ledger
from controller.agent.memory import Memory
from controller.agent.recover import recovered
from controller.agent.replan import adopted
from controller.agent.status import published
from controller.agent.world import Read, absorb
from controller.facts import Fact
from controller.shipped import shipped_profiles
from controller.snapshot import Committed, NotStored, Proposal, Stale
from controller.store.record import Record
from controller.store.rows import Key
from controller.store.sqlite import Row, Store, StoreError
from intents.model import Wanted
from intents.resolve import resolve
from intents.rules import Change
from topologies.model import Topology

Answer = Committed | Stale | NotStored


class Southbound(Protocol):
    """What the agent needs of the switches; their answers come back as facts. Neither call blocks."""

    def read(self, dpid: int, token: int) -> None:
        """Ask for all tables of a switch."""

    def send(self, dpid: int, changes: Sequence[Change], token: int) -> None:
        """Send changes in their order, with a barrier behind them."""


@dataclass(frozen=True)
class Ready:
    """A proposal with everything made that takes long: what it wants, resolved, and its rows for the store."""

    proposal: Proposal
    wanted: Wanted
    rows: Mapping[Key, Row]


class Agent:
    """Decides for one network. Used by one thread; only `prepare` and `snapshot` are for all."""

    def __init__(self, topology: Topology, store: Store, southbound: Southbound, now: float) -> None:
        """Begins with what the store holds. Raises StoreError, and BadInput where that does not fit the network."""
        self._topology = topology
        self._southbound = southbound
        self._ledger = Ledger(store)
        self._world = recovered(topology, self._ledger.written, shipped_profiles(), now)
        self._memory = Memory()
        self._faults: tuple[str, ...] = ()
        self.snapshot = published(self._world, self._memory, now)

    def prepare(self, proposal: Proposal) -> Ready:
        """The slow part of a commit, for the thread that wants it. Raises BadInput."""
        wanted = resolve(shipped_profiles().merged(proposal.documents), self._topology)
        rows = self._ledger.prepare(Record("", documents=proposal.documents, plan=proposal.plan))
        return Ready(proposal, wanted, rows)

    def turn(self, facts: Sequence[Fact], now: float, ready: Ready | None = None) -> Answer | None:
        """Take in what happened and at most one proposal, do what is next, and say what became of the proposal."""
        before = self._world
        self._world = absorb(before, facts, now)
        answer, decision = self._considered(ready, now) if ready else (None, None)
        if decision is None:
            decision = decide(self._world, self._memory, now)
            self._ledger.keep(decision.world.record, now)
        self._world, self._memory = decision.world, decision.memory
        for request in decision.requests:
            if isinstance(request, Read):
                self._southbound.read(request.dpid, request.token)
            else:
                self._southbound.send(request.dpid, request.changes, request.token)
        if decision.world is not before:
            self._ledger.note(entries(before, decision), decision.world.record.revision, now)
        if decision.world is not before or self._troubles() != self._faults:
            self._publish(now)
        return answer

    def rest(self, now: float) -> None:
        """What can wait until there is nothing else to do."""
        self._ledger.flush(now)

    def close(self) -> None:
        """Release the store. The switches keep what they have."""
        self._ledger.close()

    def _considered(self, ready: Ready, now: float) -> tuple[Answer, Decision | None]:
        """What becomes of a proposal, and if it stands, what follows from it."""
        world, proposal = self._world, ready.proposal
        links_moved = world.target is not None and world.down(now) != world.record.down_links
        if proposal.base_revision != world.record.revision or links_moved:
            return Stale(world.record.revision), None
        barred = self._memory.barred_at(now)
        moved = adopted(world, proposal.documents, ready.wanted, proposal.plan, proposal.target, barred)
        decision = decide(moved, self._memory, now)
        try:
            self._ledger.commit(decision.world.record, ready.rows)
        except StoreError as error:
            return NotStored(str(error)), None
        return Committed(moved.record.revision), decision

    def _troubles(self) -> tuple[str, ...]:
        return (self._ledger.trouble,) if self._ledger.trouble else ()

    def _publish(self, now: float) -> None:
        self._faults = self._troubles()
        snapshot = published(self._world, self._memory, now, self._faults)
        self._ledger.note(raised(self.snapshot, snapshot), snapshot.revision, now)
        self.snapshot = snapshot
