"""The services of the protocol: messages in, one call of ours, messages or an error out."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import grpc
from google.protobuf import any_pb2
from google.rpc import status_pb2
from grpc_status import rpc_status

from controller.door import Kind, Name, by_name
from controller.northbound.changes import Authority, Changes
from controller.northbound.decisions import decision_message, load_message
from controller.northbound.errors import ALL_PROBLEMS, NotDoneError, missing
from controller.northbound.explain import explained, with_offers
from controller.northbound.isochrone.v1 import controller_pb2, controller_pb2_grpc, intents_pb2_grpc
from controller.northbound.isochrone.v1 import intents_pb2 as pb
from controller.northbound.messages import connections_of, document_message, status_message, with_provenance
from controller.northbound.traces import traced
from controller.northbound.watching import watch
from controller.shipped import shipped_profiles
from controller.snapshot import Snapshot
from intents.documents import Document
from topologies.model import Topology
from topologies.problems import Problem
from topologies.source import BadInput

T = TypeVar("T")

KINDS: dict[int, Kind] = {pb.KIND_INTENT: "intent", pb.KIND_SLICE: "slice", pb.KIND_PROFILE: "profile"}

MOST_WATCHERS = 16
"""Each keeps a worker for as long as it watches; the next one gets RESOURCE_EXHAUSTED."""

TEXT_BYTES, DETAIL_BYTES = 800, 2_800
"""What an error says in its text and in its details: both travel in the trailing metadata, the text twice and in up to three
bytes for one, and gRPC drops a call whose metadata have more than 8 KiB unless its caller has asked for more."""

MOST_BYTES = 4 << 20
"""In the details for who takes all."""


class IntentsService(intents_pb2_grpc.IntentsServicer):
    """isochrone.v1.Intents."""

    def __init__(self, network: Topology, authority: Authority, changes: Changes) -> None:
        self._network = network
        self._authority = authority
        self._changes = changes
        self._seats = threading.BoundedSemaphore(MOST_WATCHERS)

    def Apply(self, request: pb.ApplyRequest, context: grpc.ServicerContext) -> pb.ApplyResponse:  # noqa: N802
        """Applies documents as one change."""
        with _answered(context):
            return self._changes.apply(request)

    def Delete(self, request: pb.DeleteRequest, context: grpc.ServicerContext) -> pb.DeleteResponse:  # noqa: N802
        """Deletes documents as one change."""
        with _answered(context):
            return pb.DeleteResponse(revision=self._changes.delete([_name(each) for each in request.documents]))

    def Get(self, request: pb.GetRequest, context: grpc.ServicerContext) -> pb.GetResponse:  # noqa: N802
        """One document, with the provenance of its values."""
        snapshot = self._authority.snapshot
        with _answered(context):
            document = _find(_known(snapshot), _name(request.document))
            connections = with_provenance(_intents([document]), snapshot)
            return pb.GetResponse(revision=snapshot.revision, document=document_message(document, connections))

    def List(self, request: pb.ListRequest, context: grpc.ServicerContext) -> pb.ListResponse:  # noqa: N802
        """All documents of a kind, by name."""
        snapshot = self._authority.snapshot
        with _answered(context):
            kind = _kind(request.kind)
            documents = [document for (of, _), document in sorted(_known(snapshot).items()) if of == kind]
            found: dict[str, list[pb.Connection]] = {}
            for connection in connections_of(_intents(documents), snapshot.plan, snapshot):
                found.setdefault(connection.intent, []).append(connection)
            return pb.ListResponse(revision=snapshot.revision, documents=[
                document_message(document, found.get(document.name, [])) for document in documents])


    def Explain(self, request: pb.ExplainRequest, context: grpc.ServicerContext) -> pb.ExplainResponse:  # noqa: N802
        """Everything there is to say about one intent."""
        snapshot = self._authority.snapshot
        with _answered(context):
            document = _find(by_name(snapshot.documents), ("intent", request.intent))
            return explained(self._network, with_offers(self._network, snapshot, request.intent), document)

    def Watch(self, request: pb.WatchRequest,  # noqa: N802
              context: grpc.ServicerContext) -> Iterator[pb.WatchResponse]:
        """All intents, then what changes, until the caller hangs up."""
        ended = threading.Event()
        with _answered(context):
            if not self._seats.acquire(blocking=False):
                raise NotDoneError("RESOURCE_EXHAUSTED", f"{MOST_WATCHERS} watch already; try again later")
        try:
            if context.add_callback(ended.set):
                yield from watch(self._authority, ended)
        finally:
            self._seats.release()


class ControllerService(controller_pb2_grpc.ControllerServicer):
    """isochrone.v1.Controller."""

    def __init__(self, network: Topology, authority: Authority, changes: Changes) -> None:
        self._network = network
        self._authority = authority
        self._changes = changes

    def Purge(self, request: controller_pb2.PurgeRequest,  # noqa: N802
              context: grpc.ServicerContext) -> controller_pb2.PurgeResponse:
        """Retires what looks like ours and no store knows."""
        with _answered(context):
            if not request.unclaimed:
                raise NotDoneError("INVALID_ARGUMENT", "say what to purge: unclaimed")
            return controller_pb2.PurgeResponse(rules=self._changes.purge())

    def Status(self, request: controller_pb2.StatusRequest,  # noqa: N802
               context: grpc.ServicerContext) -> controller_pb2.StatusResponse:
        """The state after the loop's last turn."""
        return status_message(self._authority.snapshot)

    def Load(self, request: controller_pb2.LoadRequest,  # noqa: N802
             context: grpc.ServicerContext) -> controller_pb2.LoadResponse:
        """What links carry and connections send."""
        return load_message(self._network, self._authority.snapshot, time.monotonic_ns())

    def Trace(self, request: controller_pb2.TraceRequest,  # noqa: N802
              context: grpc.ServicerContext) -> controller_pb2.TraceResponse:
        """Walks one packet."""
        with _answered(context):
            return traced(self._network, self._authority.snapshot, request)

    def Decisions(self, request: controller_pb2.DecisionsRequest,  # noqa: N802
                  context: grpc.ServicerContext) -> controller_pb2.DecisionsResponse:
        """What the agent decided by itself, oldest first."""
        latest = self._authority.snapshot.decisions[-request.limit:]
        return controller_pb2.DecisionsResponse(decisions=map(decision_message, latest))


