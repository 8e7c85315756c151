"""What the names of a network stand for: ends of a connection, and what a path may pass or avoid.

Rules of this file (LANGUAGE.md): a bare name counts where it is unique, else it is written host/robot, site/robot; never
the nearest guess. What cannot be told raises UnclearNameError, whose text says what would be right.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from ipaddress import IPv4Network
from typing import Final

from topologies.model import PortId, Topology
from topologies.nearest import nearest

_ADDRESS: Final = re.compile(r"[0-9]+(?:\.[0-9]+){3}(?:/[0-9]+)?")
_PORT: Final = re.compile(r"(?P<switch>[^/:]+):(?P<number>[0-9]{1,10})")
_SHOWN: Final = 8
"""Names that an error lists where none is near."""

Members = Mapping[str, tuple[str, ...]]
"""What each name of a kind holds: a group its hosts, a region its switches, a link itself."""


class UnclearNameError(ValueError):
    """A name that stands for nothing here, or for several things."""


@dataclass(frozen=True)
class Inventory:
    """The names of one network, looked up."""

    network: Topology

    def host(self, text: str) -> str:
        """The one host that an end names: host, group, site, switch:port, address or prefix."""
        if text not in self.network.host_by_name:
            if _ADDRESS.fullmatch(text):
                return _only(f'address "{text}"', self._addressed(text), "host")
            if port := _PORT.fullmatch(text):
                return self._at(PortId(port["switch"], int(port["number"])))
        kind, name = self._found(text, self._ends)
        return _only(f'{kind} "{name}"', self._ends[kind][name], "host")

    def switch(self, text: str) -> str:
        """The one switch that a name stands for: a switch, or a site with one switch."""
        kinds = {"switch": self._places["switch"], "site": self._places["site"]}
        kind, name = self._found(text, kinds)
        return _only(f'{kind} "{name}"', kinds[kind][name], "switch")

    def held(self, kinds: Sequence[str], text: str) -> tuple[str, tuple[str, ...]]:
        """What a name of one of these kinds (link, switch, site, region) holds: its kind, and links or switches."""
        kind, name = self._found(text, {each: self._places[each] for each in kinds})
        return kind, self._places[kind][name]

    def region(self, text: str) -> tuple[str, ...]:
        """The switches of a region."""
        return self.held(("region",), text)[1]

    def labelled(self, key: str, value: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The links and the switches that carry a label."""
        links = tuple(link.name for link in self.network.links if (key, value) in link.labels)
        switches = tuple(switch.name for switch in self.network.switches if (key, value) in switch.labels)
        if links or switches:
            return links, switches
        labels = {label for link in self.network.links for label in link.labels}
        labels |= {label for switch in self.network.switches for label in switch.labels}
        values = sorted(other for name, other in labels if name == key)
        hint = f'; "{key}" is {_listed(values)} here' if values else _hint(key, {name for name, _ in labels})
        raise UnclearNameError(f'no link or switch of topology "{self.network.name}" has the label {key}: "{value}"{hint}')

    @cached_property
    def _ends(self) -> Mapping[str, Members]:
        site_of = {switch.name: switch.site for switch in self.network.switches}
        return {"host": {host.name: (host.name,) for host in self.network.hosts}, "group": dict(self.network.groups),
                "site": {**{site: () for site in site_of.values() if site},
                         **_gathered((site_of.get(host.at.switch), host.name) for host in self.network.hosts)}}

    @cached_property
    def _places(self) -> Mapping[str, Members]:
        switches = self.network.switches
        return {"link": {link.name: (link.name,) for link in self.network.links},
                "switch": {switch.name: (switch.name,) for switch in switches},
                "site": _gathered((switch.site, switch.name) for switch in switches),
                "region": _gathered((switch.region, switch.name) for switch in switches)}

    def _found(self, text: str, kinds: Mapping[str, Members]) -> tuple[str, str]:
        """The kind and the name that a text means, among these kinds; the first is what an error speaks of."""
        kind, slash, name = text.partition("/")
        if slash and kind in kinds:
            kinds, text = {kind: kinds[kind]}, name
        found = [kind for kind, members in kinds.items() if text in members]
        if len(found) == 1:
            return found[0], text
        if found:
            raise UnclearNameError(f'"{text}" is a {" and a ".join(found)}; write '
                          + " or ".join(f'"{kind}/{text}"' for kind in found))
        known = {name for members in kinds.values() for name in members}
        hint = self._is_switch(text) if "host" in kinds and text in self.network.switch_by_name else _hint(text, known)
        raise UnclearNameError(f'no {next(iter(kinds))} "{text}" in topology "{self.network.name}"{hint}')

    def _is_switch(self, name: str) -> str:
        hosts = [host.name for host in self.network.hosts if host.at.switch == name]
        return f'; it is a switch, hosts there: {_listed(hosts)}'

    def _addressed(self, text: str) -> tuple[str, ...]:
        try:
            prefix = IPv4Network(text)
        except ValueError:
            raise UnclearNameError(f'"{text}" is no IPv4 address or prefix; write it like 10.0.0.1 or 10.0.0.0/24') from None
        return tuple(host.name for host in self.network.hosts if any(each.ip in prefix for each in host.addresses))

    def _at(self, port: PortId) -> str:
        if host := self.network.host_at.get(port):
            return host.name
        if port.switch not in self.network.switch_by_name:
            raise UnclearNameError(f'no switch "{port.switch}" in topology "{self.network.name}"'
                          + _hint(port.switch, self.network.switch_by_name))
        there = [f'"{host.at}" ({host.name})' for host in self.network.hosts if host.at.switch == port.switch]
        raise UnclearNameError(f'no host at "{port}"; hosts there: {_listed(there)}')


def _gathered(pairs: Iterable[tuple[str | None, str]]) -> Members:
    found: dict[str, tuple[str, ...]] = {}
    for name, member in pairs:
        if name is not None:
            found[name] = (*found.get(name, ()), member)
    return found


def _only(what: str, members: tuple[str, ...], noun: str) -> str:
    if len(members) == 1:
        return members[0]
    if not members:
        raise UnclearNameError(f"{what} has no {noun}; name one that has")
    plural = {"switch": "switches"}.get(noun, f"{noun}s")
    raise UnclearNameError(f"{what} has {len(members)} {plural}; name one: {_listed(members)}")


def _hint(name: str, known: Collection[str]) -> str:
    return nearest(name, known) or (f"; there is {_listed(sorted(known))}" if known else "; there is none")


def _listed(names: Collection[str]) -> str:
    shown = list(names)[:_SHOWN]
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return (", ".join(shown) or "none") + more
