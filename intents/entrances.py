"""What gets in at a host's port: all that a host could send, not only what connections want.

Rules of this file: packets fall into kinds by what the tables on their way ask of them. One packet stands for each kind:
it has the values that the rules it meets ask for, and else values that no rule names. Wherever another rule of a table
could have taken a packet like it, with more values fixed, that is a further kind. So whatever a host sends, some packet
walked here meets the same rules. Frames that come in tagged, under a label or with the addresses of others are kinds like
all the rest.

Left out is what the bound sender itself sends to one receiver by a rule that names both: those kinds are the samples of
the pair (traffic.py). A field that a rule copies counts as what it is in the one packet.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeVar

from intents.base_rules import mac_number
from intents.forwarding import Holding
from intents.packets import LabelEntry, Packet
from intents.rules import ARP, IPV4, MPLS, VLAN_NONE, Change, Flow, Group, Match, Table
from intents.selectors import PORT_FIELDS
from intents.tables import FlowKey, Headers, TableId
from topologies.model import Host, Topology

Asks = frozenset[tuple[str, int]]
"""What the packets of a kind have in common: fields and their values."""

_ETHERNET = {"eth_src": range(0x06FF_FFFF_FFFF, 0, -1), "eth_dst": range(0x06FF_FFFF_FFFE, 0, -1),
             "vlan_vid": range(0x1FFE, 0x1000, -1), "eth_type": range(0x88B5, 0x0600, -1)}
_IP = {"ipv4_src": range(0xF0FF_FFFF, 0, -1), "ipv4_dst": range(0xF0FF_FFFE, 0, -1), "ip_proto": range(253, -1, -1),
       "ip_dscp": range(63, -1, -1)}
_ARP = {"arp_op": range(0xFFFE, 0, -1), "arp_spa": range(0xF0FF_FFFF, 0, -1), "arp_tpa": range(0xF0FF_FFFE, 0, -1),
        "arp_sha": range(0x06FF_FFFF_FFFF, 0, -1), "arp_tha": range(0x06FF_FFFF_FFFE, 0, -1)}
_LABEL = {"mpls_label": range(0xF_FFFF, 15, -1), "mpls_tc": range(7, -1, -1), "mpls_bos": range(1, 2)}
_PORTS = {name: range(65_535, -1, -1) for names in PORT_FIELDS.values() for name in names}
_VALUES = {**_ETHERNET, **_IP, **_ARP, **_LABEL, **_PORTS}
"""The values of each field, those first that nobody is likely to name; a label is the only one unless more is asked."""

_MACS = {"eth_src", "eth_dst", "arp_sha", "arp_tha"}
_ADDRESSES = {"ipv4_src", "ipv4_dst", "arp_spa", "arp_tpa"}

Seen = TypeVar("Seen")


class Rules(Holding, Protocol):
    """Tables, or tables that a step is changing."""

    def keys_of(self, table: TableId) -> Iterable[FlowKey]:
        """Every flow that may be in a table."""


def entered(network: Topology, changes: Iterable[Change]) -> frozenset[str]:
    """The hosts for whose ports a change could open a way that it does not name: by admission, by answers to ARP, or by a
    classify rule that does not name both hosts."""
    addresses = {int(interface) for host in network.hosts for interface in host.addresses}
    ports = {(change.item.dpid, _exact(change.item.match).get("in_port")) for change in changes
             if isinstance(change.item, Flow) and change.item.table in (Table.ADMIT, Table.CLASSIFY, Table.ANSWER)
             and not _names_both(change.item.match, addresses)}
    return frozenset(host.name for host in network.hosts for dpid in [network.switch_by_name[host.at.switch].dpid]
                     if (dpid, None) in ports or (dpid, host.at.number) in ports)


class Entrances:
    """The ports of hosts, and what the rules make of what comes in there."""

    def __init__(self, network: Topology, rules: Rules) -> None:
        self._network, self._rules = network, rules
        self._addresses = {int(interface) for host in network.hosts for interface in host.addresses}
        self._matches: dict[tuple[TableId, int | None], list[tuple[Match, bool]]] = {}
        self._fresh: dict[int, Mapping[str, int]] = {}

    def kinds(self, host: Host, look: Callable[[Holding, Packet], Seen]) -> Iterator[tuple[Packet, Seen]]:
        """A packet of each kind that can come in from a host, and what `look` sees of it: it walks the packet, however
        often, by the rules that it is given."""
        fresh = self._fresh_at(self._network.switch_by_name[host.at.switch].dpid)
        todo: list[Asks] = [frozenset()]
        known = set(todo)
        while todo:
            kind = _Kind(host, dict(todo.pop()), fresh)
            asking = _Asking(self, kind)
            yield kind.packet, look(asking, kind.packet)
            further = sorted(asking.further - known, key=sorted)
            known.update(further)
            todo += further

    def matches(self, table: TableId, in_port: int | None = None) -> list[tuple[Match, bool]]:
        """What each rule of a table asks of what comes in by a port, or by any, and whether it names sender and receiver."""
        if (table, in_port) not in self._matches:
            self._matches[table, in_port] = [
                (key[3], table[1] == Table.CLASSIFY and _names_both(key[3], self._addresses))
                for key in self._rules.keys_of(table)] if in_port is None else [
                (match, names_both) for match, names_both in self.matches(table)
                if _exact(match).get("in_port", in_port) == in_port]
        return self._matches[table, in_port]

    def flow(self, dpid: int, table: int, headers: Headers) -> Flow | None:
        """The flow that a packet takes in a table."""
        return self._rules.flow(dpid, table, headers)

    def group(self, dpid: int, number: int) -> Group | None:
        """A group."""
        return self._rules.group(dpid, number)

    def _fresh_at(self, dpid: int) -> Mapping[str, int]:
        """Values that no host has and no rule of a switch names."""
        if dpid not in self._fresh:
            macs = {mac_number(host.mac) for host in self._network.hosts}
            named = {name: set(macs if name in _MACS else self._addresses if name in _ADDRESSES else ()) for name in _VALUES}
            for field in (field for table in Table for match, _ in self.matches((dpid, table)) for field in match):
                named.setdefault(field.name, set()).add(field.value)
            self._fresh[dpid] = {name: next((value for value in values if value not in named[name]), values[0])
                                 for name, values in _VALUES.items()}
        return self._fresh[dpid]


@dataclass(frozen=True)
class _Kind:
    """Packets that come in at a host's port and have some values in common; the rest of `packet` nobody names."""

    host: Host
    asks: Mapping[str, int]
    fresh: Mapping[str, int]

    @property
    def packet(self) -> Packet:
        """One of them."""
        ethertype = self.asks.get("eth_type", self.fresh["eth_type"])
        names = [*_ETHERNET, *(_IP if ethertype in (IPV4, MPLS) else _ARP if ethertype == ARP else ())]
        names += PORT_FIELDS.get(self.asks.get("ip_proto", -1), ()) if ethertype in (IPV4, MPLS) else ()
        fields = {name: self.asks.get(name, self.fresh[name]) for name in names}
        if ethertype != MPLS:
            return Packet(fields)
        label, tc, bottom = (self.asks.get(name, self.fresh[name]) for name in ("mpls_label", "mpls_tc", "mpls_bos"))
        top, beneath = LabelEntry(label, tc), LabelEntry(self.fresh["mpls_label"])
        return Packet({**fields, "eth_type": IPV4}, (top,) if bottom else (top, beneath))

    def is_bound(self, headers: Headers) -> bool:
        """Whether a switch sees what the host of the port may send."""
        return (headers["eth_src"] == mac_number(self.host.mac) and headers["vlan_vid"] == VLAN_NONE
                and headers.get("ipv4_src") in {int(interface) for interface in self.host.addresses})

    def narrowed(self, match: Match, headers: Headers) -> Asks | None:
        """What packets have in common that are seen like this but for what a rule asks besides; `None` where it asks for
        something else."""
        more = {}
        for field in match:
            seen, value = headers.get(field.name), field.value
            is_free = field.name not in self.asks and seen in (None, self.fresh.get(field.name))
            if field.mask is not None:
                if seen is not None and seen & field.mask == value:
                    continue
            elif seen == value:
                continue
            if not is_free or field.name == "in_port":
                return None
            more[field.name] = value
        return frozenset({*self.asks.items(), *more.items()})


class _Asking:
    """Rules that note which further kinds they would tell apart."""

    def __init__(self, entrances: Entrances, kind: _Kind) -> None:
        self._entrances, self._kind = entrances, kind
        self._seen: dict[TableId, Headers] = {}
        self.further: set[Asks] = set()

    def flow(self, dpid: int, table: int, headers: Headers) -> Flow | None:
        """The flow that a packet takes in a table."""
        if self._seen.get((dpid, table)) != headers:
            self._seen[dpid, table] = headers
            is_bound = table == Table.CLASSIFY and self._kind.is_bound(headers)
            for match, names_both in self._entrances.matches((dpid, table), headers["in_port"]):
                if not (names_both and is_bound) and (asks := self._kind.narrowed(match, headers)) is not None:
                    self.further.add(asks)
        return self._entrances.flow(dpid, table, headers)

    def group(self, dpid: int, number: int) -> Group | None:
        """A group."""
        return self._entrances.group(dpid, number)


def _names_both(match: Match, addresses: set[int]) -> bool:
    exact = _exact(match)
    return exact.get("ipv4_src") in addresses and exact.get("ipv4_dst") in addresses


def _exact(match: Match) -> Mapping[str, int]:
    return {field.name: field.value for field in match if field.mask is None}

