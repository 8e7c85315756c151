"""Flows, groups and meters as `ovs-ofctl -O OpenFlow13` reads them: a second encoder, independent of the controller's."""

from collections.abc import Iterable
from ipaddress import IPv4Address

from intents.rules import (
    CONTROLLER,
    IN_PORT,
    Action,
    CopyField,
    DecMplsTtl,
    Field,
    Flow,
    Group,
    Meter,
    Output,
    PopMpls,
    PushMpls,
    SetField,
    SetMplsTtl,
    ToGroup,
)

MACS = frozenset({"eth_src", "eth_dst", "arp_sha", "arp_tha"})
ADDRESSES = {"ipv4_src": "ip_src", "ipv4_dst": "ip_dst", "arp_spa": "arp_spa", "arp_tpa": "arp_tpa"}
PORTS = {IN_PORT: "in_port", CONTROLLER: "controller"}


def flow_text(flow: Flow) -> str:
    """A line for `add-flow`."""
    actions = ([f"meter:{flow.meter}"] if flow.meter else []) + [_action(action) for action in flow.actions]
    actions += [f"goto_table:{flow.goto}"] if flow.goto is not None else []
    fields = sorted(flow.match, key=lambda field: field.name not in ("eth_type", "ip_proto"))
    return ",".join([f"table={flow.table},priority={flow.priority}", f"cookie={flow.cookie:#x}", *map(_field, fields),
                     "actions=" + (",".join(actions) or "drop")])


def group_text(group: Group) -> str:
    """A line for `add-group`."""
    kind = {"indirect": "indirect", "fast-failover": "ff"}[group.kind]
    buckets = [",bucket=" + (f"watch_port:{bucket.watch_port}," if bucket.watch_port is not None else "")
               + "actions=" + _actions(bucket.actions) for bucket in group.buckets]
    return f"group_id={group.id},type={kind}" + "".join(buckets)


def meter_text(meter: Meter) -> str:
    """A line for `add-meter`."""
    return f"meter={meter.id},kbps,burst,band=type=drop,rate={meter.rate_kbps},burst_size={meter.burst_kb}"


def mac_text(number: int) -> str:
    """A MAC as people write it."""
    return number.to_bytes(6, "big").hex(":")


def _field(field: Field) -> str:
    if field.name == "vlan_vid":
        return f"vlan_tci={field.value:#06x}/0x1fff"
    mask = "" if field.mask is None else "/" + _value(field.name, field.mask)
    return f"{ADDRESSES.get(field.name, field.name)}={_value(field.name, field.value)}{mask}"


def _value(name: str, value: int) -> str:
    if name in MACS:
        return mac_text(value)
    return str(IPv4Address(value)) if name in ADDRESSES else str(value)


def _actions(actions: Iterable[Action]) -> str:
    return ",".join(map(_action, actions))


def _action(action: Action) -> str:
    match action:
        case Output(port):
            return f"output:{PORTS.get(port, port)}"
        case ToGroup(group):
            return f"group:{group}"
        case PushMpls():
            return "push_mpls:0x8847"
        case PopMpls(ethertype):
            return f"pop_mpls:{ethertype:#06x}"
        case SetField(name, value):
            return f"set_field:{_value(name, value)}->{ADDRESSES.get(name, name)}"
        case SetMplsTtl(ttl):
            return f"set_mpls_ttl({ttl})"
        case DecMplsTtl():
            return "dec_mpls_ttl"
        case CopyField(source, target):
            return f"move:{ADDRESSES.get(source, source)}[]->{ADDRESSES.get(target, target)}[]"
