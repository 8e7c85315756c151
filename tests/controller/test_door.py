"""The door: whatever is applied in whatever order, nothing that is placed loses its place to it."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from controller.door import admit
from controller.road import Ground, Stopwatch
from intents.documents import Documents, read_documents
from topologies.builders import linear, ring

RING = ring(4)
HOSTS = [host.name for host in RING.hosts]
RATES = ["1 Mbps", "400 Mbps", "900 Mbps", "20 Gbps"]


@st.composite
def intents(draw: st.DrawFn) -> str:
    name, source = draw(st.sampled_from("abcd")), draw(st.sampled_from(HOSTS))
    target = draw(st.sampled_from([host for host in HOSTS if host != source]))
    port = draw(st.sampled_from(["", "match: {protocol: udp, destination-port: 1}, ", "match: {dscp: ef}, "]))
    rate = draw(st.sampled_from(RATES))
    spec = f"{{from: {source}, to: {target}, {port}slo: {{bandwidth: {{guaranteed: {rate}}}}}}}"
    return _document("Intent", name, draw(st.sampled_from([spec, spec, "{slice: s}"])))


@st.composite
def slices(draw: st.DrawFn) -> str:
    pairs = draw(st.lists(st.sampled_from(["{from: h1, to: h2}", "{from: h2, to: h3}", "{from: h4, to: h1}"]),
                          min_size=1, unique=True))
    return _document("Slice", "s", f"{{profile: p, connect: [{', '.join(pairs)}]}}")


@st.composite
def profiles(draw: st.DrawFn) -> str:
    rate = draw(st.sampled_from(RATES))
    return _document("Profile", "p", f"{{reason: a test, class: guaranteed, slo: {{bandwidth: {{guaranteed: {rate}}}}}}}")


def _document(kind: str, name: str, spec: str) -> str:
    return f"apiVersion: isochrone/v1\nkind: {kind}\nmetadata: {{name: {name}}}\nspec: {spec}\n"


FIRST = [_document("Slice", "s", "{profile: p, connect: [{from: h1, to: h3}]}"),
         _document("Profile", "p", "{reason: a test, class: guaranteed}")]
CALLS = st.lists(st.lists(st.one_of(intents(), intents(), slices(), profiles()), min_size=1, max_size=3), max_size=6)


@given(CALLS)
def test_nothing_placed_loses_its_place_to_what_is_applied(calls: list[list[str]]) -> None:
    ground, standing = Ground(RING), Documents()
    for texts in [FIRST, *calls]:
        newer = Documents()
        for text in texts:
            newer = newer.merged(read_documents((text, "x.yaml")))
        entry = admit(ground, standing, newer, Stopwatch())
        wanted = {connection.key for connection in entry.wanted.connections} | {
            refusal.key for refusal in entry.wanted.refusals}
        assert {key for key in ground.plan.placements if key in wanted} <= entry.plan.placements.keys()
        if entry.turned_back:
            assert entry.attempts
        assert {("intent", name) for name in entry.documents.intents} <= {
            *(("intent", name) for name in standing.intents), *(("intent", name) for name in newer.intents)}
        again = admit(replace(ground, plan=entry.plan), entry.documents, entry.documents, Stopwatch())
        assert (again.documents, again.plan) == (entry.documents, entry.plan)
        ground, standing = replace(ground, plan=entry.plan), entry.documents


def test_documents_turned_back_leave_what_stood_before() -> None:
    narrow, wide = (_document("Intent", "a", f"{{from: h1, to: h3, slo: {{bandwidth: {{guaranteed: {rate}}}}}}}")
                    for rate in ("1 Mbps", "20 Gbps"))
    first = admit(Ground(RING), Documents(), read_documents((narrow, "x.yaml")), Stopwatch())
    then = admit(Ground(RING, first.plan), first.documents, read_documents((wide, "x.yaml")), Stopwatch())
    assert then.documents == first.documents
    assert then.plan == first.plan
    assert then.turned_back.keys() == {("intent", "a")}


def _rate(name: str, ends: str, more: str = "") -> str:
    return _document("Intent", name, f"{{{ends}, slo: {{bandwidth: {{guaranteed: 900 Mbps}}}}{more}}}")


def test_who_may_displace_others_comes_in_and_nobody_else_does() -> None:
    line = linear(2)
    bulk = read_documents((_rate("bulk", "from: h1, to: h2, match: {protocol: tcp}"), "bulk.yaml"))
    narrow = replace(line, links=tuple(replace(link, capacity_bps=1_000_000_000) for link in line.links))
    placed = admit(Ground(narrow), Documents(), bulk, Stopwatch()).plan
    assert [*placed.placements] == ["bulk/h1-h2"]
    for more, here, told in ((", priority: 1", "bulk/h1-h2", ""),
                             (", priority: 1, preemption: {may: true}", "urgent/h1-h2", "urgent/h1-h2")):
        urgent = read_documents((_rate("urgent", "from: h1, to: h2, match: {protocol: udp}", more), "urgent.yaml"))
        entry = admit(Ground(narrow, placed, documents=bulk), bulk, urgent, Stopwatch())
        assert entry.turned_back == {}
        assert [*entry.plan.placements] == [here]
        assert [refusal.displaced_by for refusal in entry.plan.refusals.values()] == [told]
