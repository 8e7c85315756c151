"""`python -m tests.fuzz.messages [COUNT]`: that many mutants of OpenFlow messages (100,000) on the way that a switch's take.

Ends with exit status 1 and the message where one is dear (over 100 ms of the processor), raises or is logged as an error,
or where all of them make the process grow by over 50 MB.
"""

import gc
import os
import random
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path

from controller.southbound.guard import Stage
from tests.fuzz.openflow import mutants
from tests.fuzz.wire import Chosen, Way, way

MOST_S = 0.1
MOST_MB = 50
WARM = 2_000
"""Messages that are said before memory is measured."""

A_CONNECTION = 50
"""Messages at the most that one connection hears."""

STAGES = (Stage.HELLO, Stage.FEATURES, Stage.PORTS) + (Stage.JOINED,) * 7
_KINDS = {1: 2, 4: 1, 7: 0, 10: 0}
"""Which of the xids that wait answers a multipart type: the poll of flows, that of ports, the read (of flows too)."""


@dataclass
class Tale:
    """What became of them."""

    said: int = 0
    last: bytes = b""
    ended: int = 0
    dearest_s: float = 0.0
    grown_mb: float = 0.0


def tell(count: int, tale: Tale | None = None, seed: int = 1) -> Tale:
    """So many mutants. Raises AssertionError with the message of which something does not hold."""
    tale, dice, stems = tale or Tale(), random.Random(seed), mutants(seed)
    with way() as told:
        before = 0.0
        while tale.said < count:
            if not before and tale.said >= min(WARM, count // 2):
                before = megabytes()
            _say(told, dice, islice(stems, min(A_CONNECTION, count - tale.said)), tale)
        tale.grown_mb = megabytes() - before
    assert tale.grown_mb <= MOST_MB, f"grew by {tale.grown_mb:.0f} MB"
    return tale


def _say(told: Way, dice: random.Random, stems: Iterator[bytes], tale: Tale) -> None:
    stage = dice.choice(STAGES)

    def words() -> Iterator[Chosen]:
        for stem in stems:
            tale.said += 1
            tale.last = stem
            yield partial(answering, stem, dice.random())

    try:
        took, dear, why = told.say(stage, words())
    except Exception as error:
        raise AssertionError(f"at {stage}, {tale.last.hex()}: {error!r}") from error
    assert not told.complaints, f"at {stage}, {tale.last.hex()}: {told.complaints}"
    tale.ended += why != "closed by the switch"
    if took > MOST_S:
        took = min(cost(told, stage, dear) for _ in range(3))
    tale.dearest_s = max(tale.dearest_s, took)
    assert took <= MOST_S, f"at {stage}, {took:.3f} s: {dear[:400].hex()}"


def cost(told: Way, stage: Stage, words: bytes) -> float:
    """What a message costs alone, in seconds, as an answer where it can be one."""
    return told.say(stage, iter([partial(answering, words, 0.0)]))[0]


def answering(words: bytes, chance: float, xids: list[int]) -> bytes:
    """The message as an answer to what is asked, four times in five, where it is of a type that answers."""
    which = _KINDS.get(words[9]) if words[1] == 19 and len(words) > 9 else None
    if which is None or chance > 0.8:
        return words
    if which == 2 and chance < 0.4:
        which = 0
    return words[:4] + xids[which].to_bytes(4, "big") + words[8:]


def megabytes() -> float:
    """What this process holds now."""
    gc.collect()
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) / 1024


def main(words: Sequence[str]) -> int:
    """The exit status."""
    if words and not (len(words) == 1 and words[0].isdigit() and int(words[0])):
        print(f"tests.fuzz.messages: {' '.join(words)!r} is no number of messages; write one, such as 100000",
              file=sys.stderr)
        return 2
    tale = Tale()
    threading.Thread(target=_watch, args=(tale,), daemon=True).start()
    try:
        tell(int(words[0]) if words else 100_000, tale)
    except AssertionError as error:
        print(f"tests.fuzz.messages: {error}", file=sys.stderr)
        return 1
    print(f"tests.fuzz.messages: {tale.said:,} messages held, {tale.ended:,} connections were ended for theirs; the dearest "
          f"took {tale.dearest_s * 1000:.1f} ms, and the process grew by {tale.grown_mb:.1f} MB")
    return 0


def _watch(tale: Tale) -> None:
    """End a process that comes no further: a loop without end holds no promise either."""
    before = -1
    while before != tale.said:
        before = tale.said
        time.sleep(20)
    print(f"tests.fuzz.messages: not done with after 20 s: {tale.last.hex()}", file=sys.stderr)
    os._exit(1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
