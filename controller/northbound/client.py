"""The other end of the protocol: a typed client that the command line and the labs call.

Rules of this file: gRPC's errors leave it as `NoAnswerError` or `CallRefusedError`, so that callers need no grpc of
their own; every call has a deadline, but `watch`, which ends when its reader does.
"""

from collections.abc import Callable, Iterator, Sequence
from types import TracebackType
from typing import Any, TypeVar

import grpc
from google.protobuf.any_pb2 import Any as Packed
from google.protobuf.message import Message
from grpc_status import rpc_status

from controller.address import Address
from controller.northbound.errors import ALL_PROBLEMS
from controller.northbound.isochrone.v1 import controller_pb2, controller_pb2_grpc, intents_pb2, intents_pb2_grpc
from controller.northbound.tls import Keys

PLANNING_S = 300.0
"""Deadline of calls that plan: ten thousand intents, and others before them in the queue."""

LOOKING_S = 30.0
"""Deadline of calls that only read."""

OPTIONS = (("grpc.max_receive_message_length", 256 << 20), ("grpc.max_metadata_size", 8 << 20),
           ("grpc.enable_http_proxy", 0), ("grpc.initial_reconnect_backoff_ms", 100),
           ("grpc.max_reconnect_backoff_ms", 1_000))
"""A controller that starts is found within a second: by itself gRPC would look after 1, 2.6, 5, 9, 16 and 26 s. Answers may
be large (the paths of ten thousand intents), and so may the problems of a bad file, which travel in a call's trailing
metadata; a web proxy of the environment has no business between an operator and the network."""

T = TypeVar("T")


class ClientError(Exception):
    """A call brought no answer."""


class NoAnswerError(ClientError):
    """Nothing answers at the address."""


class CallRefusedError(ClientError):
    """The controller answered with an error: gRPC's name of it, and what is wrong with the documents, if they are."""

    def __init__(self, code: str, message: str, problems: Sequence[intents_pb2.Problem] = ()) -> None:
        super().__init__(message)
        self.code = code
        self.problems = tuple(problems)


class Client:
    """A connection to one controller. Addresses beyond this machine need keys."""

    def __init__(self, server: Address, keys: Keys | None = None) -> None:
        self._server = server
        self._channel = grpc.secure_channel(str(server), keys.of_client(), OPTIONS) if keys else (
            grpc.insecure_channel(str(server), OPTIONS))
        intents = intents_pb2_grpc.IntentsStub(self._channel)  # type: ignore[no-untyped-call]
        controller = controller_pb2_grpc.ControllerStub(self._channel)  # type: ignore[no-untyped-call]
        self._apply: Callable[..., intents_pb2.ApplyResponse] = intents.Apply
        self._delete: Callable[..., intents_pb2.DeleteResponse] = intents.Delete
        self._get: Callable[..., intents_pb2.GetResponse] = intents.Get
        self._list: Callable[..., intents_pb2.ListResponse] = intents.List
        self._watch: Callable[..., Any] = intents.Watch
        self._explain: Callable[..., intents_pb2.ExplainResponse] = intents.Explain
        self._status: Callable[..., controller_pb2.StatusResponse] = controller.Status
        self._load: Callable[..., controller_pb2.LoadResponse] = controller.Load
        self._decisions: Callable[..., controller_pb2.DecisionsResponse] = controller.Decisions
        self._purge: Callable[..., controller_pb2.PurgeResponse] = controller.Purge
        self._trace: Callable[..., controller_pb2.TraceResponse] = controller.Trace

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self._channel.close()

    def apply(self, files: Sequence[tuple[str, str]], dry_run: bool = False, **terms: Any) -> intents_pb2.ApplyResponse:
        """Applies documents, given as (text, file) pairs, as one change. `terms` are further fields of the request."""
        sent = [intents_pb2.File(name=name, yaml=text) for text, name in files]
        return self._call(self._apply, intents_pb2.ApplyRequest(files=sent, dry_run=dry_run, **terms), PLANNING_S)

    def delete(self, documents: Sequence[intents_pb2.Reference]) -> intents_pb2.DeleteResponse:
        """Deletes documents as one change."""
        return self._call(self._delete, intents_pb2.DeleteRequest(documents=documents), PLANNING_S)

    def get(self, document: intents_pb2.Reference) -> intents_pb2.GetResponse:
        """One document with its provenance."""
        return self._call(self._get, intents_pb2.GetRequest(document=document), LOOKING_S)

    def list(self, kind: intents_pb2.Kind) -> intents_pb2.ListResponse:
        """All documents of a kind."""
        return self._call(self._list, intents_pb2.ListRequest(kind=kind), LOOKING_S)

    def explain(self, intent: str) -> intents_pb2.ExplainResponse:
        """Everything there is to say about an intent."""
        return self._call(self._explain, intents_pb2.ExplainRequest(intent=intent), LOOKING_S)

    def watch(self) -> Iterator[intents_pb2.WatchResponse]:
        """All intents, then what changes, for as long as it is read: close the iterator to end it."""
        call = self._watch(intents_pb2.WatchRequest())
        try:
            yield from call
        except grpc.RpcError as error:
            raise self._spoken(error) from error
        finally:
            call.cancel()

    def status(self) -> controller_pb2.StatusResponse:
        """How the controller and its switches are."""
        return self._call(self._status, controller_pb2.StatusRequest(), LOOKING_S)

    def load(self) -> controller_pb2.LoadResponse:
        """What links carry and connections send, as far as that is known."""
        return self._call(self._load, controller_pb2.LoadRequest(), LOOKING_S)

    def decisions(self, limit: int = 0) -> controller_pb2.DecisionsResponse:
        """What the agent decided by itself, oldest first: the latest ones, all that are remembered for 0."""
        return self._call(self._decisions, controller_pb2.DecisionsRequest(limit=limit), LOOKING_S)

    def purge(self) -> controller_pb2.PurgeResponse:
        """Retires rules that look like the controller's own and that its store does not know."""
        return self._call(self._purge, controller_pb2.PurgeRequest(unclaimed=True), PLANNING_S)

    def trace(self, request: controller_pb2.TraceRequest) -> controller_pb2.TraceResponse:
        """One packet's walk through the tables that switches should hold, and through those that they told."""
        return self._call(self._trace, request, LOOKING_S)

    def _call(self, method: Callable[..., T], request: Message, deadline_s: float) -> T:
        try:
            return method(request, timeout=deadline_s, metadata=(ALL_PROBLEMS,))
        except grpc.RpcError as error:
            raise self._spoken(error) from error

    def _spoken(self, error: grpc.RpcError) -> ClientError:
        code, words = error.code(), error.details() or ""
        if code is grpc.StatusCode.UNAVAILABLE:
            return NoAnswerError(f"no controller answers at {self._server}")
        status = rpc_status.from_call(error)  # type: ignore[arg-type]
        return CallRefusedError(code.name, words, [_problem(packed) for packed in status.details] if status else ())


def _problem(packed: Packed) -> intents_pb2.Problem:
    problem = intents_pb2.Problem()
    packed.Unpack(problem)
    return problem
