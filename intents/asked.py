"""What a connection asks of a way, in the terms of a network's arcs.

Rules of this file:

- `via` names switches in the order of the forward direction; the reverse direction passes them in the opposite order.
- MTU: a path needs room for the largest IP packet of the connection, and between switches for a label of 4 bytes more.
  That packet is `max-packet`, or less where one of its hosts can send or take only less.
"""

from collections.abc import Mapping
from itertools import groupby
from types import MappingProxyType
from typing import Literal

from intents.capacity import Books
from intents.model import Connection, Direction
from intents.roads import Measure, Roads
from topologies.model import Host

_FIRST: Mapping[str, Literal["cost", "sparing"]] = MappingProxyType({"min-cost": "cost", "spare-fast-links": "sparing"})


def measure_of(connection: Connection) -> Measure:
    """What makes a path short for this connection."""
    packet = connection.bandwidth.max_packet_bytes
    return Measure(connection.service_class, packet, _FIRST.get(connection.objective, "time"))


def limit_ns(connection: Connection) -> int | None:
    """The largest delay that the bound admits, in ns."""
    bound = connection.latency
    return None if bound is None else bound.max_ns - bound.strict


def is_round_trip(connection: Connection) -> bool:
    """Whether the bound is on the sum of both directions."""
    return connection.latency is not None and connection.latency.kind == "round-trip"


def barred_to(roads: Roads, connection: Connection) -> frozenset[int]:
    """The arcs that a connection may not use whatever room there is."""
    return roads.barred(connection.avoid_links, connection.avoid_switches, largest_packet(roads, connection),
                        connection.latency is not None)


def shut_to(roads: Roads, books: Books, connection: Connection) -> frozenset[int]:
    """The arcs that its working paths may not use besides: beside a pinned path, those of whom it keeps apart from, and what
    it is kept off for a while."""
    barred = barred_to(roads, connection)
    kept_off = books.apart.shut(connection) | books.kept_off.get(connection.key, frozenset())
    if connection.pinned is not None:
        kept_off |= roads.beside(frozenset(link for links in connection.pinned for link in links))
    return barred | kept_off if kept_off else barred


def largest_packet(roads: Roads, connection: Connection) -> int:
    """The largest IP packet that can come, in bytes."""
    return min(connection.bandwidth.max_packet_bytes, roads.between(connection.source, connection.target).mtu)


def is_too_far(roads: Roads, connection: Connection, packet_bytes: int) -> bool:
    """Whether the hosts are too far from each other for the bound, were there room everywhere and the packets of this size,
    smaller than they are. It may be so though this does not say it."""
    limit, measure = limit_ns(connection), measure_of(connection)._replace(first="time")
    if limit is None or packet_bytes >= measure.packet_bytes:
        return False
    pair = roads.between(connection.source, connection.target)
    least, weights = roads.distances(measure, pair.goal).get(pair.start), roads.weights(measure)
    shrinks = roads.shrinking(measure, measure._replace(packet_bytes=packet_bytes))
    return least is not None and (least + weights[pair.first] + weights[pair.last]) * shrinks > limit


def ends(roads: Roads, connection: Connection, direction: Direction) -> tuple[Host, Host]:
    """The hosts that a direction leads from and to."""
    source, target = (roads.network.host_by_name[name] for name in (connection.source, connection.target))
    return (source, target) if direction == "forward" else (target, source)


def stops(connection: Connection, direction: Direction) -> tuple[str, ...]:
    """The switches to pass, in the order of a direction."""
    if not connection.via:
        return ()
    once = tuple(name for name, _ in groupby(connection.via))
    return once if direction == "forward" else once[::-1]
