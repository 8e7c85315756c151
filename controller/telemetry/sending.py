"""What each direction of each connection sends at this moment, as far as it can be told.

Rules of this file: counters of flows tell of the last two seconds, those of ports of the last half. So what a host sends
now is shared out among its connections as their flows were counted last, less what it sends that is no connection's (it
is dropped at the door). None sends more than its maximum lets through, nor more than any link on its way carries. `None`
is unknown.
"""

from collections.abc import Mapping

from controller.telemetry.connections import Sending, Way
from controller.telemetry.history import History
from controller.telemetry.loads import Load, least_sent
from intents.model import DIRECTIONS, Path, Placement
from topologies.model import Topology

ArcKey = tuple[str, str]
"""One direction of a link: its name and the node it leaves."""

Loads = Mapping[ArcKey, Load | None]


STAGGER_NS = 500_000_000
"""So late Open vSwitch advances the counters of flows behind those of ports."""


def arcs_of(path: Path) -> tuple[ArcKey, ...]:
    """The directions of links that a path takes, in order."""
    return tuple(zip(path.links, path.nodes[:-1], strict=True))


def working(placements: Mapping[str, Placement]) -> dict[Way, Path]:
    """The working paths of all connections, by key and direction."""
    return {(key, direction): path for key, placement in sorted(placements.items()) for direction in DIRECTIONS
            if (path := placement.working(direction)) is not None}


def sending_now(loads: Loads, counted: Mapping[Way, Sending | None], placements: Mapping[str, Placement],
                strays: Mapping[ArcKey, int]) -> dict[Way, int | None]:
    """The rate of each direction of each connection, in bit/s; `strays` as `strays_of` tells them."""
    paths = working(placements)
    found: dict[Way, int | None] = {}
    for access, ways in _by_host(paths).items():
        load = loads.get(access)
        found |= _shared_out(max(load.rate_bps - strays.get(access, 0), 0) if load else None,
                             {way: counted.get(way) for way in ways})
    return {way: _carried(rate, placements[way[0]], loads, paths[way]) for way, rate in found.items()}


def strays_of(network: Topology, history: History, counted: Mapping[Way, Sending | None],
              placements: Mapping[str, Placement]) -> dict[ArcKey, int]:
    """By cable of a host, what it sends at the least that is no connection's, in bit/s: what its port counted all the
    time beyond what flows counted in that time, these taken to lag. It is 0 until flows have told of that time."""
    found = {}
    for access, ways in _by_host(working(placements)).items():
        known = [sent for way in ways if (sent := counted.get(way)) is not None]
        if known and len(known) == len(ways):
            since, at = min(sent.since_ns for sent in known), max(sent.at_ns for sent in known)
            counting = min(sent.at_ns - sent.since_ns for sent in known)
            most = sum(sent.rate_bps for sent in known) * counting // max(counting - STAGGER_NS, 1)
            found[access] = max(least_sent(history, network, network.arc_by_ends[access], since, at) - most, 0)
    return found


def _by_host(paths: Mapping[Way, Path]) -> dict[ArcKey, list[Way]]:
    found: dict[ArcKey, list[Way]] = {}
    for way, path in paths.items():
        found.setdefault(arcs_of(path)[0], []).append(way)
    return found


def _shared_out(sent_bps: int | None, counted: Mapping[Way, Sending | None]) -> dict[Way, int | None]:
    """What a host sends, among its ways: in proportion; to the only one unknown, what the others leave."""
    known = {way: sent.rate_bps for way, sent in counted.items() if sent is not None}
    total = sum(known.values())
    unknown = [way for way in counted if way not in known]
    if sent_bps is None or len(unknown) > 1:
        return {way: known.get(way) for way in counted}
    if unknown:
        return {**known, unknown[0]: max(sent_bps - total, 0)}
    if len(known) > 1 and total == 0:
        return dict.fromkeys(counted, 0 if sent_bps == 0 else None)
    return {way: sent_bps if len(known) == 1 else sent_bps * rate // total for way, rate in known.items()}


def _carried(rate: int | None, placement: Placement, loads: Loads, path: Path) -> int | None:
    if rate is None:
        return None
    most = [load.rate_bps for arc in arcs_of(path) if (load := loads.get(arc)) is not None]
    if placement.connection.bandwidth.max_bps is not None:
        most.append(placement.connection.bandwidth.max_bps)
    return min([rate, *most])
