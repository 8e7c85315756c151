"""The road from documents to proved steps: its arrows in their order, each timed, every one a pure call.

A dry run, an apply and a deletion take this same road; what differs is whether anybody commits what comes out.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from time import perf_counter
from typing import TypeVar

from controller.shipped import shipped_profiles
from controller.snapshot import Snapshot
from intents.avoidance import Avoid, plan_avoiding
from intents.compiler import compile_plan
from intents.concessions import Planned, with_concessions
from intents.documents import Documents
from intents.model import Plan, Wanted
from intents.proof import Proof, prove
from intents.report import digest
from intents.resolve import resolve
from intents.rules import RuleSet, Step, merged
from intents.steps import diff
from topologies.model import Topology

T = TypeVar("T")


@dataclass(frozen=True)
class Ground:
    """What the road starts from: the network, what was placed, what the switches should hold and what they do, which
    links are out, which labels rest, which links connections are kept off for now, and what was wanted."""

    network: Topology
    plan: Plan = field(default_factory=Plan)
    target: RuleSet = field(default_factory=RuleSet)
    actual: RuleSet = field(default_factory=RuleSet)
    down: frozenset[str] = frozenset()
    barred_labels: frozenset[int] = frozenset()
    avoid: Avoid = field(default_factory=dict)
    documents: Documents = field(default_factory=Documents)


@dataclass(frozen=True)
class Way:
    """What documents come to. `seconds` is what each arrow took."""

    wanted: Wanted
    plan: Plan
    target: RuleSet
    steps: tuple[Step, ...]
    proof: Proof
    seconds: Mapping[str, float]


class Stopwatch:
    """Seconds spent in each arrow, summed over calls."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    def timed(self, arrow: str, call: Callable[[], T]) -> T:
        """The call's result; its time goes to the arrow."""
        started = perf_counter()
        try:
            return call()
        finally:
            self.seconds[arrow] = self.seconds.get(arrow, 0.0) + perf_counter() - started


def ground_of(network: Topology, snapshot: Snapshot) -> Ground:
    """Where a change of what a snapshot shows starts from."""
    return Ground(network, snapshot.plan, snapshot.target, snapshot.actual, snapshot.down_links,
                  snapshot.barred_labels, snapshot.avoid, snapshot.documents)


def planned(ground: Ground, documents: Documents, watch: Stopwatch) -> tuple[Wanted, Plan]:
    """Documents resolved and placed. Raises BadInput where they name what this network has not."""
    full = shipped_profiles().merged(documents)
    wanted = watch.timed("resolve", lambda: resolve(full, ground.network))
    return wanted, watch.timed("plan", lambda: planner_on(ground)(ground.plan, wanted))


def offering(ground: Ground, wanted: Wanted, chosen: Plan, watch: Stopwatch) -> Plan:
    """The plan chosen on this ground, whose refusals also offer the move of another intent where that would do."""
    return watch.timed("offer", lambda: with_concessions(planner_on(ground), ground.plan, wanted, chosen))


def planner_on(ground: Ground) -> Planned:
    """Plans on this ground's network as it is now."""
    return lambda previous, wanted: plan_avoiding(ground.network, previous, wanted, ground.down, ground.avoid)


def built(ground: Ground, wanted: Wanted, chosen: Plan, watch: Stopwatch) -> Way:
    """A plan compiled, compared with what the switches should hold so far, and proved. (What they really hold, and what
    is on its way, the loop compares again before it sends.)"""
    chosen, _, target = watch.timed("compile", lambda: compile_plan(
        ground.network, chosen, {}, merged((ground.actual, ground.target)), ground.barred_labels))
    steps = watch.timed("diff", lambda: diff(ground.target, target))
    proof = watch.timed("prove", lambda: prove(
        ground.network, ground.target, steps, ground.plan.placements, chosen.placements))
    return Way(wanted, chosen, target, steps, proof, dict(watch.seconds))


def plan_hash(ground: Ground, documents: Documents, chosen: Plan) -> str:
    """What names a plan: what it comes to, and everything that it rests on. Profiles that are shipped count as written."""
    return digest(shipped_profiles().merged(documents), ground.network, ground.documents, ground.plan, ground.down,
                  ground.avoid, chosen)