def _known(snapshot: Snapshot) -> dict[Name, Document]:
    """Every document by kind and name, the shipped profiles with them."""
    return by_name(shipped_profiles().merged(snapshot.documents))


def _intents(documents: list[Document]) -> frozenset[str]:
    return frozenset(document.name for document in documents if document.kind == "Intent")


def _kind(number: int) -> Kind:
    if number not in KINDS:
        raise NotDoneError("INVALID_ARGUMENT", "name a kind: intent, slice or profile")
    return KINDS[number]


def _name(reference: pb.Reference) -> Name:
    return _kind(reference.kind), reference.name


def _find(known: dict[Name, Document], name: Name) -> Document:
    if name not in known:
        raise missing(name, known)
    return known[name]


@contextmanager
def _answered(context: grpc.ServicerContext) -> Iterator[None]:
    """Ends the call with gRPC's word for what went wrong."""
    try:
        yield
    except NotDoneError as error:
        context.abort(grpc.StatusCode[error.code], _cut(str(error), 3 * TEXT_BYTES))
    except BadInput as bad:
        takes_all = ALL_PROBLEMS in {(key, value) for key, value in context.invocation_metadata()}
        context.abort_with_status(rpc_status.to_status(_described(bad, takes_all)))


def _described(bad: BadInput, takes_all: bool) -> status_pb2.Status:
    """The first problems, as many as fit, and how many there are besides; in the details all, for who takes them."""
    lines = [*_fitting((_cut(str(problem), TEXT_BYTES // 2) for problem in bad.problems), TEXT_BYTES, len)]
    if len(lines) < len(bad.problems):
        lines.append(f"and {len(bad.problems) - len(lines)} more")
    details = [*_fitting(map(_packed, bad.problems), MOST_BYTES if takes_all else DETAIL_BYTES, any_pb2.Any.ByteSize)]
    return status_pb2.Status(code=grpc.StatusCode.INVALID_ARGUMENT.value[0], message="\n".join(lines), details=details)


def _packed(problem: Problem) -> any_pb2.Any:
    packed = any_pb2.Any()
    packed.Pack(pb.Problem(file=_cut(problem.file, 200), line=problem.line, column=problem.column,
                           message=_cut(problem.message, TEXT_BYTES // 2)))
    return packed


def _fitting(parts: Iterable[T], room: int, size: Callable[[T], int]) -> Iterator[T]:
    """The parts at the beginning that have room."""
    for part in parts:
        room -= size(part)
        if room < 0:
            return
        yield part


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]}..."
