"""Plans that keep some connections off links for a while, beyond what their documents say.

It is their working paths that are kept off: a detour or a standby carries nothing while all is well. An avoidance is no
constraint of the operator's: it narrows where a connection may be placed anew, moves nobody who is not to be moved, and
refuses nobody.
"""

from collections.abc import Mapping

from intents.model import Plan, Wanted
from intents.planner import plan
from topologies.model import Topology

Avoid = Mapping[str, frozenset[str]]
"""By connection, the names of links that it is to be kept off."""


def plan_avoiding(network: Topology, previous: Plan, wanted: Wanted, down: frozenset[str], avoid: Avoid,
                  moving: frozenset[str] = frozenset()) -> Plan:
    """`plan`, with connections off the links that they are to avoid. One that is placed on such a link leaves it only if
    it is in `moving`; one that has no place without them, or none with the protection that it requires, gets one with
    them. Without anything to avoid it is `plan`."""
    avoid = {key: _kept(previous, key, links) if key not in moving else links for key, links in avoid.items()}
    while True:
        kept_off = {one.key: avoid[one.key] for one in wanted.connections if avoid.get(one.key)}
        found = plan(network, previous, wanted, down, kept_off)
        stuck = {key for key in kept_off if key in found.refusals or found.placements[key].lacks_protection}
        if not stuck:
            return found
        avoid = {key: links for key, links in kept_off.items() if key not in stuck}


def _kept(previous: Plan, key: str, links: frozenset[str]) -> frozenset[str]:
    placement = previous.placements.get(key)
    return links - placement.links if placement is not None else links
