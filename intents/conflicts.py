"""Which connections want the same packets: decided on the set of all of them, never by who came first.

Rules of this file: two selectors for packets of one host to another are in conflict when they are equal, or when they
overlap and neither lies within the other. One within the other is fine: the narrower is matched first. The reverse
direction of a connection selects mirrored packets. Both sides of a conflict are refused and name each other, and packets
that both want.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import combinations, islice

from intents.model import Connection, Direction, Reason, Refusal, Selector
from intents.selectors import match_words, selector_fields

NAMED_AT_MOST = 3
"""Opponents that a message names."""

Packets = tuple[tuple[str, int], ...]
"""What a selector asks of headers, by name; what it does not name may be anything."""


def conflicts(connections: Iterable[Connection]) -> Mapping[str, Refusal]:
    """The refusals of all connections that are in conflict with another, by key."""
    by_key = {connection.key: connection for connection in connections}
    opponents: dict[str, set[str]] = defaultdict(set)
    for there, back in _by_pair(by_key.values()):
        if _are_apart(there, back):
            continue
        for side, other_side in _clashes(_by_packets(there, back)):
            for key in side:
                opponents[key].update(islice((other for other in other_side if other != key), NAMED_AT_MOST + 1))
    return {key: _refusal(by_key[key], [by_key[other] for other in opponents[key]]) for key in sorted(opponents)}


def _by_pair(connections: Iterable[Connection]) -> Iterator[tuple[Sequence[Connection], Sequence[Connection]]]:
    """For the packets of each host to each other host, those who want them in their forward direction, and in their
    reverse."""
    there: dict[tuple[str, str], list[Connection]] = defaultdict(list)
    back: dict[tuple[str, str], list[Connection]] = defaultdict(list)
    for one in connections:
        there[one.source, one.target].append(one)
        if one.both_ways:
            back[one.target, one.source].append(one)
    yield from ((forward, back.pop(ends, ())) for ends, forward in there.items())
    yield from (((), reverse) for reverse in back.values())


def _are_apart(there: Sequence[Connection], back: Sequence[Connection]) -> bool:
    """Whether a glance tells that no packet is of two: every one names a port to which its packets go, each another."""
    ports = {one.selector.destination_port for one in there}
    ports.update([one.selector.source_port for one in back])
    return None not in ports and len(ports) == len(there) + len(back)


def _by_packets(there: Sequence[Connection], back: Sequence[Connection]) -> Mapping[Packets, Sequence[str]]:
    """The keys of those who want packets of one host to another, by what they ask of them."""
    found: dict[Packets, list[str]] = defaultdict(list)
    directed: list[tuple[Connection, Direction]] = [(one, "forward") for one in there]
    directed += [(one, "reverse") for one in back]
    for one, direction in sorted(directed, key=lambda each: each[0].key):
        found[_packets(one.selector, direction)].append(one.key)
    return found


def _clashes(keys_by_packets: Mapping[Packets, Sequence[str]]) -> Iterator[tuple[Sequence[str], Sequence[str]]]:
    """Who is in conflict with whom, as (side, other side). Compared by the fields that selectors name, of which there are
    few combinations, so that it takes no look at every pair."""
    by_fields: dict[tuple[str, ...], list[Packets]] = defaultdict(list)
    for packets, keys in keys_by_packets.items():
        by_fields[tuple(name for name, _ in packets)].append(packets)
        if len(keys) > 1:
            yield keys, keys
    for one, other in combinations(sorted(by_fields), 2):
        common = frozenset(one).intersection(other)
        if len(common) < min(len(one), len(other)):
            sides = [_by_common(by_fields[fields], common, keys_by_packets) for fields in (one, other)]
            for values in sorted(sides[0].keys() & sides[1].keys()):
                yield sides[0][values], sides[1][values]
                yield sides[1][values], sides[0][values]


def _by_common(selectors: Iterable[Packets], common: frozenset[str],
               keys_by_packets: Mapping[Packets, Sequence[str]]) -> Mapping[Packets, Sequence[str]]:
    """Keys by what their selectors ask of the common fields: selectors that agree on these overlap."""
    found: dict[Packets, list[str]] = defaultdict(list)
    for packets in selectors:
        found[tuple(part for part in packets if part[0] in common)] += keys_by_packets[packets]
    return {values: sorted(keys) for values, keys in found.items()}


@lru_cache(1 << 12)
def _packets(selector: Selector, direction: Direction) -> Packets:
    return tuple(sorted(selector_fields(selector, direction).items()))


def _refusal(connection: Connection, opponents: Sequence[Connection]) -> Refusal:
    ordered = sorted(opponents, key=lambda opponent: (opponent.title, opponent.key))
    others = " and others" if len(ordered) > NAMED_AT_MOST else ""
    named = ", ".join(each.title for each in ordered[:NAMED_AT_MOST]) + others
    message = (f"wants packets that {named} also wants ({_shared(connection, ordered[0])}), and neither selector lies "
               "strictly within the other; make one of them narrower, or give them different ports or DSCP")
    return Refusal(connection.key, connection.title, connection.intent, Reason.CONFLICT, message)


def _shared(one: Connection, other: Connection) -> str:
    """Packets that both of two in conflict want, in the words of `match`."""
    ends, packets = next((ends, {**mine, **theirs}) for ends, mine in _directions(one)
                         for their_ends, theirs in _directions(other) if ends == their_ends and _is_conflict(mine, theirs))
    return f"{', '.join(match_words(packets)) or 'any'}, from {ends[0]} to {ends[1]}"


def _directions(connection: Connection) -> Iterator[tuple[tuple[str, str], dict[str, int]]]:
    ends = connection.source, connection.target
    yield ends, selector_fields(connection.selector, "forward")
    if connection.both_ways:
        yield ends[::-1], selector_fields(connection.selector, "reverse")


def _is_conflict(one: Mapping[str, int], other: Mapping[str, int]) -> bool:
    """Whether two selectors for packets of one host to another are in conflict."""
    overlap = all(one[name] == other[name] for name in one.keys() & other.keys())
    return overlap and not (one.items() < other.items() or other.items() < one.items())
