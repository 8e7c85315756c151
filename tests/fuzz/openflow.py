"""OpenFlow 1.3 messages of every type: sound ones, ones made wrong by hand, and mutants of both.

Rules of this file: the same seed gives the same messages; a message may lie about its length, and is then shorter or
longer than its header says.
"""

import random
import struct
from collections.abc import Iterator
from typing import Any

from controller.facts import PortCount
from controller.southbound.framework import parser, protocol
from intents.rules import VLAN_NONE, Bucket, Flow, Group, Item, Kind, Meter, Output, SetField, cookie, match
from tests.controller.southbound.hostile import hostile
from tests.fake_switch import (
    FLOWS,
    GROUPS,
    METERS,
    PORT_COUNTS,
    PORTS,
    features,
    message,
    port,
    port_entry,
    port_status,
    report,
)
from tests.fake_switch import reply as multipart

ITEMS: tuple[Item, ...] = (
    Flow(1, 0, 9, match(in_port=1, vlan_vid=VLAN_NONE, ipv4_dst=(0x0A000000, 0xFF000000)),
         (SetField("eth_dst", 5), Output(2)), goto=3, meter=1),
    Flow(1, 1, 100, match(eth_type=0x0800, udp_dst=7), (Output(1),), cookie=cookie(Kind.CLASSIFY, 7)),
    Group(1, 1, "fast-failover", (Bucket((Output(1),), 1), Bucket((Output(2),), 2))),
    Meter(1, 1, 100, 10),
)
LAST_TYPE, LAST_MULTIPART = 29, 13
VERSIONS = (0, 1, 2, 3, 5, 6, 7, 0x84, 255)
EDGES = (0, 1, 3, 4, 7, 8, 9, 15, 16, 24, 64, 0x7F, 0x80, 0xFF)
LARGEST = 65_535


def sound() -> dict[str, bytes]:
    """By name: what an honest switch sends, each type at least once, and what only a controller may."""
    ok_match, frame = struct.pack("!HHII4x", 1, 12, 0x8000_0004, 1), bytes(60)
    hello = struct.pack("!HHI", 1, 8, 0b10010)
    flows = report(FLOWS, ITEMS)
    answers = {FLOWS: flows, GROUPS: report(GROUPS, ITEMS), METERS: report(METERS, ITEMS), PORTS: port(1) + port(2, False),
               PORT_COUNTS: port_entry_of(1) + port_entry_of(2)}
    return {
        "HELLO": message(0), "HELLO with versions": message(0, 0, hello),
        "HELLO with two elements": message(0, 0, hello * 2),
        "error": message(1, 0, struct.pack("!HH", 5, 1) + bytes(64)),
        "experimenter's error": message(1, 0, struct.pack("!HHI", 0xFFFF, 1, 9) + bytes(64)),
        "HELLO failed": message(1, 0, struct.pack("!HH", 0, 0) + b"no common version"),
        "echo": message(2, 0, b"anybody?"), "echoed": message(3, 0, b"anybody!"),
        "experimenter": message(4, 0, struct.pack("!II", 0x2320, 1) + bytes(8)),
        "features": features(1), "configuration": message(8, 0, struct.pack("!HH", 0, 128)),
        "packet": message(10, 0, struct.pack("!IHBBQ", 0xFFFF_FFFF, 60, 0, 0, 0) + ok_match + bytes(2) + frame),
        "flow removed": message(11, 0, struct.pack("!QHBBIIHHQQ", 0, 1, 0, 0, 0, 0, 0, 0, 0, 0) + ok_match),
        "port status": port_status(1, False), "barrier reply": message(21),
        "queues": message(23, 0, struct.pack("!I4x", 1) + struct.pack("!IIH6xHH4xH6x", 1, 1, 32, 1, 16, 100)),
        "role": message(25, 0, struct.pack("!I4xQ", 2, 1)), "asynchronous": message(27, 0, bytes(24)),
        "a controller's asynchronous": message(28, 0, bytes(24)),
    } | {
        f"multipart {kind}": multipart(kind, answers.get(kind, bytes(64))) for kind in (*range(LAST_MULTIPART + 1), 0xFFFF)
    } | {
        f"a controller's {type(each).__name__}": _bytes(each) for each in _of_a_controller()
    }


