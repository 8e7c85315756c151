"""The fields said of one connection to the typed wish that the planner places, and what in them does not fit together."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, NamedTuple, get_args

from intents.defaults import defaults
from intents.model import Bandwidth, Connection, LatencyBound, ProtectionMode, Selector
from topologies.source import Problem
from topologies.units import render_rate, render_size, render_time

from .layers import Leaf, Leaves
from .way import Way


class Named(NamedTuple):
    """Which connection it is: as in `Connection`."""

    key: str
    title: str
    intent: str
    source: str
    target: str
    slice: str | None
    tenant: str | None


def with_defaults(leaves: Leaves) -> dict[str, Leaf]:
    """What was said, and the defaults for what was not."""
    added = defaults({field: leaf.value for field, leaf in leaves.items()})
    return {**leaves, **{each.field: Leaf(each.value, each.source, None) for each in added}}


def connection(named: Named, leaves: Leaves, way: Way) -> Connection:
    """The wish. `leaves` hold the defaults and fit together (`misfits`)."""
    def value(field: str, otherwise: Any = None) -> Any:
        leaf = leaves.get(field)
        return otherwise if leaf is None else leaf.value

    return Connection(
        **named._asdict(), both_ways=value("direction") == "both", selector=selector(leaves),
        service_class=value("class"), latency=_latency(value) if value("slo.latency.max") else None,
        bandwidth=Bandwidth(value("slo.bandwidth.guaranteed"), value("slo.bandwidth.max"), value("slo.bandwidth.burst"),
                            value("slo.bandwidth.max-packet"), value("slo.bandwidth.reverse")),
        via=way.via, avoid_links=way.avoid_links, avoid_switches=way.avoid_switches, pinned=way.pinned,
        co_routed=value("path.co-routed", False), objective=value("path.objective"), priority=value("priority"),
        **_protection(value),
        diverse_from=frozenset(value("sle.diverse-from.intents", ())) - {named.intent},
        diverse_level=value("sle.diverse-from.level", "link"), is_exclusive=value("sle.isolation") == "exclusive",
        may_displace=value("preemption.may"), may_be_displaced=value("preemption.by-others"),
        provenance=tuple(sorted((field, leaf.source) for field, leaf in leaves.items())))


def _protection(value: Callable[..., Any]) -> dict[str, Any]:
    """What stands ready. Nothing does where a failure is to be answered by placing anew (`restore`), or by nothing that was
    asked for (`none`): the loop places anew what has lost its path, whatever was said."""
    mode = value("path.protection.mode")
    if mode not in get_args(ProtectionMode):
        return {}
    return {"protection": value("path.protection.level"), "protection_mode": mode,
            "protection_required": value("path.protection.required")}


def selector(leaves: Leaves) -> Selector:
    """Which packets. A protocol has one spelling here: its name, where it has one."""
    values: list[Any] = [leaves[field].value if field in leaves else None for field in _SELECTOR]
    return Selector(_PROTOCOLS.get(values[0], values[0]), *values[1:])


_SELECTOR: Final = ("match.protocol", "match.source-port", "match.destination-port", "match.dscp")
_PROTOCOLS: Final[Mapping[object, Any]] = {1: "icmp", 6: "tcp", 17: "udp"}


def _latency(value: Callable[..., Any]) -> LatencyBound:
    return LatencyBound(value("slo.latency.max"), value("slo.latency.strict", False), value("slo.latency.kind"),
                        value("slo.latency.statistic"), value("slo.latency.window"), value("slo.latency.severe-above"))


class _Misfit(NamedTuple):
    """Two fields, when they do not fit together, and what to say of their values."""

    fields: tuple[str, str]
    clashes: Callable[[Any, Any], bool]
    message: str
    render: Callable[[Any], str] = str


_MISFITS: Final = (
    _Misfit(("slo.bandwidth.guaranteed", "slo.bandwidth.max"), lambda least, most: least > most,
            "{0} are guaranteed and at most {1} allowed; raise the one or lower the other", render_rate),
    _Misfit(("slo.bandwidth.reverse", "slo.bandwidth.max"), lambda least, most: least > most,
            "{0} are guaranteed in reverse and at most {1} allowed; raise the one or lower the other", render_rate),
    _Misfit(("slo.bandwidth.burst", "slo.bandwidth.max-packet"), lambda burst, packet: burst < packet,
            "a burst of {0} does not hold one packet of {1}; make it as large as the largest packet", render_size),
    _Misfit(("slo.latency.severe-above", "slo.latency.max"), lambda severe, bound: severe <= bound,
            "{0} is severe and {1} still allowed; severe is what lies above the bound", render_time),
    _Misfit(("slo.latency.kind", "direction"), lambda kind, way: kind == "round-trip" and way == "forward",
            'a {0} needs both directions and "{1}" is one; say one-way, or direction both'),
    _Misfit(("slo.bandwidth.reverse", "direction"), lambda rate, way: way == "forward",
            'a reverse rate needs both directions and "{1}" is one; say direction both'),
    _Misfit(("path.pinned", "path.protection.mode"), lambda path, mode: mode == "standby",
            "a pinned path has no second one; say fast-failover, for detours that leave it, or drop one of the two"),
    _Misfit(("path.co-routed", "direction"), lambda shared, way: shared and way == "forward",
            'co-routed speaks of both directions and "{1}" is one; say direction both'),
)


def misfits(leaves: Leaves) -> Iterator[Problem]:
    """What was said and does not fit together, at the place of the one that was said last."""
    for fields, clashes, message, render in _MISFITS:
        if all(field in leaves for field in fields):
            values = [leaves[field].value for field in fields]
            if clashes(*values):
                yield from _blamed(leaves, fields, message.format(*map(render, values)))
    chosen = selector(leaves)
    if chosen.protocol not in ("tcp", "udp"):
        yield from _blamed(leaves, ("match.source-port", "match.destination-port"),
                           'a port belongs to a protocol; say "protocol: udp" or "protocol: tcp"')
    if "slo.latency.max" not in leaves:
        yield from _blamed(leaves, ("slo.latency.statistic", "slo.latency.kind"),
                           'this speaks of a latency and none is asked; say one, such as "under 2 ms"')


def _blamed(leaves: Leaves, fields: tuple[str, ...], message: str) -> Iterator[Problem]:
    """The problem at the first of the fields in the order of layers: what is nearest to the intent can be changed best."""
    places = [leaf.place for field, leaf in leaves.items() if field in fields and leaf.place]
    if places:
        yield places[0].problem(message)
