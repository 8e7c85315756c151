"""Finds the bridges of the Open vSwitches that run behind folders, and which datapath id and ports each has.

Rules of this file: a folder is a run directory (`/var/run/openvswitch`, with `ovs-vswitchd.PID.ctl` and `db.sock`), or holds
several, one for each Open vSwitch; sockets are reached by their path, whatever network namespace the daemon is in.
"""

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from controller.openvswitch.daemon import DaemonError, ask

LOCAL, OPENFLOW_LOCAL = 65_534, 0xFFFFFFFE
"""A bridge's own port as Open vSwitch prints it, and as OpenFlow 1.3 has it."""

_DPIDS = {"op": "select", "table": "Bridge", "where": [], "columns": ["name", "datapath_id"]}
_PORT = re.compile(r"\s+\S+ (\d+)/(\d+):")


@dataclass(frozen=True, slots=True)
class Bridge:
    """A bridge, the socket of its vswitchd, and its ports: OpenFlow's number by the datapath's."""

    name: str
    dpid: int
    vswitchd: Path
    ports: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Found:
    """The bridges by datapath id, and what could not be reached, in a sentence each."""

    bridges: Mapping[int, Bridge]
    troubles: tuple[str, ...] = ()


def bridges(folders: Iterable[Path]) -> Found:
    """All bridges behind some folders."""
    found: dict[int, Bridge] = {}
    troubles: list[str] = []
    for folder in folders:
        try:
            sockets = [*_sockets(folder)]
        except OSError as error:
            troubles.append(f"{error.filename}: {error.strerror}")
            continue
        if not sockets:
            troubles.append(f"{folder}: no ovs-vswitchd*.ctl in it or in a folder of it, which a running Open vSwitch has")
        for socket in sockets:
            try:
                for bridge in _bridges(socket):
                    first = found.setdefault(bridge.dpid, bridge)
                    if not bridge.vswitchd.samefile(first.vswitchd):
                        troubles.append(f"{socket}: {bridge.name} has the datapath id of {first.name}, which is asked")
            except DaemonError as error:
                troubles.append(str(error))
            except (LookupError, TypeError, ValueError):  # what another version may say
                troubles.append(f"{socket}: it tells of its bridges in no form that is known here")
    return Found(found, tuple(troubles))


def _sockets(folder: Path) -> Iterator[Path]:
    inside = sorted(folder.iterdir())
    for place in (folder, *(each for each in inside if each.is_dir() and os.access(each, os.R_OK | os.X_OK))):
        yield from sorted(each for each in place.iterdir() if re.fullmatch(r"ovs-vswitchd(\.\d+)?\.ctl", each.name))


def _bridges(vswitchd: Path) -> Iterator[Bridge]:
    told = ask(vswitchd.with_name("db.sock"), "transact", "Open_vSwitch", _DPIDS)
    ports = _ports(str(ask(vswitchd, "dpif/show")))
    for row in told[0]["rows"]:
        if isinstance(row["datapath_id"], str):  # a set, empty, where vswitchd has not made the bridge yet
            yield Bridge(row["name"], int(row["datapath_id"], 16), vswitchd, ports.get(row["name"], {}))


def _ports(told: str) -> dict[str, dict[int, int]]:
    """Of each bridge, OpenFlow's port numbers by the datapath's, as `dpif/show` lists them."""
    found: dict[str, dict[int, int]] = {}
    name = ""
    for line in told.splitlines():
        if port := _PORT.match(line):
            number = int(port[1])
            found[name][int(port[2])] = OPENFLOW_LOCAL if number == LOCAL else number
        elif line.startswith(" ") and line.rstrip().endswith(":"):
            name = line.strip().rstrip(":")
            found.setdefault(name, {})
    return found
