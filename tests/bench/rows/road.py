"""The whole road: 10,000 intents of YAML on germany50 to rules that are proved, and the proof of a single move.

Every intent has one of 1,200 pairs of hosts and a port of its own; half guarantee a rate, half bound their delay, one in
twenty is protected, some avoid a switch or have a priority. All are placed. The peer of the first row is the same on 1,000
intents, ten times: what grows faster than its intents falls behind.
"""

from collections.abc import Iterator
from dataclasses import replace

from controller.reference import Reference
from controller.road import Ground, Stopwatch, built, planned
from intents.compiler import compile_rules
from intents.documents import read_documents
from intents.model import Connection, Plan, Selector, Wanted
from intents.planner import plan
from intents.proof import prove
from intents.rubbish import uncollected
from intents.rules import RuleSet
from intents.steps import diff
from tests.bench.row import Row
from topologies.builders import ring
from topologies.model import Topology

INTENTS = 10_000


def rows() -> Iterator[Row]:
    """The rows."""
    network = Reference("topohub:sndlib/germany50", "100 Gbps").load(lambda name: name)
    many, tenth = (_text(count) for count in (INTENTS, INTENTS // 10))
    yield Row(f"{INTENTS:,} intents of YAML on germany50 to proved rules", lambda: _placed(network, many),
              lambda: sum(_placed(network, tenth) for _ in range(10)), "ours on 1,000, ten times", least=0.8, most_s=10,
              most_mb=1000)
    yield _move(Reference("topohub:gabriel/25/0", "100 Gbps").load(lambda name: name))
    yield _move(ring(25))


def _placed(network: Topology, text: str) -> int:
    """How many intents have proved rules."""
    with uncollected():
        watch, ground = Stopwatch(), Ground(network)
        way = built(ground, *planned(ground, read_documents((text, "bench.yaml")), watch), watch)
    return len(way.plan.placements) if way.proof.holds else 0


def _move(network: Topology) -> Row:
    """One of 100 connections leaves a link of its way."""
    hosts = [host.name for host in network.hosts]
    pairs = [sorted((hosts[number % 25], hosts[(number * 7 + 3 + number // 25) % 25])) for number in range(110)]
    wishes = [Connection(f"i{number}/{one}-{other}", f"i{number}", f"i{number}", one, other,
                         selector=Selector("udp", None, 5000 + number))
              for number, (one, other) in enumerate(pairs) if one != other][:100]
    before = plan(network, Plan(), Wanted(tuple(wishes)))
    first, *others = wishes
    link = before.placements[first.key].paths[0].links[1]
    moved = replace(first, avoid_links=frozenset((link,)))
    after = plan(network, before, Wanted((moved, *others)))
    installed = compile_rules(network, before.placements, RuleSet())
    steps = diff(installed, compile_rules(network, after.placements, installed))
    return Row(f"the proof of one move, with 100 intents on the 25 switches of {network.name}",
               lambda: prove(network, installed, steps, before.placements, after.placements).holds, most_s=0.01, calls=20)


def _text(count: int) -> str:
    return "---\n".join(map(_intent, range(count)))


def _intent(number: int) -> str:
    source, says = number % 50, number * 2654435761 >> 7
    target, shunned = (source + 1 + number // 50 % 24) % 50, (source + 25) % 50
    lines = [
        f"apiVersion: isochrone/v1\nkind: Intent\nmetadata: {{name: i{number:05}}}", "spec:", f"  from: h{source}",
        f"  to: h{target}", f"  match: {{protocol: udp, destination-port: {5000 + number // 50}}}",
        "  slo:" if says & 3 else "",
        f"    latency: {{max: {number % 5 + 1} s}}" if says & 1 else "",
        f"    bandwidth: {{guaranteed: {number % 20 + 1} Mbps, max: 80 Mbps}}" if says & 2 else "",
        f"  path: {{avoid: {{switches: [n{shunned}]}}}}" if says & 8 and target != shunned else
        "  path: {protection: {mode: fast-failover, level: link, required: true}}" if number % 10 == 3 else "",
        f"  priority: {number % 100 + 1}" if says & 16 else ""]
    return "".join(f"{line}\n" for line in lines if line)
