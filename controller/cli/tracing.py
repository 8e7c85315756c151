"""`isochrone trace`: one packet's walks through planned, installed and real tables, and where they part.

Rules of this file: a name that stands for nothing is bad input; walks that part end with 1. What is not known (switches
that have not told their tables, real ones that cannot be asked) is said, and differs from nothing, but ends with 1 as well.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import typer

from controller.cli.answer import say
from controller.cli.offline import way_of
from controller.cli.remote import Door, client_at
from controller.cli.stop import REFUSED, StopError, bad_input
from controller.cli.walked import Report, report_document, report_lines
from controller.openvswitch.bridges import bridges
from controller.openvswitch.tracing import real_walk
from controller.reference import Reference
from controller.road import Stopwatch
from intents.agreement import Difference, Source, difference
from intents.model import Direction, Plan, Selector
from intents.owners import owners_of
from intents.resolve.inventory import Inventory, UnclearNameError
from intents.selectors import PROTOCOL_NUMBERS
from intents.specimen import AskError, NoPacketError, Specimen, ends_of, of_connection, of_reader
from intents.tracing import trace
from intents.walks import Walk, told
from topologies.model import Topology

Numbers = tuple[str | None, int | None, int | None, int | None]
"""Protocol, source port, destination port, DSCP, as typed."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which packet: of a connection one way, or of one's own between two hosts; and which links to take for down, too."""

    connection: str
    direction: Direction
    source: str
    target: str
    selector: Selector
    links_down: tuple[str, ...]


def asked(name: str | None, is_back: bool, source: str | None, target: str | None, numbers: Numbers,
          links_down: Sequence[str]) -> Asked:
    """What was typed, checked for what belongs together. Raises StopError."""
    own = source is not None or target is not None
    if own and name is not None:
        raise bad_input([f'an intent ("{name}") has hosts of its own: leave it out, or --from and --to'])
    if own == (name is not None) or (source is None) != (target is None):
        raise bad_input(["name an intent to trace, or a packet of your own by both --from HOST and --to HOST"])
    if own and is_back:
        raise bad_input(["--reverse is about an intent's way back; for a packet of your own exchange --from and --to"])
    if not own and numbers != (None,) * 4:
        raise bad_input(["--protocol, --source-port, --destination-port and --dscp belong to a packet of your own: an "
                         "intent's has what its match says"])
    protocol, *rest = numbers
    return Asked(name or "", "reverse" if is_back else "forward", source or "", target or "",
                 Selector(_protocol(protocol), *rest), tuple(dict.fromkeys(links_down)))


def remote(asked: Asked, door: Door, folders: Sequence[Path], output: str) -> None:
    """Follows a packet through what a running controller wants and knows, and through real switches."""
    from controller.northbound.isochrone.v1 import controller_pb2 as pb
    from controller.northbound.traces import walk_of
    from controller.northbound.wiring import network_of

    _must_exist(folders, asked.links_down)
    wish = None if asked.connection else pb.PacketWish(source=asked.source, target=asked.target, **_said(asked.selector))
    request = pb.TraceRequest(connection=asked.connection, direction=f"DIRECTION_{asked.direction.upper()}", packet=wish,
                              down_links=asked.links_down, with_network=bool(folders))
    with client_at(door) as client:
        answer = client.trace(request)
    walks: dict[Source, Walk] = {"planned": walk_of(answer.planned), "installed": walk_of(answer.installed)}
    report = Report(answer.words, walks, (), tuple(answer.down_links))
    _end(_with_real(report, network_of(answer.network), folders, asked, {}), output)


def offline(asked: Asked, names: Sequence[str], reference: Reference, folders: Sequence[Path], output: str) -> None:
    """Follows a packet through what files come to on a topology where nothing is placed yet, and through real switches."""
    _must_exist(folders, asked.links_down)
    ground, _, way = way_of(names, reference, Stopwatch())
    network = ground.network
    try:
        specimen, down = _specimen(network, way.plan, asked), ends_of(network, asked.links_down)
    except NoPacketError as error:
        raise StopError(REFUSED, str(error)) from error
    except (AskError, UnclearNameError) as error:
        raise bad_input([error]) from error
    owners = owners_of(network, way.plan.placements)
    planned = trace(network, way.target, specimen.packet, specimen.source.at, down, owners)
    report = Report(str(specimen), {"planned": planned}, (), asked.links_down)
    _end(_with_real(report, network, folders, asked, owners), output)


def _specimen(network: Topology, plan: Plan, asked: Asked) -> Specimen:
    if asked.connection:
        return of_connection(network, plan, asked.connection, asked.direction)
    names = Inventory(network)
    source, target = (network.host_by_name[names.host(name)] for name in (asked.source, asked.target))
    return of_reader(plan, source, target, asked.selector)


def _protocol(said: str | None) -> int | None:
    if said is None:
        return None
    if said.isascii() and said.isdigit():
        return int(said)
    if said not in PROTOCOL_NUMBERS:
        raise bad_input([f'--protocol: "{said}" is none; write {", ".join(PROTOCOL_NUMBERS)} or its number'])
    return PROTOCOL_NUMBERS[said]


def _said(selector: Selector) -> dict[str, int]:
    found = {"protocol": selector.protocol, "source_port": selector.source_port,
             "destination_port": selector.destination_port, "dscp": selector.dscp}
    return {name: value for name, value in found.items() if isinstance(value, int)}


def _must_exist(folders: Sequence[Path], links_down: Sequence[str]) -> None:
    if folders and links_down:
        raise bad_input(["--ovs and --link-down: real switches cannot be asked as if a link were down; leave one out"])
    absent = [f"--ovs: {folder}: no such folder" for folder in folders if not _is_there(folder)]
    if absent:
        raise bad_input(absent)


def _is_there(folder: Path) -> bool:
    try:
        return folder.is_dir()
    except PermissionError:  # it may be: who asks will be told
        return True


def _with_real(report: Report, network: Topology, folders: Sequence[Path], asked: Asked, owners: dict[int, str]) -> Report:
    """The report with the walk through real switches, where they are to be asked and can be."""
    if not folders:
        return report
    found = bridges(folders)
    notes = tuple(f"real tables: {trouble}" for trouble in found.troubles)
    if not found.bridges:
        return replace(report, notes=(*notes, "no real table can be reached: the others alone are compared"))
    first = report.walks["planned"].visits[0]
    real = real_walk(network, found.bridges, first.packet, first.at, ends_of(network, report.down_links))
    known = owners | {look.cookie: look.owner for walk in report.walks.values() for visit in walk.visits
                      for look in visit.looks if look.priority is not None}
    return replace(report, walks={**report.walks, "real": told(real, known)}, notes=notes)


def _end(report: Report, output: str) -> None:
    """Says what was found; ends with 1 where walks part, or may do so where nobody could look."""
    judged = replace(report, differences=tuple(_differences(report)))
    say(report_document(judged) if output != "table" else judged, output, report_lines)
    if judged.differences or not judged.is_whole:
        raise typer.Exit(REFUSED)


def _differences(report: Report) -> list[tuple[Source, Source, Difference]]:
    """Between each two neighbours; where what is installed is not wholly known, between those beside it, too."""
    sources = list(report.walks)
    pairs = [*pairwise(sources)]
    if len(sources) == 3 and any(visit.what == "unknown" for visit in report.walks["installed"].visits):
        pairs.append((sources[0], sources[2]))
    found = ((one, other, difference((one, report.walks[one]), (other, report.walks[other]))) for one, other in pairs)
    return [(one, other, parting) for one, other, parting in found if parting is not None]