def malformed() -> dict[str, bytes]:
    """By name: every type with bodies that cannot be, and every structure with lengths that lie."""
    bodies = {"nothing": b"", "1 byte": b"\0", "4 bytes": bytes(4), "8 bytes": bytes(8), "23 bytes": bytes(23),
              "64 zeros": bytes(64), "64 ones": b"\xff" * 64, "zeros": bytes(LARGEST - 8),
              "ones": b"\xff" * (LARGEST - 8)}
    types = (*range(LAST_TYPE + 1), LAST_TYPE + 1, 99, 255)
    return hostile() | _structures() | {
        f"type {kind} of {name}": message(kind, 0, body) for kind in types for name, body in bodies.items()
    } | {
        f"type {kind} in version {version}": bytes((version,)) + message(kind, 0, bytes(8))[1:]
        for kind in types for version in VERSIONS
    } | {
        f"type {kind} whose length is said to be {length}": struct.pack("!BBHI", 4, kind, length, 0) + bytes(24)
        for kind in types for length in (0, 1, 7, 8, 31, 33, LARGEST)
    } | {
        f"multipart {kind} of {name}": multipart(kind, body[:LARGEST - 16])
        for kind in (*range(LAST_MULTIPART + 1), 14, 0xFFFF) for name, body in bodies.items()
    }


