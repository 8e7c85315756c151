"""What to write in an intent to take a counter-offer: its fields in the words of the language.

Rules of this file: a change is read off the two wishes, the one asked and the one offered, so an offer of any kind has its
words here. Fields that mean something only together are all told. What is kept off by other words than links and switches
(labels, sites) is written out as the links and switches that these stand for today. A field is left out only where the
language has no word for "none": then it has to go wherever it was said.
"""

from collections.abc import Callable, Iterator

from intents.model import Connection, FieldChange, LatencyBound
from topologies.units import render_rate, render_size, render_time


def rewritten(asked: Connection, offered: Connection) -> tuple[FieldChange, ...]:
    """The fields that make the one wish of the other, in the order of a document."""
    return (*_latency(asked.latency, offered.latency), *_bandwidth(asked, offered), *_diversity(asked, offered),
            *_way(asked, offered))


def _latency(asked: LatencyBound | None, offered: LatencyBound | None) -> Iterator[FieldChange]:
    if asked is None or offered is None or asked == offered:
        return
    yield FieldChange("slo.latency.max", render_time(offered.max_ns))
    if asked.strict or offered.strict:
        yield FieldChange("slo.latency.strict", offered.strict)
    if asked.severe_above_ns is not None:
        severe = offered.severe_above_ns
        yield FieldChange("slo.latency.severe-above", None if severe is None else render_time(severe))


_SIZES: tuple[tuple[str, str, Callable[[int], str]], ...] = (
    ("guaranteed", "guaranteed_bps", render_rate), ("burst", "burst_bytes", render_size),
    ("max-packet", "max_packet_bytes", render_size), ("reverse", "reverse_bps", render_rate))


def _bandwidth(asked: Connection, offered: Connection) -> Iterator[FieldChange]:
    for field, name, render in _SIZES:
        old, new = getattr(asked.bandwidth, name), getattr(offered.bandwidth, name)
        if old != new:
            yield FieldChange(f"slo.bandwidth.{field}", None if new is None else render(new))


def _diversity(asked: Connection, offered: Connection) -> Iterator[FieldChange]:
    if (asked.diverse_from, asked.diverse_level) != (offered.diverse_from, offered.diverse_level):
        if not offered.diverse_from:
            yield FieldChange("sle.diverse-from", None)
        else:
            yield FieldChange("sle.diverse-from.intents", tuple(sorted(offered.diverse_from)))
            yield FieldChange("sle.diverse-from.level", offered.diverse_level)
    if asked.is_exclusive != offered.is_exclusive:
        yield FieldChange("sle.isolation", "exclusive" if offered.is_exclusive else "shared")


def _way(asked: Connection, offered: Connection) -> Iterator[FieldChange]:
    if asked.via != offered.via:
        yield FieldChange("path.via", offered.via)
    if (asked.avoid_links, asked.avoid_switches) != (offered.avoid_links, offered.avoid_switches):
        yield FieldChange("path.avoid.links", tuple(sorted(offered.avoid_links)))
        yield FieldChange("path.avoid.switches", tuple(sorted(offered.avoid_switches)))
        yield from (FieldChange(field, None) for field, _ in asked.provenance
                    if field in ("path.avoid.labels", "path.avoid.names"))
    if asked.pinned != offered.pinned:
        yield FieldChange("path.pinned", None)
    if asked.co_routed != offered.co_routed:
        yield FieldChange("path.co-routed", offered.co_routed)
    if asked.protection != offered.protection:
        yield FieldChange("path.protection.mode", "none" if offered.protection == "none" else offered.protection_mode)
        if offered.protection != "none":
            yield FieldChange("path.protection.level", offered.protection)
            yield FieldChange("path.protection.required", offered.protection_required)
