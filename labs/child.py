"""The controller of a lab: the program that users run, as an unprivileged child, driven over gRPC as by anybody else."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from controller.address import parse_address
from controller.northbound.client import Client, ClientError, NoAnswerError
from controller.northbound.isochrone.v1 import intents_pb2
from controller.northbound.plain import plain
from topologies.document import topology_document
from topologies.emulate import CONTROLLER_ADDRESS
from topologies.model import Topology
from topologies.source import emit

from . import unprivileged
from .doorway import LOG, SOCKET
from .errors import LabError

GRPC = "127.0.0.1:50051"
START_S = 30.0
"""Longest wait for a controller that has been started to answer: 0.3 s on an idle machine."""

POLL_S = 0.02


class Controller:
    """`isochrone run` for a topology, with a store that outlives its process. Leaving the `with` block ends it.

    Given a room, a folder of `labs.doorway`, it is reached there and its log is there; the room becomes its own."""

    def __init__(self, topology: Topology, autonomy: str | None = None, is_agent_on: bool = True,
                 room: Path | None = None, audit_s: float | None = None) -> None:
        self._place = tempfile.TemporaryDirectory(prefix="isochrone-", dir="/run")
        folder = Path(self._place.name)
        folder.chmod(0o777)
        (folder / "topology.yaml").write_text(emit(topology_document(topology)))
        self._log = (room or folder) / LOG
        self._grpc = GRPC if room is None else f"unix:{room / SOCKET}"
        demotion = unprivileged.demotion()
        if room is not None:
            os.chown(room, demotion.user, -1)
        self._argv = [
            *demotion.prefix, sys.executable, "-m", "controller", "run", "--topology", str(folder / "topology.yaml"),
            "--openflow", f"{CONTROLLER_ADDRESS}:6653", "--grpc", self._grpc, "--store", str(folder / "store.db"),
            *(("--autonomy", autonomy) if autonomy else ()), *(() if is_agent_on else ("--agent", "off")),
            *(("--audit", f"{audit_s:g}") if audit_s else ())]
        self._process: subprocess.Popen[bytes] | None = None
        self.client = Client(parse_address(self._grpc, unix=True))

    def start(self) -> None:
        """Start it and wait until it answers. Raises LabError with what it said where it does not."""
        with open(self._log, "ab") as log:
            # a session of its own: a Ctrl-C is for the lab. Its socket is its own until it is given away.
            self._process = subprocess.Popen(self._argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                             start_new_session=True, umask=0o077)
        # a channel that was refused backs off for seconds: each start gets a new one
        self.client = Client(parse_address(self._grpc, unix=True))
        if not self._within(START_S, self._answers):
            raise LabError(f"the controller does not answer within {START_S:g} s; {self._said()}")

    def signal(self, number: int) -> None:
        """Send it a signal."""
        assert self._process is not None
        self._process.send_signal(number)

    def kill(self, number: int) -> None:
        """Send it a signal and wait for its end. Raises LabError where that does not come."""
        assert self._process is not None
        self.signal(number)
        try:
            self._process.wait(START_S)
        except subprocess.TimeoutExpired as error:
            raise LabError(f"the controller has not ended {START_S:g} s after signal {number}; {self._said()}") from error

    def must_run(self) -> None:
        """Raise LabError with what it said where it has ended."""
        assert self._process is not None
        if self._process.poll() is not None:
            raise LabError(f"the controller ended with status {self._process.returncode}; {self._said()}")

    def await_settled(self, seconds: float) -> bool:
        """Wait until every switch holds what it should and nothing is on its way; False where that takes longer."""
        return self._within(seconds, lambda: self.client.status().settled)

    def troubles(self) -> str:
        """The switches that are not as they should be, the alarms, and the end of the log."""
        status = self.client.status()
        waiting = [switch.name for switch in status.switches if not switch.adopted]
        return f"waiting for {', '.join(waiting) or 'none'}; alarms: {'; '.join(status.alarms) or 'none'}; {self._said()}"

    def changes_sent(self) -> int:
        """Flow, group and meter changes that this process has sent to all switches."""
        return sum(switch.changes_sent for switch in self.client.status().switches)

    def apply(self, files: Sequence[tuple[str, str]]) -> intents_pb2.ApplyResponse:
        """Apply documents, given as (text, name). Raises LabError with what is wrong where they are refused whole."""
        try:
            return self.client.apply(files)
        except ClientError as error:
            raise LabError(f"apply: {error}; {self._said()}") from error

    def planned_flows(self, files: Sequence[tuple[str, str]]) -> int:
        """How many flows all switches together hold by the plan; the files are some that were applied last."""
        return self.client.apply(files, dry_run=True).rules.flows

    def connections(self) -> list[intents_pb2.Connection]:
        """Every connection of every intent as the controller has it now."""
        listed = self.client.list(intents_pb2.KIND_INTENT).documents
        return [connection for document in listed for connection in document.connections]

    def decisions(self) -> list[dict[str, Any]]:
        """What its agent decided by itself, oldest first, those before a restart too."""
        found: list[dict[str, Any]] = plain(self.client.decisions())["decisions"]
        return found

    def _answers(self) -> bool:
        self.must_run()
        try:
            return bool(self.client.status().switches)
        except NoAnswerError:
            return False

    def _within(self, seconds: float, is_so: Callable[[], bool]) -> bool:
        until = time.monotonic() + seconds
        while not is_so():
            if time.monotonic() > until:
                return False
            time.sleep(POLL_S)
        return True

    def _said(self) -> str:
        """The end of its log, for whoever has to find out."""
        lines = self._log.read_text(errors="replace").splitlines()
        return "its log ends:\n" + "\n".join(lines[-12:])

    def __enter__(self) -> "Controller":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait(START_S)
        self._place.cleanup()
