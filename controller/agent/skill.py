"""The skill that keeps links under their high mark: when to ask, what to do with the answer, what not to do again.

Rules of this file: no clock, time is an argument (s, monotonic). One sample over the high mark is enough to ask; it must
have begun after the last step that moved packets. What was moved stays for a time (`stays`). A link has cooled when it has
been under the low mark for HOLD_S; until then what was found for it is not said again, and with none left that has not,
connections may use any link again (nothing moves back by itself). Nothing is done on loads older than STALE_S.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from controller.agent.advice import Advice, Question
from controller.agent.forecast import LOW, hot_links
from controller.agent.measuring import NS, Measuring
from controller.agent.memory import Memory
from controller.agent.recording import on_congestion
from controller.agent.stays import HOLD_S, Stays, after, held
from controller.agent.world import Batch, World
from controller.decisions import Autonomy, DecisionRecord, Move
from controller.snapshot import Snapshot
from controller.telemetry.history import PORT_PERIOD_NS, STALE_PERIODS
from controller.telemetry.sending import Loads
from topologies.model import Topology

STALE_S = STALE_PERIODS * PORT_PERIOD_NS / NS

FIRST_WAIT_S = 0.4
"""Before the same links are asked about again; less than a round of polls, so that the next one may. It doubles with every
answer that knew what connections send."""

COUNTING_S = 2.5
"""How long after a link grew hot the counters of flows may take to tell who sends: two polls and half a second."""

LONGEST_WAIT_S = 8.0


@dataclass(frozen=True)
class _Told:
    """What was recorded last about some links."""

    links: tuple[str, ...]
    verdict: str
    moves: tuple[Move, ...]


class Skill:
    """The memory of the skill, for one network."""

    def __init__(self, network: Topology, autonomy: Autonomy) -> None:
        self._network = network
        self.autonomy = autonomy
        self._stays: Stays = {}
        self._low_since: dict[str, float] = {}
        self._told: frozenset[_Told] = frozenset()
        self._switched = float("-inf")
        self._asking = False
        self._asked_about: tuple[object, ...] = ()
        self._hot_since: float | None = None
        self._ask_at, self._wait_s = float("-inf"), FIRST_WAIT_S

    def heed(self, before: World, after: World, now: float) -> None:
        """Note when packets were moved: counters that began before tell of another network."""
        taken = (request for dpid, request in before.requests.items() if after.requests.get(dpid) is not request)
        if any(isinstance(request, Batch) and request.kind == "switch" for request in taken):
            self._switched = now

    def look(self, loads: Loads, now: float) -> None:
        """Take in the loads of a round: which links have cooled."""
        low = {link.name for link in self._network.links} - {
            link for (link, _), load in loads.items() if load is None or load.share >= LOW}
        self._low_since = {link: self._low_since.get(link, now) for link in sorted(low)}
        self._told = frozenset(told for told in self._told if not all(self._is_cool(link, now) for link in told.links))

    def is_calm(self, now: float) -> bool:
        """Whether every link has cooled."""
        return all(self._is_cool(link.name, now) for link in self._network.links)

    def question(self, world: World, memory: Memory, snapshot: Snapshot, measuring: Measuring,
                 now: float) -> Question | None:
        """What to ask after a round, if anything."""
        if self.autonomy not in ("recommend", "act") or self._asking or not _is_quiet(world, memory):
            return None
        known = {arc: load for arc, load in measuring.loads.items() if load and load.since_ns >= self._switched * NS}
        hot = hot_links(self._network, known)
        staying = held(self._stays, now)
        self._hot_since = (self._hot_since or now) if hot else None
        about = (hot, staying, snapshot.revision)
        if about != self._asked_about:
            self._asked_about, self._ask_at, self._wait_s = about, now, FIRST_WAIT_S
        if not hot or now < self._ask_at:
            return None
        self._asking, self._ask_at = True, now + self._wait_s
        loads = {arc: known.get(arc) for arc in measuring.loads}
        return Question(hot, snapshot, world.wanted, loads, measuring.history, staying, now)

    def answered(self, advice: Advice | None) -> None:
        """Whoever was asked is done."""
        self._asking = False
        if advice is None or not advice.unknown:
            self._ask_at += self._wait_s
            self._wait_s = min(2 * self._wait_s, LONGEST_WAIT_S)

    def is_due(self, advice: Advice, now: float) -> bool:
        """Whether to do what an answer says: asked to, and on loads that are not old."""
        return self.autonomy == "act" and advice.proposal is not None and now <= advice.question.now + STALE_S

    def remember(self, record: DecisionRecord, at: float) -> None:
        """Take up what was done `at` a time, in another life: whom it holds."""
        if record.trigger == "congestion" and record.verdict == "moved":
            self._stays = after(self._stays, record.moves, at)

    def acted(self, advice: Advice, now: float) -> DecisionRecord:
        """What was done, and whom it holds."""
        record = on_congestion(advice, self.autonomy, "moved", now)
        self._stays = after(self._stays, record.moves, now)
        return record

    def advised(self, advice: Advice, now: float) -> DecisionRecord | None:
        """What is not done: to be recorded, if it was not said before, nor may soon be better known."""
        if advice.unknown and advice.question.now < (self._hot_since or now) + COUNTING_S:
            return None
        record = on_congestion(advice, self.autonomy, "none" if advice.proposal is None else "recommended", now)
        told = _Told(record.links, record.verdict, record.moves)
        if told in self._told:
            return None
        self._told |= {told}
        return record

    def _is_cool(self, link: str, now: float) -> bool:
        return link in self._low_since and now >= self._low_since[link] + HOLD_S


def kept_off(world: World, avoid: Mapping[str, frozenset[str]]) -> World:
    """The world with other links that connections are kept off."""
    return world if world.avoid == avoid else replace(world, avoid=avoid)


def _is_quiet(world: World, memory: Memory) -> bool:
    """Whether nothing that moves packets is on its way or still to do."""
    under_way = any(isinstance(request, Batch) and request.kind != "retire" for request in world.requests.values())
    return world.target is not None and not under_way and all(gap.holds_all for gap in memory.gaps.by_dpid.values())
