"""A packet's walk through real switches: `ofproto/trace` on each Open vSwitch, hop by hop along the network's cables.

Rules of this file: nothing is sent and nothing changed, a trace is a question. Who is not there, does what is not followed,
or answers in a form of its own, is unknown. Where a pop makes Open vSwitch look at the packet again a trace ends; another
begins in the table that the rule goes on to, as the flow says.
"""

import re
import struct
from collections.abc import Iterator, Mapping
from dataclasses import replace

from controller.openvswitch.bridges import Bridge
from controller.openvswitch.daemon import DaemonError, ask
from controller.openvswitch.frames import RESUME, TO_CONTROLLER, NotFollowedError, frame, packet_of, sent_by
from intents.packets import Packet
from intents.rules import CONTROLLER, IN_PORT
from intents.walks import Look, Passage, Walk, traced
from topologies.model import PortId, Topology

_RULE = re.compile(r"\s*(\d+)\. (?:(.*), )?priority (\d+)(?:, cookie (0x[0-9a-f]+))?$")
_MISS = re.compile(r"\s*(\d+)\. No match\.$")
_GROUP = re.compile(r"\s*group:(\d+)$")
_BUCKET = re.compile(r"\s*bucket (\d+)$")
_NOTE = re.compile(r"\s*(->|>>|bucket \d+$)")
_FLOW = re.compile(r"(?:table_id=(\d+), )?.*n_bytes=\d+, (?:priority=(\d+),)?(.*?),?actions=.*\bgoto_table:(\d+)")
_PRIORITY = 32_768
"""Of a flow that is printed without one."""
_ACTIONS = "Datapath actions: "
ANY = "any"
"""What a rule matches that asks for nothing."""


def real_walk(network: Topology, bridges: Mapping[int, Bridge], packet: Packet, at: PortId,
              down: frozenset[PortId] = frozenset()) -> Walk:
    """The walk of a packet that enters the network at a switch's port, through the bridges by their datapath ids."""

    def passage(port: PortId, entering: Packet) -> Passage:
        dpid = network.switch_by_name[port.switch].dpid
        if dpid not in bridges:
            return Passage((), [], f"no Open vSwitch was found that has datapath id {dpid:016x}", is_unknown=True)
        return _passage(bridges[dpid], port.number, entering)

    return traced(network, passage, packet, at, down)


def looks_in(told: str) -> Iterator[Look]:
    """The tables' looks that the text of a trace tells of, in their order."""
    lines = told.partition("Final flow:")[0].splitlines()
    starts = [place for place, line in enumerate(lines) if _RULE.match(line) or _MISS.match(line)]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        yield _look(lines[start], lines[start + 1:end])


def _passage(bridge: Bridge, in_port: int, packet: Packet) -> Passage:
    looks: list[Look] = []
    try:
        told = str(ask(bridge.vswitchd, "ofproto/trace", bridge.name, f"in_port={in_port}", frame(packet).hex()))
        sent = [(_port(bridge, in_port, number), packet_of(data))
                for number, data in _leaving(bridge, in_port, told, frame(packet), looks)]
    except (DaemonError, NotFollowedError) as error:
        return Passage(tuple(looks), [], str(error), is_unknown=True)
    except (ValueError, LookupError, struct.error):  # what another version may print
        return Passage(tuple(looks), [], "what its Open vSwitch answers is of no form that is known here", is_unknown=True)
    missed = looks[-1].table if looks and looks[-1].priority is None else None
    return Passage(tuple(looks), sent, "no output" if missed is None else f"no rule in table {missed}")


def _leaving(bridge: Bridge, in_port: int, told: str, data: bytes, looks: list[Look]) -> Iterator[tuple[int, bytes]]:
    """What leaves by the datapath's ports; what tables say of it is added to the looks."""
    looks += looks_in(told)
    for number, changed in sent_by(told.rpartition(_ACTIONS)[2].partition("\n")[0], data):
        if number != RESUME:
            yield number, changed
            continue
        table = _next_table(bridge, looks[-1])
        looks[-1] = replace(looks[-1], does=f"{looks[-1].does},goto_table:{table}")
        resumed = ask(bridge.vswitchd, "ofproto/trace-packet-out", bridge.name, f"in_port={in_port}", changed.hex(),
                      f"resubmit(,{table})")
        yield from _leaving(bridge, in_port, str(resumed), changed, looks)


def _next_table(bridge: Bridge, look: Look) -> int:
    """The table that a flow goes on to, which a trace does not print behind a pop."""
    for line in str(ask(bridge.vswitchd, "bridge/dump-flows", bridge.name)).splitlines():
        flow = _FLOW.match(line)
        if flow and look == replace(look, table=int(flow[1] or 0), priority=int(flow[2] or _PRIORITY), match=flow[3] or ANY):
            return int(flow[4])
    raise NotFollowedError("it looks at the packet again behind a pop, in a table that its flow does not name")


def _port(bridge: Bridge, in_port: int, number: int) -> int:
    """OpenFlow's number of one of the datapath's ports."""
    if number == TO_CONTROLLER:
        return CONTROLLER
    if number not in bridge.ports:
        raise NotFollowedError(f"it leaves bridge {bridge.name} by a port of another one")
    return IN_PORT if bridge.ports[number] == in_port else bridge.ports[number]


def _look(head: str, lines: list[str]) -> Look:
    if missed := _MISS.match(head):
        return Look(int(missed[1]))
    rule = _RULE.match(head)
    assert rule  # who calls has looked
    group, bucket = (next((int(found[1]) for line in lines if (found := pattern.match(line))), None)
                     for pattern in (_GROUP, _BUCKET))
    said = [line for line in lines if line.strip() and not _NOTE.match(line)]
    outer = min((_indent(line) for line in said), default=0)
    does, bucket_does = (",".join(line.strip() for line in said if (_indent(line) > outer) is deeper)
                         for deeper in (False, True))
    return Look(int(rule[1]), int(rule[3]), rule[2] or ANY, int(rule[4] or "0", 16), does, group, bucket, bucket_does)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
