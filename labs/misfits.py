"""What in a scenario does not fit its network and its documents, found before anything runs."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from controller.shipped import shipped_profiles
from intents.documents import Documents, read_documents
from intents.model import Connection
from intents.resolve import resolve
from topologies.model import Topology
from topologies.nearest import nearest
from topologies.problems import BadInput, Problem
from topologies.source import Path as Place

from .probe_format import ETHERNET_BYTES, LEAST_BYTES
from .scenario import Apply, Cut, Event, Expectation, Load, Probe, ScenarioSpec

Misfit = tuple[Place, str]

BEGUN_BY: Final[Mapping[str, tuple[str, int]]] = {
    "steady": ("probe", 1), "moves": ("apply", 2), "load": ("load", 1), "relieved": ("load", 1), "cuts": ("cut", 1),
    "after-cuts": ("cut", 1), "restart": ("kill", 1)}
"""By the name of a time: the event that begins it, and which one of its kind."""


def misfits(spec: ScenarioSpec, topology: Topology, files: Mapping[str, str], folder: Path) -> Iterator[Misfit]:
    """Each with its place in the scenario. `files` are the texts of the document files by the names that the scenario gives
    them, in its folder. Raises BadInput with what is wrong in the documents themselves."""
    _read(spec.intents, files, folder)  # also where nobody applies them
    documents = shipped_profiles()
    connections = dict[str, Connection]()
    for place, event in enumerate(spec.at):
        if isinstance(event, Apply):
            documents = documents.merged(_read(event.files or spec.intents, files, folder))
            connections |= {each.title: each for each in resolve(documents, topology).connections}
        yield from ((("spec", "at", place, *path), said) for path, said in _of_event(event, topology, connections))
    probed = [{event.from_, event.to} for event in spec.at if isinstance(event, Probe)]
    for place, expected in enumerate(spec.expect):
        path = ("spec", "expect", place)
        yield from (((*path, "intent"), said) for said in _of_intent(expected, documents, connections, probed))
        yield from (((*path, "during"), said) for said in _of_time(expected, spec.at))


def _read(names: Sequence[str], files: Mapping[str, str], folder: Path) -> Documents:
    pairs = [(files[name], str(folder / name)) for name in names]
    documents = read_documents(*pairs)
    if documents.topologies:
        raise BadInput(*(Problem(file, 0, 0, f'holds topology "{name}"; the network is what spec.topology names')
                         for text, file in pairs for name in read_documents((text, file)).topologies))
    return documents


def _of_event(event: Event, topology: Topology, connections: Mapping[str, Connection]) -> Iterator[Misfit]:
    if isinstance(event, Probe | Load):
        yield from _of_ends(event, topology)
        yield from _of_size(event, topology)
    if isinstance(event, Cut):
        known: Mapping[str, object] = connections if event.path_of else topology.link_by_name
        what, when = ("connection", " at this time") if event.path_of else ("link between switches", "")
        if (name := event.path_of or event.link) not in known:
            yield ("link",), f'no {what} "{name}"{when}{nearest(name, known)}'


def _of_ends(event: Probe | Load, topology: Topology) -> Iterator[Misfit]:
    for key, host in (("from", event.from_), ("to", event.to)):
        if host not in topology.host_by_name:
            yield (key,), f'no host "{host}" in topology "{topology.name}"{nearest(host, topology.host_by_name)}'
    if event.from_ == event.to:
        yield ("to",), "is where the packets come from"


def _of_size(event: Probe | Load, topology: Topology) -> Iterator[Misfit]:
    mtus = [host.mtu for host in topology.hosts if host.name in (event.from_, event.to)]
    most = min(mtus, default=event.size) + ETHERNET_BYTES
    if not LEAST_BYTES <= event.size <= most:
        yield ("size",), f"{event.size} B do not fit: frames have {LEAST_BYTES} to {most} B between these hosts"


def _of_intent(expected: Expectation, documents: Documents, connections: Mapping[str, Connection],
               probed: Sequence[set[str]]) -> Iterator[str]:
    if (name := expected.intent) is None:
        return
    if name not in documents.intents:
        yield f'no intent "{name}"{nearest(name, documents.intents)}'
    elif any(title.startswith(f"{name}/") for title in connections):
        yield f'intent "{name}" has several connections; things can be expected of an intent with one'
    elif expected.during is not None and name in connections:
        ends = {connections[name].source, connections[name].target}
        if ends not in probed:
            yield f'no packets of "{name}" are sent; add do: probe, from: {min(ends)}, to: {max(ends)}'


def _of_time(expected: Expectation, events: Sequence[Event]) -> Iterator[str]:
    verb, times = BEGUN_BY.get(expected.during or "", ("", 0))
    if sum(event.do == verb for event in events) < times:
        which = "second " if times > 1 else ""
        yield f"there is no time of {expected.during}, which begins with a {which}do: {verb}"
