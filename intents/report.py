"""A plan as plain data: the one form in which people, programs and golden cases read it (LANGUAGE.md, offline contract)."""

import json
from collections.abc import Mapping
from dataclasses import fields
from hashlib import blake2b
from typing import Any

from intents.documents import Documents, canonical
from intents.model import BudgetLine, Path, Plan
from intents.rules import Action, Field, Flow, Group, Meter, RuleSet
from intents.tables import key_order
from topologies.model import Topology


def plan_document(plan: Plan, rules: RuleSet, digest: str, seconds: Mapping[str, float],
                  with_rules: bool = False) -> dict[str, Any]:
    """Placements, refusals, how many rules, what names the plan, and what each arrow took in seconds. `with_rules` adds
    the rules themselves under `rules_list`."""
    listed = {"rules_list": rules_document(rules)} if with_rules else {}
    return {
        "placements": {placement.connection.title: {"paths": [_path(path) for path in placement.paths],
                                                    "budget": [_line(line) for line in placement.budget]}
                       for placement in plan.placements.values()},
        "refusals": {refusal.title: {"reason": refusal.reason.value, "message": refusal.message,
                                     "counter_offers": list(refusal.counter_offers)}
                     for refusal in plan.refusals.values()},
        "rules": {"flows": len(rules.flows), "groups": len(rules.groups), "meters": len(rules.meters), "queues": 0},
        **listed, "hash": digest, "seconds": {name: round(took, 6) for name, took in seconds.items()}}


def rules_document(rules: RuleSet) -> dict[str, list[dict[str, Any]]]:
    """Every rule, sorted by switch, in OpenFlow's words."""
    return {"flows": [_flow(rules.flows[key]) for key in sorted(rules.flows, key=key_order)],
            "groups": [_group(rules.groups[key]) for key in sorted(rules.groups)],
            "meters": [_meter(rules.meters[key]) for key in sorted(rules.meters)],
            "queues": []}


def digest(documents: Documents, network: Topology, previous: Plan) -> str:
    """What names a plan: the same documents, network and previous plan give the same, others another."""
    # no repr of a connection: it holds sets, whose order is the hash seed's
    written = [canonical(each) for named in (documents.intents, documents.slices, documents.profiles)
               for each in named.values()]
    placed = {key: [_path(path) for path in placement.paths] for key, placement in previous.placements.items()}
    told = json.dumps([written, repr(network), placed, sorted(previous.refusals)])
    return blake2b(told.encode(), digest_size=16).hexdigest()


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
