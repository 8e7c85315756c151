"""Whose a rule is, said of its cookie: the host, the cable or the connections that it is there for."""

from collections.abc import Iterable, Iterator, Mapping

from intents.base_rules import host_mark, port_mark
from intents.model import DIRECTIONS, Placement
from intents.riders import riders_of
from intents.rules import OWNER, Kind, cookie
from intents.trunks import idle_trunk_of
from topologies.model import Topology

SHOWN = 3
"""Connections that are named of those that share a path."""


def owners_of(network: Topology, placements: Mapping[str, Placement]) -> dict[int, str]:
    """By the cookie of each rule that carries a packet between hosts, whose it is, in words."""
    found = dict(_of_the_network(network))
    riding: dict[int, list[str]] = {}
    for placement in placements.values():
        for mark, words in _of_a_connection(network, placement):
            riding.setdefault(mark, []).append(words)
    return found | {mark: _listed(words) for mark, words in riding.items()}


def owner(mark: int, known: Mapping[int, str]) -> str:
    """Whose the rules of one cookie are; those of others are somebody else's."""
    if mark in known:
        return known[mark]
    return "ours by its cookie, of nothing that is planned" if mark >> 56 == OWNER else "somebody else's"


def _of_the_network(network: Topology) -> Iterator[tuple[int, str]]:
    for host in network.hosts:
        yield cookie(Kind.ADMIT, host_mark(host)), f"admits {host.name}"
        yield cookie(Kind.DELIVER, host_mark(host)), f"delivers to {host.name}"
    for link in network.links:
        for port in (link.a, link.b):
            yield cookie(Kind.ADMIT, port_mark(port)), f"admits labels from {link.name}"


def _of_a_connection(network: Topology, placement: Placement) -> Iterator[tuple[int, str]]:
    for rider in riders_of(network, placement):
        way = f"{rider.connection} {rider.direction}"
        yield cookie(Kind.CLASSIFY, rider.mark), way
        if rider.trunk is not None:
            yield cookie(Kind.LABEL, rider.trunk.mark), f"path of {way}"
            for mark in sorted({detour.mark for detour in rider.trunk.branches().values()}):
                yield cookie(Kind.LABEL, mark), f"detour of {way}"
    for direction in DIRECTIONS:
        if (idle := idle_trunk_of(network, placement, direction)) is not None:
            yield cookie(Kind.LABEL, idle.mark), f"standby of {placement.connection.key} {direction}"


def _listed(words: Iterable[str]) -> str:
    each = list(dict.fromkeys(words))
    more = f" and {len(each) - SHOWN} more" if len(each) > SHOWN else ""
    return ", ".join(each[:SHOWN]) + more
