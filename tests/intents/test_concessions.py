"""An offer that another intent should move: who is asked, what to write, and that both then have their places."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intents.compiler import compile_rules
from intents.concessions import EFFORT, with_concessions
from intents.model import FieldChange, Plan, Refusal
from intents.planner import plan
from intents.proof import prove
from intents.resolve import resolve
from intents.rules import RuleSet
from intents.steps import diff
from tests.intents.test_rewrite import documents, specs, written
from tests.intents.wishes import networks
from topologies.builders import diamond, ring
from topologies.model import Topology

Spec = dict[str, Any]


def sending(mbps: int, protocol: str | int, **fields: Any) -> Spec:
    return {"from": "h1", "to": "h4", "match": {"protocol": protocol},
            "slo": {"bandwidth": {"guaranteed": f"{mbps} Mbps"}}} | fields


NARROW = sending(80, "udp", path={"avoid": {"switches": ["s3"]}}, priority=99)


def found(network: Topology, specs: dict[str, Spec], before: Plan | None = None) -> Plan:
    previous, wanted = before or Plan(), resolve(documents(specs), network)
    chosen = plan(network, previous, wanted)
    return with_concessions(lambda old, new: plan(network, old, new), previous, wanted, chosen)


def moves(refusal: Refusal) -> dict[str, tuple[FieldChange, ...]]:
    return {sentence: changes for sentence, changes in zip(refusal.counter_offers, refusal.rewrites, strict=True)
            if any(change.intent for change in changes)}


def test_who_has_another_way_is_asked_to_take_it():
    (refusal,) = found(diamond(), {"bulk": sending(60, "tcp"), "narrow": NARROW}).refusals.values()
    assert moves(refusal) == {"if intent bulk moves off s1-s2": (
        FieldChange("path.avoid.links", ("s1-s2",), "bulk"), FieldChange("path.avoid.switches", (), "bulk"))}


def test_the_least_important_is_asked_first_and_of_those_the_smallest_that_will_do():
    specs = {"firm": sending(30, "tcp"), "large": sending(45, 89, priority=60), "little": sending(1, "icmp", priority=60)}
    specs["narrow"] = {**NARROW, "slo": {"bandwidth": {"guaranteed": "60 Mbps"}}}
    (refusal,) = found(diamond(), specs).refusals.values()
    assert [*moves(refusal)] == ["if intent large moves off s1-s2"]


@pytest.mark.parametrize("bulk", [
    sending(60, "tcp", path={"avoid": {"switches": ["s3"]}}), sending(60, "tcp", path={"pinned": ["s1", "s2", "s4"]}),
    sending(60, "tcp", slo={"bandwidth": {"guaranteed": "60 Mbps"}, "latency": {"max": "8.7 ms"}}, path={"via": ["s2"]}),
])
def test_who_has_no_other_way_is_not_asked(bulk: Spec):
    (refusal,) = found(diamond(), {"bulk": bulk, "narrow": NARROW}).refusals.values()
    assert moves(refusal) == {}


def test_nobody_is_asked_whose_move_would_not_help_or_would_cost_a_third_his_place():
    full = {"one": sending(60, "tcp"), "two": sending(60, "icmp"), "narrow": NARROW}
    (refusal,) = found(diamond(), full).refusals.values()
    assert refusal.intent == "narrow"
    assert moves(refusal) == {}


def test_an_offer_is_made_once():
    specs = {"bulk": sending(60, "tcp"), "narrow": NARROW}
    once = found(diamond(), specs)
    wanted = resolve(documents(specs), diamond())
    assert with_concessions(lambda old, new: plan(diamond(), old, new), once, wanted, once) == once


def test_nobody_is_asked_whose_move_would_cost_him_his_protection():
    protected = sending(60, "tcp", path={"protection": {"mode": "fast-failover", "level": "link", "required": True}})
    standing = found(diamond(), {"bulk": protected})
    (refusal,) = found(diamond(), {"bulk": protected, "narrow": NARROW}, standing).refusals.values()
    assert moves(refusal) == {}


def test_beside_very_many_nobody_is_asked():
    many = {f"m{number:03}": {"from": "h1", "to": "h2", "match": {"protocol": "udp", "destination-port": 1 + number}}
            for number in range(EFFORT)}
    (refusal,) = found(diamond(), {**many, "bulk": sending(60, "tcp"), "narrow": NARROW}).refusals.values()
    assert moves(refusal) == {}


@pytest.mark.slow
@given(networks(5), st.data())
@settings(max_examples=150, deadline=None)
def test_every_such_offer_taken_is_placed_compiled_and_proved(network: Topology, data: st.DataObject):
    asked = {f"i{number}": data.draw(specs(network)) for number in range(data.draw(st.integers(2, 5)))}
    for name in asked:
        if data.draw(st.booleans()):
            asked[name]["slo"]["bandwidth"] = {"guaranteed": f"{data.draw(st.sampled_from((4, 6, 30, 60)))} Mbps"}
    before = found(network, asked)
    for key, refusal in before.refusals.items():
        for sentence, changes in moves(refusal).items():
            (other,) = {change.intent for change in changes}
            own = tuple(replace(change, intent="") for change in changes)
            taken = {**asked, other: written(asked[other], own)}
            wanted = resolve(documents(taken), network)
            assert before.placements.keys() | {key} <= plan(network, Plan(), wanted).placements.keys(), sentence
            after = plan(network, before, wanted)
            then = plan(network, after, wanted) if key not in after.placements else after
            assert before.placements.keys() | {key} <= then.placements.keys(), sentence
            assert not any(then.placements[one].lacks_protection > each.lacks_protection
                           for one, each in before.placements.items()), sentence
            rules = compile_rules(network, before.placements, RuleSet())
            steps = diff(rules, compile_rules(network, after.placements, rules))
            assert prove(network, rules, steps, before.placements, after.placements).holds


def test_beside_what_stands_as_well():
    bulk = {"bulk": sending(60, "tcp", to="h3")}
    standing = found(ring(4), bulk)
    narrow = {**NARROW, "to": "h3", "path": {"avoid": {"switches": ["s4"]}}}
    (refusal,) = found(ring(4), {**bulk, "narrow": narrow}, standing).refusals.values()
    assert [*moves(refusal)] == ["if intent bulk moves off s1-s2"]
