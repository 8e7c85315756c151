"""A plan as plain data: the offline contract, key by key."""

import json
import os
import subprocess
import sys

import pytest

from intents.documents import read_documents
from intents.model import Bandwidth, Plan, Wanted
from intents.planner import plan
from intents.report import digest, plan_document
from intents.rules import Flow, Group, Meter, RuleSet, match, rule_set
from tests.intents.wishes import GBPS, MBPS, cable, mesh, wish

LINE = mesh(cable("s1-s2"), hosts={"h1": "s1", "h2": "s2"})
FOUND = plan(LINE, Plan(), Wanted((
    wish("a", "h1", "h2", both_ways=False, bandwidth=Bandwidth(5 * MBPS), avoid_links=frozenset("xyz")),
    wish("b", "h2", "h1", both_ways=False, bandwidth=Bandwidth(2 * GBPS)))))
CONFLICTING = plan(LINE, Plan(), Wanted((wish("a", "h1", "h2"), wish("b", "h2", "h1"))))
INTENT = "{{apiVersion: isochrone/v1, kind: Intent, metadata: {{name: {0}}}, spec: {{from: h1, to: h2}}}}"


def test_the_contract_has_these_keys_and_no_others():
    alone = plan(LINE, Plan(), Wanted((wish("a", "h1", "h2", bandwidth=Bandwidth(5 * MBPS)),)))
    told = plan_document(alone, RuleSet(), {}, "abc", {"read": 0.1, "plan": 0.2})
    assert list(told) == ["placements", "refusals", "rules", "changes", "hash", "seconds"]
    placement = told["placements"]["a"]
    assert list(placement) == ["paths", "budget"]
    assert placement["paths"][0] == {
        "role": "working", "direction": "forward", "nodes": ["h1", "s1", "s2", "h2"], "links": ["h1-s1", "s1-s2", "h2-s2"],
        "delay_ns": 10_000, "reserved_bps": 5 * MBPS}
    assert placement["budget"][1] == {
        "direction": "forward", "link": "s1-s2", "propagation_ns": 10_000, "serialisation_ns": 120_000,
        "blocking_ns": 123_040, "queueing_ns": 50_000_000, "switch_ns": 20_000}
    assert told["rules"] == {"flows": 0, "groups": 0, "meters": 0, "queues": 0}
    assert (told["hash"], told["seconds"]) == ("abc", {"read": 0.1, "plan": 0.2})


def test_a_refusal_is_told_with_its_reason_and_offers():
    told = plan_document(CONFLICTING, RuleSet(), {}, "", {})
    assert list(told["refusals"]) == ["a", "b"]
    assert told["refusals"]["a"]["reason"] == "CONFLICT"
    assert list(told["refusals"]["a"]) == ["reason", "message", "counter_offers", "offers"]


def test_rules_are_counted_and_listed_when_asked_for():
    exact, masked = (Flow(1, 0, 9, match(ipv4_dst=field)) for field in (5, (5, 0xFF)))
    rules = rule_set((masked, exact, Group(1, 7, "indirect", ()), Meter(1, 8, 100, 10)))
    told = plan_document(Plan(), rules, {}, "", {}, with_rules=True)
    assert told["rules"] == {"flows": 2, "groups": 1, "meters": 1, "queues": 0}
    assert [flow["match"] for flow in told["rules_list"]["flows"]] == [{"ipv4_dst": 5}, {"ipv4_dst": "0x5/0xff"}]
    assert json.loads(json.dumps(told)) == told


def test_the_hash_changes_with_each_thing_it_names_and_with_nothing_else():
    one, two = (read_documents((INTENT.format(name), "f")) for name in ("x", "y"))
    assert (list(FOUND.placements), list(FOUND.refusals)) == (["a/h1-h2"], ["b/h2-h1"])
    moved = read_documents(("# a comment\n" + INTENT.format("x").replace(", ", ",  "), "g"))
    dearer = mesh(cable("s1-s2", cost=2), hosts={"h1": "s1", "h2": "s2"})
    before = digest(one, LINE, Plan(), frozenset(), {})
    assert digest(moved, LINE, Plan(), frozenset(), {}) == before
    others = [digest(two, LINE, Plan(), frozenset(), {}), digest(one, dearer, Plan(), frozenset(), {}),
              digest(one, LINE, FOUND, frozenset(), {}), digest(one, LINE, Plan(), frozenset({"s1-s2"}), {}),
              digest(one, LINE, Plan(), frozenset(), {"x/h1-h2": frozenset({"s1-s2"})})]
    assert len({before, *others}) == 6


@pytest.mark.slow
def test_a_plan_is_the_same_under_every_hash_seed():
    assert len({_told(seed) for seed in ("1", "2")}) == 1


def _told(seed: str) -> str:
    """What another interpreter makes of the same wishes."""
    script = ("import json; from tests.intents.test_report import FOUND, LINE; from intents.report import *; "
              "from intents.rules import RuleSet; from intents.documents import Documents; "
              "print(json.dumps(plan_document(FOUND, RuleSet(), {}, digest(Documents(), LINE, FOUND), {})))")
    return subprocess.run([sys.executable, "-c", script], env={**os.environ, "PYTHONHASHSEED": seed}, check=True,
                          capture_output=True, text=True, timeout=60).stdout
