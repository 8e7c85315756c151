"""The forwarding model: where the switches' tables carry a packet.

Rules of this file: one packet in, every copy's end out; ports that are down neither send nor receive, and a
fast-failover group takes its first bucket whose watched port is not down; an output to the port of entry is dropped
(Open vSwitch; IN_PORT is how to send back); meters let everything pass; a bucket's actions run in the order written,
which has to be that of OpenFlow's action sets (1.3.5, section 5.10: push, then set, then output).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol

from intents.packets import Packet, popped, pushed, with_field, with_ttl
from intents.rules import (
    CONTROLLER,
    IN_PORT,
    Action,
    CopyField,
    DecMplsTtl,
    Flow,
    Group,
    Output,
    PopMpls,
    PushMpls,
    RuleSet,
    SetField,
    SetMplsTtl,
    ToGroup,
)
from intents.tables import Headers, Tables
from topologies.model import PortId, Topology

MAX_VISITS = 4_096
"""Switches that all copies of one packet may visit before it counts as multiplying without end."""

_LAST_PORT = 0xFFFFFF00


class Holding(Protocol):
    """What a walk asks of the switches."""

    def flow(self, dpid: int, table: int, headers: Headers) -> Flow | None:
        """The flow that a packet takes in a table, `None` on a miss."""

    def group(self, dpid: int, number: int) -> Group | None:
        """A group, `None` where there is none."""


What = Literal["delivered", "dropped", "controller", "looped", "unknown"]


class End(NamedTuple):
    """How one copy of a packet ended. `at`: the host's port where it was delivered, else the port by which it entered
    the switch that it never left. `trail`: the ports it left switches by. `unknown` is what the model cannot follow (a
    reserved port such as NORMAL)."""

    what: What
    at: PortId
    packet: Packet
    trail: tuple[PortId, ...]
    why: str = ""

    def __str__(self) -> str:
        trail = " ".join(str(port) for port in self.trail) or "nowhere"
        return f"{self.what} at {self.at}{f' ({self.why})' if self.why else ''}, left by {trail}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """Every copy's end; one where no rule copies."""

    ends: tuple[End, ...]

    @property
    def is_dropped(self) -> bool:
        """Whether nothing of the packet arrived anywhere."""
        return all(end.what == "dropped" for end in self.ends)

    def __str__(self) -> str:
        return "; ".join(str(end) for end in self.ends)


class Arrival(NamedTuple):
    """A copy that enters a switch by a port."""

    at: PortId
    packet: Packet
    trail: tuple[PortId, ...] = ()
    met: tuple[tuple[PortId, Packet], ...] = ()
    """Where it entered switches before, and as what."""

    @property
    def is_again(self) -> bool:
        """Whether it came to this port before, changed in nothing but its TTL."""
        return any(at == self.at and packet.without_ttl() == self.packet.without_ttl() for at, packet in self.met)


def walk(network: Topology, tables: RuleSet | Holding, packet: Packet, at: PortId,
         down_ports: frozenset[PortId] = frozenset()) -> Outcome:
    """Follow a packet that enters the network at a switch's port to all its ends.

    A copy looped when it comes back to a port by which it has entered, changed in nothing but its TTL.
    """
    held = Tables(tables) if isinstance(tables, RuleSet) else tables
    ends: list[End] = []
    todo = [Arrival(at, packet)]
    visits = 0
    while todo:
        arrival = todo.pop()
        visits += 1
        if arrival.is_again or visits > MAX_VISITS:
            ends.append(End("looped", arrival.at, arrival.packet, arrival.trail))
            continue
        sent, why = through(network, held, arrival.at, arrival.packet, down_ports)
        if not sent:
            ends.append(End("dropped", arrival.at, arrival.packet, arrival.trail, why))
        for port, copy in sent:
            after = sent_out(network, arrival, port, copy, down_ports)
            if isinstance(after, End):
                ends.append(after)
            else:
                todo.append(after)
    return Outcome(tuple(ends))


