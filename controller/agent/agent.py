"""The agent of one network, turn by turn: facts in, requests out, a snapshot for everybody else.

Rules of this file: no threads and no clock, time is an argument; a record that moved is in the store before anything
that rests on it is sent, or the proposal that moved it is turned back. The repair of a failed link alone goes on without
the store, be it slow or, with an alarm, broken: traffic is worth more than a record of it. What takes longer than a turn
may (`prepare`, `considered`) is for threads with more time; what came of it is a proposal like any other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from controller.agent.advice import Advice, Question, advised
from controller.agent.audit import AUDIT_S
from controller.agent.decide import Decision, decide
from controller.agent.journal import DECISION, decision_entry, decisions_in, entries, raised
from controller.agent.ledger import Ledger
from controller.agent.measuring import Measuring
from controller.agent.memory import Memory
from controller.agent.purging import purged
from controller.agent.recording import MOST, Chronicle, age_s, on_links
from controller.agent.recover import recovered
from controller.agent.replan import adopted, in_place
from controller.agent.skill import Skill, kept_off
from controller.agent.status import published
from controller.agent.trial import Probing
from controller.agent.world import Read, World, absorb, auditing
from controller.decisions import Autonomy, DecisionRecord
from controller.facts import Counters, Fact, FlowCounters, PortCounters
from controller.shipped import shipped_profiles
from controller.snapshot import Committed, NotStored, Proposal, Snapshot, Stale
from controller.store.record import Record
from controller.store.rows import Key
from controller.store.sqlite import Row, Store, StoreError
from intents.model import Placement, Wanted
from intents.probes import Probe
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

    def probe(self, probe: Probe, token: int) -> None:
        """Send a probe out of a switch's port."""

    def poll_ports(self, dpid: int, token: int) -> None:
        """Ask for the counters of all ports."""

    def poll_flows(self, dpid: int, token: int) -> None:
        """Ask for the counters of the classify flows of ours."""


@dataclass(frozen=True)
class Ready:
    """A proposal with everything made that takes long: what it wants, resolved, and its rows for the store."""

    proposal: Proposal
    wanted: Wanted
    rows: Mapping[Key, Row]


@dataclass(frozen=True)
class Purge:
    """The wish that rules go which look like ours and which no store knows."""


@dataclass(frozen=True)
class Thought:
    """What became of a question: advice and, where it says what to do, that made ready. `None`: thinking failed."""

    advice: Advice | None
    ready: Ready | None = None


