"""Messages that a switch must not send: lengths that lie, types and versions that nobody asked for."""

import struct

from tests.fake_switch import message


def hostile() -> dict[str, bytes]:
    """By name, a whole message each (or what pretends to be one)."""
    flow_entry = struct.pack("!HBxIIHHHH4xQQQ", 80, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0)
    no_match = struct.pack("!HH4x", 1, 4)
    return {
        "HELLO element of no length": message(0, 0, struct.pack("!HH4x", 1, 0)),
        "HELLO element of no length, version 1.5": b"\x06" + message(0, 0, struct.pack("!HH4x", 1, 0))[1:],
        "HELLO element beyond the end": message(0, 0, struct.pack("!HH4x", 1, 16)),
        "HELLO whose elements do not meet the end": message(0, 0, struct.pack("!HHI", 1, 5, 0)),
        "HELLO of 60 kB": message(0, 0, struct.pack("!HH", 1, 60_000) + bytes(59_996)),
        "error without a code": message(1, 0, b"\x00\x01"),
        "features of another size": message(6, 0, bytes(23)),
        "port status without its port": message(12, 0, bytes(8)),
        "port description cut short": message(19, 0, struct.pack("!HH4x", 13, 0) + bytes(63)),
        "barrier reply with a body": message(21, 0, bytes(4)),
        "table features nobody asked for": message(19, 0, struct.pack("!HH4x", 12, 0) + bytes(64)),
        "queue configuration nobody asked for": message(23, 0, bytes(8)),
        "a controller's own flow-mod": message(14, 0, bytes(48)),
        "an unknown type": message(99),
        "a header shorter than itself": struct.pack("!BBHI", 4, 2, 0, 0),
        "echo in version 1.0": b"\x01" + message(2)[1:],
        "barrier reply in version 1.5": b"\x06" + message(21)[1:],
        "port statistics cut short": message(19, 0, struct.pack("!HH4x", 4, 0) + bytes(111)),
        "flow statistics cut short": message(19, 0, b"\x00"),
    } | {
        f"flows: {name}": message(19, 0, struct.pack("!HH4x", 1, 0) + entry) for name, entry in {
            "entry of no length": bytes(2) + flow_entry[2:] + no_match + bytes(24),
            "entry beyond the end": flow_entry + no_match,
            "match of no length": flow_entry + struct.pack("!HH4x", 1, 0) + bytes(24),
            "match beyond the entry": flow_entry + struct.pack("!HH4x", 1, 40) + bytes(24),
            "field of no length": flow_entry + struct.pack("!HHI", 1, 8, 0x80000000) + bytes(24),
            "field beyond the match": flow_entry + struct.pack("!HHI", 1, 8, 0x800000FF) + bytes(24),
            "instruction of no length": flow_entry + no_match + struct.pack("!HH4x", 4, 0) + bytes(16),
            "instruction beyond the entry": flow_entry + no_match + struct.pack("!HH4x", 4, 32) + bytes(16),
            "action of no length": flow_entry + no_match + struct.pack("!HH4xHH4x", 4, 24, 0, 0) + bytes(8),
            "action beyond its instruction": flow_entry + no_match + struct.pack("!HH4xHH4x", 4, 24, 0, 24) + bytes(8),
        }.items()
    } | {
        f"groups: {name}": message(19, 0, struct.pack("!HH4x", 7, 0) + entry) for name, entry in {
            "entry of no length": struct.pack("!HBxI", 0, 2, 1),
            "bucket of no length": struct.pack("!HBxI", 24, 2, 1) + bytes(16),
            "bucket beyond the entry": struct.pack("!HBxI", 24, 2, 1) + struct.pack("!H", 24) + bytes(14),
            "action of no length": struct.pack("!HBxIH14x", 32, 2, 1, 24) + bytes(8),
        }.items()
    } | {
        f"meters: {name}": message(19, 0, struct.pack("!HH4x", 10, 0) + entry) for name, entry in {
            "entry of no length": struct.pack("!HHI", 0, 5, 1),
            "band of no length": struct.pack("!HHI", 24, 5, 1) + bytes(16),
            "band beyond the entry": struct.pack("!HHI", 24, 5, 1) + struct.pack("!HH", 1, 32) + bytes(12),
        }.items()
    }
