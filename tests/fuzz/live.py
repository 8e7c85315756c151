"""The far ends of a live attack, each in a process of its own: one that says what no switch would, one that is honest.

`python -m tests.fuzz.live attack PORT COUNT` says that many messages, each followed by an echo request, and connects anew
where it was hung up on; `python -m tests.fuzz.live echo PORT` is a switch that asks for an echo every 2 ms, until its input
ends. Both print what they saw as JSON, times in seconds.
"""

import json
import random
import select
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice

from controller.southbound.guard import Stage
from controller.southbound.sender import FIRST_XID
from tests.controller.southbound.peer import Peer
from tests.fake_switch import ECHO_REPLY, ECHO_REQUEST, HELLO, MULTIPART_REQUEST, PORTS, features, message, port, reply
from tests.fuzz.messages import STAGES, answering
from tests.fuzz.openflow import malformed, mutants
from tests.fuzz.wire import TO_STAGE

HONEST = 9
ATTACKERS = range(100, 200)
"""Datapath ids: whoever listens asks those of attackers for tables and counters as soon as they are up."""

LIMIT_S = 0.1


def attack(listening: int, count: int, seed: int = 1) -> Mapping[str, float]:
    """Every malformed message of the corpus, and mutants for the rest."""
    dice = random.Random(seed)
    words = [*islice(malformed().values(), count), *islice(mutants(seed), max(0, count - len(malformed())))]
    said = iter(dice.sample(words, len(words)))
    verdicts: list[float] = []
    connections = 0
    while len(verdicts) < count:
        with Peer(listening) as peer:
            connections += 1
            verdicts += _heard(peer, dice, said)
    return {"said": len(verdicts), "connections": connections, "slowest": max(verdicts, default=0.0)}


def _heard(peer: Peer, dice: random.Random, said: Iterator[bytes]) -> Iterator[float]:
    """How long it took after each until the echo came, or the end."""
    stage = dice.choice(STAGES)
    peer.say(b"".join((message(HELLO), features(dice.choice(ATTACKERS)), reply(PORTS, port(1) + port(2)))[:TO_STAGE[stage]]))
    xids = [FIRST_XID, FIRST_XID + 1, FIRST_XID + 2]
    if stage is Stage.JOINED:
        while (heard := peer.hear(MULTIPART_REQUEST)) and int.from_bytes(heard[4:8], "big") != xids[-1]:
            pass
    for words in said:
        begin = time.monotonic()
        peer.say(_whole(answering(words, dice.random(), xids)) + message(ECHO_REQUEST))
        stays = peer.hear(ECHO_REPLY)
        yield time.monotonic() - begin
        if not stays:
            return


def _whole(words: bytes) -> bytes:
    """With the length that it has, if it is not one that no message can have: the rest of a message may come next year."""
    return words if int.from_bytes(words[2:4], "big") < 8 else words[:2] + len(words).to_bytes(2, "big") + words[4:]


def echo(listening: int) -> Mapping[str, float]:
    """How many echoes there were, and how long the slowest took."""
    times = []
    with Peer(listening) as peer:
        peer.say(message(HELLO) + features(HONEST) + reply(PORTS, port(1)))
        print("ready", flush=True)
        while not select.select([sys.stdin], [], [], 0.002)[0]:
            begin = time.monotonic()
            peer.say(message(ECHO_REQUEST, len(times)))
            if not peer.hear(ECHO_REPLY):
                return {"echoes": len(times), "slowest": float("inf")}
            times.append(time.monotonic() - begin)
    return {"echoes": len(times), "slowest": max(times)}


def main(words: Sequence[str]) -> None:
    """What is asked for."""
    role, numbers = words[0], map(int, words[1:])
    roles: dict[str, Callable[..., Mapping[str, float]]] = {"attack": attack, "echo": echo}
    print(json.dumps(roles[role](*numbers)))


if __name__ == "__main__":
    main(sys.argv[1:])
