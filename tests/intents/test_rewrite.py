"""A counter-offer as what to write: written into the intent it was made for, it is placed, compiled and proved."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from intents.compiler import compile_rules
from intents.documents import Documents, read_documents
from intents.model import FieldChange, Plan, Reason
from intents.planner import plan
from intents.proof import prove
from intents.resolve import resolve
from intents.rules import RuleSet
from intents.steps import diff
from tests.intents.wishes import networks
from topologies.builders import linear
from topologies.metro import metro
from topologies.model import PortId, Topology

Spec = dict[str, Any]


def documents(specs: Mapping[str, Spec], *more: str) -> Documents:
    """Intents of these specs, and what stands in further texts."""
    texts = [json.dumps({"apiVersion": "isochrone/v1", "kind": "Intent", "metadata": {"name": name}, "spec": spec})
             for name, spec in specs.items()]
    return read_documents(*((text, f"{number}.yaml") for number, text in enumerate((*texts, *more))))


def written(spec: Spec, changes: tuple[FieldChange, ...]) -> Spec:
    """The spec with these fields written in, or left out where there is nothing to write."""
    made = json.loads(json.dumps(spec))
    for change in changes:
        *folders, last = change.field.split(".")
        at = made
        for folder in folders:
            at = at.setdefault(folder, {})
        at[last] = change.value
        if change.value is None:
            at.pop(last, None)
    return _without_empty(made)


def _without_empty(spec: Spec) -> Spec:
    found = {key: _without_empty(value) if isinstance(value, dict) else value for key, value in spec.items()}
    return {key: value for key, value in found.items() if value != {}}


def changes_offered(network: Topology, spec: Spec, *more: str) -> dict[str, dict[str, Any]]:
    """By its sentence, what each offer to an intent that is refused alone has it write."""
    (refusal,) = plan(network, Plan(), resolve(documents({"i": spec}, *more), network)).refusals.values()
    return {sentence: {change.field: change.value for change in changes}
            for sentence, changes in zip(refusal.counter_offers, refusal.rewrites, strict=True)}


def test_a_longer_bound_is_written_with_all_that_belongs_to_it():
    latency = {"max": "300 us", "strict": True, "severe-above": "500 us"}
    spec = {"from": "surgeon", "to": "robot", "slo": {"latency": latency}}
    assert changes_offered(metro(), spec) == {"latency 300 us -> 779 us": {
        "slo.latency.max": "779 us", "slo.latency.strict": True, "slo.latency.severe-above": None}}
    latency["severe-above"] = "2 ms"
    assert changes_offered(metro(), spec)["latency 300 us -> 779 us"]["slo.latency.severe-above"] == "2 ms"


def test_what_the_language_cannot_unsay_goes():
    spec = {"from": "surgeon", "to": "robot", "slo": {"bandwidth": {"guaranteed": "5 Mbps", "burst": "1 MB"}}}
    offered = changes_offered(metro(), spec)
    assert offered["without guaranteed bandwidth"] == {"slo.bandwidth.guaranteed": None}
    (burst,) = (changes for sentence, changes in offered.items() if sentence.startswith("burst 1 MB -> "))
    assert list(burst) == ["slo.bandwidth.burst"]


def test_the_way_is_written_out():
    spec = {"from": "h1", "to": "h3", "path": {"avoid": {"links": ["s1-s2", "s2-s3"]}, "via": ["s2"]}}
    assert changes_offered(linear(3), spec)["without avoid links s1-s2, s2-s3"] == {
        "path.avoid.links": (), "path.avoid.switches": ()}
    spec = {"from": "h1", "to": "h2", "path": {"via": ["s3"]}}
    assert changes_offered(linear(3), spec) == {"without via s3": {"path.via": ()}}
    double = replace(linear(3), links=tuple(sorted((*linear(3).links, replace(
        linear(3).links[0], name="by", a=PortId("s1", 8), b=PortId("s2", 9), mtu=1500)), key=lambda link: link.name)))
    spec = {"from": "h1", "to": "h3", "path": {"pinned": ["by", "s2", "s3"]}}
    assert changes_offered(double, spec)["without pinned"] == {"path.pinned": None}
    spec = {"from": "h1", "to": "h3", "path": {"protection": {"mode": "fast-failover", "level": "link"}}}
    assert changes_offered(linear(3), spec)["without protection"] == {"path.protection.mode": "none"}


def test_keeping_apart_from_fewer_or_less_is_written_out():
    def offered(*others: str, on: Topology, level: str) -> dict[str, dict[str, Any]]:
        specs = {name: {"from": "h1", "to": f"h{len(on.hosts)}", "match": {"protocol": protocol}}
                 for name, protocol in (("a", "tcp"), ("b", "icmp"), ("i", "udp"))}
        specs["i"] |= {"priority": 99, "sle": {"diverse-from": {"intents": list(others), "level": level}}}
        refusal = plan(on, Plan(), resolve(documents(specs), on)).refusals["i/h1-h3"]
        return {sentence: {change.field: change.value for change in changes}
                for sentence, changes in zip(refusal.counter_offers, refusal.rewrites, strict=True)}

    assert offered("a", on=linear(3), level="node") == {
        "without diversity from a": {"sle.diverse-from": None}}
    double = replace(linear(3), links=tuple(sorted((*linear(3).links, *(
        replace(link, name=f"{link.name}#2", a=PortId(link.a.switch, 8), b=PortId(link.b.switch, 9))
        for link in linear(3).links)), key=lambda link: link.name)))
    assert offered("a", on=double, level="node")["diversity node -> srlg"] == {
        "sle.diverse-from.intents": ("a",), "sle.diverse-from.level": "srlg"}
    assert offered("a", "b", on=linear(3), level="link") == {"without diversity from a, b": {
        "sle.diverse-from": None}}


def test_what_is_avoided_by_other_words_is_written_as_links_and_switches():
    phrase = 'apiVersion: isochrone/v1\nkind: Intent\nmetadata: {name: i}\nspec: path from h1 to h3 avoiding s2\n'
    (refusal,) = plan(linear(3), Plan(), resolve(read_documents((phrase, "i.yaml")), linear(3))).refusals.values()
    assert (refusal.counter_offers, refusal.rewrites) == (("without avoid switches s2",), ((
        FieldChange("path.avoid.links", ()), FieldChange("path.avoid.switches", ()),
        FieldChange("path.avoid.names", None)),))


@st.composite
def specs(draw: st.DrawFn, network: Topology) -> Spec:
    """An intent's fields: two hosts, and any of the constraints that can be had."""
    source, target = draw(st.permutations([host.name for host in network.hosts]))[:2]
    switches, links = sorted(network.switch_by_name), sorted(network.link_by_name)
    both = draw(st.booleans())
    maybe = st.integers(0, 2).map(lambda chance: chance == 0)
    spec: Spec = {"from": source, "to": target, "direction": "both" if both else "forward", "slo": {}, "path": {}}
    if draw(maybe):
        spec["match"] = {"protocol": "udp", "destination-port": draw(st.integers(1, 5))}
    if draw(maybe):
        most = draw(st.integers(50, 3000))
        latency = {"max": f"{most} us", "strict": draw(st.booleans()), "severe-above": f"{most + 100} us"}
        if both:
            latency["kind"] = draw(st.sampled_from(("one-way", "round-trip")))
        spec["slo"]["latency"] = latency
    if draw(st.booleans()):
        packet = draw(st.sampled_from((256, 1500)))
        bandwidth = {"guaranteed": f"{draw(st.sampled_from((4, 20, 50, 60)))} Mbps", "max-packet": f"{packet} B"}
        if draw(maybe):
            bandwidth["burst"] = f"{draw(st.sampled_from((packet, 3000, 20000)))} B"
        if both and draw(maybe):
            bandwidth["reverse"] = "8 Mbps"
        spec["slo"]["bandwidth"] = bandwidth
    if draw(maybe):
        avoided = draw(st.sets(st.sampled_from(switches), max_size=1))
        via = draw(st.lists(st.sampled_from(switches), unique=True, max_size=2))
        spec["path"]["via"] = [name for name in via if name not in avoided]
        spec["path"]["avoid"] = {"switches": sorted(avoided)}
        if links:
            spec["path"]["avoid"]["links"] = sorted(draw(st.sets(st.sampled_from(links), max_size=2)))
    if both and draw(maybe):
        spec["path"]["co-routed"] = True
    if draw(maybe):
        spec["path"]["protection"] = {"mode": "fast-failover", "level": "link", "required": True}
    spec["path"]["objective"] = draw(st.sampled_from(("min-latency", "min-cost")))
    return spec


