"""The loop: the one thread that decides. All others put facts and proposals into its inbox or read its snapshot.

Rules of this file: the loop never waits but for its inbox, and not longer than TICK_S; a turn that takes longer than
SLOW_TURN_S is logged; what takes longer is thought over in a thread beside it, which decides nothing; `except Exception`
stands here and nowhere else.
"""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue

import structlog

from controller.agent.advice import Question
from controller.agent.agent import Agent, Answer, Purge, Ready, Southbound, Thought
from controller.agent.audit import AUDIT_S
from controller.decisions import Autonomy
from controller.facts import Counters, Fact
from controller.snapshot import Proposal, Snapshot
from controller.store.sqlite import Store
from topologies.model import Topology

log = structlog.get_logger(__name__)

TICK_S = 0.05
FAILED_TICK_S = 1.0
"""After a turn that failed: it will fail again until something happens."""

SLOW_TURN_S = 0.02
"""The house's promise for a turn."""

MOST_FACTS = 1000
"""Of one turn: a flood of facts may not keep the loop from deciding."""


_Fact = Fact | Counters | Thought


@dataclass(frozen=True)
class _Submission:
    asked: Ready | Purge
    answer: Future[Answer] = field(default_factory=Future)


class Loop:
    """The deciding thread of one network."""

    def __init__(self, topology: Topology, store: Store, southbound: Southbound,
                 clock: Callable[[], float] = time.monotonic, autonomy: Autonomy = "off", audit_s: float = AUDIT_S) -> None:
        """Begins with what the store holds; `clock` counts seconds, never runs back, and is that of counters' times; each
        switch's tables are read again every `audit_s`. Raises StoreError, and BadInput where the store does not fit the
        network."""
        self._agent = Agent(topology, store, southbound, clock(), autonomy, audit_s)
        self._clock = clock
        self._inbox: SimpleQueue[_Fact | _Submission | None] = SimpleQueue()
        self._questions: SimpleQueue[Question | None] = SimpleQueue()
        self._patience_s = TICK_S
        self._published = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="loop", daemon=True)
        self._thinker = threading.Thread(target=self._think, name="thinker", daemon=True)

    @property
    def snapshot(self) -> Snapshot:
        """The state after the last turn."""
        return self._agent.snapshot

    def start(self) -> None:
        """Begin to decide. Facts told before wait."""
        self._thread.start()
        self._thinker.start()

    def stop(self) -> None:
        """End the thread and release the store. The switches keep what they have."""
        self._inbox.put(None)
        self._questions.put(None)
        self._thread.join()
        while not self._inbox.empty():
            late = self._inbox.get()
            if isinstance(late, _Submission):
                late.answer.cancel()
        self._agent.close()

    def tell(self, fact: Fact | Counters) -> None:
        """Put a fact, or what a poll brought, into the inbox, from any thread."""
        self._inbox.put(fact)

    def submit(self, proposal: Proposal) -> "Future[Answer]":
        """Offer a proposal. When the answer is Committed, the snapshot shows it. Raises BadInput."""
        return self._asked(self._agent.prepare(proposal))

    def purge(self) -> "Future[Answer]":
        """Have rules retired that look like ours and that no store knows."""
        return self._asked(Purge())

    def _asked(self, what: Ready | Purge) -> "Future[Answer]":
        submission = _Submission(what)
        self._inbox.put(submission)
        return submission.answer

    def wait_for(self, is_reached: Callable[[Snapshot], bool], timeout_s: float) -> bool:
        """Wait until a snapshot satisfies the condition; whether one did within the time."""
        with self._published:
            return self._published.wait_for(lambda: is_reached(self.snapshot), timeout_s)

    def _run(self) -> None:
        while True:
            facts, submission, goes_on = self._received()
            if not goes_on:
                return
            if submission is not None and not submission.answer.set_running_or_notify_cancel():
                submission = None
            before, started = self.snapshot, self._clock()
            self._turn(facts, submission)
            if question := self._agent.next_question():
                self._questions.put(question)
            if self.snapshot is not before:
                for alarm in sorted({*self.snapshot.alarms} - {*before.alarms}):
                    log.warning("alarm", what=alarm)
                with self._published:
                    self._published.notify_all()
            took = self._clock() - started
            if took > SLOW_TURN_S:
                log.warning("slow turn", milliseconds=round(took * 1000), facts=len(facts),
                            proposal=submission is not None)

    def _received(self) -> tuple[list[_Fact], _Submission | None, bool]:
        """What is in the inbox, up to the first proposal; False once the loop is to end."""
        facts: list[_Fact] = []
        try:
            item = self._inbox.get(timeout=self._patience_s)
            while True:
                if item is None or isinstance(item, _Submission):
                    return facts, item, item is not None
                facts.append(item)
                if len(facts) >= MOST_FACTS:
                    return facts, None, True
                item = self._inbox.get_nowait()
        except Empty:
            return facts, None, True

    def _turn(self, facts: list[_Fact], submission: _Submission | None) -> None:
        """One turn of the agent; what goes wrong in it is logged, told to who submitted, and tried again later."""
        try:
            answer = self._agent.turn(facts, self._clock(), submission.asked if submission else None)
            if submission is not None and answer is not None:
                submission.answer.set_result(answer)
            self._agent.rest(self._clock(), not facts and submission is None)
            self._patience_s = TICK_S
        except Exception as error:
            log.exception("a turn failed", facts=len(facts))
            self._patience_s = FAILED_TICK_S
            if submission is not None:
                submission.answer.set_exception(error)

    def _think(self) -> None:
        """Think questions over, one after the other; what goes wrong is logged, and asked again by later counters."""
        while (question := self._questions.get()) is not None:
            try:
                thought = self._agent.considered(question)
            except Exception:
                log.exception("a question could not be answered", hot=question.hot)
                thought = Thought(None)
            self._inbox.put(thought)
