"""The proof of what is about to be sent, together with all that is on its way already.

Rules of this file: a change is sent only if no subset of it and of what is under way harms a packet; where the whole does
not hold, each part is tried for itself, and what fails is held back and reported until the world has moved.
"""

from collections.abc import Iterable, Mapping

from controller.agent.choose import Offer
from controller.agent.replan import in_place
from controller.agent.scene import Scene
from controller.agent.world import ItemKey, item_key
from intents.model import Placement
from intents.proof import harms
from intents.rules import Change, Step, merged


def proved(scene: Scene, offers: Mapping[int, Offer]) -> tuple[dict[int, Offer], dict[ItemKey, str]]:
    """The part of the offers whose proof holds, and for each change that was left out what it would harm."""
    case = _Case(scene)
    everything = tuple(change for offer in offers.values() for change in offer.changes)
    if not everything or case.harm(everything) is None:
        return dict(offers), {}
    safe: list[Change] = []
    refuted: dict[ItemKey, str] = {}
    for part in _parts(offers.values()):
        harm = case.harm((*safe, *part))
        if harm is None:
            safe += part
        else:
            refuted |= {item_key(change.item): harm for change in part}
    kept = {dpid: Offer(offer.kind, tuple(change for change in offer.changes if change in safe))
            for dpid, offer in offers.items()}
    return {dpid: offer for dpid, offer in kept.items() if offer.changes}, refuted


class _Case:
    """What the proofs of one turn have in common."""

    def __init__(self, scene: Scene) -> None:
        world, belief = scene.world, scene.belief
        self._network = world.topology
        self._installed = merged(version[0] for dpid in world.channels if (version := belief.versions(dpid)))
        self._under_way = tuple(change for dpid in world.channels for change in belief.under_way(dpid))
        self._after = in_place(world.record)
        left: dict[str, Placement] = {key: older[-1] for key, older in world.record.older.items()}
        self._before = {**self._after, **left}

    def harm(self, changes: tuple[Change, ...]) -> str | None:
        """What some subset of these changes and those under way would do to a packet, None if no subset harms one.

        That not all is delivered yet when they have arrived is no harm: there are further steps."""
        step = Step("switch", (*self._under_way, *changes))
        found = harms(self._network, self._installed, step, self._before, self._after)
        return next(map(str, found), None)


def _parts(offers: Iterable[Offer]) -> Iterable[tuple[Change, ...]]:
    """What is tried for itself: each change that moves packets, and what one switch is given beside."""
    for offer in offers:
        if offer.kind == "switch":
            yield from ((change,) for change in offer.changes)
        else:
            yield offer.changes
