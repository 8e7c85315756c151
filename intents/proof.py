"""The proof of steps: whatever part of each has arrived, packets are delivered as planned, or dropped where they may be.

Rules of this file: it walks the forwarding model, with every subset of a step's changes (`intents.pending` says how,
without enumerating them), for the packets that the step can concern (`intents.reach`), one for each kind that selectors
and rules tell apart (`intents.traffic`). A packet may be

- delivered, once, unharmed, to its own host, on the way of a connection whose selector takes it, before or after;
- dropped, unless it was delivered when the step began and belongs to a connection that stays;
- dealt with as when the step began, where that was wrong already: steps may mend.

After the last step it is delivered exactly on the planned way, and dropped where no connection takes it: so no packet
leaks between hosts that nobody connected. A way is planned only if it comes by the switches that the connection is to pass,
and by nothing that it is to keep off: whatever the plan says.

Where a step changes who is heard, or what is answered, everything that a host could send is walked as well, kind by kind
(`intents.entrances`): under addresses of others, tagged, under a label. It ends at the host itself, at the controller,
nowhere, or on the way of a connection of its own. What is heard may then go only where a classify rule leads, so that pairs
of hosts that none names need no walk.

All of this holds as well while any one link is down whose failure a connection is to survive: its detour is then the
planned way. A packet that was diverted meets no group any more, so that a second failure can drop it and never make it loop.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain, islice

from intents.alike import Alike, Noting
from intents.entrances import Entrances, entered
from intents.failures import followed
from intents.forwarding import End, Holding, Outcome, walk
from intents.model import Placement
from intents.packets import Packet
from intents.pending import Pending, Way
from intents.reach import Pair, Reach
from intents.rules import Change, RuleSet, Step, Table
from intents.tables import Tables
from intents.traffic import Failure, Sample, Traffic
from intents.violations import Counterexample, arrives, violation_of
from topologies.model import Host, Topology

_Ways = list[tuple[Way, Outcome]]


@dataclass(frozen=True, slots=True)
class Proof:
    """The outcome of proving steps; `walks` is how many packets were followed, each for all that go alike."""

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
    case = _Case(network, traffic, tables, Reach(network, traffic.pairs, tables, steps))
    for pair in traffic.moved:
        case.samples(pair)
    found = [*chain.from_iterable(case.during(number, step) for number, step in enumerate(steps))]
    if not steps:
        case.doors.update(source for source, _ in traffic.moved)
    return Proof((*found, *case.in_the_end()), case.walks)


def harms(network: Topology, installed: RuleSet, step: Step, before: Mapping[str, Placement],
          after: Mapping[str, Placement]) -> Iterator[Counterexample]:
    """What some subset of one step would do to packets on the way from the plan `before` to the plan `after`. Whether all is
    as planned behind it is not asked: there may be further steps."""
    tables, traffic = Tables(installed), Traffic(network, before, after)
    return _Case(network, traffic, tables, Reach(network, traffic.pairs, tables, (step,))).during(0, step)


class _Case:
    """Steps under proof. `touched` has the packets that any of them concerned, `doors` the hosts whose ports they did."""

    def __init__(self, network: Topology, traffic: Traffic, tables: Tables, reach: Reach) -> None:
        self._network, self._traffic, self._tables, self._reach = network, traffic, tables, reach
        self._touched: dict[Pair, tuple[Sample, ...]] = {}
        self._ends: dict[Pair, list[Outcome]] = {}
        self.doors: set[str] = set()
        self.walks = 0

    def during(self, number: int, step: Step) -> Iterator[Counterexample]:
        """What some subset of a step harms. The tables have taken the step when all is told."""
        self._reach.during(step)
        pending = Pending(self._tables, step.changes)
        known = Foreseen(self._network, pending)
        for pair in self._concerned(step):
            ends = self._ends[pair] = list[Outcome]()
            for sample, failure in _cases(self.samples(pair)):
                ways = known.ways(sample, failure)
                ends.append(ways[-1][1])
                yield from islice(_harms(sample, failure, number, step, ways), 1)
        self.walks += known.walks
        opened = entered(self._network, step.changes)
        self.doors |= opened
        yield from self._strays(pending, opened, number, step)
        for change in step.changes:
            self._tables.apply(change)

    def in_the_end(self) -> Iterator[Counterexample]:
        """What is not as planned after the last step."""
        known = Foreseen(self._network, Pending(self._tables, ()))
        for pair, samples in sorted(self._touched.items()):
            ends = self._ends.get(pair)
            for number, (sample, failure) in enumerate(_cases(samples)):
                outcome = ends[number] if ends is not None else known.ways(sample, failure)[0][1]
                planned = sample.after.trail_in(failure) if sample.after else None
                if not (arrives(sample, outcome, sample.trails(failure) & {planned}) if planned else outcome.is_dropped):
                    yield _counterexample(sample, failure, None, (), (), outcome)
        self.walks += known.walks
        yield from self._strays(Pending(self._tables, ()), self.doors, None, Step("switch", ()))

    def _concerned(self, step: Step) -> list[Pair]:
        return sorted(set(chain.from_iterable(self._reach.pairs(change) for change in step.changes)))

    def samples(self, pair: Pair) -> tuple[Sample, ...]:
        """The packets of a pair to tell apart, which count as touched from now on."""
        if pair not in self._touched:
            self._touched[pair] = self._traffic.samples(pair, self._reach.rules_of(pair))
        return self._touched[pair]

    def _strays(self, pending: Pending, doors: Collection[str], number: int | None, step: Step) -> Iterator[Counterexample]:
        """Of all that some hosts could send, what comes where no connection brings it."""
        entrances = Entrances(self._network, pending)
        for host in (self._network.host_by_name[name] for name in sorted(doors)):
            for packet, ways in entrances.kinds(host, partial(self._ways_in, pending, host)):
                self.walks += len(ways)
                astray = ((way, outcome, end) for way, outcome in ways for end in outcome.ends
                          if not self._may_end(host, packet, end) and (number is None or outcome != ways[0][1]))
                for way, outcome, end in islice(astray, 1):
                    target = self._network.host_at.get(end.at)
                    yield Counterexample("loop" if end.what == "looped" else "leak", number, None, host.name,
                                         target.name if target else "*", packet, _changes(step, way.arrived),
                                         _changes(step, way.missing), outcome)

    def _ways_in(self, pending: Pending, host: Host, held: Holding, packet: Packet) -> _Ways:
        return [*pending.ways(partial(walk, self._network, held, packet, host.at))]

    def _may_end(self, host: Host, packet: Packet, end: End) -> bool:
        """Whether a packet that a host sent may end so: nowhere, at the controller, at the host, or as a connection of its
        own has it."""
        if end.what in ("dropped", "controller") or (end.what == "delivered" and end.at == host.at):
            return True
        target = self._network.host_at.get(end.at)
        return end.what == "delivered" and target is not None and end.trail in self._traffic.ways_of(packet, host, target)


class Foreseen:
    """What becomes of packets during a step, walked once for those of a kind."""

    def __init__(self, network: Topology, pending: Pending) -> None:
        self._network, self._pending, self._noting = network, pending, Noting(pending)
        self._known: dict[Failure, Alike[Way]] = {}
        self.walks = 0
        # where selectors are at stake, hardly two samples go alike from the door on
        self._are_many = not pending.touches(Table.CLASSIFY)

    def ways(self, sample: Sample, failure: Failure) -> _Ways:
        """The outcomes for every subset of the step, that of none first and that of all last."""
        if not self._are_many:
            return self._walked(sample, failure, self._pending)
        alike, at = self._known.setdefault(failure, Alike()), sample.source.at
        ways = alike.recall(at, sample.packet)
        if ways is None:
            self._noting.names = set()
            ways = self._walked(sample, failure, self._noting)
            alike.keep(at, sample.packet, self._noting.names, ways)
        return ways

    def _walked(self, sample: Sample, failure: Failure, held: Holding) -> _Ways:
        ways = [*self._pending.ways(partial(followed, self._network, held, sample.packet, sample.source.at, failure))]
        self.walks += len(ways)
        return ways


def _cases(samples: Iterable[Sample]) -> Iterator[tuple[Sample, Failure]]:
    return ((sample, failure) for sample in samples for failure in sample.failures)


def _harms(sample: Sample, failure: Failure, number: int, step: Step, ways: _Ways) -> Iterator[Counterexample]:
    _, start = ways[0]
    trails = sample.trails(failure)
    # between selectors of unequal protection a packet may, for an instant, go by the one that has no detour
    must_arrive = (sample.after is not None and all(course.trail_in(failure) is not None for course in sample.courses)
                   and arrives(sample, start, trails))
    for way, outcome in ways:
        if arrives(sample, outcome, trails) or (outcome.is_dropped and not must_arrive) or outcome == start:
            continue
        yield _counterexample(sample, failure, number, _changes(step, way.arrived), _changes(step, way.missing), outcome)


def _changes(step: Step, positions: Iterable[int]) -> tuple[Change, ...]:
    return tuple(step.changes[position] for position in sorted(positions))


def _counterexample(sample: Sample, failure: Failure, step: int | None, arrived: tuple[Change, ...],
                    missing: tuple[Change, ...], outcome: Outcome) -> Counterexample:
    owner = sample.owner
    return Counterexample(violation_of(sample, outcome), step, owner.connection if owner else None, sample.source.name,
                          sample.target.name, sample.packet, arrived, missing, outcome, failure)
