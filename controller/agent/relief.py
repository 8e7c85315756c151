"""Which connections to re-place so that no link is over its high mark: the fewest, and among as few the least precious.

Rules of this file: pure. Nothing is moved on account of what is unknown. New places come from the planner, which keeps
each connection off the links that it would overload: an intent's own constraints always hold. Where no placement cools
every link, because one connection alone fills any that it takes, it does to part it from the others.

The search is exact as far as EFFORT and MOST_PLANS go: sets of connections by size, then by how precious the most
precious of them is; beyond that it tries those that send most, together. More than what did not do waits until the rest has
been tried, unless it makes room where it was lacking.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain, islice
from typing import get_args

from controller.agent.forecast import HIGH, Replaced, Strain
from controller.decisions import Option, Share
from controller.telemetry.sending import ArcKey
from intents.avoidance import Avoid, plan_avoiding
from intents.model import Plan, ServiceClass

EFFORT = 2_000
"""Sets of connections that are looked at."""

MOST_PLANS = 24
"""Plans that are made: each takes milliseconds where there are hundreds of connections."""

MOST_SHOWN = 12
"""Options that a record keeps."""

PRECIOUS = get_args(ServiceClass)
"""The classes, most precious first."""


@dataclass(frozen=True)
class Relief:
    """What was tried, and what would do: the option, its plan, and the links that connections are then kept off."""

    options: tuple[Option, ...]
    chosen: Option | None = None
    plan: Plan = field(default_factory=Plan)
    avoid: Avoid = field(default_factory=dict)


def relief(strain: Strain) -> Relief:
    """The fewest connections to re-place, and where to. Without a link over its high mark there is nothing to do."""
    parted: Relief | None = None
    tried: list[Option] = []
    for found in islice(_found(strain), MOST_PLANS):
        tried += found.options
        if found.chosen and _is_cool(found.chosen):
            return replace(found, options=_shown(tried, found.chosen))
        parted = parted or (found if found.chosen else None)
    return replace(parted, options=_shown(tried, parted.chosen)) if parted else Relief(_shown(tried, None))


def _found(strain: Strain) -> Iterator[Relief]:
    """What comes of sets of connections, one after the other."""
    lacking: dict[frozenset[str], frozenset[ArcKey]] = {}
    later = []
    for keys in _sets(strain) if strain.hot else ():
        if _adds_nothing(strain, frozenset(keys), lacking):
            later.append(keys)
            continue
        full: set[ArcKey] = set()
        for found in _attempts(strain, keys):
            full |= {(each.link, each.source) for option in found.options for each in option.forecast if not _is_under(each)}
            yield found
        if full:  # else it lacked a place, and the room of others may give it one
            lacking[frozenset(keys)] = frozenset(full)
    for keys in later:
        yield from _attempts(strain, keys)


def _adds_nothing(strain: Strain, keys: frozenset[str], lacking: Mapping[frozenset[str], frozenset[ArcKey]]) -> bool:
    """Whether it is a set that did not do and others that leave none of the arcs where there was no room."""
    return any(tried < keys and not any(key in keys - tried for arc in full for key, _ in strain.riders.get(arc, {}))
               for tried, full in lacking.items())


def _sets(strain: Strain) -> Iterator[tuple[str, ...]]:
    """Sets of connections without which the hot links would be cool or one connection's alone, in the order to try."""
    rates = _movable(strain)
    candidates = sorted(rates, key=lambda key: _cost(strain, key, rates[key]))
    sizes = range(1, len(candidates) + 1)
    places = chain.from_iterable(_combinations(len(candidates), size) for size in sizes)
    given = set()
    for chosen in islice(places, EFFORT):
        keys = tuple(candidates[place] for place in chosen)
        if _frees(strain, keys):
            given.add(frozenset(keys))
            yield keys
    by_rate = sorted(rates, key=lambda key: (-rates[key], key))
    yield from (keys for keys in (tuple(by_rate[:size]) for size in sizes)
                if frozenset(keys) not in given and _frees(strain, keys))


