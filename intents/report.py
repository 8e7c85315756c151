"""A plan as plain data: the one form in which people, programs and golden cases read it (LANGUAGE.md, offline contract)."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import fields
from hashlib import blake2b
from typing import Any

from intents.documents import Documents
from intents.effects import KINDS, VERBS, Course, Difference, Edit, Effect
from intents.model import BudgetLine, FieldChange, Path, Plan, Refusal
from intents.readable import rule_line
from intents.rules import Action, Field, Flow, Group, Meter, RuleSet
from intents.tables import key_order
from topologies.model import Topology


def plan_document(plan: Plan, rules: RuleSet, changes: Mapping[str, Any], digest: str, seconds: Mapping[str, float],
                  with_rules: bool = False) -> dict[str, Any]:
    """Placements, refusals, how many rules, what changes (`changes_document`), what names the plan, and what each arrow
    took in seconds. `with_rules` adds the rules themselves under `rules_list`."""
    listed = {"rules_list": rules_document(rules)} if with_rules else {}
    return {
        "placements": {placement.connection.title: {"paths": [_path(path) for path in placement.paths],
                                                    "budget": [_line(line) for line in placement.budget]}
                       for placement in plan.placements.values()},
        "refusals": {refusal.title: {"reason": refusal.reason.value, "message": refusal.message,
                                     "counter_offers": list(refusal.counter_offers), "offers": _offers(refusal)}
                     for refusal in plan.refusals.values()},
        "rules": {"flows": len(rules.flows), "groups": len(rules.groups), "meters": len(rules.meters), "queues": 0},
        **listed, "changes": dict(changes), "hash": digest,
        "seconds": {name: round(took, 6) for name, took in seconds.items()}}


def changes_document(network: Topology, found: Difference, with_rules: bool = False) -> dict[str, Any]:
    """Whom a plan touches and how, how many connections it does not, and how many rules of each kind it adds, changes and
    removes. `with_rules` adds these rules as lines under `edits`."""
    listed = {"edits": [_edit(network, edit) for edit in found.edits]} if with_rules else {}
    return {"connections": [_effect(effect) for effect in found.effects], "untouched": found.untouched,
            "rules": tally(found.edits), **listed}


def tally(edits: Iterable[Edit]) -> dict[str, dict[str, int]]:
    """How many rules of each kind are added, changed and removed."""
    counts = Counter((edit.kind, edit.verb) for edit in edits)
    return {f"{kind}s": {verb: counts[kind, verb] for verb in VERBS} for kind in KINDS}


def rules_document(rules: RuleSet) -> dict[str, list[dict[str, Any]]]:
    """Every rule, sorted by switch, in OpenFlow's words."""
    return {"flows": [_flow(rules.flows[key]) for key in sorted(rules.flows, key=key_order)],
            "groups": [_group(rules.groups[key]) for key in sorted(rules.groups)],
            "meters": [_meter(rules.meters[key]) for key in sorted(rules.meters)],
            "queues": []}


def digest(*parts: Documents | Topology | Plan | Mapping[str, frozenset[str]] | frozenset[str]) -> str:
    """What names some things together: equal ones, in the same order, give the same, others another."""
    return blake2b(json.dumps([_told(part) for part in parts]).encode(), digest_size=16).hexdigest()


def _told(part: Documents | Topology | Plan | Mapping[str, frozenset[str]] | frozenset[str]) -> Any:
    # no repr of a connection, nor of anything else that holds sets: their order is the hash seed's
    match part:
        case Documents():
            return [document.model_dump_json(by_alias=True, exclude_none=True)
                    for named in (part.intents, part.slices, part.profiles) for document in named.values()]
        case Plan():
            return [{key: [_path(path) for path in placement.paths] for key, placement in part.placements.items()},
                    {key: (refusal.reason.value, refusal.message) for key, refusal in part.refusals.items()}]
        case Topology():
            return repr(part)
        case frozenset():
            return sorted(part)
        case _:
            return {name: sorted(names) for name, names in sorted(part.items())}


def _offers(refusal: Refusal) -> list[dict[str, Any]]:
    return [{"sentence": sentence, "changes": [_change(change) for change in changes]}
            for sentence, changes in zip(refusal.counter_offers, refusal.rewrites, strict=False)]


def _change(change: FieldChange) -> dict[str, Any]:
    told = {"field": change.field, "value": _plain(change.value)}
    return {**told, "intent": change.intent} if change.intent else told


def _plain(value: str | bool | tuple[str, ...] | None) -> str | bool | list[str] | None:
    return list(value) if isinstance(value, tuple) else value


def _effect(effect: Effect) -> dict[str, Any]:
    turns = [{"direction": turn.direction, "before": _course(turn.before), "after": _course(turn.after)}
             for turn in effect.turns]
    return {"key": effect.key, "title": effect.title, "intent": effect.intent, "what": effect.what, "turns": turns}


def _course(course: Course | None) -> dict[str, Any] | None:
    if course is None:
        return None
    bound = course.bound
    return {"nodes": list(course.nodes), "links": list(course.links), "worst_ns": course.worst_ns,
            "latency_max_ns": bound and bound.max_ns, "latency_strict": bool(bound and bound.strict),
            "reserved_bps": course.reserved_bps, "exposed": list(course.exposed)}


def _edit(network: Topology, edit: Edit) -> dict[str, Any]:
    before, after = (item and rule_line(network, item) for item in (edit.before, edit.after))
    return {"verb": edit.verb, "kind": edit.kind, "before": before, "after": after}


def _path(path: Path) -> dict[str, Any]:
    said = {"role": path.role, "direction": path.direction, "nodes": list(path.nodes), "links": list(path.links),
            "delay_ns": path.delay_ns, "reserved_bps": path.reserved_bps}
    return said if path.protects is None else {**said, "protects": path.protects}


def _line(line: BudgetLine) -> dict[str, Any]:
    return {field.name: getattr(line, field.name) for field in fields(line)}


def _flow(flow: Flow) -> dict[str, Any]:
    found: dict[str, Any] = {
        "dpid": f"{flow.dpid:016x}", "table": int(flow.table), "priority": flow.priority,
        "match": {field.name: _matched(field) for field in flow.match}, "cookie": f"0x{flow.cookie:016x}"}
    if flow.meter is not None:
        found["meter"] = flow.meter
    if flow.actions:
        found["actions"] = [_action(action) for action in flow.actions]
    if flow.goto is not None:
        found["goto"] = int(flow.goto)
    return found


def _group(group: Group) -> dict[str, Any]:
    buckets = [{"actions": [_action(action) for action in bucket.actions]}
               | ({} if bucket.watch_port is None else {"watch_port": bucket.watch_port}) for bucket in group.buckets]
    return {"dpid": f"{group.dpid:016x}", "id": group.id, "kind": group.kind, "buckets": buckets}


def _meter(meter: Meter) -> dict[str, Any]:
    return {"dpid": f"{meter.dpid:016x}", "id": meter.id, "rate_kbps": meter.rate_kbps, "burst_kb": meter.burst_kb}


def _matched(field: Field) -> int | str:
    return field.value if field.mask is None else f"{field.value:#x}/{field.mask:#x}"


def _action(action: Action) -> str:
    """Like `Output(port=2)`."""
    return repr(action)
