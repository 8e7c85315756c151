"""The books of admission: what is reserved on every arc, and what still fits.

Rules of this file:

- A connection with a guaranteed rate reserves it on every arc of its path, access links included, each direction for
  itself. Reserved <= capacity, at every instant.
- While a connection moves, its old path is held beside the new one; what both use counts once, at the larger of the two
  (the shared explicit style of RFC 3209, section 2.4.3). So the sum over connections of max(old, new) fits on each arc.
- Detours draw on a pool: on every arc what is reserved and the most that the failure of any one link would bring by
  detours fit together. Two connections share it where no failure turns both that way (shared mesh protection). An arc that
  a detour has in common with the rest of its working path counts once, as packets take one or the other. The failure of a
  switch counts on an arc as well if a detour there is to survive it, and then brings all detours that it would turn there,
  whatever they were made for.
- What ends (a deletion, a refusal) is no promise any more and is released at once.
- A class's queue on an arc stays within its allowance: the bursts of all connections of the class, less the smallest of
  their largest packets, fit into what the link sends in that time. The wait of a packet is at most the bursts of the
  others and its own burst up to it: a single packet needs no queue. Without this rule a budget would depend on load.

A burst counts as it is when it leaves the host: switches may bring packets of one connection closer together, and no
shaper spreads them again.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import copy
from types import MappingProxyType
from typing import Literal, NamedTuple

from intents.diversity import Apart
from intents.model import Connection, Direction
from intents.queues import Queues
from topologies.model import Topology


class Demand(NamedTuple):
    """What one direction of a connection asks of every arc: a rate, a burst, and how much of it one packet may be."""

    service_class: str
    rate_bps: int
    burst_bytes: int
    packet_bytes: int


Claim = tuple[int, Demand]
"""A demand on an arc, by the arc's number (its place in `Topology.arcs`)."""


def demand(connection: Connection, direction: Direction) -> Demand | None:
    """What a direction reserves; `None` where it asks for no guaranteed rate."""
    wished = connection.bandwidth
    rate = wished.guaranteed_bps if direction == "forward" or wished.reverse_bps is None else wished.reverse_bps
    if not rate or (direction == "reverse" and not connection.both_ways):
        return None
    burst, packet = wished.burst_bytes, wished.max_packet_bytes
    return Demand(connection.service_class, rate, packet if burst is None or burst < packet else burst, packet)


Failure = tuple[Literal["link", "switch"], str]
"""What may fail, by its name."""

Draws = Mapping[Failure, Sequence[Demand]]
"""What each failure would bring to an arc by detours of one connection."""