def through(network: Topology, held: Holding, at: PortId, entering: Packet,
            down: frozenset[PortId]) -> tuple[list[tuple[int, Packet]], str]:
    """What the tables of one switch send out of a packet that enters by a port, each copy with its port; and why, should
    that be nothing."""
    visit = _Visit(held, at.switch, network.switch_by_name[at.switch].dpid, down, [])
    packet: Packet | None = entering
    table: int | None = 0
    while table is not None and packet is not None:
        flow = held.flow(visit.dpid, table, packet.headers(at.number))
        if flow is None:
            return visit.sent, f"no rule in table {table}"
        packet = visit.run(flow.actions, packet)
        if flow.goto is not None and flow.goto <= table:  # OpenFlow 1.3, 5.1: on to later tables only
            return visit.sent, f"table {table} goes on to table {flow.goto}"
        table = flow.goto
    return visit.sent, "no output" if packet else "its TTL ran out"


def place_of_bucket(group: Group, switch: str, down: frozenset[PortId]) -> int | None:
    """The place of the bucket that a group takes now; `None` where every watched port is down, or it has no bucket."""
    if group.kind == "indirect":
        return 0 if group.buckets else None
    alive = (place for place, bucket in enumerate(group.buckets)
             if bucket.watch_port is not None and PortId(switch, bucket.watch_port) not in down)
    return next(alive, None)


class _Visit(NamedTuple):
    held: Holding
    switch: str
    dpid: int
    down: frozenset[PortId]
    sent: list[tuple[int, Packet]]

    def run(self, actions: Iterable[Action], packet: Packet) -> Packet | None:
        """Apply actions in order; what they made of the packet, `None` where its TTL ended it."""
        for action in actions:
            match action:
                case Output(port):
                    self.sent.append((port, packet))
                case ToGroup(number):  # a bucket works on a copy: behind the group the packet is what it was
                    self.run(self.bucket(self.held.group(self.dpid, number)), packet)
                case PushMpls():
                    packet = pushed(packet)
                case PopMpls(ethertype):
                    packet = popped(packet, ethertype)
                case SetField(name, value):
                    packet = with_field(packet, name, value)
                case CopyField(source, target):
                    packet = with_field(packet, target, packet.fields.get(source, 0))
                case SetMplsTtl(ttl):
                    packet = with_ttl(packet, ttl)
                case DecMplsTtl():
                    if packet.stack and packet.stack[0].ttl <= 1:
                        return None
                    packet = with_ttl(packet, packet.stack[0].ttl - 1) if packet.stack else packet
                case _:
                    raise TypeError(f"no such action: {action}")
        return packet

    def bucket(self, group: Group | None) -> tuple[Action, ...]:
        """The actions that a group takes now; none where the group is not there or every watched port is down."""
        place = None if group is None else place_of_bucket(group, self.switch, self.down)
        return () if group is None or place is None else group.buckets[place].actions


def sent_out(network: Topology, arrival: Arrival, port: int, packet: Packet,
             down: frozenset[PortId]) -> Arrival | End:
    """Where a copy is after it was sent to a port."""
    if port == arrival.at.number:
        return End("dropped", arrival.at, packet, arrival.trail, "sent out of its port of entry")
    out = PortId(arrival.at.switch, arrival.at.number if port == IN_PORT else port)
    trail = (*arrival.trail, out)
    if port == CONTROLLER:
        return End("controller", arrival.at, packet, arrival.trail)
    if out.number > _LAST_PORT:
        return End("unknown", arrival.at, packet, arrival.trail, f"reserved port {port:#x}")
    if down and out in down:
        return End("dropped", arrival.at, packet, arrival.trail, f"port {out} is down")
    peer = network.peer_of.get(out)
    if peer is None:
        is_host = out in network.host_at
        return End("delivered", out, packet, trail) if is_host else \
            End("dropped", arrival.at, packet, trail, f"nothing is attached to {out}")
    if down and peer in down:
        return End("dropped", arrival.at, packet, trail, f"port {peer} is down")
    return Arrival(peer, packet, trail, (*arrival.met, (arrival.at, arrival.packet)))
