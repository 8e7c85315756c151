"""The confirmation of paths through the data plane: which are probed, when again, and whose doors wait for it.

Rules of this file: pure and level-triggered. A barrier says that a switch took its rules, not that packets get through: so
before a door opens onto a path, a probe has to come out at its end. A path that a door leads to already carries packets and
needs none. Memory of it lasts while somebody waits for the path and its rules stand, and no longer than FRESH_S: what is
forgotten, as by a restart, is probed again. Whoever has no living path left waits for TRY_S only, who has none yet for
NEW_S: nothing is lost by it, and switches that pass no probe on may pass data.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

from controller.agent.links import goes_on
from controller.agent.needs import Needs
from controller.agent.trial import QUICK_TRIES, TRY_S, Probing, Trial, Trials
from controller.agent.world import World
from intents.probes import Way

FRESH_S = 10.0
"""How long a path that nothing rides on yet counts as confirmed: who waits for room meanwhile is to find it as it was."""

NEW_S = QUICK_TRIES * TRY_S
"""How long who has no path yet waits for a probe."""

ALARM_S = 3.0
"""From when on a path that no probe comes through is an alarm: the quick tries and two slow ones have failed by then."""

MOST, MOST_AT_ONE_END = 64, 16
"""Probes on their way at once, in all and from or to one switch: full frames in a burst, and queues hold 60 packets
(labs/queues.py), which are for data."""


def tried(world: World, needs: Needs, waiting: Iterable[str], now: float) -> Trials:
    """The trials of the paths that connections wait for which wait for nothing else; and of those that packets were put on
    unconfirmed, until a probe comes."""
    found: dict[int, Trial] = {}
    for way in _unused(world, needs, waiting):
        old = world.trials.get(way.label)
        is_known = old is not None and old.way == way and (old.came_at is None or now < old.came_at + FRESH_S)
        found[way.label] = old if old is not None and is_known else Trial(way, now)
    for label, old in world.trials.items():
        if label not in found and old.came_at is None and carries(world, old.way):
            found[label] = replace(old, is_overtaken=True)
    return world.trials if found == world.trials else found


def unconfirmed(world: World, needs: Needs, trials: Trials, key: str, now: float) -> str | None:
    """Why the paths of a connection may not be used yet, None if they may."""
    waited = [trial for way in needs.ways(key) if (trial := trials.get(way.label)) and trial.came_at is None
              and not trial.is_overtaken]
    if not waited or all(now >= trial.since + _patience_s(world, key) for trial in waited):
        return None
    return f"waits until a probe comes through {waited[0].told(world.topology)}"


def due(world: World, needs: Needs, trials: Trials, now: float) -> Iterator[tuple[Trial, int]]:
    """The probes to send now, each with the cable that it begins with: first for those who are cut off, then along the paths
    that were tried least. Where none of many came, others begin further on, to find out from where they do."""
    on_their_way = [trial.way for trial in trials.values() if trial.came_at is None and now < trial.last_at + TRY_S]
    load = Counter(end for way in on_their_way for end in _ends(way))
    ready = [trial for trial in trials.values() if now >= trial.due_at and _can_be_sent(world, trial.way)]
    urgent = _urgent(world, needs) if len(ready) > 1 else frozenset[int]()
    for trial in sorted(ready, key=lambda trial: (trial.way.label not in urgent, trial.sent, trial.way.label)):
        if any(load[end] >= most for end, most in _ends(trial.way).items()):
            continue
        load.update(_ends(trial.way).keys())
        hops = len(trial.way.trunk.cables) if trial.sent >= QUICK_TRIES else 1
        yield from ((trial, hop) for hop in range(hops) if world.channels[trial.way.dpids[hop]].connected)


def probing(trial: Trial, hop: int, token: int, now: float) -> Probing:
    """The request that sends a probe."""
    return Probing(token, now, hop, trial.way.probe(hop))


def wakings(trials: Trials) -> Iterator[float]:
    """When something is to be done about the trials though nothing happened."""
    for trial in trials.values():
        if trial.came_at is None:
            yield from (trial.due_at, trial.last_at + TRY_S)
            yield from (trial.since + after for after in (TRY_S, NEW_S, ALARM_S))


def alarms(world: World, now: float) -> Iterator[str]:
    """Paths that no probe comes through."""
    for trial in world.trials.values():
        if trial.came_at is None and trial.is_overtaken:
            yield ("packets go by a path that no probe comes through (they had no other): "
                   f"{trial.whereabouts(world.topology)}")
        elif trial.came_at is None and now >= trial.since + ALARM_S:
            yield (f"no probe comes through {trial.whereabouts(world.topology)}; what is to go that way waits: look at the "
                   "links and their MTU, or have it avoid them")


def carries(world: World, way: Way) -> bool:
    """Whether a door of the ingress, as far as its tables are known, leads to a path."""
    tables = world.channels[way.trunk.ingress].tables
    return tables is not None and way.label in tables.labels_put.get(None, frozenset())


def _unused(world: World, needs: Needs, waiting: Iterable[str]) -> Iterator[Way]:
    """The paths that are waited for and nothing rides on, each for the largest packet of all who wait for it."""
    found: dict[int, Way] = {}
    for way in (way for key in waiting for way in needs.ways(key)):
        other = found.get(way.label)
        found[way.label] = way if other is None or way.packet_bytes > other.packet_bytes else other
    return (found[label] for label in sorted(found) if not carries(world, found[label]))


def _patience_s(world: World, key: str) -> float:
    """How long a connection waits: for ever beside a path that carries its packets; else nothing is lost by the path."""
    if any(goes_on(world.links, each) for each in world.record.older.get(key, ())):
        return float("inf")
    return TRY_S if _is_cut_off(world, key) else NEW_S


def _is_cut_off(world: World, key: str) -> bool:
    """Whether a connection had paths, and none of them brings its packets anywhere any more."""
    older = world.record.older.get(key, ())
    return bool(older) and not any(goes_on(world.links, each) for each in older)


def _ends(way: Way) -> dict[str, int]:
    """Where there may be no more than so many probes on their way: in all, from the ingress and to the egress."""
    return {"all": MOST, f"from {way.trunk.ingress}": MOST_AT_ONE_END, f"to {way.last.far_dpid}": MOST_AT_ONE_END}


def _urgent(world: World, needs: Needs) -> frozenset[int]:
    """The labels of paths that somebody who is cut off waits for."""
    cut_off = (key for key in world.record.older if key in needs.placements and _is_cut_off(world, key))
    return frozenset(way.label for key in cut_off for way in needs.ways(key))


def _can_be_sent(world: World, way: Way) -> bool:
    """Whether both ends of a path are connected."""
    return all(world.channels[dpid].connected for dpid in (way.trunk.ingress, way.last.far_dpid))
