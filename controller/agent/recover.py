"""The world that a controller begins with: what its store holds, seen in the network that it was started for.

Rules of this file: where the network and what is wanted are as they were, the plan is taken as it stands; else everything
is planned anew, and what is placed keeps its place as far as its links still exist.
"""

from dataclasses import replace
from hashlib import blake2b

from controller.agent.replan import in_place
from controller.agent.world import World, first_world
from controller.store.record import Record
from intents.documents import Documents
from intents.model import Placement, Plan, Wanted
from intents.planner import plan
from intents.resolve import resolve
from topologies.model import Topology


def recovered(topology: Topology, stored: Record | None, profiles: Documents, now: float) -> World:
    """The world before any switch has spoken. `profiles` are the shipped ones.

    Raises BadInput where stored documents name what this network has not.
    """
    named = digest(topology)
    record = stored or Record(named)
    wanted = resolve(profiles.merged(record.documents), topology)
    if record.topology != named or not _is_of(record, wanted):
        record = _anew(topology, replace(record, topology=named), wanted)
    return first_world(topology, record, wanted, now)


def digest(topology: Topology) -> str:
    """What names a network by its content."""
    return blake2b(repr(topology).encode(), digest_size=16).hexdigest()


def _is_of(record: Record, wanted: Wanted) -> bool:
    """Whether the record's plan was made for these wishes."""
    wishes = {connection.key: connection for connection in wanted.connections}
    placements, refusals = record.plan.placements, record.plan.refusals
    return (placements.keys() | refusals.keys() == wishes.keys() | {refusal.key for refusal in wanted.refusals}
            and all(wishes.get(key) == placement.connection for key, placement in placements.items()))


def _anew(topology: Topology, record: Record, wanted: Wanted) -> Record:
    """The record with everything planned again, from what is placed and still exists."""
    placed = {key: placement for key, placement in in_place(record).items() if _exists(topology, placement)}
    down = record.down_links & (topology.link_by_name.keys() | {host.access_link for host in topology.hosts})
    new = plan(topology, Plan(placed), wanted, down)
    older = {key: tuple(each for each in left if _exists(topology, each)) for key, left in record.older.items()}
    for key, placement in placed.items():
        if new.placements.get(key) != placement:
            older[key] = (*older.get(key, ()), placement)
    return replace(record, plan=new, kept={}, older={key: left for key, left in older.items() if left},
                   down_links=down, revision=record.revision + 1)


def _exists(topology: Topology, placement: Placement) -> bool:
    """Whether every cable of a placement is in this network."""
    return all(end in topology.arc_by_ends for path in placement.paths
               for end in zip(path.links, path.nodes[:-1], strict=True))
