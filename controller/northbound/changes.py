"""Apply and delete: a change prepared on the loop's snapshot, proved, and offered to the loop until it stands.

Rules of this file: nothing here decides for the network, the loop does; a change prepared on a snapshot that is past is
prepared again, a bounded number of times.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError, Future
from contextlib import contextmanager
from threading import BoundedSemaphore, Lock
from typing import Protocol

from controller.door import Entry, Name, by_name
from controller.northbound.deletion import left, planned_without
from controller.northbound.differences import differences_message
from controller.northbound.errors import NotDoneError
from controller.northbound.isochrone.v1 import intents_pb2 as pb
from controller.northbound.messages import connections_of, refused, rule_counts
from controller.northbound.prepared import Prepared, from_scratch, prepared, sound
from controller.road import Stopwatch, Way, built, ground_of
from controller.snapshot import Committed, NotStored, Proposal, Snapshot, Stale
from intents.documents import Documents, read_documents
from topologies.model import Topology
from topologies.source import BadInput, Problem

ATTEMPTS = 10
"""How often a change is prepared anew because the network moved meanwhile, before the caller is told to try again."""


WAITING = 8
"""How many changes may be prepared or wait for their turn; more would take the workers of those who only look."""


class Authority(Protocol):
    """The loop, as far as those who look and ask for changes see it."""

    @property
    def snapshot(self) -> Snapshot:
        """The state after its last turn."""

    def submit(self, proposal: Proposal) -> "Future[Committed | Stale | NotStored]":
        """Offers a proposal; once the answer is there, the snapshot shows what it rests on."""

    def purge(self) -> "Future[Committed | Stale | NotStored]":
        """Asks that rules go which look like the controller's own and which its store does not know."""

    def wait_for(self, is_reached: Callable[[Snapshot], bool], timeout_s: float) -> bool:
        """Waits until a snapshot is as wished; whether one was within the time."""


class Changes:
    """Changes to one network. Callers from several threads take turns: two prepared at once would only make one another
    stale."""

    def __init__(self, network: Topology, authority: Authority) -> None:
        self._network = network
        self._authority = authority
        self._places = BoundedSemaphore(WAITING)
        self._one_at_a_time = Lock()

    def apply(self, request: pb.ApplyRequest) -> pb.ApplyResponse:
        """Applies documents, or says what that would come to. Raises BadInput, NotDoneError."""
        watch = Stopwatch()
        newer = watch.timed("read", lambda: _read([(file.yaml, file.name or "-") for file in request.files]))
        if request.from_scratch and not request.dry_run:
            raise NotDoneError("INVALID_ARGUMENT", "from scratch can only be looked at: it is a dry run")
        with self._turn():
            for _ in range(ATTEMPTS):
                snapshot = self._authority.snapshot
                prepare = from_scratch if request.from_scratch else prepared
                applied = prepare(self._network, snapshot, newer, watch)
                _must_be(request.plan_hash, applied, snapshot)
                if request.dry_run or applied.entry.documents == snapshot.documents:
                    return self._answer(applied, request, snapshot, snapshot.revision)
                revision = self._committed(snapshot, applied.entry.documents, applied.way)
                if revision is not None:
                    return self._answer(applied, request, self._authority.snapshot, revision)
        raise _still_moving()

    def delete(self, names: Sequence[Name]) -> int:
        """Deletes documents and returns the new revision. Raises NotDoneError."""
        if not names:
            raise NotDoneError("INVALID_ARGUMENT", "name what to delete")
        with self._turn():
            for _ in range(ATTEMPTS):
                snapshot = self._authority.snapshot
                documents = left(snapshot, names)
                watch, ground = Stopwatch(), ground_of(self._network, snapshot)
                wanted, plan = planned_without(ground, snapshot, documents, names, watch)
                revision = self._committed(snapshot, documents, sound(built(ground, wanted, plan, watch)))
                if revision is not None:
                    return revision
        raise _still_moving()

    def purge(self) -> int:
        """Gives up the rules that look like ours and that no store knows: how many. Raises NotDoneError."""
        with self._turn():
            count = sum(view.unclaimed for view in self._authority.snapshot.switches)
            _revision(self._authority.purge())
            return count

    def _answer(self, applied: Prepared, request: pb.ApplyRequest, snapshot: Snapshot, revision: int) -> pb.ApplyResponse:
        entry, way = applied.entry, applied.way
        connections = {connection.key: connection for connection in connections_of(applied.shown, way.plan, snapshot)}
        connections |= {key: refused(key, refusal, snapshot) for key, refusal in entry.attempts.items()}
        return pb.ApplyResponse(
            revision=revision, changes=[_change(name, applied) for name in by_name(applied.newer)],
            connections=[connection for _, connection in sorted(connections.items())],
            plan_hash=applied.hash, rules=rule_counts(way.target),
            steps=[pb.Step(kind=step.kind, changes=len(step.changes)) for step in way.steps],
            seconds=way.seconds, warnings=_warnings(snapshot, entry),
            differences=differences_message(self._network, applied.changes, request.with_rules))

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._places.acquire(blocking=False):
            raise NotDoneError("RESOURCE_EXHAUSTED", f"{WAITING} changes wait for their turn already; try again later")
        try:
            with self._one_at_a_time:
                yield
        finally:
            self._places.release()

    def _committed(self, snapshot: Snapshot, documents: Documents, way: Way) -> int | None:
        """The revision of a change that stands now, None for one that came too late."""
        proposal = Proposal(snapshot.revision, documents, way.plan, way.target, snapshot.reads)
        return _revision(self._authority.submit(proposal))


