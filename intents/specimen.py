"""One packet to follow: of a placed connection, or of a reader's own choice, and whose it then is.

Rules of this file: a packet is the connection's whose selector takes it and is the narrowest that does. What nobody says of
a packet is what a ping has: ICMP, DSCP 0; ports, where its protocol has them, from 49152 to 9.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from intents.base_rules import mac_number
from intents.model import DIRECTIONS, Direction, Placement, Plan, Selector
from intents.packets import Packet
from intents.rules import IPV4, VLAN_NONE
from intents.selectors import PORT_FIELDS, match_words, selector_fields
from intents.traffic import Traffic
from topologies.model import Host, PortId, Topology
from topologies.nearest import nearest

_ICMP = 1
_PORTS = (49_152, 9)
_SAID = ("ip_", *(ports[0].removesuffix("src") for ports in PORT_FIELDS.values()))
_SHOWN = 8


class AskError(ValueError):
    """What was asked for is nothing here, or several things, or no packet; says what would be right."""


class NoPacketError(ValueError):
    """There is no packet to follow, as the connection has no place, or none this way."""


@dataclass(frozen=True, slots=True)
class Specimen:
    """A packet as its sender sends it. `connection` is the key of whose it is, empty for nobody's, `direction` which way."""

    source: Host
    target: Host
    packet: Packet
    connection: str = ""
    direction: Direction = "forward"

    def __str__(self) -> str:
        sender, receiver = (host.addresses[0].ip if host.addresses else "no address" for host in (self.source, self.target))
        owner = f"of {self.connection} {self.direction}" if self.connection else "of no intent"
        said = ", ".join(match_words({name: value for name, value in self.packet.fields.items() if name.startswith(_SAID)}))
        return f"{self.source.name} ({sender}) to {self.target.name} ({receiver}), {said}: {owner}"


def of_connection(network: Topology, plan: Plan, name: str, direction: Direction) -> Specimen:
    """A packet of the connection of that key or title, or of the intent of that name, if it has but one. Raises
    AskError, NoPacketError."""
    key = _key(plan, name)
    if (refusal := plan.refusals.get(key)) is not None:
        raise NoPacketError(f"{key} has no place, {refusal.reason.value}: {refusal.message}")
    placement = plan.placements[key]
    path = placement.working(direction)
    if path is None:
        raise NoPacketError(f"{key} goes one way only: it has no {direction} packets")
    source, target = network.host_by_name[path.nodes[0]], network.host_by_name[path.nodes[-1]]
    plain = _packet(source, target, selector_fields(placement.connection.selector, direction))
    if _owner(plan.placements, source, target, plain) == (key, direction):
        return Specimen(source, target, plain, key, direction)
    return Specimen(source, target, _own(network, plan, source, target, (key, direction)), key, direction)


def of_reader(plan: Plan, source: Host, target: Host, selector: Selector) -> Specimen:
    """A packet between two hosts that a selector takes, and whose it is. Raises AskError where no packet is like that."""
    _check(source, target, selector)
    packet = _packet(source, target, selector_fields(selector, "forward"))
    return Specimen(source, target, packet, *(_owner(plan.placements, source, target, packet) or ("", "forward")))


def _check(source: Host, target: Host, selector: Selector) -> None:
    ranges = (("protocol", selector.protocol, 0, 255), ("source port", selector.source_port, 1, 65_535),
              ("destination port", selector.destination_port, 1, 65_535), ("dscp", selector.dscp, 0, 63))
    for name, value, least, most in ranges:
        if isinstance(value, int) and not least <= value <= most:
            raise AskError(f"a {name} is {least} to {most}, and {value} is not")
    if source == target:
        raise AskError(f"{source.name} says nothing to itself: name two hosts")
    for host in (source, target):
        if not host.addresses:
            raise AskError(f"{host.name} has no address: nothing can be sent from or to it")
    try:
        selector_fields(selector, "forward")
    except ValueError:
        raise AskError("ports need the protocol udp (17), tcp (6) or sctp (132)") from None


def ends_of(network: Topology, links: Collection[str]) -> frozenset[PortId]:
    """The switch ports of links and of hosts' cables, by their names. Raises AskError."""
    ends = {link.name: (link.a, link.b) for link in network.links} | {host.access_link: (host.at,) for host in network.hosts}
    for name in links:
        if name not in ends:
            raise AskError(f'no link "{name}" in topology "{network.name}"{nearest(name, ends)}')
    return frozenset(port for name in links for port in ends[name])


def _key(plan: Plan, name: str) -> str:
    known = {key: (placement.connection.title, placement.connection.intent) for key, placement in plan.placements.items()}
    known |= {key: (refusal.title, refusal.intent) for key, refusal in plan.refusals.items()}
    if name in known:
        return name
    found = sorted(key for key, names in known.items() if name in names)
    if len(found) == 1:
        return found[0]
    if found:
        more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
        raise AskError(f'intent "{name}" has {len(found)} connections; name one: {", ".join(found[:_SHOWN])}{more}')
    names = {*known, *(each for pair in known.values() for each in pair)}
    raise AskError(f'no intent "{name}"{nearest(name, names)}')


def _packet(source: Host, target: Host, asked: Mapping[str, int]) -> Packet:
    protocol = asked.get("ip_proto", _ICMP)
    fields = {"ip_proto": protocol, "ip_dscp": 0, **dict(zip(PORT_FIELDS.get(protocol, ()), _PORTS, strict=False)), **asked}
    ends = [min((int(interface) for interface in host.addresses), default=0) for host in (source, target)]
    return Packet({"eth_src": mac_number(source.mac), "eth_dst": mac_number(target.mac), "vlan_vid": VLAN_NONE,
                   "eth_type": IPV4, "ipv4_src": ends[0], "ipv4_dst": ends[1], **fields})


def _owner(placements: Mapping[str, Placement], source: Host, target: Host, packet: Packet) -> tuple[str, Direction] | None:
    """The key and direction of the narrowest selector that takes a packet between two hosts, `None` where none does."""
    found = []
    for key, placement in placements.items():
        for direction in DIRECTIONS:
            path = placement.working(direction)
            if path is not None and (path.nodes[0], path.nodes[-1]) == (source.name, target.name):
                asked = selector_fields(placement.connection.selector, direction)
                if asked.items() <= packet.fields.items():
                    found.append((len(asked), key, direction))
    if not found:
        return None
    _, key, direction = max(found)
    return key, direction


def _own(network: Topology, plan: Plan, source: Host, target: Host, way: tuple[str, Direction]) -> Packet:
    """A packet that a narrower connection of the same hosts does not take."""
    pair = {source.name, target.name}
    beside = {key: placement for key, placement in plan.placements.items()
              if {placement.connection.source, placement.connection.target} == pair}
    for sample in Traffic(network, beside, beside).samples((source.name, target.name)):
        if sample.after is not None and (sample.after.connection, sample.after.direction) == way:
            return sample.packet
    raise NoPacketError(f"{way[0]} has no packet of its own: narrower ones of the same hosts take all")