class Agent:
    """Decides for one network. Used by one thread; only `prepare`, `considered` and `snapshot` are for all."""

    def __init__(self, topology: Topology, store: Store, southbound: Southbound, now: float,
                 autonomy: Autonomy = "off", audit_s: float = AUDIT_S) -> None:
        """Begins with what the store holds; each switch's tables are read again every `audit_s`. Raises StoreError, and
        BadInput where the store does not fit the network."""
        self._audit_s = audit_s
        self._topology = topology
        self._southbound = southbound
        self._ledger = Ledger(store)
        self._world = recovered(topology, self._ledger.written, shipped_profiles(), now)
        self._memory = Memory()
        self._faults: tuple[str, ...] = ()
        self._blind: tuple[str, ...] = ()
        self._measuring = Measuring(topology)
        self._skill = Skill(topology, autonomy)
        self._chronicle = Chronicle(decisions_in(self._ledger.remembered(DECISION, 2 * MOST))[-MOST:])
        self._take_up(now)
        self._question: Question | None = None
        self.snapshot = self._seen(published(self._world, self._memory, now))

    def _take_up(self, now: float) -> None:
        """Go on from what was decided before: what was moved stays as long as it should, what nobody followed is ended."""
        stamp = self._ledger.stamp()
        for record in self._chronicle.records:
            self._skill.remember(record, now - age_s(record, stamp))
        for record in self._chronicle.end(in_place(self._world.record)):
            self._ledger.note([decision_entry(record)], record.revision, now)

    def prepare(self, proposal: Proposal) -> Ready:
        """The slow part of a commit, for the thread that wants it. Raises BadInput."""
        wanted = resolve(shipped_profiles().merged(proposal.documents), self._topology)
        rows = self._ledger.prepare(Record("", documents=proposal.documents, plan=proposal.plan))
        return Ready(proposal, wanted, rows)

    def considered(self, question: Question) -> Thought:
        """The answer to a question of `next_question`, for a thread with time; it goes among the facts of a later turn."""
        advice = advised(self._topology, question)
        return Thought(advice, self.prepare(advice.proposal) if advice.proposal else None)

    def next_question(self) -> Question | None:
        """What the last turn asks to be considered, once."""
        question, self._question = self._question, None
        return question

    def turn(self, facts: Sequence[Fact | Counters | Thought], now: float,
             asked: Ready | Purge | None = None) -> Answer | None:
        """Take in what happened and at most one wish, do what is next, and say what became of the wish."""
        for fact in facts:
            if isinstance(fact, Thought):  # first of all: a turn that fails takes its facts along
                self._skill.answered(fact.advice)
        before = self._world
        self._world = absorb(before, [fact for fact in facts if not isinstance(
            fact, PortCounters | FlowCounters | Thought)], now)
        self._skill.heed(before, self._world, now)
        answer: Answer | None = None
        decision: Decision | None = None
        if isinstance(asked, Purge):
            answer, decision = self._stored(purged(self._world, self._memory.gaps), {}, now)
        elif asked is not None:
            answer, decision = self._answered(asked, now)
        for fact in facts:
            if isinstance(fact, PortCounters | FlowCounters):
                self._measuring.hear(fact)
            elif isinstance(fact, Thought):
                decision = self._heard(fact, decision, now)
        if decision is None:
            decision = decide(self._world, self._memory, now)
            is_repair = decision.world.record.down_links - before.record.down_links
            self._ledger.keep(decision.world.record, now, bool(is_repair))
        self._done(before, decision, now)
        self._audit(now)
        self._measured(now)
        return answer

    def rest(self, now: float, is_idle: bool) -> None:
        """What can wait until there is nothing else to do, though not for ever."""
        self._ledger.flush(now, is_idle)

    def close(self) -> None:
        """Release the store. The switches keep what they have."""
        self._ledger.close()

    def _answered(self, ready: Ready, now: float) -> tuple[Answer, Decision | None]:
        """What becomes of a proposal, and if it stands, what follows from it."""
        world, proposal = self._world, ready.proposal
        links_moved = world.target is not None and world.down(now) != world.record.down_links
        if proposal.base_revision != world.record.revision or links_moved:
            return Stale(world.record.revision), None
        barred = self._memory.barred_at(now)
        moved = adopted(world, proposal.documents, ready.wanted, proposal.plan, proposal.target, proposal.reads, barred)
        return self._stored(moved, ready.rows, now)

    def _stored(self, moved: World, rows: Mapping[Key, Row], now: float) -> tuple[Answer, Decision | None]:
        """What follows from a world that was wished for, once its record is in the store."""
        decision = decide(moved, self._memory, now)
        try:
            self._ledger.commit(decision.world.record, rows)
        except StoreError as error:
            self._ledger.note([f"not stored, and so not done: {error}"], self._world.record.revision, now)
            return NotStored(str(error)), None
        return Committed(moved.record.revision), decision

    def _heard(self, thought: Thought, decision: Decision | None, now: float) -> Decision | None:
        """What follows from advice, if nothing else was decided in this turn; else it is asked for again."""
        if thought.advice is None or decision is not None:
            return decision
        if not self._skill.is_due(thought.advice, now) or thought.ready is None:
            record = self._skill.advised(thought.advice, now)
            if record is not None:
                self._enter(record, {}, now)
            return None
        before, self._world = self._world, kept_off(self._world, thought.advice.relief.avoid)
        answer, decision = self._answered(thought.ready, now)
        if decision is None or not isinstance(answer, Committed):
            self._world = before
            return None
        self._enter(self._skill.acted(thought.advice, now), in_place(decision.world.record), now)
        return decision

    def _done(self, before: World, decision: Decision, now: float) -> None:
        """Send, note and show what was decided."""
        self._world, self._memory = decision.world, decision.memory
        for request in decision.requests:
            if isinstance(request, Read):
                self._southbound.read(request.dpid, request.token)
            elif isinstance(request, Probing):
                self._southbound.probe(request.probe, request.token)
            else:
                self._southbound.send(request.dpid, request.changes, request.token)
        if decision.world is before:
            return
        self._ledger.note(entries(before, decision), decision.world.record.revision, now)
        repair = on_links(before.record, decision.world.record, self._skill.autonomy)
        if repair is not None:
            self._enter(repair, in_place(decision.world.record), now)
        self._publish(now)

    def _audit(self, now: float) -> None:
        """Read again what is due."""
        audit = auditing(self._world, self._memory.next_token, now, self._audit_s)
        if audit is not None:
            self._memory = replace(self._memory, next_token=audit.token + 1)
            self._world = replace(self._world, audits={audit.dpid: audit})
            self._southbound.read(audit.dpid, audit.token)

    def _measured(self, now: float) -> None:
        """Poll what is due; look at the links after each round of answers, and at what decisions came to."""
        ended = self._skill.autonomy != "off" and self._measuring.round_ended(now)
        for record in self._chronicle.follow(self._world, self._memory, self._measuring.loads if ended else None, now):
            self._ledger.note([decision_entry(record)], record.revision, now)
            self.snapshot = self._seen(self.snapshot)
        if ended:
            self._look(now)
        if self._troubles() != self._faults:
            self._publish(now)
        if self._skill.autonomy != "off":
            for poll in self._measuring.polls(self._world, self._memory, now):
                ask = self._southbound.poll_ports if poll.what == "ports" else self._southbound.poll_flows
                ask(poll.dpid, poll.token)

    def _look(self, now: float) -> None:
        """A round has ended: what the links carry, and whether to ask what to do about it."""
        self._skill.look(self._measuring.loads, now)
        if self._skill.is_calm(now):
            self._world = kept_off(self._world, {})
        self._blind = tuple(self._measuring.alarms(now))
        self.snapshot = self._seen(self.snapshot)
        question = self._skill.question(self._world, self._memory, self.snapshot, self._measuring, now)
        self._question = question or self._question

    def _enter(self, record: DecisionRecord, places: Mapping[str, Placement], now: float) -> None:
        entered = self._chronicle.enter(record, self._ledger.stamp(), places, now)
        self._ledger.note([decision_entry(entered)], entered.revision, now, wait_s=0)
        self.snapshot = self._seen(self.snapshot)

    def _troubles(self) -> tuple[str, ...]:
        return (*((self._ledger.trouble,) if self._ledger.trouble else ()), *self._blind)

    def _publish(self, now: float) -> None:
        self._faults = self._troubles()
        snapshot = self._seen(published(self._world, self._memory, now, self._faults))
        self._ledger.note(raised(self.snapshot, snapshot), snapshot.revision, now)
        self.snapshot = snapshot

    def _seen(self, snapshot: Snapshot) -> Snapshot:
        """The snapshot with what was measured and decided lately."""
        return replace(snapshot, autonomy=self._skill.autonomy, loads=self._measuring.loads, avoid=self._world.avoid,
                       history=self._measuring.history, decisions=self._chronicle.records)
