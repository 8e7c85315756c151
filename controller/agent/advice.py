"""What to do about links that are too full: a question of the loop's, and the answer, proved and ready to commit.

Rules of this file: pure; it takes longer than a turn of the loop may, so it is answered elsewhere, on values that do not
change; whether the answer still fits, the loop finds by comparing revisions.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from controller.agent.forecast import Strain
from controller.agent.measuring import rates_of
from controller.agent.relief import Relief, relief
from controller.road import Stopwatch, built, ground_of
from controller.snapshot import Proposal, Snapshot
from controller.telemetry.history import History
from controller.telemetry.sending import ArcKey, Loads, sending_now, strays_of
from intents.model import Wanted
from topologies.model import Topology

MOST_NAMED = 5
"""Connections that a sentence names."""


@dataclass(frozen=True)
class Question:
    """How to cool the links that are over their high mark in these loads, the `hot` ones. Connections in `held` stay where
    they are."""

    hot: tuple[ArcKey, ...]
    snapshot: Snapshot
    wanted: Wanted
    loads: Loads
    history: History
    held: frozenset[str]
    now: float


@dataclass(frozen=True)
class Advice:
    """What was found. `proposal` is what would do it, `None` where nothing would; `why` is one sentence. `unknown` are
    connections on the hot links of which is not known what they send."""

    question: Question
    relief: Relief
    proposal: Proposal | None
    why: str
    unknown: tuple[str, ...] = ()


def advised(network: Topology, question: Question) -> Advice:
    """The fewest connections to re-place, their rules, and the proof that the way there harms no packet."""
    seen = question.snapshot
    counted = rates_of(network, seen.plan.placements, question.history, question.now)
    strays = strays_of(network, question.history, counted, seen.plan.placements)
    strain = Strain(network, seen.plan, question.wanted, seen.down_links, seen.avoid, question.loads,
                    sending_now(question.loads, counted, seen.plan.placements, strays), question.held)
    found = relief(strain)
    if found.chosen is None:
        return _nothing(question, strain, found)
    way = built(ground_of(network, seen), question.wanted, found.plan, Stopwatch())
    if way.plan is not found.plan:
        return Advice(question, found, None, "held back, for some switch has no label, group or meter left for it")
    if not way.proof.holds:
        return Advice(question, found, None, f"held back, for its proof fails: {way.proof.counterexamples[0]}")
    proposal = Proposal(seen.revision, seen.documents, way.plan, way.target, seen.reads)
    return Advice(question, found, proposal, found.chosen.why)


def _nothing(question: Question, strain: Strain, found: Relief) -> Advice:
    riders = {way: rate for arc in strain.hot for way, rate in strain.riders.get(arc, {}).items()}
    held = sorted({key for key, _ in riders} & question.held)
    unknown = tuple(sorted({key for (key, _), rate in riders.items() if rate is None}))
    why = "no re-placement of what it carries would do"
    why += f"; moved lately and held: {_some(held)}" if held else ""
    why += f"; what they send is unknown: {_some(unknown)}" if unknown else ""
    return Advice(question, found, None, why, unknown)


def _some(keys: Sequence[str]) -> str:
    more = f" and {len(keys) - MOST_NAMED} more" if len(keys) > MOST_NAMED else ""
    return ", ".join(keys[:MOST_NAMED]) + more
