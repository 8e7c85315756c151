"""What each direction of each connection sends at this moment, as far as it can be told.

Rules of this file: counters of flows tell of the last two seconds, those of ports of the last half. So what a host sends
now is shared out among its connections as their flows were counted last. None sends more than its maximum lets through,
nor more than any link on its way carries. `None` is unknown.
"""

from collections.abc import Mapping

from controller.telemetry.connections import Sending, Way
from controller.telemetry.loads import Load
from intents.model import Direction, Path, Placement

DIRECTIONS: tuple[Direction, Direction] = ("forward", "reverse")

ArcKey = tuple[str, str]
"""One direction of a link: its name and the node it leaves."""

Loads = Mapping[ArcKey, Load | None]


def arcs_of(path: Path) -> tuple[ArcKey, ...]:
    """The directions of links that a path takes, in order."""
    return tuple(zip(path.links, path.nodes[:-1], strict=True))


def working(placements: Mapping[str, Placement]) -> dict[Way, Path]:
    """The working paths of all connections, by key and direction."""
    return {(key, direction): path for key, placement in sorted(placements.items()) for direction in DIRECTIONS
            if (path := placement.working(direction)) is not None}


def sending_now(loads: Loads, counted: Mapping[Way, Sending | None],
                placements: Mapping[str, Placement]) -> dict[Way, int | None]:
    """The rate of each direction of each connection, in bit/s."""
    paths = working(placements)
    by_host: dict[ArcKey, list[Way]] = {}
    for way, path in paths.items():
        by_host.setdefault(arcs_of(path)[0], []).append(way)
    found: dict[Way, int | None] = {}
    for access, ways in by_host.items():
        found |= _shared_out(loads.get(access), {way: counted.get(way) for way in ways})
    return {way: _carried(rate, placements[way[0]], loads, paths[way]) for way, rate in found.items()}


def _shared_out(load: Load | None, counted: Mapping[Way, Sending | None]) -> dict[Way, int | None]:
    """What a host sends, among its ways: in proportion; to the only one unknown, what the others leave."""
    known = {way: sent.rate_bps for way, sent in counted.items() if sent is not None}
    total = sum(known.values())
    unknown = [way for way in counted if way not in known]
    if load is None or len(unknown) > 1:
        return {way: known.get(way) for way in counted}
    if unknown:
        return {**known, unknown[0]: max(load.rate_bps - total, 0)}
    if len(known) > 1 and total == 0:
        return dict.fromkeys(counted, 0 if load.rate_bps == 0 else None)
    return {way: load.rate_bps if len(known) == 1 else load.rate_bps * rate // total for way, rate in known.items()}


def _carried(rate: int | None, placement: Placement, loads: Loads, path: Path) -> int | None:
    if rate is None:
        return None
    most = [load.rate_bps for arc in arcs_of(path) if (load := loads.get(arc)) is not None]
    if placement.connection.bandwidth.max_bps is not None:
        most.append(placement.connection.bandwidth.max_bps)
    return min([rate, *most])
