"""A plan for reading: where everybody goes and what that costs whom, what is refused, what becomes of the rules.

Rules of this file: it reads the plan document of LANGUAGE.md's contract, the same from the controller and offline; what
stays as it is and was not asked about is only counted.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from controller.cli.columns import columns
from topologies.told import told
from topologies.units import render_rate, render_time

HEAD = ("CONNECTION", "VERDICT", "DIRECTION", "WORST CASE", "PATH")
SIGNS = {"add": "+", "change": "~", "remove": "-"}

Turns = Mapping[str, Mapping[str, Any]]
"""What becomes of the directions of one connection, by direction."""


def plan_lines(plan: Mapping[str, Any]) -> list[str]:
    """A row for each direction, then refusals and what they offer, then the rules and the hash."""
    touched = plan["changes"]["connections"]
    by_title = {effect["title"]: effect for effect in touched if effect["what"] not in ("removed", "refused")}
    rows = [row for title, placement in plan["placements"].items() for row in _placed(title, placement, by_title.get(title))]
    rows += [row for effect in touched if effect["what"] == "removed" for row in _removed(effect)]
    lost = {effect["title"]: effect["turns"] for effect in touched if effect["what"] == "refused"}
    return [*(columns(HEAD, rows) if rows else ()),
            *(line for title, refusal in plan["refusals"].items() for line in _refused(title, refusal, lost.get(title, ()))),
            *_others(plan, by_title), *_rules(plan), f"plan {plan['hash']} in {sum(plan['seconds'].values()):.3f} s"]


def _placed(title: str, placement: Mapping[str, Any], effect: Mapping[str, Any] | None) -> Iterator[tuple[str, ...]]:
    turns: Turns = {turn["direction"]: turn for turn in effect["turns"]} if effect else {}
    spare = Counter((path["direction"], path["role"]) for path in placement["paths"])
    head = (title, effect["what"].upper() if effect else "STAYS")
    for path in placement["paths"]:
        if path["role"] == "working":
            direction = path["direction"]
            turn = turns.get(direction, {})
            way = [_told(path), *_spare(spare[direction, "detour"], spare[direction, "standby"]), *_turned(turn)]
            yield (*head, direction, _worst(placement, direction, turn), ", ".join(way))
            head = ("", "")
    for turn in turns.values():
        if turn["after"] is None:
            yield ("", "", turn["direction"], "", f"no more, was {_told(turn['before'])}")


def _told(course: Mapping[str, Any]) -> str:
    return told(course["nodes"], course["links"])


def _removed(effect: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    head = (effect["title"], "REMOVED")
    for turn in effect["turns"]:
        yield (*head, turn["direction"], _time(turn["before"]["worst_ns"]), _told(turn["before"]))
        head = ("", "")


def _refused(title: str, refusal: Mapping[str, Any], lost: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield f"{title}: REFUSED, {refusal['reason']}: {refusal['message']}"
    yield from (f"  would lose: {turn['direction']} {_told(turn['before'])}" for turn in lost)
    yield from (f"  would do: {offer}" for offer in refusal["counter_offers"])


def _turned(turn: Mapping[str, Any]) -> Iterator[str]:
    """What is otherwise than before in one direction, the delay aside."""
    before, after = turn.get("before"), turn.get("after")
    if before is None or after is None:
        return
    if before["links"] != after["links"]:
        yield f"was {_told(before)}"
    if before["reserved_bps"] != after["reserved_bps"]:
        yield f"{_rate(before)} -> {_rate(after)} reserved"
    for sooner, later, words in ((before, after, "protected"), (after, before, "unprotected")):
        way = (*later["links"], *later["nodes"])
        places = [place for place in sooner["exposed"] if place not in later["exposed"] and place in way]
        if places:
            yield f"now {words} at {' '.join(places)}"


def _worst(placement: Mapping[str, Any], direction: str, turn: Mapping[str, Any]) -> str:
    """The worst case of a direction; where it or its bound changes, before and after, with the bound now."""
    lines = [line for line in placement["budget"] if line["direction"] == direction]
    total = sum(value for line in lines for field, value in line.items() if field.endswith("_ns")) if lines else None
    before, after = turn.get("before"), turn.get("after")
    if not (before and after) or (before["worst_ns"], _bound(before)) == (after["worst_ns"], _bound(after)):
        return _time(total)
    return f"{_time(before['worst_ns'])} -> {_time(after['worst_ns'])} ({_bound(after)})"


def _bound(course: Mapping[str, Any]) -> str:
    if course["latency_max_ns"] is None:
        return "no bound"
    return f"{'under' if course['latency_strict'] else 'at most'} {render_time(course['latency_max_ns'])}"


def _others(plan: Mapping[str, Any], touched: Mapping[str, Any]) -> Iterator[str]:
    others = plan["changes"]["untouched"] - sum(title not in touched for title in plan["placements"])
    if others:
        yield f"{others} other{' stays as it is' if others == 1 else 's stay as they are'}"


def _rules(plan: Mapping[str, Any]) -> Iterator[str]:
    yield "rules: " + ", ".join(f"{count} {what}" for what, count in plan["rules"].items())
    tallies = plan["changes"]["rules"]
    told = {verb: ", ".join(f"{tally[verb]} {what}" for what, tally in tallies.items() if tally[verb]) for verb in SIGNS}
    yield "; ".join(f"to {verb}: {what or 'nothing'}" for verb, what in told.items())
    for edit in plan["changes"].get("edits", ()):
        lines = [line for line in (edit["before"], edit["after"]) if line]
        yield f"{SIGNS[edit['verb']]} {' => '.join(lines)}"


def _spare(detours: int, standbys: int) -> Iterator[str]:
    if detours:
        yield f"{detours} detour{'' if detours == 1 else 's'}"
    if standbys:
        yield "a standby"


def _time(time_ns: int | None) -> str:
    return "unknown" if time_ns is None else f"{time_ns / 1e6:.3f} ms"


def _rate(course: Mapping[str, Any]) -> str:
    return render_rate(course["reserved_bps"]) if course["reserved_bps"] else "nothing"
