"""Records to store, with something in every part."""

from dataclasses import replace

from controller.store.record import Claim, Record
from intents.documents import read_documents
from intents.model import (
    Bandwidth,
    BudgetLine,
    Connection,
    LatencyBound,
    Path,
    Placement,
    Plan,
    Reason,
    Refusal,
    Selector,
)

TEXT = """
apiVersion: isochrone/v1
kind: Intent
metadata: {name: surgery}
spec: sub-ms path for telemedicine slice
---
apiVersion: isochrone/v1
kind: Slice
metadata: {name: telemedicine}
spec:
  profile: telemedicine-haptic
  connect: [{from: surgeon, to: robot}]
"""


def placement(key: str, via: str) -> Placement:
    connection = Connection(
        key, key, key, "surgeon", "robot", selector=Selector("udp", destination_port=5004),
        service_class="delay-critical", latency=LatencyBound(1_000_000, strict=True),
        bandwidth=Bandwidth(guaranteed_bps=5_000_000), avoid_links=frozenset(("s1-s4", "s2-s4")),
        provenance=(("slo.latency.max", 'phrase: "sub-ms"'),))
    path = Path("working", "forward", ("surgeon", "s1", via, "robot"), ("surgeon-s1", f"s1-{via}", f"robot-{via}"),
                10_000, 5_000_000)
    return Placement(connection, (path,), (BudgetLine("forward", f"s1-{via}", 1, 2, 3, 4, 5),))


RECORD = Record(
    topology="0123", revision=3, documents=read_documents((TEXT, "surgery.yaml")),
    plan=Plan({"a": placement("a", "s2"), "b": placement("b", "s3")},
              {"c": Refusal("c", "c", "c", Reason.LATENCY, "1.4 ms at best", ("1.0 -> 1.4 ms",))}),
    kept={"c": placement("c", "s4")}, older={"a": (placement("a", "s3"), placement("a", "s4"))},
    down_links=frozenset(("s1-s4",)),
    claims=frozenset((Claim("flow", 0, 7), Claim("group", 1, 0x49000001), Claim("meter", 2, 0x10000))))

NEXT = replace(RECORD, revision=4, documents=RECORD.documents.without(intents=["surgery"]),
               plan=Plan({"a": placement("a", "s2"), "d": placement("d", "s2")}), kept={}, older={})
