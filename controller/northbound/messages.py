"""Our values as messages of the protocol. Enumerations travel by name: protobuf takes the names of its values."""

from collections.abc import Collection, Iterator, Sequence

from google.protobuf import struct_pb2

from controller.northbound.isochrone.v1 import controller_pb2 as pb_controller
from controller.northbound.isochrone.v1 import intents_pb2 as pb
from controller.snapshot import Snapshot, Status
from intents.documents import Document, canonical
from intents.instead import Alternative
from intents.model import Connection, Placement, Plan, Refusal
from intents.resolve.said import said
from intents.rules import RuleSet

WORST_FIRST = ("STATUS_UNSATISFIABLE", "STATUS_DEGRADED", "STATUS_PENDING", "STATUS_SATISFIED")


def connections_of(intents: Collection[str], plan: Plan, snapshot: Snapshot) -> list[pb.Connection]:
    """The connections of some intents as a plan has them, by key, with the statuses of a snapshot."""
    found = [placed(key, placement, snapshot) for key, placement in plan.placements.items()
             if placement.connection.intent in intents]
    found += [refused(key, refusal, snapshot) for key, refusal in plan.refusals.items() if refusal.intent in intents]
    return sorted(found, key=lambda connection: connection.key)


def placed(key: str, placement: Placement, snapshot: Snapshot) -> pb.Connection:
    """A connection that has its place."""
    paths = [pb.Path(role=f"ROLE_{path.role.upper()}", direction=f"DIRECTION_{path.direction.upper()}",
                     nodes=path.nodes, links=path.links, delay_ns=path.delay_ns, reserved_bps=path.reserved_bps,
                     protects=path.protects)
             for path in placement.paths]
    budget = [pb.BudgetLine(direction=f"DIRECTION_{line.direction.upper()}", link=line.link,
                            propagation_ns=line.propagation_ns, serialisation_ns=line.serialisation_ns,
                            blocking_ns=line.blocking_ns, queueing_ns=line.queueing_ns, switch_ns=line.switch_ns)
              for line in placement.budget]
    bound = placement.connection.latency
    return pb.Connection(key=key, title=placement.connection.title, intent=placement.connection.intent,
                         verdict=pb.VERDICT_PLACED, paths=paths, budget=budget,
                         latency_max_ns=bound.max_ns if bound else None, latency_strict=bound.strict if bound else False,
                         status=f"STATUS_{snapshot.statuses.get(key, Status.PENDING).value}",
                         why=snapshot.why.get(key, ""))


def refused(key: str, refusal: Refusal, snapshot: Snapshot) -> pb.Connection:
    """A connection that cannot be had."""
    return pb.Connection(key=key, title=refusal.title, intent=refusal.intent, verdict=pb.VERDICT_REFUSED,
                         reason=f"REASON_{refusal.reason.value}", message=refusal.message,
                         counter_offers=refusal.counter_offers, offers=_offers(refusal),
                         status=f"STATUS_{snapshot.statuses.get(key, Status.UNSATISFIABLE).value}",
                         why=snapshot.why.get(key, refusal.message))


def _offers(refusal: Refusal) -> Iterator[pb.CounterOffer]:
    for sentence, changes in zip(refusal.counter_offers, refusal.rewrites, strict=False):
        yield pb.CounterOffer(sentence=sentence, changes=[pb.FieldChange(
            field=change.field, value=_value(change.value), intent=change.intent or None) for change in changes])


def _value(value: str | bool | tuple[str, ...] | None) -> struct_pb2.Value:
    match value:
        case None:
            return struct_pb2.Value(null_value=struct_pb2.NULL_VALUE)
        case bool():
            return struct_pb2.Value(bool_value=value)
        case str():
            return struct_pb2.Value(string_value=value)
        case _:
            return struct_pb2.Value(list_value=struct_pb2.ListValue(values=map(_value, value)))


def rule_counts(rules: RuleSet) -> pb.RuleCounts:
    """How many rules there are of each kind; no queue is ours yet."""
    return pb.RuleCounts(flows=len(rules.flows), groups=len(rules.groups), meters=len(rules.meters), queues=0)


def document_message(document: Document, connections: Sequence[pb.Connection]) -> pb.Document:
    """A document as it stands; for an intent with its connections."""
    statuses = {pb.Status.Name(connection.status) for connection in connections}
    worst = next((name for name in WORST_FIRST if name in statuses), None)
    return pb.Document(kind=f"KIND_{document.kind.upper()}", name=document.name, yaml=canonical(document),
                       status=worst, connections=connections)


def with_provenance(intents: Collection[str], snapshot: Snapshot) -> list[pb.Connection]:
    """The connections of some intents as they stand; those that are placed with where their values came from."""
    connections = connections_of(intents, snapshot.plan, snapshot)
    for connection in connections:
        if connection.key in snapshot.plan.placements:
            connection.provenance.extend(provenance_of(snapshot.plan.placements[connection.key].connection))
    return connections


def provenance_of(wish: Connection) -> Iterator[pb.Provenance]:
    """What was said of a connection, field by field, and by whom."""
    return (pb.Provenance(field=field, source=source, value=said(wish, field)) for field, source in wish.provenance)


def alternative_message(found: Alternative) -> pb.Alternative:
    """A path that is not taken."""
    lacks = [pb.Shortcoming(reason=f"REASON_{reason.value}", sentence=sentence) for reason, sentence in found.lacks]
    return pb.Alternative(direction=f"DIRECTION_{found.direction.upper()}", nodes=found.nodes, links=found.links,
                          worst_ns=found.worst_ns, cost=found.cost, lacks=lacks, why=found.why)


def status_message(snapshot: Snapshot) -> pb_controller.StatusResponse:
    """How the controller and its switches are."""
    switches = [pb_controller.Switch(name=view.name, dpid=view.dpid, connected=view.connected,
                                     tables_read=view.tables_read, adopted=view.adopted,
                                     changes_sent=view.changes_sent, unclaimed=view.unclaimed) for view in snapshot.switches]
    return pb_controller.StatusResponse(revision=snapshot.revision, settled=snapshot.settled, switches=switches,
                                        alarms=snapshot.alarms, down_links=sorted(snapshot.down_links),
                                        autonomy=snapshot.autonomy)
