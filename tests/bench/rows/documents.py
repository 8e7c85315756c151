"""10,000 intents from YAML to validated objects: phrases and fields, with and without what an intent may say.

The peer is what one would write first: yaml's safe loader on libyaml, and the same models. It reads numbers, booleans
and dates as we do, or the models would refuse them; that costs it nothing.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from intents.documents import Intent, read_documents
from tests.bench.row import Row
from topologies.scalars import Plain

INTENTS = 10_000


def rows() -> Iterator[Row]:
    """The row."""
    text = "---\n".join(map(_intent, range(INTENTS)))
    yield Row(f"{INTENTS:,} intents of YAML ({len(text) / 1e6:.1f} MB) to validated objects",
              lambda: read_documents((text, "bench.yaml")).intents, lambda: _peer(text),
              "yaml.CSafeLoader + the same models", least=6)


def _intent(number: int) -> str:
    """One of 65 shapes: every tenth is a phrase, the others say six things or leave them out."""
    head = f"apiVersion: isochrone/v1\nkind: Intent\nmetadata: {{name: intent-{number:05}"
    if number % 10 == 0:
        return f"{head}}}\nspec: sub-ms path from h{number % 97} to h{number % 89 + 100} avoiding s{number % 50}\n"
    says = number * 2654435761 >> 7
    lines = [
        f"{head}{', tenant: city-hospital, labels: {app: video}' if says & 1 else ''}}}", "spec:",
        f"  from: h{number % 97}", f"  to: h{number % 89 + 100}",
        f"  match: {{protocol: udp, destination-port: {5000 + number % 1000}, dscp: ef}}" if says & 2 else "",
        "  slo:", f"    latency: {{max: {number % 9 + 1} ms, strict: true, statistic: p99, window: 10 s}}",
        f"    bandwidth: {{guaranteed: {number % 50 + 1} Mbps, max: 80 Mbps, max-packet: 1500 B}}" if says & 4 else "",
        "  path:" if says & 24 else "",
        "    avoid: {links: [s1-s2, s2-s3]}" if says & 8 else "",
        "    protection: {mode: fast-failover, level: link, required: true}" if says & 16 else "",
        f"  priority: {number % 100 + 1}" if says & 32 else ""]
    return "".join(f"{line}\n" for line in lines if line)


class _Loader(yaml.CSafeLoader):
    pass


for _kind, _tag in (("integer", "int"), ("number", "float"), ("boolean", "bool"), ("text", "timestamp")):
    _Loader.add_constructor(f"tag:yaml.org,2002:{_tag}", lambda _, node, kind=_kind: Plain(node.value, kind))


def _peer(text: str) -> Mapping[str, Any]:
    return {intent.name: intent for intent in map(Intent.model_validate, yaml.load_all(text, _Loader))}
