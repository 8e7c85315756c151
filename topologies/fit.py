"""Whether the entries of a topology document fit together: names and addresses unique, ports taken once, ends known.

Rules of this file: only entries that are right by themselves are compared, but a name counts as known wherever it was
written, so that one error does not bring on others.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from topologies.document import End, GatewayEntry, GroupEntry, HostEntry, LinkEntry, SwitchEntry
from topologies.nearest import nearest
from topologies.source import Path

Found = tuple[Path, str, bool]
"""A problem not yet located: path, message, whether the key is meant (never, here)."""


@dataclass(frozen=True, slots=True)
class Entries:
    """The entries that are right by themselves, each with its place, and all names that were written, right or not."""

    title: str
    switches: list[tuple[Path, SwitchEntry]]
    links: list[tuple[Path, LinkEntry]]
    hosts: list[tuple[Path, HostEntry]]
    gateways: list[tuple[Path, GatewayEntry]]
    groups: list[tuple[Path, GroupEntry]]
    switch_names: frozenset[str]
    host_names: frozenset[str]


def misfits(entries: Entries) -> Iterator[Found]:
    """What is wrong between entries."""
    yield from _repeated("a switch or host", _node_names(entries))
    yield from _repeated("a group", (((*path, "name"), each.name) for path, each in entries.groups))
    yield from _repeated("a link, or a host's cable (host-switch)", _link_names(entries))
    yield from _repeated("the datapath id of another switch",
                         (((*path, "dpid"), f"{each.dpid:016x}") for path, each in entries.switches))
    yield from _repeated("the MAC address of another host",
                         (((*path, "mac"), each.mac) for path, each in entries.hosts))
    yield from _repeated("the address of another host or a gateway", _addresses(entries))
    yield from _repeated("the port of another cable",
                         ((path, f"{end.switch}:{end.port}") for path, end in cables(entries) if end.port))
    yield from _loose_ends(entries)
    yield from _members(entries)


def cables(entries: Entries) -> Iterator[tuple[Path, End]]:
    """Every end of a cable, in the order in which they get their ports."""
    for path, link in entries.links:
        yield (*path, "a"), link.a
        yield (*path, "b"), link.b
    for path, host in entries.hosts:
        yield (*path, "at"), host.at


def access_name(host: HostEntry) -> str:
    """The name of a host's cable, as `Host.access_link` has it."""
    return f"{host.name}-{host.at.switch}"


def _repeated(what: str, values: Iterable[tuple[Path, str]]) -> Iterator[Found]:
    seen: set[str] = set()
    for path, value in values:
        if value in seen:
            yield path, f'"{value}" is already {what}; give it another', False
        seen.add(value)


def _node_names(entries: Entries) -> Iterator[tuple[Path, str]]:
    for path, switch in entries.switches:
        yield (*path, "name"), switch.name
    for path, host in entries.hosts:
        yield (*path, "name"), host.name


def _link_names(entries: Entries) -> Iterator[tuple[Path, str]]:
    for path, host in entries.hosts:
        yield (*path, "name"), access_name(host)
    for path, link in entries.links:
        if link.name is not None:
            yield (*path, "name"), link.name


def _addresses(entries: Entries) -> Iterator[tuple[Path, str]]:
    for path, gateway in entries.gateways:
        yield (*path, "address"), str(gateway.address.ip)
    for path, host in entries.hosts:
        for index, address in enumerate(host.addresses):
            yield (*path, "addresses", index), str(address.ip)


def _loose_ends(entries: Entries) -> Iterator[Found]:
    for path, end in cables(entries):
        if end.switch not in entries.switch_names:
            yield path, _unknown("switch", end.switch, entries.switch_names, entries.title), False
    for path, link in entries.links:
        if link.a.switch == link.b.switch:
            yield (*path, "b"), f'a link joins two switches; both its ends are on "{link.a.switch}"', False


def _members(entries: Entries) -> Iterator[Found]:
    for path, group in entries.groups:
        members = [((*path, "members", index), name) for index, name in enumerate(group.members)]
        yield from _repeated("a member", members)
        for at, name in members:
            if name not in entries.host_names:
                yield at, _unknown("host", name, entries.host_names, entries.title), False


def _unknown(what: str, name: str, known: frozenset[str], title: str) -> str:
    return f'no {what} "{name}" in topology "{title}"{nearest(name, known)}'
