"""What links would carry if some connections ran elsewhere.

Rules of this file: pure. A link's load less what leaves it, more what joins it, by what each connection sends now. What a
full link drops does not show in its load, so there it is no less than what is still sent to it. `None` is unknown. Links
of hosts are left out: there is no way around them.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from controller.decisions import Share
from controller.telemetry.connections import Way
from controller.telemetry.sending import ArcKey, Loads, arcs_of, working
from intents.avoidance import Avoid
from intents.model import Placement, Plan, Wanted
from topologies.model import Topology

HIGH = 0.9
"""A link that carries more of its capacity is too full: queues grow."""

LOW = 0.7
"""A link that carries less has cooled; between the marks nothing begins and nothing ends."""

TRACE = 0.001
"""Who sends less than this share of a link does not count as one who shares it."""


@dataclass(frozen=True)
class Strain:
    """What links carry, who sends how much of it (bit/s), and where everything runs. Connections in `held` are not to be
    moved again yet."""

    network: Topology
    plan: Plan
    wanted: Wanted
    down: frozenset[str]
    avoid: Avoid
    loads: Loads
    rates: Mapping[Way, int | None]
    held: frozenset[str] = frozenset()

    @cached_property
    def hot(self) -> tuple[ArcKey, ...]:
        """The directions of links that carry more than the high mark, in order."""
        return hot_links(self.network, self.loads)

    @cached_property
    def riders(self) -> Mapping[ArcKey, Mapping[Way, int | None]]:
        """By direction of a link, who takes it, and what each sends."""
        found: dict[ArcKey, dict[Way, int | None]] = {}
        for way, path in working(self.plan.placements).items():
            for arc in arcs_of(path):
                found.setdefault(arc, {})[way] = self.rates.get(way)
        return found

    def share(self, arc: ArcKey, leaving: Collection[str], joining_bps: int = 0) -> float | None:
        """How full an arc would be without the connections that leave and with so much more; `None` where its load is
        unknown, or it is full and what one who stays sends is."""
        load = self.loads.get(arc)
        if load is None:
            return None
        riders = self.riders.get(arc, {})
        gone = sum(rate or 0 for (key, _), rate in riders.items() if key in leaving)
        left = load.rate_bps - gone
        if load.share > HIGH:
            staying = [rate for (key, _), rate in riders.items() if key not in leaving]
            if None in staying:
                return None
            left = max(left, sum(rate or 0 for rate in staying))
        return (left + joining_bps) / self.network.arc_by_ends[arc].capacity_bps

    def is_alone(self, arc: ArcKey, leaving: Collection[str] = (), joining: Collection[str] = ()) -> bool:
        """Whether at most one connection would send anything over an arc."""
        stay = {key for (key, _), rate in self.riders.get(arc, {}).items()
                if key not in leaving and (rate is None or rate > self.trace_bps(arc))}
        return len(stay.union(joining)) <= 1

    def trace_bps(self, arc: ArcKey) -> float:
        """Less than this is no traffic that shares a link."""
        return TRACE * self.network.arc_by_ends[arc].capacity_bps


@dataclass(frozen=True)
class Replaced:
    """Some connections placed anew: what that would come to."""

    strain: Strain
    keys: tuple[str, ...]
    placements: Mapping[str, Placement]

    @cached_property
    def shares(self) -> tuple[Share, ...]:
        """How full the hot links would be, and those that somebody leaves or joins."""
        left = {arc for arc, riders in self.strain.riders.items() if any(key in self.keys for key, _ in riders)}
        return tuple(self._shares(sorted({*self.strain.hot, *left, *self._joining})))

    @property
    def full(self) -> tuple[Share, ...]:
        """Those of them that would be over the high mark, or of which that is unknown."""
        return tuple(each for each in self.shares if each.share is None or each.share > HIGH)

    def is_alone(self, share: Share) -> bool:
        """Whether at most one connection would send anything there."""
        arc = (share.link, share.source)
        joining = [key for key, rate in self._joining.get(arc, {}).items() if rate > self.strain.trace_bps(arc)]
        return self.strain.is_alone(arc, self.keys, joining)

    def joins(self, key: str, share: Share) -> bool:
        """Whether a connection would send over an arc that it does not take now."""
        arc = (share.link, share.source)
        return key in self._joining.get(arc, {}) and all(other != key for other, _ in self.strain.riders.get(arc, {}))

    @cached_property
    def _joining(self) -> Mapping[ArcKey, Mapping[str, int]]:
        """By arc, what each of these connections will send over it."""
        found: dict[ArcKey, dict[str, int]] = {}
        for way, path in working({key: self.placements[key] for key in self.keys}).items():
            for arc in arcs_of(path):
                of_arc = found.setdefault(arc, {})
                of_arc[way[0]] = of_arc.get(way[0], 0) + (self.strain.rates.get(way) or 0)
        return found

    def _shares(self, arcs: Iterable[ArcKey]) -> Iterator[Share]:
        for arc in arcs:
            if arc[0] in self.strain.network.link_by_name:
                share = self.strain.share(arc, self.keys, sum(self._joining.get(arc, {}).values()))
                yield Share(*arc, None if share is None else round(share, 4))


def hot_links(network: Topology, loads: Loads) -> tuple[ArcKey, ...]:
    """The directions of links between switches that carry more than the high mark, in order."""
    return tuple(arc for arc, load in sorted(loads.items())
                 if arc[0] in network.link_by_name and load is not None and load.share > HIGH)
