"""What rules do in Open vSwitch's words, as `ovs-appctl ofproto/trace` prints them: so that a rule of the model and a real
one can be laid side by side.
"""

from collections.abc import Iterable
from ipaddress import IPv4Address

from intents.rules import (
    CONTROLLER,
    IN_PORT,
    Action,
    Bucket,
    CopyField,
    DecMplsTtl,
    Flow,
    Output,
    PopMpls,
    PushMpls,
    SetField,
    SetMplsTtl,
    ToGroup,
)

_PORTS = {IN_PORT: "IN_PORT", CONTROLLER: "CONTROLLER:65535"}
_ADDRESSES = {"ipv4_src": "ip_src", "ipv4_dst": "ip_dst", "arp_spa": "arp_spa", "arp_tpa": "arp_tpa"}
_MACS = frozenset({"eth_src", "eth_dst", "arp_sha", "arp_tha"})


def flow_words(flow: Flow) -> str:
    """All that a flow does, `drop` for nothing."""
    meter = [f"meter:{flow.meter}"] if flow.meter is not None else []
    goto = [f"goto_table:{flow.goto}"] if flow.goto is not None else []
    return ",".join([*meter, *_words(flow.actions), *goto]) or "drop"


def bucket_words(bucket: Bucket) -> str:
    """All that a bucket does, `drop` for nothing."""
    return ",".join(_words(bucket.actions)) or "drop"


def _words(actions: Iterable[Action]) -> Iterable[str]:
    return map(_action, actions)


def _action(action: Action) -> str:
    match action:
        case Output(port):
            return _PORTS.get(port, f"output:{port}")
        case ToGroup(group):
            return f"group:{group}"
        case PushMpls():
            return "push_mpls:0x8847"
        case PopMpls(ethertype):
            return f"pop_mpls:{ethertype:#06x}"
        case SetField(name, value):
            return f"set_field:{_value(name, value)}->{_ADDRESSES.get(name, name)}"
        case SetMplsTtl(ttl):
            return f"set_mpls_ttl({ttl})"
        case DecMplsTtl():
            return "dec_mpls_ttl"
        case CopyField(source, target):
            return f"move:{_ADDRESSES.get(source, source)}[]->{_ADDRESSES.get(target, target)}[]"
        case _:
            raise TypeError(f"no such action: {action}")


def _value(name: str, value: int) -> str:
    if name in _MACS:
        return value.to_bytes(6, "big").hex(":")
    return str(IPv4Address(value)) if name in _ADDRESSES else str(value)
