"""What is told of a field is what the document says, wherever it was said; what the wish does not keep is not told."""

import pytest

from intents.model import Connection
from intents.resolve.said import said
from tests.intents.test_resolve import SLICE, intent, wanted

FIELDS = {
    "from": "surgeon", "to": "robot", "direction": "both", "priority": 7,
    "match": {"protocol": "udp", "source-port": 9, "destination-port": 5004, "dscp": 46},
    "slo": {"latency": {"max": "1 ms", "strict": True, "kind": "round-trip", "statistic": "p99", "window": "20 s",
                        "severe-above": "2 ms"},
            "bandwidth": {"guaranteed": "50 Mbps", "max": "80 Mbps", "burst": "64 kB", "max-packet": "1400 B",
                          "reverse": "20 Mbps"}},
    "sle": {"isolation": "exclusive"}, "preemption": {"may": True, "by-others": False},
    "path": {"via": ["s2"], "co-routed": True, "avoid": {"links": ["duct"]}, "objective": "min-latency",
             "protection": {"mode": "fast-failover", "level": "node", "required": False}}}


def told(wish: Connection) -> dict[str, str | None]:
    return {field: said(wish, field) for field, _ in wish.provenance}


def test_every_field_is_told_as_it_was_written():
    (wish,) = wanted(intent(FIELDS)).connections
    assert told(wish) == {
        "class": "delay-critical", "from": "surgeon", "to": "robot", "direction": "both", "priority": "7",
        "match.protocol": "udp", "match.source-port": "9", "match.destination-port": "5004", "match.dscp": "46",
        "slo.latency.max": "1 ms", "slo.latency.strict": "true", "slo.latency.kind": "round-trip",
        "slo.latency.statistic": "p99", "slo.latency.window": "20 s", "slo.latency.severe-above": "2 ms",
        "slo.bandwidth.guaranteed": "50 Mbps", "slo.bandwidth.max": "80 Mbps", "slo.bandwidth.burst": "64 kB",
        "slo.bandwidth.max-packet": "1400 B", "slo.bandwidth.reverse": "20 Mbps",
        "sle.isolation": "exclusive", "preemption.may": "true", "preemption.by-others": "false",
        "path.via": "s2", "path.co-routed": "true", "path.avoid.links": "duct", "path.objective": "min-latency",
        "path.protection.mode": "fast-failover", "path.protection.level": "node", "path.protection.required": "false"}


def test_the_mode_of_protection_is_told_as_it_was_said():
    (wish,) = wanted(intent({"from": "surgeon", "to": "store", "path": {"protection": {"mode": "standby"}}})).connections
    assert (told(wish)["path.protection.mode"], told(wish)["path.protection.level"]) == ("standby", "link")


@pytest.mark.parametrize(("avoid", "kept_off"), [
    ({"switches": ["s2"]}, {"path.avoid.switches": "s2"}),
    ({"labels": {"tier": "2"}}, {"path.avoid.labels": "s3"}),
    ({"links": ["duct"], "switches": ["s2"]}, {"path.avoid.links": None, "path.avoid.switches": None}),
])
def test_what_is_kept_off_is_told_where_one_field_says_it(avoid: dict, kept_off: dict[str, str | None]):
    (wish,) = wanted(intent({"from": "surgeon", "to": "store", "path": {"avoid": avoid}})).connections
    assert {field: value for field, value in told(wish).items() if "avoid" in field} == kept_off


def test_what_others_said_is_told_as_well():
    (wish,) = wanted(intent("sub-ms path for telemedicine slice"), SLICE).connections
    assert told(wish) | {"slice": "telemedicine", "profile": "telemedicine-haptic", "slo.latency.max": "1 ms"} == told(wish)
    assert None not in told(wish).values()
