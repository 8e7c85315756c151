"""A topology document to a network whose parts fit together, or everything that is wrong with it.

Rules of this file: each entry is checked for itself first (topologies/document.py), then those that are right against
each other (topologies/fit.py), so that one error hides no other. Ports left out get the lowest free number, links
before hosts, in the order of the document. Nothing is assumed but what `Topology.assumed` names.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import islice
from typing import TypeVar

from pydantic import ValidationError

from topologies.document import (
    Defaults,
    End,
    GatewayEntry,
    GroupEntry,
    HostEntry,
    LinkEntry,
    Queues,
    SwitchEntry,
    TopologyDocument,
    TopologySpec,
)
from topologies.fields import Part
from topologies.fit import Entries, access_name, cables, misfits
from topologies.model import (
    D_03_SWITCH_DELAY_NS,
    D_04_QUEUES_NS,
    D_13_LINK_MTU,
    HOST_MTU,
    Dpid,
    Host,
    Link,
    PortId,
    Switch,
    Topology,
)
from topologies.problems import MOST_PROBLEMS, shown
from topologies.source import BadInput, Node, Path, Problem, Written, read
from topologies.validate import validate

P = TypeVar("P", bound=Part)
N = TypeVar("N", Switch, Link, Host)


def read_topology(text: str, file: str) -> Topology:
    """The one topology of a file. Raises BadInput with every problem of it."""
    found: list[Topology] = []
    problems = shown(_problems(text, file, found), file)
    if not problems and len(found) != 1:
        problems.append(Problem(file, 0, 0, f"expected one topology, found {len(found) or 'none'}"))
    if problems:
        raise BadInput(*problems)
    return found[0]


def _problems(text: str, file: str, topologies: list[Topology]) -> Iterator[Problem]:
    """Of a file; its topologies that have none are put with the others."""
    for each in read(text, file):
        if isinstance(each, Problem):
            yield each
        elif isinstance(topology := topology_of(each), Topology):
            topologies.append(topology)
        else:
            yield from topology


def topology_of(written: Written) -> Topology | tuple[Problem, ...]:
    """The network that a document describes, or its problems, in the order of the file: all, or `MOST_PROBLEMS` and one."""
    document = validate(TopologyDocument, written)
    if isinstance(document, tuple) and len(document) > MOST_PROBLEMS:
        return document
    entries = _entries(written.data, None if isinstance(document, tuple) else document.spec)
    problems = written.origin.problems(list(islice(misfits(entries), MOST_PROBLEMS + 1)))
    if isinstance(document, tuple):
        return tuple(sorted({*document, *problems}))
    return tuple(sorted(problems)) or _topology(document, entries)


def _entries(data: Node, right: TopologySpec | None) -> Entries:
    """`right` is the whole, where all of it is right by itself."""
    spec, name = _at(data, "spec"), str(_at(_at(data, "metadata"), "name"))

    def valid(model: type[P], key: str) -> list[tuple[Path, P]]:
        if right:
            return [(("spec", key, index), entry) for index, entry in enumerate(getattr(right, key) or ())]
        return _valid(model, spec, key)
    return Entries(name, valid(SwitchEntry, "switches"), valid(LinkEntry, "links"), valid(HostEntry, "hosts"),
                   valid(GatewayEntry, "gateways"), valid(GroupEntry, "groups"), _names(spec, "switches"),
                   _names(spec, "hosts"))


def _at(data: Node, key: str) -> Node:
    return data.get(key) if isinstance(data, dict) else None


def _valid(model: type[P], spec: Node, key: str) -> list[tuple[Path, P]]:
    entries = _at(spec, key)
    found: list[tuple[Path, P]] = []
    for index, entry in enumerate(entries if isinstance(entries, list) else ()):
        with suppress(ValidationError):
            found.append((("spec", key, index), model.model_validate(entry)))
    return found


def _names(spec: Node, key: str) -> frozenset[str]:
    entries = _at(spec, key)
    names = (_at(entry, "name") for entry in (entries if isinstance(entries, list) else ()))
    return frozenset(name for name in names if isinstance(name, str))


def _topology(document: TopologyDocument, entries: Entries) -> Topology:
    defaults, ports = document.spec.defaults or Defaults(), _ports(list(cables(entries)))
    links = zip(entries.links, _link_names(entries), strict=True)
    queues = {key.replace("_", "-"): time for key, time in (defaults.queues or Queues()) if time is not None}
    undeclared = defaults.switch_delay is None and any(each.delay is None for _, each in entries.switches)
    filled_in = {"switch-delay": undeclared, "queues": len(queues) < len(D_04_QUEUES_NS),
                 "mtu": any(link.mtu is None for _, link in entries.links)}
    assumed = {what for what, is_filled_in in filled_in.items() if is_filled_in} | {*(document.spec.assumed or ())}
    return Topology(
        document.metadata.name,
        _by_name(_switch(entry, defaults) for _, entry in entries.switches),
        _by_name(_link(entry, called, ports[(*path, "a")], ports[(*path, "b")]) for (path, entry), called in links),
        _by_name(_host(entry, ports[(*path, "at")]) for path, entry in entries.hosts),
        tuple(sorted(entry.address for _, entry in entries.gateways)),
        tuple(sorted((entry.name, tuple(sorted(entry.members))) for _, entry in entries.groups)),
        tuple((each, queues.get(each, time)) for each, time in D_04_QUEUES_NS),
        tuple(sorted(assumed)))


def _ports(cables: Sequence[tuple[Path, End]]) -> Mapping[Path, PortId]:
    taken = {PortId(end.switch, end.port) for _, end in cables if end.port}
    lowest: dict[str, int] = {}
    ports: dict[Path, PortId] = {}
    for path, end in cables:
        number = end.port or lowest.get(end.switch, 1)
        while not end.port and PortId(end.switch, number) in taken:
            number += 1
        if not end.port:
            lowest[end.switch] = number + 1
        ports[path] = PortId(end.switch, number)
    return ports


def _link_names(entries: Entries) -> list[str]:
    """The names of the links in order: `a-b` where none is given, `a-b#2` for the next parallel one."""
    taken = {link.name for _, link in entries.links} | {access_name(host) for _, host in entries.hosts}
    numbers: dict[str, int] = {}
    names = []
    for _, link in entries.links:
        name = link.name or (pair := f"{link.a.switch}-{link.b.switch}")
        while not link.name and name in taken:
            numbers[pair] = numbers.get(pair, 1) + 1
            name = f"{pair}#{numbers[pair]}"
        taken.add(name)
        names.append(name)
    return names


def _switch(entry: SwitchEntry, defaults: Defaults) -> Switch:
    delays = (entry.delay, defaults.switch_delay, D_03_SWITCH_DELAY_NS)
    return Switch(entry.name, Dpid(entry.dpid), next(delay for delay in delays if delay is not None), entry.site,
                  entry.region, _labels(entry.labels))


def _link(entry: LinkEntry, name: str, a: PortId, b: PortId) -> Link:
    return Link(name, a, b, entry.capacity, entry.delay, entry.mtu or D_13_LINK_MTU, tuple(sorted(entry.srlg or ())),
                entry.cost or 1, _labels(entry.labels))


def _host(entry: HostEntry, at: PortId) -> Host:
    return Host(entry.name, at, entry.mac, entry.addresses, entry.capacity, entry.delay, entry.mtu or HOST_MTU,
                _labels(entry.labels))


def _labels(labels: Mapping[str, str] | None) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((labels or {}).items()))


def _by_name(things: Iterable[N]) -> tuple[N, ...]:
    return tuple(sorted(things, key=lambda thing: thing.name))
