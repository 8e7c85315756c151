"""The books of a move: who may open its doors without any link carrying more than it can, whatever has arrived.

Rules of this file: a connection that may ride on several placements at once counts on each link with the largest of them
(shared explicit, RFC 3209), a placement over a dead link with nothing; the first in priority, then by name, opens first.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from intents.model import Path, Placement
from topologies.model import Arc, Topology

Held = Mapping[str, tuple[Placement, ...]]
"""By connection, the placements that its packets may go by at this moment."""

ArcKey = tuple[str, str]
"""One direction of a link: its name and the node it leaves."""


def overbooked(network: Topology, held: Held) -> tuple[Arc, ...]:
    """The links, each direction for itself, on which more is reserved than they can carry."""
    load = _load(held.values())
    return tuple(arc for arc in network.arcs if load[arc.link, arc.source] > arc.capacity_bps)


def openable(network: Topology, held: Held, opening: Mapping[str, Placement]) -> dict[str, str | None]:
    """For each connection that would go over to a placement: None if it may now, else the link it has to wait for."""
    arcs = {arc for placement in opening.values() for arc in _arcs(placement)}
    load = _load(held.values(), arcs)
    verdicts: dict[str, str | None] = {}
    for key, placement in sorted(opening.items(), key=lambda named: (named[1].connection.priority, named[0])):
        mine = _largest(held.get(key, ()))
        more = {arc: _largest((placement,))[arc] - mine[arc] for arc in _arcs(placement)}
        full = [arc for arc in more if load[arc] + max(more[arc], 0) > network.arc_by_ends[arc].capacity_bps]
        verdicts[key] = min(full)[0] if full else None
        if not full:
            load.update({arc: extra for arc, extra in more.items() if extra > 0})
    return verdicts


def _load(held: Iterable[tuple[Placement, ...]], only: set[ArcKey] | None = None) -> Counter[ArcKey]:
    load: Counter[ArcKey] = Counter()
    for placements in held:
        for arc, rate in _largest(placements).items():
            if only is None or arc in only:
                load[arc] += rate
    return load


def _largest(placements: Iterable[Placement]) -> Counter[ArcKey]:
    """The most that any one of these placements reserves, link by link."""
    most: Counter[ArcKey] = Counter()
    for placement in placements:
        of_this: Counter[ArcKey] = Counter()
        for path in working_paths(placement):
            for arc in zip(path.links, path.nodes[:-1], strict=True):
                of_this[arc] += path.reserved_bps
        most |= of_this
    return most


def working_paths(placement: Placement) -> Iterator[Path]:
    """The paths that packets go by while no link fails; what detours reserve is a pool, which planning sees to."""
    return (path for path in placement.paths if path.role == "working")


def _arcs(placement: Placement) -> Iterator[ArcKey]:
    return (arc for path in working_paths(placement) for arc in zip(path.links, path.nodes[:-1], strict=True))
