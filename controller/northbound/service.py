"""The services of the protocol: messages in, one call of ours, messages or an error out."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import grpc
from google.protobuf import any_pb2
from google.rpc import status_pb2
from grpc_status import rpc_status

from controller.door import Kind, Name, by_name
from controller.northbound.changes import Authority, Changes
from controller.northbound.decisions import decision_message, load_message
from controller.northbound.errors import NotDoneError, missing
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
from topologies.source import BadInput

KINDS: dict[int, Kind] = {pb.KIND_INTENT: "intent", pb.KIND_SLICE: "slice", pb.KIND_PROFILE: "profile"}

MOST_WATCHERS = 16
"""Each keeps a worker for as long as it watches; the next one gets RESOURCE_EXHAUSTED."""

SHOWN = 20
"""How many problems stand in an error's text; all of them are in its details."""


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
        context.abort(grpc.StatusCode[error.code], str(error))
    except BadInput as bad:
        context.abort_with_status(rpc_status.to_status(_described(bad)))


def _described(bad: BadInput) -> status_pb2.Status:
    lines = [str(problem) for problem in bad.problems[:SHOWN]]
    if len(bad.problems) > SHOWN:
        lines.append(f"and {len(bad.problems) - SHOWN} more")
    details = []
    for problem in bad.problems:
        packed = any_pb2.Any()
        packed.Pack(pb.Problem(file=problem.file, line=problem.line, column=problem.column, message=problem.message))
        details.append(packed)
    return status_pb2.Status(code=grpc.StatusCode.INVALID_ARGUMENT.value[0], message="\n".join(lines), details=details)