class Books:
    """Everything reserved in a network while one plan is made, and who keeps apart from whom there. `minds_switches` where
    somebody is to survive that a switch fails: else their failures count nowhere. `kept_off`: by connection, the arcs that
    its working paths are kept off for a while."""

    def __init__(self, network: Topology, apart: Apart | None = None, minds_switches: bool = True,
                 kept_off: Mapping[str, frozenset[int]] = MappingProxyType({})):
        self.minds_switches, self.kept_off = minds_switches, kept_off
        self.apart = Apart(network) if apart is None else apart
        self.capacity_bps = [arc.capacity_bps for arc in network.arcs]
        self.reserved_bps = [0] * len(network.arcs)
        self._queues = {name: Queues(allowance_ns, self.capacity_bps) for name, allowance_ns in network.queues_ns}
        self._held: dict[str, Mapping[int, Sequence[Demand]]] = {}
        self._pool_bps, self._pool_bytes = _Pool(), _Pool()

    def with_apart(self, apart: Apart) -> "Books":
        """These books (not a copy), with others to be kept apart, and nobody kept off for a while."""
        found = copy(self)
        found.apart, found.kept_off = apart, {}
        return found

    def left_bps(self, arc: int) -> int:
        """What is neither reserved on an arc nor pooled there for detours."""
        return self.capacity_bps[arc] - self.reserved_bps[arc]

    def left_bytes(self, arc: int, wished: Demand) -> int:
        """The largest burst of such a demand that its class's queue on an arc has room for."""
        return self._queues[wished.service_class].left(arc, wished.packet_bytes)

    def gate(self, wished: Demand | None, barred: frozenset[int], key: str) -> Callable[[int], bool]:
        """Decides for a search which arcs may be used: not barred, and room for the demand of the connection `key`."""
        if wished is None:
            return lambda arc: arc not in barred
        if key in self._held:
            return lambda arc: arc not in barred and self.fits(((arc, wished),), key)
        rate, burst, packet = wished.rate_bps, wished.burst_bytes, wished.packet_bytes
        reserved, capacity, queues = self.reserved_bps, self.capacity_bps, self._queues[wished.service_class]
        free, smallest = queues.free, queues.smallest  # as Queues.left has it: no call where it is asked most
        return lambda arc: (arc not in barred and reserved[arc] + rate <= capacity[arc]
                            and burst <= free[arc] + (packet if packet < smallest[arc] else smallest[arc]))

    def holds(self, key: str) -> bool:
        """Whether a connection holds an old path."""
        return key in self._held

    def is_open(self, trail: Sequence[int], wished: Demand) -> bool:
        """Whether each of these arcs has room for a demand of a connection that holds nothing."""
        rate, burst, packet = wished.rate_bps, wished.burst_bytes, wished.packet_bytes
        reserved, capacity, queues = self.reserved_bps, self.capacity_bps, self._queues[wished.service_class]
        free, smallest = queues.free, queues.smallest
        for arc in trail:
            if reserved[arc] + rate > capacity[arc] or burst > free[arc] + (
                    packet if packet < smallest[arc] else smallest[arc]):
                return False
        return True

    def enter(self, trail: Sequence[int], wished: Demand) -> None:
        """Enters such a demand on arcs that are open, each once, for good: it can neither be released nor settled."""
        rate, burst, packet = wished.rate_bps, wished.burst_bytes, wished.packet_bytes
        reserved, queues = self.reserved_bps, self._queues[wished.service_class]
        free, lasting = queues.free, queues.lasting
        for arc in trail:
            reserved[arc] += rate
            free[arc] -= burst
            if packet < lasting[arc]:
                queues.last(arc, packet)

    def fits(self, claims: Iterable[Claim], key: str) -> bool:
        """Whether the claims of the connection `key` have room together, beside all others and what it holds."""
        held = self._held.get(key, {})
        for arc, wishes in _by_arc(claims).items():
            rate, burst = _growth(held.get(arc, ()), wishes)
            packet = min(wished.packet_bytes for wished in wishes)
            if rate > self.left_bps(arc) or burst > self._queues[wishes[0].service_class].left(arc, packet):
                return False
        return True

    def take(self, claims: Iterable[Claim], key: str) -> None:
        """Enters the claims of the connection `key`, once for all of them. They fit, or are there already."""
        held, listed = self._held.get(key), list(claims)
        if held is None and len({arc for arc, _ in listed}) == len(listed):
            for arc, wished in listed:
                self.reserved_bps[arc] += wished.rate_bps
                self._queues[wished.service_class].enter(arc, wished.burst_bytes, wished.packet_bytes)
            return
        for arc, wishes in _by_arc(listed).items():
            rate, burst = _growth((held or {}).get(arc, ()), wishes)
            self.reserved_bps[arc] += rate
            self._queues[wishes[0].service_class].enter(arc, burst, *(wished.packet_bytes for wished in wishes))

    def growth(self, claims: Iterable[Claim], key: str) -> dict[int, tuple[int, int]]:
        """By how much rate and bursts grow on each arc when the connection `key` takes claims beside what it holds."""
        held = self._held.get(key, {})
        return {arc: _growth(held.get(arc, ()), wishes) for arc, wishes in _by_arc(claims).items()}

    def shelters(self, arc: int, taken: tuple[int, int], draws: Draws, from_switches: bool) -> bool:
        """Whether an arc has room for these draws, `from_switches` if they are to survive that a switch fails, when rate
        and bursts have grown there by `taken`."""
        packet, queue = _packet_and_queue(arc, draws)
        rate = taken[0] + self._pool_bps.growth(arc, _rates(draws), from_switches)
        burst = taken[1] + self._pool_bytes.growth(queue, _bursts(draws), from_switches)
        return rate <= self.left_bps(arc) and burst <= self._queues[queue[1]].left(arc, packet)

    def draw(self, arc: int, draws: Draws, from_switches: bool) -> None:
        """Enters what detours of one connection would bring to an arc. It has room for that."""
        packet, queue = _packet_and_queue(arc, draws)
        self.reserved_bps[arc] += self._pool_bps.enter(arc, _rates(draws), from_switches)
        burst = self._pool_bytes.enter(queue, _bursts(draws), from_switches)
        self._queues[queue[1]].enter(arc, burst, packet)

    def hold(self, claims: Iterable[Claim], key: str) -> None:
        """Enters the old path of a connection that is about to move. Its new one is taken beside it."""
        old = tuple(claims)
        self.take(old, key)
        self._held[key] = _by_arc(old)

    def settle(self, claims: Iterable[Claim], key: str) -> None:
        """Takes out what a connection that has its new path, with these claims, holds until it has left its old one."""
        new = _by_arc(claims)
        for arc, wishes in self._held.pop(key, {}).items():
            rate, burst = _growth(new.get(arc, ()), wishes)
            self.reserved_bps[arc] -= rate
            self._queues[wishes[0].service_class].leave(arc, burst, *(wished.packet_bytes for wished in wishes))

    def release(self, key: str) -> None:
        """Takes out what a connection holds that will have no new path."""
        for arc, wishes in self._held.pop(key, {}).items():
            rate, burst = _growth((), wishes)
            self.reserved_bps[arc] -= rate
            self._queues[wishes[0].service_class].leave(arc, burst, *(wished.packet_bytes for wished in wishes))


