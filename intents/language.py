"""The fields of the intent language: what may be said of a connection, each field with its type.

Rules of this file: one class a mapping, one field a key; None is not said (so that a profile or a default may say it),
an empty list is said. Terms of RFC 9543 (SLO, SLE, connectivity), RFC 4090 (protection).
"""

import re
from typing import Annotated, Any, Final, Literal

from pydantic import Field, PlainValidator, model_validator

from intents.model import ServiceClass
from topologies.fields import (
    Flag,
    Frequency,
    Instant,
    Labels,
    Name,
    Part,
    Rate,
    RateOrZero,
    Ratio,
    Said,
    Shared,
    Size,
    Text,
    Time,
    described,
    text_by,
    whole_number,
    written,
)
from topologies.nearest import nearest
from topologies.scalars import Plain

Texts = tuple[Text, ...]
Names = tuple[Name, ...]

_DSCP: Final = {"ef": 46, "va": 44, "le": 1, **{f"cs{n}": 8 * n for n in range(8)},
                **{f"af{c}{d}": 8 * c + 2 * d for c in range(1, 5) for d in range(1, 4)}}
"""RFC 2474, 2597, 3246, 5865, 8622."""

_DSCP_IN_ANY_CASE: Final = "^([eE][fF]|[vV][aA]|[lL][eE]|[cC][sS][0-7]|[aA][fF][1-4][1-3])$"

_PROTOCOLS: Final = ("tcp", "udp", "icmp")


def _dscp(value: object) -> int:
    if isinstance(value, Plain) and value.kind == "integer" and 0 <= value.value < 64:
        return int(value.value)
    if isinstance(value, str) and value.lower() in _DSCP:
        return _DSCP[value.lower()]
    near = nearest(value, _DSCP) if isinstance(value, str) else ""
    raise ValueError(f"expected 0 to 63 or a name like ef or af41, found {described(value)}{near}")


def _protocol(value: object) -> str | int:
    if isinstance(value, Plain) and value.kind == "integer" and 0 <= value.value < 256:
        return int(value.value)
    if value in _PROTOCOLS:
        return str(value)
    near = nearest(value, _PROTOCOLS) if isinstance(value, str) else ""
    raise ValueError(f"expected tcp, udp, icmp or 0 to 255, found {described(value)}{near}")


def _statistic(text: str) -> str:
    if text in ("mean", "max") or (re.fullmatch("p([0-9]+[.]?[0-9]*|[.][0-9]+)", text) and 0 < float(text[1:]) < 100):
        return str(text)
    raise ValueError(f'"{text[:40]}" is not a statistic; write p50, p99, p99.9, mean or max')


WORDS, FIELDS = "(words)", "(fields)"
"""Of pydantic's, in the places of errors: no key is written so."""

Port = Annotated[int, whole_number(1, 65535)]
Statistic = Annotated[str, text_by(_statistic, "a statistic", "^(mean|max|p[0-9.]+)$")]


class Match(Shared):
    """Which packets, as sent in the forward direction. A field that is not said matches all."""

    protocol: Annotated[Literal["tcp", "udp", "icmp"] | int | None,
                        PlainValidator(_protocol, json_schema_input_type=written(
                            anyOf=[{"enum": [*_PROTOCOLS]}, {"type": "integer", "minimum": 0, "maximum": 255}]))] = None
    source_port: Annotated[int | None, whole_number(1, 65535)] = None
    destination_port: Annotated[int | None, whole_number(1, 65535)] = None
    dscp: Annotated[int | None, PlainValidator(_dscp, json_schema_input_type=written(
        anyOf=[{"enum": [*_DSCP]}, {"type": "string", "pattern": _DSCP_IN_ANY_CASE},
               {"type": "integer", "minimum": 0, "maximum": 63}]))] = None


class Latency(Part):
    """How long packets may take. Times are read into ns."""

    max: Time = Field(examples=["1 ms"])
    strict: Said[Flag] = None
    kind: Said[Literal["one-way", "round-trip"]] = None
    statistic: Said[Statistic] = None
    window: Said[Time] = None
    severe_above: Said[Time] = None


class Jitter(Part):
    """p99 minus the minimum one-way delay (PDV, RFC 5481). Read into ns."""

    max: Time = Field(examples=["200 us"])


class Loss(Part):
    """What part of the packets may be lost. The window is read into ns."""

    max: Ratio = Field(examples=["1e-4"])
    window: Said[Time] = None


class Bandwidth(Part):
    """Rates are read into bit/s, sizes into bytes. `reverse` may be zero: nothing is guaranteed that way."""

    guaranteed: Said[Rate] = None
    max: Said[Rate] = None
    burst: Said[Size] = None
    max_packet: Said[Size] = None
    reverse: Said[RateOrZero] = None


class Availability(Part):
    """What part of the time it works. Failover is read into ns."""

    target: Said[Ratio] = None
    max_failover: Said[Time] = None


class Slo(Shared):
    """What can be measured (RFC 9543)."""

    latency: Said[Latency] = None
    jitter: Said[Jitter] = None
    loss: Said[Loss] = None
    bandwidth: Said[Bandwidth] = None
    availability: Said[Availability] = None


