"""The composition root: the world of a running controller, from its settings to its end."""

import gc
import signal
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import structlog

from controller.address import AddressError, parse_address
from controller.agent.loop import Loop
from controller.cli.files import read_file
from controller.cli.stop import bad_input
from controller.decisions import Autonomy
from controller.logs import Format, log_to_stderr
from controller.northbound.server import CannotListenError, serve
from controller.northbound.tls import read_keys
from controller.reference import Reference
from controller.southbound.channel import Southbound
from controller.southbound.listener import ListenError
from controller.store.sqlite import Store, StoreError, open_store
from topologies.model import Topology
from topologies.source import BadInput

log = structlog.get_logger(__name__)

ENDING = frozenset((signal.SIGTERM, signal.SIGINT))

RARELY = (100_000, 50, 100)
"""When Python searches for rubbish (gc.set_threshold). Ours makes hardly any circles, and at 1,000 connections the search
took a third of the turns that commit and repair: 1.14 s and 1.8 s with Python's thresholds, 0.71 s and 1.24 s with these."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How to run, as typed: the topology, the store's file, `HOST:PORT` for switches and for operators,
    the folder of gRPC's keys, what the agent may do by itself, and how often it reads tables again, in s."""

    topology: Reference
    store: Path
    openflow: str
    grpc: str
    tls: Path | None
    log_format: Format
    autonomy: Autonomy
    audit_s: float


def run(settings: Settings) -> None:
    """Runs a controller until SIGTERM or SIGINT. Raises StopError where it cannot begin."""
    log_to_stderr(settings.log_format)
    gc.set_threshold(*RARELY)
    with _held(ENDING), ExitStack() as world:
        with _said_plainly(), _no_store_left(settings.store):
            openflow, grpc = parse_address(settings.openflow), parse_address(settings.grpc, unix=True)
            keys = read_keys(settings.tls) if settings.tls else None
            network = settings.topology.load(read_file)
            store = world.enter_context(closing(open_store(str(settings.store))))
            southbound = Southbound()
            loop = _loop(network, store, southbound, settings)
            port = southbound.start(openflow.host, openflow.port or 0, loop.tell, loop.tell)
            world.callback(southbound.stop)
            loop.start()
            world.callback(loop.stop)
            northbound = serve(grpc, keys, network, loop)
            world.callback(northbound.stop)
        if not openflow.stays_here:
            log.warning("OpenFlow is neither encrypted nor authenticated: keep this address to a network of its own",
                        address=str(openflow))
        print(f"ready: grpc {northbound.address}, openflow {replace(openflow, port=port)}, topology {network.name}, "
              f"revision {loop.snapshot.revision}", flush=True)
        signal.sigwait(ENDING)


@contextmanager
def _held(signals: frozenset[signal.Signals]) -> Iterator[None]:
    """Signals wait until they are waited for; those that come later are dropped. A handler would not do: one that sets an
    event may come while its thread holds the event's own lock, and then waits for that for ever."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    try:
        yield
    finally:
        while signal.sigtimedwait(signals, 0):
            pass
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _loop(network: Topology, store: Store, southbound: Southbound, settings: Settings) -> Loop:
    try:
        return Loop(network, store, southbound, autonomy=settings.autonomy, audit_s=settings.audit_s)
    except BadInput as bad:
        unfit = (f"store {settings.store}: what it holds does not fit topology {network.name}; run the topology that it was "
                 "made for, or name another --store")
        raise bad_input([*bad.problems, unfit]) from bad


@contextmanager
def _no_store_left(path: Path) -> Iterator[None]:
    """A controller that cannot begin leaves no new store behind."""
    is_new = not path.exists()
    try:
        yield
    except Exception:
        for suffix in ("", "-wal", "-shm") if is_new else ():
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        raise


@contextmanager
def _said_plainly() -> Iterator[None]:
    """What keeps a controller from beginning, as lines for the person who started it."""
    try:
        yield
    except BadInput as bad:
        raise bad_input(bad.problems) from bad
    except OSError as error:
        raise bad_input([f"--tls: {error.filename}: {error.strerror}"]) from error
    except (AddressError, StoreError, ListenError, CannotListenError) as error:
        raise bad_input([error]) from error
