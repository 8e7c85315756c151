"""What the switches may hold at this moment: not only what was confirmed, also what is on its way or was when a channel
ended. Nothing is released, retired or reused that any of it may still need.

Rules of this file: a switch whose tables were never read may hold anything; one that was lost may hold what it held, with
what was on its way or without.
"""

from collections.abc import Iterable, Mapping
from functools import cached_property

from controller.agent.world import Batch, World
from intents.marks import mark_in
from intents.model import Placement
from intents.riders import Rider, riders_of
from intents.rules import Change, Flow, RuleSet, Table, label_of, labels_behind
from intents.steps import take


class Belief:
    """One turn's view of a world's switches. Everything is computed when first asked for."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._versions: dict[int, tuple[RuleSet, ...] | None] = {}

    def under_way(self, dpid: int) -> tuple[Change, ...]:
        """The changes of which nobody knows whether the switch took them."""
        request = self._world.requests.get(dpid)
        return request.changes if isinstance(request, Batch) else self._world.channels[dpid].loose

    def versions(self, dpid: int) -> tuple[RuleSet, ...] | None:
        """What a switch may hold, None for anything."""
        if dpid not in self._versions:
            channel, changes = self._world.channels[dpid], self.under_way(dpid)
            tables = channel.tables if channel.tables is not None else channel.last
            both = () if tables is None else (tables, take(tables, changes)) if changes else (tables,)
            self._versions[dpid] = both or None
        return self._versions[dpid]

    def may_carry(self, placement: Placement, but: Iterable[Placement] = ()) -> bool:
        """Whether packets may go the way of this placement, in a direction where these others have another way."""
        network = self._world.topology
        shared = {_way(rider) for other in but for rider in riders_of(network, other)}
        return any(self._may_ride(rider) for rider in riders_of(network, placement) if _way(rider) not in shared)

    @cached_property
    def live_labels(self) -> frozenset[int] | None:
        """The labels that packets may go under: put on by flows that ask for no label, or in place of one that is live, by a
        detour. None for any."""
        put: dict[int | None, set[int]] = {}
        for dpid in self._world.channels:
            versions = self.versions(dpid)
            if versions is None:
                return None
            for rules in versions:
                for label, labels in rules.labels_put.items():
                    put.setdefault(label, set()).update(labels)
        live: set[int | None] = {None}
        todo: list[int | None] = [None]
        while todo:
            new = put.get(todo.pop(), set()) - live
            live |= new
            todo += new
        return frozenset(label for label in live if label is not None)

    def may_be_met(self, flow: Flow) -> bool:
        """Whether packets may come to a flow: not if it asks for a label that none goes under."""
        label, live = label_of(flow), self.live_labels if flow.table == Table.LABEL else None
        return label is None or live is None or label in live

    @cached_property
    def _labels_of(self) -> Mapping[int, frozenset[int]]:
        """The labels of each path's mark, by the rules that the switches may hold and should hold."""
        found: dict[int, set[int]] = {}
        known = [rules for dpid in self._world.channels for rules in self.versions(dpid) or ()]
        for rules in (*known, self._world.target or RuleSet()):
            for cookie, labels in rules.labels_of_ours.items():
                found.setdefault(mark_in(cookie), set()).update(labels)
        return {mark: frozenset(labels) for mark, labels in found.items()}

    def _may_ride(self, rider: Rider) -> bool:
        versions = self.versions(rider.ingress)
        return versions is None or any(self._rides(rider, rules) for rules in versions)

    def _rides(self, rider: Rider, rules: RuleSet) -> bool:
        """Whether a switch that holds these rules sends any of the rider's packets on its trunk."""
        doors = (rules.flows.get((rider.ingress, Table.CLASSIFY, rider.priority, each)) for each in rider.matches)
        for door in doors:
            if door is None or mark_in(door.cookie) != rider.mark:
                continue
            if rider.trunk is None:
                if door.goto == Table.DELIVER:
                    return True
            elif self._labels_of.get(rider.trunk.mark, frozenset()) & labels_behind(door, rules):
                return True
        return False


def _way(rider: Rider) -> tuple[object, ...]:
    """Which packets a rider takes, and where to."""
    return (rider.ingress, rider.priority, rider.matches, rider.trunk)