def _revision(promised: "Future[Committed | Stale | NotStored]") -> int | None:
    """The revision that an answer brings, None for what came too late. Raises NotDoneError."""
    try:
        answer = promised.result()
    except CancelledError as error:
        raise NotDoneError("UNAVAILABLE", "the controller stops; nothing was changed") from error
    match answer:
        case Committed(revision):
            return revision
        case Stale():
            return None
        case NotStored(why):
            raise NotDoneError("RESOURCE_EXHAUSTED", why)


def _read(files: Sequence[tuple[str, str]]) -> Documents:
    documents = read_documents(*files)
    if documents.topologies:
        holders = [(name, file) for text, file in files for name in read_documents((text, file)).topologies]
        raise BadInput(*(Problem(file, 0, 0, f'holds topology "{name}"; the network is what the controller was started '
                                             "with (isochrone run --topology)") for name, file in holders))
    return documents


def _must_be(expected: str, applied: Prepared, snapshot: Snapshot) -> None:
    """Stops a change that is not the one that was looked at."""
    if expected not in ("", applied.hash):
        raise NotDoneError("FAILED_PRECONDITION", (
            f"plan {expected[:40]} is not what this comes to now, which is plan {applied.hash} on revision "
            f"{snapshot.revision}: files, links or what stands moved on since; nothing was changed, look at the new plan "
            "first (isochrone plan)"))


def _change(name: Name, applied: Prepared) -> pb.Change:
    why = applied.entry.turned_back.get(name)
    outcome = "REJECTED" if why is not None else "UNCHANGED" if name not in applied.changed else (
        "CREATED" if name in applied.new else "CHANGED")
    return pb.Change(kind=f"KIND_{name[0].upper()}", name=name[1], outcome=f"OUTCOME_{outcome}", why=why or "")


def _warnings(snapshot: Snapshot, entry: Entry) -> list[str]:
    absent = [view.name for view in snapshot.switches if not view.connected]
    warnings = [f"{kind} {name}: what stands is not what the file says; see it with isochrone get"
                for kind, name in entry.turned_back]
    if absent:
        warnings.append(f"{len(absent)} of {len(snapshot.switches)} switches are not connected: their rules wait")
    return warnings


def _still_moving() -> NotDoneError:
    return NotDoneError("ABORTED", f"the network moved during each of {ATTEMPTS} attempts; nothing was changed, try again")
