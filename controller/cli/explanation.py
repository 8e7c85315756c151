"""The explanation of an intent for reading: where it runs, what that may take at worst, why, and what was decided."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from controller.cli.columns import columns, provenance_lines
from topologies.told import told
from topologies.units import render_rate, render_time

PARTS = ("propagation", "serialisation", "blocking", "queueing", "switch")


def explain_lines(answer: Mapping[str, Any]) -> list[str]:
    """An ExplainResponse as plain data (northbound.plain), in paragraphs."""
    document = answer["document"]
    paragraphs = [_head(document), *(_connection(each) for each in document["connections"]),
                  provenance_lines(document), _assumptions(answer["assumptions"]), _proof(answer["proof"]),
                  _decisions(answer["decisions"])]
    return [line for number, lines in enumerate(filter(None, paragraphs)) for line in (["", *lines] if number else lines)]


def _head(document: Mapping[str, Any]) -> list[str]:
    status = f": {document['status']}" if document["status"] else ""
    return [f"intent {document['name']}{status}", *(f"  {line}" for line in document["yaml"].splitlines())]


def _connection(connection: Mapping[str, Any]) -> list[str]:
    why = f": {connection['why']}" if connection["why"] else ""
    if connection["verdict"] != "PLACED":
        offers = [f"  would do: {offer}" for offer in connection["counter_offers"]]
        return [f"{connection['title']}: REFUSED, {connection['reason']}: {connection['message']}", *offers,
                *(f"  {line}" for line in _alternatives(connection))]
    status = f", {connection['status']}{why}" if connection["status"] else ""
    lines = [f"{connection['title']}: PLACED{status}"]
    for path in connection["paths"]:
        around = f" around {path['protects']}" if path["role"] == "detour" else ""
        how = "reserved" if path["role"] == "working" else "drawn on the pool"
        reserved = f", {render_rate(path['reserved_bps'])} {how}" if path["reserved_bps"] else ""
        lines.append(f"  {path['role']} {path['direction']}{around}: {told(path['nodes'], path['links'])}{reserved}")
    return [*lines, *(f"  {line}" for line in (*_budget(connection), *_alternatives(connection)))]


def _budget(connection: Mapping[str, Any]) -> list[str]:
    """A row a hop, in microseconds, and the sum against the bound."""
    rows, sums = [], []
    for direction in ("forward", "reverse"):
        hops = [line for line in connection["budget"] if line["direction"] == direction]
        rows += [(direction, line["link"], *(_us(line[f"{part}_ns"]) for part in PARTS), _us(_sum(line))) for line in hops]
        if hops:
            sums.append(f"worst case {direction}: {render_time(sum(map(_sum, hops)))}{_bound(connection)}")
    if not rows:
        return ["worst case: unknown, for the delay of a link is"]
    return [*columns(("BUDGET", "LINK", "PROPAGATION", "OWN PACKET", "BLOCKING", "QUEUE", "SWITCH", "SUM us"), rows), *sums]


def _alternatives(connection: Mapping[str, Any]) -> list[str]:
    """A row a path that is not taken; one for both directions where the same is to be said of the way back."""
    found = {(each["direction"], *each["links"]): each for each in connection["alternatives"]}
    rows = []
    for (direction, *links), each in found.items():
        back = found.get(("reverse" if direction == "forward" else "forward", *reversed(links)))
        is_same = back is not None and (back["why"], back["worst_ns"]) == (each["why"], each["worst_ns"])
        if not is_same or direction == "forward":
            worst = "unknown" if each["worst_ns"] is None else _us(each["worst_ns"])
            rows.append(("both ways" if is_same else direction, worst, told(each["nodes"], each["links"]), each["why"]))
    return columns(("NOT TAKEN", "SUM us", "PATH", "WHY"), rows) if rows else []


def _bound(connection: Mapping[str, Any]) -> str:
    if connection["latency_max_ns"] is None:
        return ", no bound asked for"
    within = "under" if connection["latency_strict"] else "at most"
    return f", {within} {render_time(connection['latency_max_ns'])} asked for"


def _assumptions(assumptions: Sequence[str]) -> list[str]:
    return [f"assumption: {each}" for each in assumptions]


def _proof(proof: Mapping[str, Any] | None) -> list[str]:
    if proof is None:
        return []
    if proof["holds"]:
        return [f"proof: holds; {proof['walks']} packets followed through the tables of all switches"]
    return [f"proof: does not hold; {proof['walks']} packets followed through the tables of all switches",
            *(f"  {each}" for each in proof["counterexamples"])]


def _decisions(decisions: Sequence[Mapping[str, Any]]) -> list[str]:
    return [line for decision in decisions for line in _decision(decision)]


def _decision(decision: Mapping[str, Any]) -> Iterator[str]:
    trigger = decision["trigger"].lower().replace("_", " ")
    yield (f"decision {decision['id']}, {decision['time']}: {trigger} {', '.join(decision['links'])}: "
           f"{decision['done'].lower()}, {decision['why']}")
    for sample in decision["evidence"]:
        yield (f"  seen: {sample['link']} from {sample['source']} at {sample['share']:.0%}, on the mean of "
               f"{sample['since_s'] - sample['until_s']:.2f} s until {sample['until_s']:.2f} s before")
    yield from (f"  considered: {', '.join(option['connections'])}: {option['why']}" for option in decision["options"])
    for move in decision["moves"]:
        yield (f"  {move['connection']} {move['direction']}: {told(move['before'], move['links_before']) or 'no place'} -> "
               f"{told(move['after'], move['links_after']) or 'no place'}")
    if decision["forecast"]:
        yield f"  forecast: {_shares(decision['forecast'])}"
    if outcome := decision["outcome"]:
        after = f"confirmed after {outcome['after_s']:.3f} s; " if outcome["after_s"] is not None else ""
        yield f"  outcome: {after}{outcome['words']}"
        if outcome["measured"]:
            yield f"  measured: {_shares(outcome['measured'])}"


def _shares(shares: Sequence[Mapping[str, Any]]) -> str:
    return ", ".join(f"{each['link']} from {each['source']} " + (
        "unknown" if each["share"] is None else f"{each['share']:.0%}") for each in shares)


def _sum(line: Mapping[str, Any]) -> int:
    return sum(line[f"{part}_ns"] for part in PARTS)


def _us(time_ns: int) -> str:
    return f"{time_ns / 1000:.3f}".rstrip("0").rstrip(".")
