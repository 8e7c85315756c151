"""What a field of a document says, read back off the wish that it became, in the words that the document would use."""

from collections.abc import Callable, Mapping
from typing import Final

from intents.model import Connection
from topologies.units import render_rate, render_size, render_time


def said(wish: Connection, field: str) -> str | None:
    """The value of a field by its path (`slo.latency.max`); `None` where the wish does not keep it."""
    value = _VALUES[field](wish) if field in _VALUES else None
    return value or None


def _time(time_ns: int | None) -> str | None:
    return None if time_ns is None else render_time(time_ns)


def _rate(rate_bps: int | None) -> str | None:
    return None if rate_bps is None else render_rate(rate_bps)


def _size(size_bytes: int | None) -> str | None:
    return None if size_bytes is None else render_size(size_bytes)


def _profile(wish: Connection) -> str | None:
    named = (source.removeprefix("profile ") for _, source in wish.provenance if source.startswith("profile "))
    return next(named, None)


def _kept_off(wish: Connection) -> str | None:
    """The links and switches that a wish keeps off; `None` where more than one field names some, and which is whose is not
    kept."""
    fields = [field for field, _ in wish.provenance if field.startswith(("path.avoid.", "sle.regions."))]
    return ", ".join(sorted(wish.avoid_links | wish.avoid_switches)) if len(fields) == 1 else None


def _flag(is_so: bool) -> str:
    return "true" if is_so else "false"


def _number(number: int | str | None) -> str | None:
    return None if number is None else str(number)


_VALUES: Final[Mapping[str, Callable[[Connection], str | None]]] = {
    "class": lambda wish: wish.service_class,
    "direction": lambda wish: "both" if wish.both_ways else "forward",
    "from": lambda wish: wish.source,
    "match.destination-port": lambda wish: _number(wish.selector.destination_port),
    "match.dscp": lambda wish: _number(wish.selector.dscp),
    "match.protocol": lambda wish: _number(wish.selector.protocol),
    "match.source-port": lambda wish: _number(wish.selector.source_port),
    "path.avoid.labels": _kept_off,
    "path.avoid.links": _kept_off,
    "path.avoid.names": _kept_off,
    "path.avoid.switches": _kept_off,
    "path.co-routed": lambda wish: _flag(wish.co_routed),
    "path.objective": lambda wish: wish.objective,
    "path.pinned": lambda wish: ", ".join(" or ".join(links) for links in wish.pinned or ()),
    "path.protection.level": lambda wish: None if wish.protection == "none" else wish.protection,
    "path.protection.mode": lambda wish: None if wish.protection == "none" else wish.protection_mode,
    "path.protection.required": lambda wish: None if wish.protection == "none" else _flag(wish.protection_required),
    "path.via": lambda wish: ", ".join(wish.via),
    "preemption.by-others": lambda wish: _flag(wish.may_be_displaced),
    "preemption.may": lambda wish: _flag(wish.may_displace),
    "priority": lambda wish: str(wish.priority),
    "slice": lambda wish: wish.slice,
    "profile": _profile,
    "sle.diverse-from.intents": lambda wish: ", ".join(sorted(wish.diverse_from)),
    "sle.diverse-from.level": lambda wish: wish.diverse_level,
    "sle.isolation": lambda wish: "exclusive" if wish.is_exclusive else "shared",
    "sle.regions.avoid": _kept_off,
    "sle.regions.only": _kept_off,
    "slo.bandwidth.burst": lambda wish: _size(wish.bandwidth.burst_bytes),
    "slo.bandwidth.guaranteed": lambda wish: _rate(wish.bandwidth.guaranteed_bps),
    "slo.bandwidth.max": lambda wish: _rate(wish.bandwidth.max_bps),
    "slo.bandwidth.max-packet": lambda wish: _size(wish.bandwidth.max_packet_bytes),
    "slo.bandwidth.reverse": lambda wish: _rate(wish.bandwidth.reverse_bps),
    "slo.latency.kind": lambda wish: wish.latency.kind if wish.latency else None,
    "slo.latency.max": lambda wish: _time(wish.latency.max_ns if wish.latency else None),
    "slo.latency.severe-above": lambda wish: _time(wish.latency.severe_above_ns if wish.latency else None),
    "slo.latency.statistic": lambda wish: wish.latency.statistic if wish.latency else None,
    "slo.latency.strict": lambda wish: _flag(wish.latency is not None and wish.latency.strict),
    "slo.latency.window": lambda wish: _time(wish.latency.window_ns if wish.latency else None),
    "to": lambda wish: wish.target,
}