@given(networks(5), st.data())
@settings(deadline=None)
def test_every_counter_offer_taken_is_placed_compiled_and_proved(network: Topology, data: st.DataObject):
    asked = {f"i{number}": data.draw(specs(network)) for number in range(data.draw(st.integers(1, 4)))}
    for name in asked.keys() - {"i0"}:
        if data.draw(st.booleans()):
            others = data.draw(st.lists(st.sampled_from(sorted(asked.keys() - {name})), min_size=1, unique=True))
            level = data.draw(st.sampled_from(("link", "node", "srlg")))
            asked[name]["sle"] = {"diverse-from": {"intents": others, "level": level}}
    found = plan(network, Plan(), resolve(documents(asked), network))
    rules = compile_rules(network, found.placements, RuleSet())
    for key, refusal in found.refusals.items():
        if refusal.reason is Reason.CONFLICT:
            assert refusal.counter_offers == ()
        for sentence, changes in zip(refusal.counter_offers, refusal.rewrites, strict=True):
            taken = documents({**asked, refusal.intent: written(asked[refusal.intent], changes)})
            after = plan(network, found, resolve(taken, network))
            assert key in after.placements, sentence
            steps = diff(rules, compile_rules(network, after.placements, rules))
            assert prove(network, rules, steps, found.placements, after.placements).holds