def _movable(strain: Strain) -> dict[str, int]:
    """The connections that send over hot links, whose rates are known and that may be moved; with what they send there,
    at most."""
    found: dict[str, int] = {}
    for arc in strain.hot:
        for (key, _), rate in strain.riders.get(arc, {}).items():
            found[key] = max(found.get(key, 0), rate or 0)
    unknown = {key for (key, _), rate in strain.rates.items() if rate is None}
    return {key: rate for key, rate in found.items() if rate > 0 and key not in strain.held | unknown}


def _cost(strain: Strain, key: str, rate: int) -> tuple[int, int, int, str]:
    wish = strain.plan.placements[key].connection
    return (-PRECIOUS.index(wish.service_class), -wish.priority, rate, key)


def _frees(strain: Strain, keys: tuple[str, ...]) -> bool:
    return all((strain.share(arc, keys) or 0) <= HIGH or strain.is_alone(arc, keys) for arc in strain.hot)


def _attempts(strain: Strain, keys: tuple[str, ...]) -> Iterator[Relief]:
    """These connections placed anew, off the hot links and off what they would overload there, until they overload
    nothing or nothing is left."""
    off = {key: strain.avoid.get(key, frozenset()) | {link for link, _ in strain.hot} for key in keys}
    while True:
        avoid = {**strain.avoid, **off}
        placed = plan_avoiding(strain.network, strain.plan, strain.wanted, strain.down, avoid, frozenset(keys))
        why = _obstacle(strain, keys, placed, off)
        if why is not None:
            yield Relief((Option(keys, False, why),))
            return
        new = Replaced(strain, keys, placed.placements)
        option = _judged(strain, new)
        yield Relief((option,), option, placed, avoid) if option.would_do else Relief((option,))
        worse = {key: frozenset(each.link for each in new.full if new.joins(key, each)) for key in keys}
        if not any(worse.values()):
            return
        off = {key: off[key] | worse[key] for key in keys}


def _obstacle(strain: Strain, keys: tuple[str, ...], placed: Plan, off: Mapping[str, frozenset[str]]) -> str | None:
    """Why a plan does not come to what was tried, `None` where it does."""
    old, new = strain.plan.placements, placed.placements
    stuck = [key for key in keys if key not in new or not off[key].isdisjoint(new[key].links)]
    if stuck:
        return f"{', '.join(stuck)}: no other place that keeps its constraints"
    bared = [key for key in keys if new[key].connection.protection != "none"
             and len(new[key].exposed) > len(old[key].exposed)]
    if bared:
        return f"{', '.join(bared)} would be less protected"
    others = [key for key in old if key not in keys and new.get(key) != old[key]]
    return f"{', '.join(others)} would have to move as well" if others else None


def _judged(strain: Strain, new: Replaced) -> Option:
    blind = sorted({each.link for each in new.shares if each.share is None})
    if blind:
        return Option(new.keys, False, f"what {', '.join(blind)} carries is unknown", new.shares)
    if not new.full:
        return Option(new.keys, True, f"no link over {HIGH:.0%}", new.shares)
    told = ", ".join(f"{each.link} from {each.source} {each.share or 0:.0%}" for each in new.full)
    if all(map(new.is_alone, new.full)) and not all(map(strain.is_alone, strain.hot)):
        return Option(new.keys, True, f"{told}: filled by one connection, which no other shares it with", new.shares)
    return Option(new.keys, False, f"{told} would be over {HIGH:.0%}", new.shares)


def _combinations(count: int, size: int) -> Iterator[tuple[int, ...]]:
    """Sets of numbers under `count`, by their largest, then the next largest and so on (colexicographic)."""
    if size == 0:
        yield ()
        return
    for last in range(size - 1, count):
        yield from ((*rest, last) for rest in _combinations(last, size - 1))


def _is_cool(option: Option) -> bool:
    return all(_is_under(each) for each in option.forecast)


def _is_under(share: Share) -> bool:
    return share.share is not None and share.share <= HIGH


def _shown(tried: list[Option], chosen: Option | None) -> tuple[Option, ...]:
    """As many options as a record keeps, the chosen one among them."""
    first = tried[:MOST_SHOWN]
    return tuple(first if chosen is None or chosen in first else [*first[:-1], chosen])
