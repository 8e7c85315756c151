"""One turn's material: the world, how far it is from what it should be, and what the switches may hold meanwhile."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from controller.agent.belief import Belief
from controller.agent.books import Held, working_paths
from controller.agent.gaps import Gaps
from controller.agent.needs import Needs
from controller.agent.replan import in_place
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
    def unready(self) -> frozenset[ItemKey]:
        """What no door may lead to yet: missing, being mended, or on its way. Doors and groups are left out, they are
        what is moved."""
        missing = (change for gap in self.gaps.by_dpid.values() for change in gap.changes("prepare", "switch"))
        under_way = (change for dpid in self.world.channels for change in self.belief.under_way(dpid))
        return frozenset(item_key(change.item) for change in (*missing, *under_way) if not moves(change))

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
