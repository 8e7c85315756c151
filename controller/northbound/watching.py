"""What those who watch are told: the whole, then what has changed since they were told last.

Rules of this file: nothing is queued for anybody. A message is made when its reader has taken the one before, of the state
of that moment and what this reader knows; so a slow one costs a message, delays nobody and never lags behind. Who took
longer than SLOW_S over a message is told the whole again. Nobody is told more often than every SPACING_S.
"""

import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from operator import is_, is_not
from typing import Any

from controller.northbound.changes import Authority
from controller.northbound.isochrone.v1 import intents_pb2 as pb
from controller.northbound.messages import connections_of, document_message
from controller.snapshot import Snapshot

SLOW_S = 1.0
SPACING_S = 0.1

LOOK_S = 0.2
"""How long a watch may not notice that its reader is gone."""


def watch(authority: Authority, ended: threading.Event,
          clock: Callable[[], float] = time.monotonic) -> Iterator[pb.WatchResponse]:
    """Messages for one reader, until `ended` is set; a message is taken when the next one is asked for."""
    known: Snapshot | None = None
    while not ended.is_set():
        seen = authority.snapshot
        message = told(known, seen)
        known = seen
        if message is not None:
            begun = clock()
            yield message
            known = seen if clock() - begun < SLOW_S else None
            ended.wait(SPACING_S)
        while not ended.is_set() and not authority.wait_for(partial(is_not, seen), LOOK_S):
            pass


def told(known: Snapshot | None, seen: Snapshot) -> pb.WatchResponse | None:
    """What to tell somebody who knows one snapshot (`None`: nothing) of another; `None` where nothing is new to him."""
    if known is not None and _parts(known) == _parts(seen) and all(
            map(is_, (known.plan, known.statuses, known.why), (seen.plan, seen.statuses, seen.why))):
        return None
    before, after = _intents(known) if known else {}, _intents(seen)
    names = sorted(name for name in after if known is None or before.get(name) != after[name])
    gone = sorted(before.keys() - after.keys())
    if known is not None and not names and not gone and _parts(known) == _parts(seen):
        return None
    connections: dict[str, list[pb.Connection]] = {name: [] for name in names}
    for connection in connections_of(connections.keys(), seen.plan, seen):
        connections[connection.intent].append(connection)
    return pb.WatchResponse(
        revision=seen.revision, settled=seen.settled, whole=known is None, gone=gone, alarms=seen.alarms,
        intents=[document_message(seen.documents.intents[name], connections[name]) for name in names])


def _parts(snapshot: Snapshot) -> tuple[int, bool, tuple[str, ...]]:
    return snapshot.revision, snapshot.settled, snapshot.alarms


def _intents(snapshot: Snapshot) -> dict[str, tuple[Any, ...]]:
    """By intent, all that is told of it."""
    found: dict[str, list[Any]] = {name: [document] for name, document in snapshot.documents.intents.items()}
    for key, placement in snapshot.plan.placements.items():
        found.setdefault(placement.connection.intent, []).append(placement)
        found[placement.connection.intent].append((snapshot.statuses.get(key), snapshot.why.get(key)))
    for key, refusal in snapshot.plan.refusals.items():
        found.setdefault(refusal.intent, []).append(refusal)
        found[refusal.intent].append((snapshot.statuses.get(key), snapshot.why.get(key)))
    return {name: tuple(parts) for name, parts in found.items() if name in snapshot.documents.intents}
