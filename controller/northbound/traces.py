"""One packet's walk through the tables that a snapshot shows, as messages of the protocol, and read back from them."""

from collections.abc import Mapping
from typing import cast, get_args

from controller.northbound.errors import NotDoneError
from controller.northbound.isochrone.v1 import controller_pb2 as pb
from controller.northbound.isochrone.v1 import intents_pb2
from controller.northbound.wiring import wiring_message
from controller.snapshot import Snapshot
from intents.agreement import Difference, difference
from intents.compiler import compile_plan
from intents.forwarding import What
from intents.model import Selector
from intents.owners import owners_of
from intents.packets import LabelEntry, Packet
from intents.resolve.inventory import Inventory, UnclearNameError
from intents.rules import RuleSet
from intents.specimen import AskError, NoPacketError, Specimen, ends_of, of_connection, of_reader
from intents.tracing import trace
from intents.walks import Copy, Look, Visit, Walk
from topologies.model import PortId, Topology


def traced(network: Topology, snapshot: Snapshot, request: pb.TraceRequest) -> pb.TraceResponse:
    """The walks that are asked for. Raises NotDoneError."""
    try:
        specimen = _specimen(network, snapshot, request)
        down = sorted({*snapshot.dead_links, *request.down_links})
        ports = ends_of(network, down)
    except (AskError, UnclearNameError, NoPacketError) as error:
        code = "FAILED_PRECONDITION" if isinstance(error, NoPacketError) else "INVALID_ARGUMENT"
        raise NotDoneError(code, str(error)) from error
    owners = owners_of(network, snapshot.plan.placements)
    unread = {view.name for view in snapshot.switches if not view.tables_read}
    entry = specimen.packet, specimen.source.at, ports, owners
    planned, installed = trace(network, _target(network, snapshot), *entry), trace(network, snapshot.actual, *entry, unread)
    parting = difference(("planned", planned), ("installed", installed))
    return pb.TraceResponse(
        revision=snapshot.revision, words=str(specimen), connection=specimen.connection,
        direction=f"DIRECTION_{specimen.direction.upper()}", planned=walk_message(planned),
        installed=walk_message(installed), difference=_difference_message(parting) if parting else None, down_links=down,
        network=wiring_message(network) if request.with_network else None)


def walk_message(walk: Walk) -> pb.Walk:
    """A walk as a message."""
    return pb.Walk(visits=map(_visit_message, walk.visits), ends=walk.ends)


def walk_of(message: pb.Walk) -> Walk:
    """The walk that a message tells."""
    return Walk(tuple(map(_visit, message.visits)))


def _specimen(network: Topology, snapshot: Snapshot, request: pb.TraceRequest) -> Specimen:
    if request.HasField("packet") == bool(request.connection):
        raise AskError("name a connection, or a packet of your own")
    if request.connection:
        is_back = request.direction == intents_pb2.DIRECTION_REVERSE
        return of_connection(network, snapshot.plan, request.connection, "reverse" if is_back else "forward")
    wish, names = request.packet, Inventory(network)
    said = {name: getattr(wish, name) for name in ("protocol", "source_port", "destination_port", "dscp")
            if wish.HasField(name)}
    source, target = (network.host_by_name[names.host(name)] for name in (wish.source, wish.target))
    return of_reader(snapshot.plan, source, target, Selector(**said))


def _target(network: Topology, snapshot: Snapshot) -> RuleSet:
    """What the switches should hold; before the loop has computed it, for it waits for their tables, as it will be."""
    if snapshot.target.flows:
        return snapshot.target
    return compile_plan(network, snapshot.plan, {}, snapshot.actual, snapshot.barred_labels)[2]


def _difference_message(found: Difference) -> pb.TraceDifference:
    return pb.TraceDifference(switch=found.switch, table=found.table, words=found.words)


def _visit_message(visit: Visit) -> pb.Visit:
    return pb.Visit(switch=visit.at.switch, in_port=visit.at.number, packet=_packet_message(visit.packet),
                    looks=map(_look_message, visit.looks), copies=map(_copy_message, visit.copies), what=visit.what or "",
                    why=visit.why)


def _look_message(look: Look) -> pb.Look:
    return pb.Look(table=look.table, priority=look.priority, match=look.match, cookie=look.cookie, owner=look.owner,
                   does=look.does, group=look.group, bucket=look.bucket, bucket_does=look.bucket_does)


def _copy_message(copy: Copy) -> pb.Copy:
    return pb.Copy(port=copy.port, packet=_packet_message(copy.packet), to=copy.to, what=copy.what or "", why=copy.why)


def _packet_message(packet: Packet) -> pb.PacketSeen:
    return pb.PacketSeen(fields=packet.fields, labels=[pb.LabelSeen(label=entry.label, tc=entry.tc, ttl=entry.ttl)
                                                       for entry in packet.stack])


def _visit(message: pb.Visit) -> Visit:
    return Visit(PortId(message.switch, message.in_port), _packet(message.packet), tuple(map(_look, message.looks)),
                 tuple(map(_copy, message.copies)), _what(message.what), message.why)


def _look(message: pb.Look) -> Look:
    priority, group, bucket = (getattr(message, name) if message.HasField(name) else None
                               for name in ("priority", "group", "bucket"))
    return Look(message.table, priority, message.match, message.cookie, message.does, group, bucket, message.bucket_does,
                message.owner)


def _copy(message: pb.Copy) -> Copy:
    return Copy(message.port, _packet(message.packet), message.to, _what(message.what), message.why)


def _packet(message: pb.PacketSeen) -> Packet:
    fields: Mapping[str, int] = dict(message.fields)
    return Packet(fields, tuple(LabelEntry(each.label, each.tc, each.ttl) for each in message.labels))


def _what(said: str) -> What | None:
    return cast("What", said) if said in get_args(What) else None
