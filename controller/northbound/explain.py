"""Everything there is to say about one intent.

Rules of this file: the proof is of the rules it is given, whoever sent them: what switches hold, or, without switches, what
they should. It follows packets between the intent's hosts, for all connections between them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from controller.northbound.decisions import decision_message
from controller.northbound.isochrone.v1 import intents_pb2 as pb
from controller.northbound.messages import alternative_message, document_message, provenance_of, with_provenance
from controller.road import ground_of, planner_on
from controller.shipped import shipped_profiles
from controller.snapshot import Snapshot
from intents.concessions import with_concessions
from intents.diversity import common_ends
from intents.documents import Document
from intents.instead import alternatives
from intents.model import Connection, Placement
from intents.proof import prove
from intents.resolve import resolve
from topologies.model import D_03_SWITCH_DELAY_NS, D_13_LINK_MTU, D_14_CAPACITY_BPS, FIBRE_NS_PER_KM, Topology
from topologies.units import render_rate, render_time

SHOWN = 5
"""Counterexamples that are told."""

COMPARED = 10
"""Connections of an intent whose other paths are told: beside 10,000 others each takes 0.8 s."""


def explained(network: Topology, snapshot: Snapshot, intent: Document) -> pb.ExplainResponse:
    """The intent as it stands: where it runs and why it may, why not elsewhere, by what every value came about, what is
    proved and what only assumed, and what was decided about it."""
    placements = [placement for placement in snapshot.plan.placements.values()
                  if placement.connection.intent == intent.name]
    beside = snapshot.plan.placements.values()
    wishes = _wishes(network, snapshot, intent.name)
    decisions = [decision_message(record) for record in snapshot.decisions if record.touches(intent.name)]
    return pb.ExplainResponse(
        revision=snapshot.revision,
        document=document_message(intent, [*_connections(network, snapshot, intent.name, wishes)]),
        assumptions=(*_queues(network, wishes), *_assumptions(network, placements),
                     *common_ends(network, placements, beside), *_unproved(snapshot, placements)),
        proof=_proof(network, snapshot, placements), decisions=decisions)


def with_offers(network: Topology, snapshot: Snapshot, intent: str) -> Snapshot:
    """The snapshot, in which the refusals of an intent also offer the move of another, which the loop does not look for."""
    refused = {key: refusal for key, refusal in snapshot.plan.refusals.items() if refusal.intent == intent}
    if not refused:
        return snapshot
    wanted = resolve(shipped_profiles().merged(snapshot.documents), network)
    found = with_concessions(planner_on(ground_of(network, snapshot)), snapshot.plan, wanted,
                             replace(snapshot.plan, refusals=refused))
    return replace(snapshot, plan=replace(snapshot.plan, refusals={**snapshot.plan.refusals, **found.refusals}))


def _wishes(network: Topology, snapshot: Snapshot, intent: str) -> dict[str, Connection]:
    """What an intent asks for, by key: for each of its connections, placed or refused, that has got so far."""
    wishes = {key: placement.connection for key, placement in snapshot.plan.placements.items()
              if placement.connection.intent == intent}
    if any(refusal.intent == intent for refusal in snapshot.plan.refusals.values()):
        wanted = resolve(shipped_profiles().merged(snapshot.documents), network)
        wishes |= {wish.key: wish for wish in wanted.connections if wish.intent == intent and wish.key not in wishes}
    return wishes


def _connections(network: Topology, snapshot: Snapshot, intent: str,
                 wishes: Mapping[str, Connection]) -> Iterator[pb.Connection]:
    """The connections of an intent, each with where its values came from, the first with the paths that they do not take."""
    for place, connection in enumerate(with_provenance({intent}, snapshot)):
        wish = wishes.get(connection.key)
        if wish is not None:
            found = alternatives(network, snapshot.plan, wish, snapshot.down_links) if place < COMPARED else ()
            connection.alternatives.extend(map(alternative_message, found))
            if not connection.provenance:
                connection.provenance.extend(provenance_of(wish))
        yield connection


def _proof(network: Topology, snapshot: Snapshot, placements: list[Placement]) -> pb.Proof | None:
    """`None` where nothing is placed: then there is nothing to prove; or what switches hold is unknown."""
    if not placements or _unread(snapshot):
        return None
    pairs = {_pair(placement) for placement in placements}
    beside = {key: placement for key, placement in snapshot.plan.placements.items() if _pair(placement) in pairs}
    proof = prove(network, snapshot.actual, (), {}, beside)
    return pb.Proof(holds=proof.holds, walks=proof.walks, counterexamples=map(str, proof.counterexamples[:SHOWN]))


def _unread(snapshot: Snapshot) -> int:
    """How many switches have not told what they hold."""
    return sum(not switch.tables_read for switch in snapshot.switches)


def _pair(placement: Placement) -> frozenset[str]:
    return frozenset((placement.connection.source, placement.connection.target))


def _queues(network: Topology, wishes: Mapping[str, Connection]) -> Iterator[str]:
    """Room and delay rest on the queues of a class, of the path that is taken and of those that are refused."""
    classes = sorted({wish.service_class for wish in wishes.values()})
    if classes:
        told = ", ".join(f"{each} at most {render_time(network.queue_ns(each))} a link" for each in classes)
        source = " (default D-04)" if "queues" in network.assumed else ""
        yield f"class queues are assumed, there is no queue back-end: {told}{source}"


def _unproved(snapshot: Snapshot, placements: list[Placement]) -> Iterator[str]:
    if placements and (unread := _unread(snapshot)):
        yield f"nothing is proved of what the switches hold: {unread} of {len(snapshot.switches)} have not told it yet"


def _assumptions(network: Topology, placements: list[Placement]) -> Iterator[str]:
    budgeted = [placement for placement in placements if placement.budget]
    ends = {(path.nodes[1], path.nodes[-2]) for placement in placements if placement.connection.protection == "node"
            for path in placement.paths if path.role == "working" and path.direction == "forward"}
    for first, last in sorted(ends):
        yield f"what protects survives the switches between {first} and {last}, not these, where its hosts are"
    if budgeted and "switch-delay" in network.assumed:
        yield f"switches that declare no delay are assumed to take {render_time(D_03_SWITCH_DELAY_NS)} (default D-03)"
    if budgeted and "length" in network.assumed:
        yield (f"links take {render_time(FIBRE_NS_PER_KM)} for each km that the graph gives them (default D-15); the fibre "
               "may be longer")
    if placements and "capacity" in network.assumed:
        yield (f"links that the graph gives no capacity, and the cables of hosts, are assumed to carry "
               f"{render_rate(D_14_CAPACITY_BPS)} (default D-14)")
    if any(len(path.links) > 2 for placement in placements for path in placement.paths) and "mtu" in network.assumed:
        yield f"links between switches that declare no MTU are assumed to take {D_13_LINK_MTU:,} bytes (default D-13)"
