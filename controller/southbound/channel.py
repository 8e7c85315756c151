"""The southbound as the loop sees it: start, read, send, stop; what happens comes back as facts."""

import secrets
from collections.abc import Callable, Sequence

from controller.facts import Counters, Fact
from controller.southbound import guard
from controller.southbound.app import SwitchApp
from controller.southbound.connection import Liveness
from controller.southbound.framework import manager, mend
from controller.southbound.listener import Listener, Room
from controller.southbound.probes import NONCE_BYTES, Probes
from intents.probes import Probe
from intents.rules import Change


class Southbound:
    """All switches. One may run in a process at a time (the library keeps its apps by name); it can be started again.

    No call blocks on a switch. What is sent to one switch arrives in the order of the calls. A token is answered once,
    by `TablesRead`, `Confirmed` or `Rejected`, unless `SwitchDown` comes first: then every token of that switch is
    void. What is sent to a switch that is not connected is dropped. A poll's token is answered once or never.
    """

    def __init__(self, liveness: Liveness | None = None, room: Room | None = None, nonce: bytes | None = None) -> None:
        """`nonce`: NONCE_BYTES by which probes are known to be of this process, random ones where none are given."""
        self._liveness = liveness or Liveness()
        self._room = room or Room()
        self._nonce = secrets.token_bytes(NONCE_BYTES) if nonce is None else nonce

    def start(self, address: str, port: int, inbox: Callable[[Fact], None],
              counted: Callable[[Counters], None] = lambda _: None) -> int:
        """Listen on one IPv4 address (`0.0.0.0` is all of this machine's) and return the TCP port, which is chosen
        freely where `port` is 0. `inbox`, and `counted` with what polls bring, are called from many threads and must
        not block. Raises `ListenError`."""
        self._listener = Listener(address, port, self._liveness, self._room)
        mend()
        self._apps = manager.get_instance()
        self._app: SwitchApp = self._apps.instantiate(SwitchApp, inbox, counted, Probes(self._nonce))
        self._app.start()
        self._listener.start()
        return self._listener.port

    def stop(self) -> None:
        """End every connection and all threads, and listen no more."""
        self._listener.stop()
        self._apps.close()

    def read(self, dpid: int, token: int) -> None:
        """Ask for everything a switch holds; `TablesRead` answers."""
        if sender := self._app.sender(dpid):
            sender.read(token)

    def send(self, dpid: int, changes: Sequence[Change], token: int) -> None:
        """Send changes and a barrier; `Confirmed` answers, or `Rejected` with the first error."""
        if sender := self._app.sender(dpid):
            sender.send(changes, token)

    def probe(self, probe: Probe, token: int) -> None:
        """Send a probe out of a switch's port; `Probed` tells where it came out, if it does."""
        self._app.probe(probe, token)

    def poll_ports(self, dpid: int, token: int) -> None:
        """Ask for the counters of all ports; `PortCounters` answers."""
        self._poll(dpid, guard.PORT_COUNTS, token)

    def poll_flows(self, dpid: int, token: int) -> None:
        """Ask for the counters of the classify flows of ours; `FlowCounters` answers."""
        self._poll(dpid, guard.FLOWS, token)

    def _poll(self, dpid: int, kind: int, token: int) -> None:
        if sender := self._app.sender(dpid):
            sender.poll(kind, token)
