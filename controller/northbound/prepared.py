"""What documents come to beside what stands, prepared on a snapshot, proved, not yet offered to the loop."""

from dataclasses import dataclass, replace

from controller.door import Entry, Name, admit, by_name, changed_names
from controller.northbound.errors import NotDoneError
from controller.road import Ground, Stopwatch, Way, built, ground_of, offering, plan_hash, planned
from controller.snapshot import Snapshot
from intents.documents import Documents
from intents.effects import Difference, difference
from topologies.model import Topology


@dataclass(frozen=True)
class Prepared:
    """A change, prepared: what comes in, and the way there from where the network stood. `shown` are the intents whose
    connections are told."""

    newer: Documents
    entry: Entry
    way: Way
    hash: str
    changes: Difference
    shown: frozenset[str]
    changed: frozenset[Name]
    new: frozenset[Name]


def prepared(network: Topology, snapshot: Snapshot, newer: Documents, watch: Stopwatch) -> Prepared:
    """What applying the documents comes to. Raises BadInput, NotDoneError."""
    ground = ground_of(network, snapshot)
    entry = admit(ground, snapshot.documents, newer, watch)
    entry = replace(entry, plan=offering(ground, entry.wanted, entry.plan, watch))
    if entry.documents == snapshot.documents:
        entry = replace(entry, plan=snapshot.plan)
        way = replace(built(ground, entry.wanted, entry.plan, watch), steps=())
    else:
        way = sound(built(ground, entry.wanted, entry.plan, watch))
    return _prepared(snapshot, newer, entry, way, ground, watch)


def from_scratch(network: Topology, snapshot: Snapshot, newer: Documents, watch: Stopwatch) -> Prepared:
    """As `prepared`, for a network where nothing is placed yet, so that nobody can be in anybody's way."""
    ground = ground_of(network, snapshot)
    empty = Ground(network, down=ground.down)
    documents = snapshot.documents.merged(newer)
    wanted, plan = planned(empty, documents, watch)
    way = sound(built(ground, wanted, offering(empty, wanted, plan, watch), watch))
    found = _prepared(snapshot, newer, Entry(documents, wanted, way.plan), way, empty, watch)
    return replace(found, shown=frozenset(documents.intents))


def _prepared(snapshot: Snapshot, newer: Documents, entry: Entry, way: Way, ground: Ground, watch: Stopwatch) -> Prepared:
    named = watch.timed("hash", lambda: plan_hash(ground, entry.documents, way.plan))
    installed = snapshot.target if way.steps else way.target  # there may be no target yet, and nothing to do either way
    changes = difference(snapshot.plan, way.plan, installed, way.target)
    shown = newer.intents.keys() | {effect.intent for effect in changes.effects}
    way = replace(way, seconds=dict(watch.seconds))
    return Prepared(newer, entry, way, named, changes, frozenset(shown), changed_names(snapshot.documents, newer),
                    frozenset(by_name(newer).keys() - by_name(snapshot.documents).keys()))


def sound(way: Way) -> Way:
    """The way, if it is proved. Raises NotDoneError."""
    if way.proof.holds:
        return way
    raise NotDoneError("INTERNAL", f"the steps of this plan do not prove safe: {way.proof.counterexamples[0]}; "
                                   "nothing was changed, and this is a fault of the controller")
