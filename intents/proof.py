"""The proof of steps: whatever part of each has arrived, packets are delivered as planned, or dropped where they may be.

Rules of this file: it walks the forwarding model, with every subset of a step's changes (`intents.pending` says how,
without enumerating them), for the packets that the step can concern (`intents.reach`), one for each kind that selectors
and rules tell apart (`intents.traffic`). A packet may be

- delivered, once, unharmed, to its own host, on the way of a connection whose selector takes it, before or after;
- dropped, unless it was delivered when the step began and belongs to a connection that stays;
- dealt with as when the step began, where that was wrong already: steps may mend.

After the last step it is delivered exactly on the planned way, and dropped where no connection takes it: so no packet
leaks between hosts that nobody connected. Pairs of hosts that no classify rule names are dropped at once, unwalked.

All of this holds as well while any one link is down whose failure a connection is to survive: its detour is then the
planned way. A packet that was diverted meets no group any more, so that a second failure can drop it and never make it loop.
"""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain, islice

from intents.failures import followed
from intents.forwarding import Outcome
from intents.model import Placement
from intents.packets import Packet
from intents.pending import Pending, Way
from intents.reach import Pair, Reach
from intents.rules import Change, RuleSet, Step
from intents.tables import Tables
from intents.traffic import NO_FAILURE, Failure, Sample, Traffic, Trail
from topologies.model import Topology


@dataclass(frozen=True, slots=True)
class Counterexample:
    """A packet that some subset of a step harms. `step` is its position, `None` after the last; `arrived` and `missing`
    are the changes that it depends on, it comes to the same whatever became of the others. `connection` is `None` for a
    packet that belongs to none. `failure` holds the ports that are down."""

    step: int | None
    connection: str | None
    source: str
    target: str
    packet: Packet
    arrived: tuple[Change, ...]
    missing: tuple[Change, ...]
    outcome: Outcome
    failure: Failure = NO_FAILURE

    def __str__(self) -> str:
        when = "after the last step"
        if self.step is not None:
            when = f"in step {self.step + 1} ({len(self.arrived)} changes it meets arrived, {len(self.missing)} not)"
        if self.failure:
            when += f", while {' and '.join(map(str, sorted(self.failure)))} are down"
        return f"{self.connection or 'no connection'}, {self.source} to {self.target}, {when}: {self.outcome}"


@dataclass(frozen=True, slots=True)
class Proof:
    """The outcome of proving steps; `walks` is how many packets were followed."""

    counterexamples: tuple[Counterexample, ...]
    walks: int

    @property
    def holds(self) -> bool:
        """Whether no subset of any step harms a packet, and all are delivered in the end."""
        return not self.counterexamples


def prove(network: Topology, installed: RuleSet, steps: Sequence[Step], before: Mapping[str, Placement],
          after: Mapping[str, Placement]) -> Proof:
    """Whether the steps, taken one after the other from `installed`, carry the connections from the plan `before` to
    the plan `after`. No steps and nothing before proves what is installed to serve the connections of `after`."""
    tables = Tables(installed)
    traffic = Traffic(network, before, after)
    reach = Reach(network, traffic.pairs, tables, steps)
    touched: dict[Pair, tuple[Sample, ...]] = {pair: traffic.samples(pair, reach.rules_of(pair))
                                               for pair in traffic.moved}
    found: list[Counterexample] = []
    walks = 0
    for number, step in enumerate(steps):
        reach.during(step)
        concerned = set(chain.from_iterable(reach.pairs(change) for change in step.changes))
        pending = Pending(tables, step.changes)
        for pair in sorted(concerned):
            if pair not in touched:
                touched[pair] = traffic.samples(pair, reach.rules_of(pair))
            for sample, failure in _cases(touched[pair]):
                ways = [*pending.ways(partial(followed, network, pending, sample.packet, sample.source.at, failure))]
                walks += len(ways)
                found += islice(_harms(sample, failure, number, step, ways), 1)
        for change in step.changes:
            tables.apply(change)
    for sample, failure in _cases(chain.from_iterable(samples for _, samples in sorted(touched.items()))):
        outcome = followed(network, tables, sample.packet, sample.source.at, failure)
        walks += 1
        planned = sample.after.trail_in(failure) if sample.after else None
        if not (_arrives(sample, outcome, {planned}) if planned else outcome.is_dropped):
            found.append(_counterexample(sample, failure, None, (), (), outcome))
    return Proof(tuple(found), walks)


def _cases(samples: Iterable[Sample]) -> Iterator[tuple[Sample, Failure]]:
    return ((sample, failure) for sample in samples for failure in sample.failures)


def _harms(sample: Sample, failure: Failure, number: int, step: Step,
           ways: list[tuple[Way, Outcome]]) -> Iterator[Counterexample]:
    _, start = ways[0]
    trails = sample.trails(failure)
    # between selectors of unequal protection a packet may, for an instant, go by the one that has no detour
    must_arrive = (sample.after is not None and all(course.trail_in(failure) is not None for course in sample.courses)
                   and _arrives(sample, start, trails))
    for way, outcome in ways:
        if _arrives(sample, outcome, trails) or (outcome.is_dropped and not must_arrive) or outcome == start:
            continue
        arrived, missing = (tuple(step.changes[position] for position in sorted(positions))
                            for positions in (way.arrived, way.missing))
        yield _counterexample(sample, failure, number, arrived, missing, outcome)


def _arrives(sample: Sample, outcome: Outcome, trails: Container[Trail]) -> bool:
    """Whether the packet came once, as it should, to its host, on one of these ways."""
    if len(outcome.ends) != 1:
        return False
    end = outcome.ends[0]
    return (end.what == "delivered" and end.at == sample.target.at and end.trail in trails
            and end.packet == sample.arriving)


def _counterexample(sample: Sample, failure: Failure, step: int | None, arrived: tuple[Change, ...],
                    missing: tuple[Change, ...], outcome: Outcome) -> Counterexample:
    course = sample.after or sample.before
    return Counterexample(step, course.connection if course else None, sample.source.name, sample.target.name,
                          sample.packet, arrived, missing, outcome, failure)
