"""One turn's material: the world, how far it is from what it should be, and what the switches may hold meanwhile."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from controller.agent.belief import Belief
from controller.agent.books import Held, working_paths
from controller.agent.confirm import tried, unconfirmed
from controller.agent.gaps import Gaps
from controller.agent.needs import Needs
from controller.agent.replan import in_place
from controller.agent.trial import Trials
from controller.agent.world import ItemKey, World, item_key
from intents.model import Placement
from intents.rules import Change, Flow, Group, Meter, Table


@dataclass(frozen=True)
class Scene:
    """`idle_since` and `refuted` as in Memory. Everything else is computed when first asked for."""

    world: World
    gaps: Gaps
    needs: Needs
    idle_since: Mapping[ItemKey, float]
    refuted: Mapping[ItemKey, str]
    now: float

    @cached_property
    def belief(self) -> Belief:
        """What the switches may hold."""
        return Belief(self.world)

    @cached_property
    def lacking(self) -> frozenset[ItemKey]:
        """Identities of all that some switch lacks, or holds otherwise than it should."""
        return self.gaps.lacking

    @cached_property
    def missing(self) -> frozenset[ItemKey]:
        """What no door may lead to yet: missing, being mended, or on its way. Doors and groups are left out, they are
        what is moved."""
        wanted = (change for gap in self.gaps.by_dpid.values() for change in gap.changes("prepare", "switch"))
        under_way = (change for dpid in self.world.channels for change in self.belief.under_way(dpid))
        return frozenset(item_key(change.item) for change in (*wanted, *under_way) if not moves(change))

    @cached_property
    def moving(self) -> frozenset[str]:
        """The connections some of whose doors or groups are not as they should be yet."""
        found: set[str] = set()
        for gap in self.gaps.by_dpid.values():
            for change in gap.changes("switch"):
                if change.verb != "delete" and not isinstance(change.item, Meter):
                    found |= self.needs.moved_by(change.item)
        return frozenset(found)

    @cached_property
    def unfinished(self) -> Mapping[str, str]:
        """The moving connections whose new way does not stand in all switches yet, each with what it lacks."""
        return {key: why for key in sorted(self.moving) if (why := self._lacks(key)) is not None}

    @cached_property
    def trials(self) -> Trials:
        """The paths that are probed: those that nothing but a probe is lacking for."""
        return tried(self.world, self.needs, (key for key in sorted(self.moving) if key not in self.unfinished), self.now)

    def unready(self, key: str) -> str | None:
        """Why a connection's new way may not be used yet, None if it may."""
        return self.unfinished.get(key) or unconfirmed(self.world, self.needs, self.trials, key, self.now)

    def _lacks(self, key: str) -> str | None:
        for dpid in sorted(self.needs.switches(key)):
            if self.world.channels[dpid].tables is None:
                return f"waits for switch {self.world.topology.switch_by_dpid[dpid].name}"
        missing = self.needs.of(key) & self.missing
        return f"{len(missing)} rules on its way are not confirmed yet" if missing else None

    @cached_property
    def held(self) -> Held:
        """The books of this moment: by connection, the placements that its packets may go by over living links."""
        placed, older = in_place(self.world.record), self.world.record.older
        found: dict[str, tuple[Placement, ...]] = {}
        for key in sorted(placed.keys() | older.keys()):
            heir = None if key in placed else self.needs.heir(older[key][-1])  # takes its doors and its place at once
            living = self._living(key, placed.get(key), older.get(key, ()))
            found[heir or key] = (*found.get(heir or key, ()), *living)
        return found

    def _living(self, key: str, new: Placement | None, older: tuple[Placement, ...]) -> tuple[Placement, ...]:
        started = new is not None and (key not in self.moving or self.belief.may_carry(new, but=older))
        candidates = (new, *older) if new is not None and started else older
        return tuple(each for each in candidates if all(
            self.world.links[link].is_up for path in working_paths(each) for link in path.links))


def moves(change: Change) -> bool:
    """Whether a change moves packets of connections: a classify flow, or a group that is re-pointed."""
    item = change.item
    return item.table == Table.CLASSIFY if isinstance(item, Flow) else (
        isinstance(item, Group) and change.verb == "modify")
