"""Where a packet goes while a link is down, and whether it could ever go round in circles should another one fail.

Rules of this file: a packet that a fast-failover group has diverted must not meet a group again. From there on plain rules
carry it or drop it, whatever else fails, so it comes by each switch of its detour once: two failures never make a loop.
"""

from intents.forwarding import Holding, Outcome, walk
from intents.packets import Packet
from intents.rules import Flow, Group
from intents.tables import Headers
from intents.traffic import Failure
from topologies.model import PortId, Topology


def followed(network: Topology, held: Holding, packet: Packet, at: PortId, failure: Failure) -> Outcome:
    """As `walk`, while the ports of `failure` are down; the end is `unknown` of a packet that could be diverted twice."""
    if not failure:
        return walk(network, held, packet, at)
    noted = _Noted(held)
    outcome = walk(network, noted, packet, at, failure)
    turns = [_is_turned(network, group, failure) for group in noted.groups]
    if True not in turns[:-1]:
        return outcome
    again = noted.groups[turns.index(True) + 1]
    why = f"diverted, it meets group {again.id:#x} of switch {network.switch_by_dpid[again.dpid].name}"
    return Outcome(tuple(end._replace(what="unknown", why=why) for end in outcome.ends))


def _is_turned(network: Topology, group: Group, failure: Failure) -> bool:
    """Whether a group does not take its first bucket."""
    first = group.buckets[0].watch_port if group.buckets else None
    return (group.kind == "fast-failover" and first is not None
            and PortId(network.switch_by_dpid[group.dpid].name, first) in failure)


class _Noted:
    """Tables that note the groups which packets meet, in order."""

    def __init__(self, held: Holding) -> None:
        self._held = held
        self.groups: list[Group] = []

    def flow(self, dpid: int, table: int, headers: Headers) -> Flow | None:
        """The flow that a packet takes in a table, `None` on a miss."""
        return self._held.flow(dpid, table, headers)

    def group(self, dpid: int, number: int) -> Group | None:
        """A group, `None` where there is none."""
        found = self._held.group(dpid, number)
        if found is not None:
            self.groups.append(found)
        return found
