"""Rules and steps as lines of text, for people who compare them."""

from collections.abc import Iterator
from ipaddress import IPv4Address

from intents.rules import CONTROLLER, IN_PORT, Action, Field, Flow, Group, Item, Meter, Output, RuleSet, Step, Table
from intents.tables import key_order
from topologies.model import Topology

PORTS = {IN_PORT: "IN_PORT", CONTROLLER: "CONTROLLER"}


def rule_lines(network: Topology, rules: RuleSet) -> Iterator[str]:
    """One line a rule: groups and meters, then flows by switch, table and priority."""
    yield from (rule_line(network, rules.groups[key]) for key in sorted(rules.groups))
    yield from (rule_line(network, rules.meters[key]) for key in sorted(rules.meters))
    yield from (rule_line(network, rules.flows[key]) for key in sorted(rules.flows, key=key_order))


def step_lines(network: Topology, steps: tuple[Step, ...]) -> Iterator[str]:
    """Each step with its changes."""
    for number, step in enumerate(steps, 1):
        yield f"{number} {step.kind}"
        yield from (f"  {change.verb} {rule_line(network, change.item)}" for change in step.changes)


def rule_line(network: Topology, item: Item) -> str:
    """A rule as a line."""
    switch = network.switch_by_dpid[item.dpid].name
    match item:
        case Flow():
            meter = [f"meter:{item.meter}"] if item.meter is not None else []
            goto = [f"goto:{Table(item.goto).name.lower()}"] if item.goto is not None else []
            done = " ".join([*meter, *map(_action, item.actions), *goto]) or "drop"
            return f"{switch} {Table(item.table).name.lower()} {item.priority} {match_line(item)} -> {done}"
        case Group():
            buckets = [f"[{'' if bucket.watch_port is None else f'watch:{bucket.watch_port} '}"
                       f"{' '.join(map(_action, bucket.actions))}]" for bucket in item.buckets]
            return f"{switch} group {item.id:#x} {item.kind} {' '.join(buckets)}"
        case Meter():
            return f"{switch} meter {item.id:#x} {item.rate_kbps} kbps burst {item.burst_kb} kb"


def match_line(flow: Flow) -> str:
    """What a flow asks of a packet, `any` for nothing."""
    return ",".join(map(_field, flow.match)) or "any"


def _field(field: Field) -> str:
    mask = "" if field.mask is None else f"/{_value(field.name, field.mask)}"
    return f"{field.name}={_value(field.name, field.value)}{mask}"


def _value(name: str, value: int) -> str:
    if name.startswith(("ipv4", "arp_spa", "arp_tpa")):
        return str(IPv4Address(value))
    if name.startswith(("eth_src", "eth_dst", "arp_sha", "arp_tha")):
        return value.to_bytes(6, "big").hex(":")
    return f"{value:#06x}" if name == "eth_type" else str(value)


def _action(action: Action) -> str:
    if isinstance(action, Output):
        return f"output:{PORTS.get(action.port, action.port)}"
    shown = {name: getattr(action, name) for name in action.__dataclass_fields__}
    if "name" in shown:
        return f"set:{shown['name']}={_value(shown['name'], shown['value'])}"
    told = ":".join(f"{value:#x}" if name in ("group", "ethertype") else str(value) for name, value in shown.items())
    return f"{type(action).__name__}:{told}" if told else type(action).__name__
