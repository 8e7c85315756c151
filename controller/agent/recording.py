"""The agent's decisions written down, and what came of each: how it went, and whether the forecast was right.

Rules of this file: no clock, time is an argument (s, monotonic). A decision is followed until its moves are confirmed and
two rounds of counters, each begun after that, have told what links carry; what they do not tell is unknown.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from controller.agent.advice import Advice
from controller.agent.forecast import HIGH
from controller.agent.measuring import NS
from controller.agent.memory import Memory
from controller.agent.replan import in_place
from controller.agent.world import Batch, World, item_key
from controller.decisions import Autonomy, DecisionRecord, Move, Outcome, Sample, Share, Verdict
from controller.store.record import Record
from controller.telemetry.sending import Loads
from intents.model import DIRECTIONS, Path, Placement

MOST = 200
"""Decisions that are shown; the journal keeps more."""

NOWHERE = Path("working", "forward", (), (), None, 0)
"""In the place of a path that a connection does not have."""

PATIENCE_S = 30.0
"""How long moves may take to be confirmed, before it is said that they were not."""

MEASURED_S = 5.0
"""How long after that loads may take to be known."""

ROUNDS = 2
"""Rounds of counters after which an outcome is told."""


def on_congestion(advice: Advice, autonomy: Autonomy, verdict: Verdict, now: float) -> DecisionRecord:
    """What was found for links that are too full, and what became of it now; without number and time."""
    question, found = advice.question, advice.relief
    keys = found.chosen.connections if found.chosen and advice.proposal else ()
    old, new = question.snapshot.plan.placements, found.plan.placements
    evidence = [Sample(link, source, load.rate_bps, round(load.share, 4), round(now - load.since_ns / NS, 3),
                       round(now - load.at_ns / NS, 3))
                for link, source in question.hot if (load := question.loads[link, source]) is not None]
    return DecisionRecord(
        0, "", question.snapshot.revision, "congestion", tuple(sorted({sample.link for sample in evidence})), autonomy,
        verdict, advice.why, tuple(evidence), found.options,
        tuple(move for key in keys for move in _moves(key, old.get(key), new.get(key))),
        found.chosen.forecast if found.chosen and keys else ())


def on_links(before: Record, after: Record, autonomy: Autonomy) -> DecisionRecord | None:
    """What was re-placed because links failed or came back, `None` where nothing was."""
    gone, back = after.down_links - before.down_links, before.down_links - after.down_links
    old, new = before.plan.placements, after.plan.placements
    moves = tuple(move for key in sorted(old.keys() | new.keys()) if old.get(key) != new.get(key)
                  for move in _moves(key, old.get(key), new.get(key)))
    if not moves or not (gone or back):
        return None
    lost = sorted(old.keys() - new.keys())
    count = len({move.connection for move in moves})
    why = f"{count} connection{'s' if count > 1 else ''} placed anew" + (f", no place for {', '.join(lost)}" if lost else "")
    return DecisionRecord(0, "", before.revision, "link-down" if gone else "link-up", tuple(sorted(gone or back)), autonomy,
                          "moved", why, moves=moves)


@dataclass(frozen=True, slots=True)
class _Open:
    """A decision whose outcome is not known yet, where its connections should run, and since when they do."""

    record: DecisionRecord
    places: Mapping[str, Placement | None]
    begun: float
    confirmed: float | None = None
    rounds: int = 0


class Chronicle:
    """The last decisions, oldest first, and those whose outcome is still open."""

    def __init__(self, records: tuple[DecisionRecord, ...]) -> None:
        self.records = records
        self._open: tuple[_Open, ...] = ()

    def enter(self, record: DecisionRecord, at: str, places: Mapping[str, Placement], now: float) -> DecisionRecord:
        """The record, numbered and stamped; followed if it moved anything to `places`."""
        record = replace(record, id=max((each.id for each in self.records), default=0) + 1, at=at)
        self.records = (*self.records, record)[-MOST:]
        if record.verdict == "moved":
            keys = {move.connection for move in record.moves}
            self._open = (*self._open, _Open(record, {key: places.get(key) for key in sorted(keys)}, now))
        return record

    def end(self, placed: Mapping[str, Placement]) -> Iterator[DecisionRecord]:
        """The decisions without an outcome when a controller begins: who followed them is gone."""
        for record in self.records:
            if record.verdict == "moved" and record.outcome is None:
                stands = all(_goes(placed.get(move.connection), move) for move in record.moves)
                yield self._ended(record, Outcome(None, (), stands, "not followed: the controller was started anew"))

    def _ended(self, record: DecisionRecord, outcome: Outcome) -> DecisionRecord:
        ended = replace(record, outcome=outcome)
        self.records = tuple(ended if other.id == record.id else other for other in self.records)
        return ended

    def follow(self, world: World, memory: Memory, loads: Loads | None, now: float) -> Iterator[DecisionRecord]:
        """The decisions of which the outcome is known now. `loads` are those of a round that has just ended."""
        open_still = []
        for each in self._open:
            followed, outcome = _followed(each, world, memory, loads, now)
            if outcome is None:
                open_still.append(followed)
                continue
            yield self._ended(each.record, outcome)
        self._open = tuple(open_still)


def _goes(placement: Placement | None, move: Move) -> bool:
    paths = placement.paths if placement else ()
    ways = [path.links for path in paths if (path.role, path.direction) == ("working", move.direction)]
    return ways == ([move.links_after] if move.links_after else [])


def age_s(record: DecisionRecord, stamp: str) -> float:
    """How long before a time (ISO 8601) a decision was made, in s; not before it where the clock was set back, and long ago
    where it does not say."""
    try:
        return max((datetime.fromisoformat(stamp) - datetime.fromisoformat(record.at)).total_seconds(), 0.0)
    except (ValueError, TypeError):
        return float("inf")


def _followed(open_: _Open, world: World, memory: Memory, loads: Loads | None,
              now: float) -> tuple[_Open, Outcome | None]:
    placed = in_place(world.record)
    if any(placed.get(key) != place for key, place in open_.places.items()):
        after_s = None if open_.confirmed is None else round(open_.confirmed - open_.begun, 3)
        return open_, Outcome(after_s, (), False, "placed anew before it was measured")
    if open_.confirmed is None:
        if any(place and not _stands(world, memory, key) for key, place in open_.places.items()):
            late = now > open_.begun + PATIENCE_S
            return open_, Outcome(None, (), True, f"not confirmed within {PATIENCE_S:.0f} s") if late else None
        open_ = replace(open_, confirmed=now)
    after_s = round((open_.confirmed or now) - open_.begun, 3)
    if not open_.record.forecast:
        return open_, Outcome(after_s, (), True, "confirmed")
    shares = _measured(open_, loads) if loads is not None else None
    open_ = replace(open_, rounds=open_.rounds + 1) if shares else open_
    if shares and open_.rounds >= ROUNDS:
        return open_, Outcome(after_s, shares, True, _told(open_.record.forecast, shares))
    if now > (open_.confirmed or now) + MEASURED_S:
        return open_, Outcome(after_s, (), True, "not measured: what the links carry is unknown")
    return open_, None


def _stands(world: World, memory: Memory, key: str) -> bool:
    """Whether the switches hold all that a connection rests on, and nothing of it is on its way."""
    if memory.needs is None or key not in memory.needs.placements:
        return False
    needed = memory.needs.of(key)
    under_way = (item_key(change.item) for request in world.requests.values() if isinstance(request, Batch)
                 for change in request.changes)
    return needed.isdisjoint(memory.gaps.lacking) and needed.isdisjoint(under_way)


def _measured(open_: _Open, loads: Loads) -> tuple[Share, ...] | None:
    """What the links of the forecast carry, `None` until all that is known of them is of the time after the moves."""
    found = [(each, loads.get((each.link, each.source))) for each in open_.record.forecast]
    since = (open_.confirmed or 0.0) * NS
    shares = tuple(Share(each.link, each.source, round(load.share, 4)) for each, load in found
                   if load is not None and load.since_ns >= since)
    return shares if len(shares) == len(found) else None


def _told(forecast: Iterable[Share], measured: Iterable[Share]) -> str:
    full = [f"{each.link} from {each.source} at {each.share or 0:.0%}" for each in measured if (each.share or 0) > HIGH]
    off = max(abs((one.share or 0) - (other.share or 0)) for one, other in zip(forecast, measured, strict=True))
    return f"{', '.join(full) or f'no link over {HIGH:.0%}'}; the forecast was off by {off:.0%} of capacity at most"


def _moves(key: str, before: Placement | None, after: Placement | None) -> Iterator[Move]:
    placement = after or before
    for direction in DIRECTIONS if placement else ():
        old, new = (each.working(direction) if each else None for each in (before, after))
        if old != new and placement:
            was, will = old or NOWHERE, new or NOWHERE
            yield Move(key, placement.connection.intent, direction, was.nodes, will.nodes, was.links, will.links)
