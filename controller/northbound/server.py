"""The gRPC server: what it serves, its limits, where it listens."""

import os
import socket
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from controller.address import Address
from controller.northbound.changes import WAITING, Authority, Changes
from controller.northbound.isochrone.v1 import controller_pb2, controller_pb2_grpc, intents_pb2, intents_pb2_grpc
from controller.northbound.service import MOST_WATCHERS, ControllerService, IntentsService
from controller.northbound.tls import Keys
from topologies.model import Topology

WORKERS = 2 * WAITING + MOST_WATCHERS
"""As many as changes and watchers can take, and some that neither can."""

CALLS = 64
"""Calls at a time, those that wait for a worker included; the next one gets RESOURCE_EXHAUSTED."""

LARGEST_BYTES = 16 << 20
"""Of a request: about 50,000 intents."""

GRACE_S = 0.5
"""How long calls that are under way may still take when the server stops."""


class CannotListenError(Exception):
    """The address cannot be listened on: which, and why."""


@dataclass(frozen=True)
class Northbound:
    """A server that listens. `address` has the port that it was given where 0 was asked for."""

    address: Address
    server: grpc.Server
    health: health.HealthServicer

    def stop(self) -> None:
        """Takes no more calls, and lets those under way end within the grace."""
        self.health.enter_graceful_shutdown()
        self.server.stop(GRACE_S).wait()


def serve(address: Address, keys: Keys | None, network: Topology, authority: Authority) -> Northbound:
    """Starts to serve. Raises CannotListenError."""
    server = grpc.server(ThreadPoolExecutor(WORKERS, "grpc"), maximum_concurrent_rpcs=CALLS, options=(
        ("grpc.so_reuseport", 0), ("grpc.max_receive_message_length", LARGEST_BYTES)))
    names = _services(server, network, authority)
    checks = health.HealthServicer(experimental_non_blocking=True, experimental_thread_pool=None)
    health_pb2_grpc.add_HealthServicer_to_server(checks, server)
    reflection.enable_server_reflection((*names, health.SERVICE_NAME, reflection.SERVICE_NAME), server)
    port = _listen(server, address, keys)
    for name in ("", *names):
        checks.set(name, health_pb2.HealthCheckResponse.SERVING)
    server.start()
    return Northbound(address if address.port is None else Address(address.host, port), server, checks)


def _services(server: grpc.Server, network: Topology, authority: Authority) -> tuple[str, ...]:
    changes = Changes(network, authority)  # one queue for all that change anything
    intents_pb2_grpc.add_IntentsServicer_to_server(  # type: ignore[no-untyped-call]
        IntentsService(network, authority, changes), server)
    controller_pb2_grpc.add_ControllerServicer_to_server(  # type: ignore[no-untyped-call]
        ControllerService(network, authority, changes), server)
    files = (intents_pb2.DESCRIPTOR, controller_pb2.DESCRIPTOR)
    return tuple(service.full_name for file in files for service in file.services_by_name.values())


def _listen(server: grpc.Server, address: Address, keys: Keys | None) -> int:
    if keys is None and not address.stays_here:
        raise CannotListenError(f"{address} can be reached from other machines; give --tls a folder of keys")
    try:
        _try(address)
        if keys is None:
            return server.add_insecure_port(str(address))
        return server.add_secure_port(str(address), keys.of_server())
    except OSError as error:
        raise CannotListenError(f"cannot listen on {address}: {error.strerror or error}") from error
    except RuntimeError as error:
        raise CannotListenError(f"cannot listen on {address}: {error}") from error


def _try(address: Address) -> None:
    """Takes the place for a moment: the system says why it cannot be had, which gRPC does not tell, and gRPC takes a
    unix socket away from whoever listens there."""
    if address.port is None:
        if not os.path.isdir(os.path.dirname(address.host) or "."):
            raise OSError(None, "no such folder")
        with socket.socket(socket.AF_UNIX) as caller:
            if os.path.exists(address.host) and caller.connect_ex(address.host) == 0:
                raise OSError(None, "another controller listens there")
        return
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    with socket.socket(family) as taker:
        taker.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taker.bind((address.host, address.port))