class Backup(Books):
    """Books as the second path of a connection looks for room in them: beside what its first one claims, in the pool, for
    failures of that. What the two claim in common counts once."""

    def __init__(self, books: Books, working: Iterable[Claim], key: str, failures: Sequence[Failure],
                 from_switches: bool) -> None:
        self.__dict__.update(books.__dict__)
        self.apart, self.kept_off = books.apart.for_standby(), {}
        own = tuple(working)
        self._own, self._taken = frozenset(arc for arc, _ in own), books.growth(own, key)
        self._failures, self._from_switches = failures, from_switches

    def gate(self, wished: Demand | None, barred: frozenset[int], key: str) -> Callable[[int], bool]:
        """Decides for a search which arcs may be used: not barred, and room when any of the failures comes."""
        if wished is None:
            return lambda arc: arc not in barred
        return lambda arc: arc not in barred and self.fits(((arc, wished),), key)

    def fits(self, claims: Iterable[Claim], key: str) -> bool:
        """Whether the claims have room together when any of the failures comes."""
        return all(self.shelters(arc, self._taken.get(arc, (0, 0)), draws, self._from_switches)
                   for arc, draws in self._draws(claims))

    def is_open(self, trail: Sequence[int], wished: Demand) -> bool:
        """Whether each of these arcs has room for a demand when any of the failures comes."""
        return self.fits(((arc, wished) for arc in trail), "")

    def draw_all(self, claims: Iterable[Claim]) -> None:
        """Enters the claims in the pool. They have room."""
        for arc, draws in self._draws(claims):
            self.draw(arc, draws, self._from_switches)

    def _draws(self, claims: Iterable[Claim]) -> Iterator[tuple[int, Draws]]:
        for arc, wishes in _by_arc(claims).items():
            if arc not in self._own and self._failures:
                yield arc, dict.fromkeys(self._failures, wishes)


class _Pool:
    """What each failure would bring to a place: only the most counts, of those failures that are to be survived there."""

    def __init__(self) -> None:
        self._brought: dict[object, dict[Failure, int]] = {}
        self._switches: dict[object, set[Failure]] = {}
        self._most: dict[object, int] = {}

    def growth(self, place: object, more: Mapping[Failure, int], from_switches: bool) -> int:
        brought, counting = self._brought.get(place, {}), self._switches.get(place, ())
        before = most = self._most.get(place, 0)
        for failure, amount in more.items():
            if from_switches or failure[0] == "link" or failure in counting:
                most = max(most, brought.get(failure, 0) + amount)
        return most - before

    def enter(self, place: object, more: Mapping[Failure, int], from_switches: bool) -> int:
        grown = self.growth(place, more, from_switches)
        brought = self._brought.setdefault(place, {})
        for failure, amount in more.items():
            brought[failure] = brought.get(failure, 0) + amount
        if from_switches:
            self._switches.setdefault(place, set()).update(failure for failure in more if failure[0] == "switch")
        self._most[place] = self._most.get(place, 0) + grown
        return grown


def _by_arc(claims: Iterable[Claim]) -> dict[int, list[Demand]]:
    found: dict[int, list[Demand]] = {}
    for arc, wished in claims:
        found.setdefault(arc, []).append(wished)
    return found


def _growth(held: Sequence[Demand], wishes: Sequence[Demand]) -> tuple[int, int]:
    """By how much rate and bursts grow when a connection takes `wishes` on an arc beside what it holds there already.
    Both directions may meet on an arc, and so sum up."""
    if not held and len(wishes) == 1:
        return wishes[0].rate_bps, wishes[0].burst_bytes
    rate = sum(wished.rate_bps for wished in wishes) - sum(old.rate_bps for old in held)
    alike = [old.burst_bytes for old in held if old.service_class == wishes[0].service_class]
    return max(0, rate), max(0, sum(wished.burst_bytes for wished in wishes) - sum(alike))


def _rates(draws: Draws) -> dict[Failure, int]:
    return {failure: sum(wished.rate_bps for wished in wishes) for failure, wishes in draws.items()}


def _bursts(draws: Draws) -> dict[Failure, int]:
    return {failure: sum(wished.burst_bytes for wished in wishes) for failure, wishes in draws.items()}


def _packet_and_queue(arc: int, draws: Draws) -> tuple[int, tuple[int, str]]:
    """What draws of one connection have in common: its largest packet, and the queue of its class on the arc."""
    wished = next(wished for wishes in draws.values() for wished in wishes)
    return wished.packet_bytes, (arc, wished.service_class)
