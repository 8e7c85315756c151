"""Walks told switch by switch: what each table said of a packet, what was sent out, and where each copy is then.

Rules of this file: it is the walk of intents/forwarding.py, whose own loop stays bare as it is a proof's hottest, and comes
to the same ends. Whatever says what a switch does can be walked through, so that real switches are asked as models are.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from intents.forwarding import MAX_VISITS, Arrival, End, What, sent_out
from intents.owners import owner
from intents.packets import Packet
from topologies.model import PortId, Topology


@dataclass(frozen=True, slots=True)
class Look:
    """What one table did with the packet. `priority` is `None` where no rule took it; `does` is what the rule does, and
    `bucket_does` what the bucket does that its group took, in Open vSwitch's words."""

    table: int
    priority: int | None = None
    match: str = ""
    cookie: int = 0
    does: str = ""
    group: int | None = None
    bucket: int | None = None
    bucket_does: str = ""
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Copy:
    """What a switch sent out, by which port, and `to` whom: the port at the other end (`s2:3`) or the host there. `what`
    says how it ended, `why` where it did not arrive; both are empty where it goes on."""

    port: int
    packet: Packet
    to: str = ""
    what: What | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Visit:
    """A packet in a switch, which it entered `at` a port. `what` says how it ended there, if nothing of it was sent out."""

    at: PortId
    packet: Packet
    looks: tuple[Look, ...] = ()
    copies: tuple[Copy, ...] = ()
    what: What | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Walk:
    """All visits of a packet and its copies, in the order of following each copy to its end."""

    visits: tuple[Visit, ...]

    @property
    def ends(self) -> tuple[str, ...]:
        """How each copy ended, in words: `delivered to h4`, `dropped at s2: no rule in table 1`."""
        return tuple(words for visit in self.visits for words in _ends(visit))


class Passage(NamedTuple):
    """What a switch makes of a packet: the tables' looks, what it sends out by which port, and why, should that be nothing.
    `is_unknown`: what it would do is not known."""

    looks: tuple[Look, ...]
    sent: list[tuple[int, Packet]]
    why: str = ""
    is_unknown: bool = False


Switches = Callable[[PortId, Packet], Passage]
"""What a switch makes of a packet that enters it by a port."""


def traced(network: Topology, switches: Switches, packet: Packet, at: PortId, down: frozenset[PortId] = frozenset()) -> Walk:
    """The walk of a packet that enters the network at a switch's port. `down` are ports that are down."""
    todo, visits = [Arrival(at, packet)], list[Visit]()
    while todo:
        arrival = todo.pop()
        if arrival.is_again or len(visits) >= MAX_VISITS:
            visits.append(Visit(arrival.at, arrival.packet, what="looped"))
            continue
        looks, sent, why, is_unknown = switches(arrival.at, arrival.packet)
        after = [(port, copy, sent_out(network, arrival, port, copy, down)) for port, copy in sent]
        end: What | None = None if sent else "unknown" if is_unknown else "dropped"
        copies = tuple(_copy(network, *each) for each in after)
        visits.append(Visit(arrival.at, arrival.packet, looks, copies, end, "" if sent else why))
        todo += [where for _, _, where in after if isinstance(where, Arrival)]
    return Walk(tuple(visits))


def told(walk: Walk, owners: Mapping[int, str]) -> Walk:
    """The walk with whose each rule is, by its cookie."""
    return Walk(tuple(replace(visit, looks=tuple(
        look if look.priority is None else replace(look, owner=owner(look.cookie, owners)) for look in visit.looks))
        for visit in walk.visits))


def _copy(network: Topology, port: int, packet: Packet, after: Arrival | End) -> Copy:
    if isinstance(after, Arrival):
        return Copy(port, packet, str(after.at))
    host = network.host_at.get(after.at) if after.what == "delivered" else None
    return Copy(port, packet, host.name if host else "", after.what, after.why)


def _ends(visit: Visit) -> list[str]:
    found = [(visit.what, "", visit.why)] if visit.what else [(copy.what, copy.to, copy.why) for copy in visit.copies]
    return [_end(what, visit.at.switch, to, why) for what, to, why in found if what is not None]


def _end(what: What, switch: str, host: str, why: str) -> str:
    because = f": {why}" if why else ""
    return {"delivered": f"delivered to {host}", "controller": f"sent to the controller by {switch}",
            "looped": f"looping at {switch}{because}", "dropped": f"dropped at {switch}{because}",
            "unknown": f"unknown from {switch} on{because}"}[what]
