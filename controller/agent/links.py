"""Whether a link may be used: what its two ends say, and how long a mended one is kept out.

Rules of this file: a link is down when an end that is known says so, and up again when both ends say so; what neither
end tells stays as it was. A link that comes up for the first time has not been mended and is used at once. A host's
cable is never kept out: nothing could go another way.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from intents.model import Path, Placement
from topologies.model import PortId, Topology

HOLD_S = 30.0
"""How long a link must stay up before paths return to it, so that a flapping port moves nothing twice."""

LONGEST_HOLD_S = 960.0
"""Where the doubling ends: a link that is mended for good is in use again within a quarter of an hour."""


@dataclass(frozen=True, slots=True)
class LinkState:
    """One link. `hold_s` is the time it is kept out when it is mended, `usable_from` the end of that time."""

    is_up: bool = True
    seen_up: bool = False
    hold_s: float = 0.0
    usable_from: float = 0.0

    def is_usable(self, now: float) -> bool:
        """Whether paths may be placed on it."""
        return self.is_up and now >= self.usable_from


def remembered(topology: Topology, down: frozenset[str]) -> dict[str, LinkState]:
    """All links before any switch has spoken: those in `down` are down, as they were when last seen."""
    return {name: LinkState(is_up=name not in down, seen_up=name in down, hold_s=_first_hold(topology, name))
            for name, _ in _ends(topology)}


def watched(topology: Topology, links: Mapping[str, LinkState], is_live: Callable[[PortId], bool | None],
            now: float) -> Mapping[str, LinkState]:
    """The links after their ports were looked at; `is_live` of a port is None where its switch is not connected."""
    found = dict(links)
    for name, ends in _ends(topology):
        live = [is_live(port) for port in ends]
        if False in live:
            found[name] = _down(topology, name, links[name], now)
        elif None not in live:
            found[name] = _up(links[name], now)
    return links if found == links else found


def goes_on(links: Mapping[str, LinkState], placement: Placement) -> bool:
    """Whether the switches bring the packets of a placement to their ends, both ways."""
    return all(_forwards(links, placement, path) for path in placement.paths if path.role == "working")


def _forwards(links: Mapping[str, LinkState], placement: Placement, path: Path) -> bool:
    """Whether the switches bring packets of a direction to their end: its first dead link has a detour, all alive."""
    dead = [link for link in path.links if not links[link].is_up]
    ways = [way.links for way in placement.detours(path.direction) if way.protects == dead[0]] if dead else [path.links]
    return any(all(links[link].is_up for link in way) for way in ways)


def unusable(links: Mapping[str, LinkState], now: float) -> frozenset[str]:
    """Names of the links and host cables that no path may be placed on."""
    return frozenset(name for name, state in links.items() if not state.is_usable(now))


def _down(topology: Topology, name: str, state: LinkState, now: float) -> LinkState:
    if not state.is_up:
        return state
    relapse = state.usable_from > 0 and now < state.usable_from + state.hold_s
    hold_s = min(2 * state.hold_s, LONGEST_HOLD_S) if relapse else _first_hold(topology, name)
    return replace(state, is_up=False, hold_s=hold_s)


def _up(state: LinkState, now: float) -> LinkState:
    if state.is_up:
        return state if state.seen_up else replace(state, seen_up=True)
    return replace(state, is_up=True, seen_up=True, usable_from=now + state.hold_s if state.seen_up else 0.0)


def _first_hold(topology: Topology, name: str) -> float:
    return HOLD_S if name in topology.link_by_name else 0.0


def _ends(topology: Topology) -> Iterator[tuple[str, tuple[PortId, ...]]]:
    yield from ((link.name, (link.a, link.b)) for link in topology.links)
    yield from ((host.access_link, (host.at,)) for host in topology.hosts)