def _structures() -> dict[str, bytes]:
    """Answers as large as they may be, made of as many parts as fit, each of which costs something to read."""
    head = struct.pack("!HBxIIHHHH4xQQQ", LARGEST - 23, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0)
    room = LARGEST - 23 - len(head)
    no_match = struct.pack("!HH4x", 1, 4)
    fields = struct.pack("!IB", 0x8000_0001, 1) * ((room - 16) // 5)
    apart = b"".join(struct.pack("!IB", 0x0200_0001 + (at << 9), 1) for at in range((room - 16) // 5))
    actions, sets = struct.pack("!HH4x", 24, 8) * ((room - 16) // 8), struct.pack("!HHI8x", 25, 16, 0x8000_0A04)
    full = {
        "as many entries as fit": (struct.pack("!HBxIIHHHH4xQQQ", 56, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + no_match) * 1_169,
        "one field again and again": head + _padded(struct.pack("!HH", 1, 4 + len(fields)) + fields, room),
        "as many fields as fit": head + _padded(struct.pack("!HH", 1, 4 + len(apart)) + apart, room),
        "as many actions as fit": head + no_match + struct.pack("!HH4x", 4, room - 8) + _padded(actions, room - 16),
        "as many instructions as fit": head + no_match + _padded(struct.pack("!HHB3x", 1, 8, 1) * (room // 8), room - 8),
        "an instruction of all that fits": head + no_match + _padded(struct.pack("!HH4x", 77, room - 8), room - 8),
        "as many fields set as fit": head + no_match + struct.pack("!HH4x", 4, room - 8) + _padded(
            actions[:(room - 16) % 16] + sets * ((room - 16) // 16), room - 16),
        "an action of all that fits": head + no_match + struct.pack("!HH4x", 4, room - 8) + _padded(
            struct.pack("!HHI", 0xFFFF, room - 16, 0x2320), room - 16),
    }
    buckets = struct.pack("!HHII4x", 16, 0, 1, 0xFFFF_FFFF) * 4_000
    bands = struct.pack("!HHII4x", 1, 16, 1, 1) * 4_000
    return {f"flows: {name}": multipart(FLOWS, entry[:LARGEST - 16]) for name, entry in full.items()} | {
        "groups: as many buckets as fit": multipart(GROUPS, struct.pack("!HBxI", 8 + len(buckets), 3, 1) + buckets),
        "meters: as many bands as fit": multipart(METERS, struct.pack("!HHI", 8 + len(bands), 5, 1) + bands),
        "groups: as many as fit": multipart(GROUPS, struct.pack("!HBxI", 8, 2, 1) * 8_000),
        "meters: as many as fit": multipart(METERS, struct.pack("!HHI", 8, 5, 1) * 8_000),
        "ports: as many as fit": multipart(PORTS, b"".join(map(port, range(1, 1_023)))),
        "port statistics: as many as fit": multipart(PORT_COUNTS, port_entry_of(1) * 580),
        "HELLO of as many versions as fit": message(0, 0, struct.pack("!HH", 1, 504) + b"\xff" * 500),
        "HELLO of as many elements as fit": message(0, 0, struct.pack("!HH", 1, 4) * 126),
        "HELLO of no version in common": message(0, 0, struct.pack("!HHI", 1, 8, 0b1001)),
        "an error that is no text": message(1, 0, struct.pack("!HH", 0, 0) + b"\xff\xfe"),
        "a packet whose match has no length": message(10, 0, struct.pack("!IHBBQHH4x", 0, 0, 0, 0, 0, 1, 0)),
        "a flow removed whose match has no length": message(11, 0, bytes(40) + struct.pack("!HH4x", 1, 0)),
    }


def mutants(seed: int) -> Iterator[bytes]:
    """Without end: messages of before, changed in one to four ways."""
    dice = random.Random(seed)
    stems = [*sound().values()] * 4 + [each for each in malformed().values() if len(each) < 400]
    while True:
        found = bytearray(dice.choice(stems))
        for _ in range(dice.randint(1, 4)):
            dice.choice(_CHANGES)(found, dice, stems)
        found += bytes(max(0, 8 - len(found)))
        if dice.random() < 0.8:
            found[2:4] = struct.pack("!H", min(len(found), LARGEST))
        yield bytes(found)


def _edge(found: bytearray, dice: random.Random, _: list[bytes]) -> None:
    found[dice.randrange(len(found))] = dice.choice(EDGES)


def _length(found: bytearray, dice: random.Random, _: list[bytes]) -> None:
    at = dice.randrange(0, len(found) - 1, 2)
    found[at:at + 2] = struct.pack("!H", dice.choice((*EDGES, len(found), LARGEST)))


def _cut(found: bytearray, dice: random.Random, _: list[bytes]) -> None:
    del found[dice.randint(8, len(found)):]


def _grown(found: bytearray, dice: random.Random, _: list[bytes]) -> None:
    found += dice.randbytes(dice.choice((1, 4, 8, 16, 56)))


def _repeated(found: bytearray, dice: random.Random, _: list[bytes]) -> None:
    at, size = dice.randrange(8, len(found) + 1), dice.choice((4, 8, 16, 24, 56, 64))
    found[at:at] = found[at:at + size] * dice.randint(1, 20)


def _spliced(found: bytearray, dice: random.Random, stems: list[bytes]) -> None:
    other = dice.choice(stems)
    found[dice.randint(8, len(found)):] = other[dice.randint(8, len(other)):]


def _renamed(found: bytearray, dice: random.Random, _: list[bytes]) -> None:
    found[dice.randrange(2)] = dice.choice((*VERSIONS, *range(LAST_TYPE + 1)))


_CHANGES = (_edge, _edge, _edge, _length, _length, _cut, _grown, _repeated, _spliced, _renamed)


def port_entry_of(number: int) -> bytes:
    """The statistics of a port that has counted something."""
    return port_entry(number, PortCount(*range(1, 10)))


def _padded(data: bytes, size: int) -> bytes:
    return data[:size] + bytes(size - len(data[:size]))


def _of_a_controller() -> list[Any]:
    return [parser.OFPFeaturesRequest(protocol), parser.OFPGetConfigRequest(protocol), parser.OFPSetConfig(protocol, 0, 128),
            parser.OFPPacketOut(protocol, 0xFFFF_FFFF, 1, [parser.OFPActionOutput(1)], b"x"), parser.OFPFlowMod(protocol),
            parser.OFPGroupMod(protocol), parser.OFPPortMod(protocol, 1, "00:00:00:00:00:01", 0, 0, 0),
            parser.OFPTableMod(protocol, 1, 0), parser.OFPPortDescStatsRequest(protocol), parser.OFPBarrierRequest(protocol),
            parser.OFPQueueGetConfigRequest(protocol, 1), parser.OFPRoleRequest(protocol, 2, 1),
            parser.OFPGetAsyncRequest(protocol), parser.OFPMeterMod(protocol)]


def _bytes(made: Any) -> bytes:
    made.set_xid(1)
    made.serialize()
    return bytes(made.buf)