class DiverseFrom(Part):
    """Share nothing of this level with these intents."""

    intents: Annotated[Names, Field(min_length=1, examples=["[surgery-2]"])]
    level: Said[Literal["link", "node", "srlg"]] = None


class Regions(Part):
    """Where traffic may and may not run."""

    only: Said[Texts] = None
    avoid: Said[Texts] = None


class Sle(Shared):
    """What can only be promised (RFC 9543)."""

    isolation: Said[Literal["shared", "dedicated", "exclusive"]] = None
    diverse_from: Said[DiverseFrom] = None
    regions: Said[Regions] = None


class Avoid(Part):
    """What the path may not use."""

    links: Said[Texts] = None
    switches: Said[Names] = None
    labels: Said[Labels] = None


class Protection(Part):
    """What happens when a link or node of the path fails (RFC 4090)."""

    mode: Literal["none", "restore", "standby", "fast-failover"] = Field(examples=["fast-failover"])
    level: Said[Literal["link", "node"]] = None
    required: Said[Flag] = None


class PathWish(Shared):
    """Wishes about the path. `via` and `pinned` are in order of travel."""

    via: Said[Texts] = None
    avoid: Said[Avoid] = None
    pinned: Names | None = None
    co_routed: Said[Flag] = None
    protection: Said[Protection] = None
    objective: Said[Literal["min-latency", "min-cost", "least-loaded", "spare-fast-links", "min-energy"]] = None


class Preemption(Shared):
    """Whether this may displace others, and others this."""

    may: Said[Flag] = None
    by_others: Said[Flag] = None


class Valid(Shared):
    """When the intent holds. `until: null` is for ever, as is leaving it out."""

    from_: Said[Instant] = None
    until: Instant | None = None
    schedule: Said[Text] = None


class Deadline(Shared):
    """A transfer that has an end. The volume is read into bytes."""

    volume: Size = Field(examples=["40 TB"])
    by: Instant = Field(examples=["2026-12-02T06:00:00+08:00"])


class Autonomy(Part):
    """What the agent may do for this intent by itself. The veto is read into ns."""

    mode: Literal["observe", "recommend", "act-after", "act"] = Field(examples=["recommend"])
    veto: Said[Time] = None


Relaxable = Literal["latency", "jitter", "loss", "bandwidth", "availability", "isolation", "diversity", "regions",
                    "protection"]


class Policy(Shared):
    """What to do where the whole cannot be had. `relax` in this order, never what is not named."""

    if_infeasible: Said[Literal["refuse", "counter-offer", "best-effort"]] = None
    relax: Said[tuple[Relaxable, ...]] = None
    autonomy: Said[Autonomy] = None


class Assurance(Shared):
    """How the promise is to be watched. Frequencies are read into one a second."""

    evidence: Said[Literal["model", "control-plane", "data-plane"]] = None
    probe_rate: Said[Frequency] = None


class IntentSpec(Part):
    """An intent written out. Either the slice says between whom, or `from` with `to` or `service` does."""

    slice: Said[Name] = None
    from_: Said[Text] = None
    to: Said[Text] = None
    service: Said[Name] = None
    connectivity: Said[Literal["p2p", "p2mp", "mp2p", "a2a", "anycast"]] = None
    direction: Said[Literal["both", "forward"]] = None
    match: Said[Match] = None
    slo: Said[Slo] = None
    sle: Said[Sle] = None
    path: Said[PathWish] = None
    priority: Annotated[int | None, whole_number(1, 100)] = None
    preemption: Said[Preemption] = None
    valid: Said[Valid] = None
    deadline: Said[Deadline] = None
    policy: Said[Policy] = None
    assurance: Said[Assurance] = None

    @model_validator(mode="after")
    def _between_two(self) -> "IntentSpec":
        if self.to is not None and self.service is not None:
            raise ValueError('"to" and "service" both say where it ends; keep one')
        end = self.to if self.service is None else self.service
        if (self.from_ is None) != (end is None) or (self.from_ is None and self.slice is None):
            raise ValueError('an intent runs between two ends; give "from" and "to", or a "slice"')
        return self


class Connect(Part):
    """One pair of a slice."""

    from_: Text = Field(examples=["surgeon"])
    to: Text = Field(examples=["robot"])
    direction: Said[Literal["both", "forward"]] = None
    match: Said[Match] = None


class SliceSpec(Part):
    """Who belongs together under one profile."""

    profile: Name = Field(examples=["telemedicine-haptic"])
    connect: Annotated[tuple[Connect, ...], Field(min_length=1, examples=["[{from: surgeon, to: robot}]"])]


class ProfileSpec(Part):
    """What a kind of traffic needs, and the reason why."""

    reason: Text = Field(examples=["haptic feedback loops at 1 kHz feel delays over a millisecond"])
    class_: ServiceClass = Field(examples=["best-effort"])
    slo: Said[Slo] = None
    sle: Said[Sle] = None
    path: Said[PathWish] = None


def spec_tag(value: Any) -> str | None:
    """Which of its two forms an intent's spec has, for pydantic: words or fields."""
    return WORDS if isinstance(value, str) else FIELDS if isinstance(value, dict | IntentSpec) else None
