"""Why no detours or standby can be had for a connection that requires them, and the delay with which they could."""

from dataclasses import replace

from intents.capacity import Books, Failure, demand
from intents.chosen import Route
from intents.detours import slowest_ns
from intents.model import Connection
from intents.protection import protected_route
from intents.roads import UNKNOWN_NS, Roads
from intents.shelter import sheltered
from topologies.units import render_rate, render_time

ROUNDS = 20
"""Ever faster routes looked at for the least delay; a few are enough."""


def exposure(roads: Roads, books: Books, connection: Connection, chosen: Route) -> str:
    """What stands against a detour for the first hop of a route that has none: room, time, or that there is no way."""
    if connection.protection_mode == "standby":
        return _no_second(roads, books, connection)
    _, lacking = sheltered(roads, books, connection, chosen)
    direction, number = lacking[0]
    access = roads.arcs[dict(chosen.trails())[direction][-1]]
    hop, last, end = roads.arcs[number], access.source, access.target
    named = f"hop {hop.link} (from {hop.source} to {hop.target}, on the way to {end})"
    past = f"detour past {hop.target}" if connection.protection == "node" and hop.target != last else "detour"
    bound, wished = connection.latency, demand(connection, direction)
    unreserved = replace(connection, bandwidth=replace(connection.bandwidth, guaranteed_bps=None, reverse_bps=None))
    if wished is not None and lacking[0] not in sheltered(roads, books, unreserved, chosen)[1]:
        return f"{named} has no {past} with room for {render_rate(wished.rate_bps)}" + (
            f" within {render_time(bound.max_ns)}" if bound else "")
    unbounded = replace(unreserved, latency=bound and replace(bound, max_ns=UNKNOWN_NS - 1))
    loose, without = sheltered(roads, books, unbounded, chosen)
    if bound is None or lacking[0] in without:
        return f"{named} has no {past}: no other way that it may use leads on from {hop.source}"
    failing: frozenset[Failure] = frozenset((("link", hop.link), ("switch", hop.target)))
    return (f"{'under' if bound.strict else 'at most'} {render_time(bound.max_ns)} is asked and {named} has no better "
            f"{past} than one of {render_time(slowest_ns(roads, unbounded, loose, failing))} in all")


def _no_second(roads: Roads, books: Books, connection: Connection) -> str:
    """What stands against a standby beside any route: room, time, or that there is no way."""
    shared = "link or switch" if connection.protection == "node" else "link"
    named = f"no second way from {connection.source} to {connection.target} shares no {shared} with the first"
    bound = connection.latency
    unreserved = replace(connection, bandwidth=replace(connection.bandwidth, guaranteed_bps=None, reverse_bps=None))
    if protected_route(roads, books, unreserved) is not None:
        wished = demand(connection, "forward") or demand(connection, "reverse")
        return f"{named} and has room for {render_rate(wished.rate_bps)}" if wished else named
    if bound is not None and (best := fastest_protected_ns(roads, books, unreserved)) is not None:
        return (f"{'under' if bound.strict else 'at most'} {render_time(bound.max_ns)} is asked and of two ways that share "
                f"no {shared} one takes {render_time(best)} at best")
    return named


def fastest_protected_ns(roads: Roads, books: Books, connection: Connection) -> int | None:
    """The least latency bound that the connection could have with detours; `None` where it asks for none or no bound would
    do."""
    bound, best = connection.latency, None
    limit_ns = UNKNOWN_NS - 1
    for _ in range(ROUNDS if bound is not None else 0):
        assert bound is not None
        loose = replace(connection, latency=replace(bound, max_ns=limit_ns, strict=False), objective="min-latency")
        chosen = protected_route(roads, books, loose)
        if chosen is None:
            break
        best = slowest_ns(roads, loose, chosen)
        limit_ns = best - 1
    return best
