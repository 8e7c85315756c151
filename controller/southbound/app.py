"""The app between the library and the loop: what switches say becomes facts.

Rules of this file: it decides nothing but whose connection is whose; all facts about a switch come from its receive
thread, in the order of what happened. A second connection with a datapath id that is connected already is refused.
"""

import time
from collections.abc import Callable
from functools import partial
from typing import Any

import structlog

from controller.facts import Counters, Fact, PortChanged, Rejected, SwitchDown, SwitchUp
from controller.southbound.connection import Connection
from controller.southbound.errors import MalformedError
from controller.southbound.framework import Brick, ofproto, on
from controller.southbound.probes import Probes
from controller.southbound.seldom import Seldom
from controller.southbound.sender import Sender
from intents.probes import Probe

log = structlog.get_logger(__name__)


class SwitchApp(Brick):
    """Hears the switches, tells `inbox`, and `counted` what polls bring."""

    def __init__(self, inbox: Callable[[Fact], None], counted: Callable[[Counters], None],
                 probes: Probes) -> None:
        super().__init__()
        self._tell = inbox
        self._tell_counted = counted
        self._probes = probes
        self._connections: dict[int, Connection] = {}
        self._senders: dict[Connection, Sender] = {}
        self._unjoined = Seldom(log.info, "connection ended before it was a switch's", most=20)

    def sender(self, dpid: int) -> Sender | None:
        """Where to send what is for a switch; `None` while it is not connected."""
        connection = self._connections.get(dpid)
        return None if connection is None else self._senders.get(connection)

    def probe(self, probe: Probe, token: int) -> None:
        """Send a probe, unless its switch is not connected."""
        if sender := self.sender(probe.dpid):
            sender.probe(partial(self._probes.packet_out, probe, token))

    def joined(self, connection: Connection) -> None:
        """A switch finished its handshake."""
        first = self._connections.setdefault(connection.id, connection)
        if first is not connection:
            log.warning("datapath id is connected already, second connection refused",
                        dpid=_hex(connection.id), first=first.address, second=connection.address)
            connection.end("another connection has this datapath id")
            return
        self._senders[connection] = Sender(connection, self._tell)
        log.info("switch connected", dpid=_hex(connection.id), peer=connection.address)
        ports = {port.port_no: _is_live(port) for port in connection.ports.values() if _is_a_port(port)}
        self._tell(SwitchUp(connection.id, ports))

    def lost(self, connection: Connection) -> None:
        """A connection ended."""
        sender = self._senders.pop(connection, None)
        if sender is None:
            self._unjoined.say(time.monotonic(), peer=connection.address, why=connection.why)
            if self._connections.get(connection.id) is connection:  # no thread could be started for its sender
                del self._connections[connection.id]
            return
        sender.stop()
        log.warning("switch lost", dpid=_hex(connection.id), peer=connection.address, why=connection.why)
        self._tell(SwitchDown(connection.id, connection.why or "closed"))
        del self._connections[connection.id]  # last: not before can the switch's next connection say it is up

    def punted(self, connection: Connection, message: bytes) -> None:
        """A switch handed a packet up: nothing but a probe of ours is of any use."""
        if connection in self._senders and (fact := self._probes.came(connection.id, message)):
            self._tell(fact)

    @on("OFPPortStatus")
    def port_changed(self, message: Any) -> None:
        """A port was added, changed or removed."""
        if message.datapath in self._senders and _is_a_port(message.desc):
            is_up = message.reason != ofproto.OFPPR_DELETE and _is_live(message.desc)
            self._tell(PortChanged(message.datapath.id, message.desc.port_no, is_up))

    @on("OFPBarrierReply")
    def batch_taken(self, message: Any) -> None:
        """Everything before a barrier was carried out."""
        if (sender := self._senders.get(message.datapath)) and (fact := sender.confirmed(message.xid)):
            self._tell(fact)

    @on("OFPErrorMsg")
    def refused(self, message: Any) -> None:
        """A message of ours was refused."""
        if message.type == ofproto.OFPET_EXPERIMENTER:
            code, words = message.exp_type, f"experimenter {message.experimenter:#x}, type {message.exp_type}"
        else:
            code, words = message.code, ofproto.ofp_error_code_to_str(message.type, message.code)
        words = f"{ofproto.ofp_error_type_to_str(message.type)} {words}"
        sender = self._senders.get(message.datapath)
        fact = sender and sender.rejected(message.xid, message.type, code, words, bytes(message.data or b""))
        if isinstance(fact, Rejected):  # the first of its batch: a table that is full would fill the log as well
            log.warning("switch refused a message", dpid=_hex(fact.dpid), token=fact.token, error=words)
        if fact:
            self._tell(fact)

    @on("OFPFlowStatsReply", "OFPGroupDescStatsReply", "OFPMeterConfigStatsReply", "OFPPortStatsReply")
    def part_read(self, message: Any) -> None:
        """A part of a switch's tables or of its counters arrived."""
        sender = self._senders.get(message.datapath)
        if sender is None:
            return
        kind, flags = (int.from_bytes(message.buf[at:at + 2], "big") for at in (8, 10))
        part = (message.xid, kind, message.buf[16:], bool(flags & ofproto.OFPMPF_REPLY_MORE))
        try:
            fact, counters = sender.read_part(*part), sender.counted(*part, time.monotonic_ns())
        except MalformedError as error:
            message.datapath.end(f"sent statistics that cannot be read: {error}")
            return
        if fact is not None:
            self._tell(fact)
        if counters is not None:
            self._tell_counted(counters)


def _hex(dpid: int) -> str:
    """As topologies and Open vSwitch write it."""
    return f"{dpid:016x}"


def _is_a_port(port: Any) -> bool:
    return bool(0 < port.port_no <= ofproto.OFPP_MAX)


def _is_live(port: Any) -> bool:
    """Open vSwitch reports a deleted veth as link down, not as removed; both bits must be looked at."""
    return not bool(port.state & ofproto.OFPPS_LINK_DOWN or port.config & ofproto.OFPPC_PORT_DOWN)
