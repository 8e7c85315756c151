"""A connection's selector as match fields: which packets of a host pair ride on it.

The reverse direction mirrors the selector: addresses and ports change places, protocol and DSCP stay.
"""

from collections.abc import Mapping, Sequence

from intents.model import Direction, Selector

PROTOCOL_NUMBERS = {"icmp": 1, "tcp": 6, "udp": 17}

PORT_FIELDS = {6: ("tcp_src", "tcp_dst"), 17: ("udp_src", "udp_dst"), 132: ("sctp_src", "sctp_dst")}
"""Names of the port fields by IP protocol: the protocols that have ports in OpenFlow 1.3."""


def selector_fields(selector: Selector, direction: Direction) -> dict[str, int]:
    """What a packet's IPv4 and transport headers must hold to be of this selector; empty for any packet."""
    fields: dict[str, int] = {}
    protocol = PROTOCOL_NUMBERS[selector.protocol] if isinstance(selector.protocol, str) else selector.protocol
    if protocol is not None:
        fields["ip_proto"] = protocol
    if selector.dscp is not None:
        fields["ip_dscp"] = selector.dscp
    ports = (selector.source_port, selector.destination_port)
    if ports == (None, None):
        return fields
    if protocol not in PORT_FIELDS:
        raise ValueError(f"selector {selector}: ports need the protocol tcp (6), udp (17) or sctp (132)")
    for name, port in zip(PORT_FIELDS[protocol], ports if direction == "forward" else ports[::-1], strict=True):
        if port is not None:
            fields[name] = port
    return fields


def match_words(fields: Mapping[str, int]) -> Sequence[str]:
    """Match fields in the words of an intent's `match`: `protocol: udp`, `destination-port: 5004`, `dscp: 46`."""
    names = {number: name for name, number in PROTOCOL_NUMBERS.items()}
    return [f"{word}: {names.get(value, value) if word == 'protocol' else value}" for word, ending in _MATCH
            for name, value in fields.items() if name.endswith(ending)]


_MATCH = (("protocol", "_proto"), ("source-port", "_src"), ("destination-port", "_dst"), ("dscp", "_dscp"))
