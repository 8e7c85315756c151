"""Documents are read whole or refused with everything that is wrong with them, and written in one way."""

import pickle
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.documents import Documents, canonical, read_documents
from topologies.metro import metro
from topologies.source import BadInput, Problem, emit

SURGERY = """\
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

INTENT, SLICE = SURGERY.split("---\n")

PROFILE = """\
apiVersion: isochrone/v1
kind: Profile
metadata: {name: telemedicine-haptic}
spec:
  reason: haptic feedback loops at 1 kHz feel delays over a millisecond
  class: delay-critical
  slo:
    latency: {max: 1 ms, strict: true, kind: one-way, statistic: p99, window: 10 s}
    bandwidth: {guaranteed: 5 Mbps, max-packet: 256 B, burst: 256 B}
  path: {protection: {mode: fast-failover, level: link, required: true}}
"""

WHOLE = """\
apiVersion: isochrone/v1
kind: Intent
metadata:
  name: surgery-1
  tenant: city-hospital
  labels: {app: telemedicine}
spec:
  slice: telemedicine
  from: surgeon
  to: robot
  connectivity: p2p
  direction: both
  match: {protocol: udp, destination-port: 5004, dscp: ef}
  slo:
    latency:      {max: 1 ms, strict: true, kind: one-way, statistic: p99, window: 10 s, severe-above: 2 ms}
    jitter:       {max: 200 us}
    loss:         {max: 1e-4, window: 5 min}
    bandwidth:    {guaranteed: 50 Mbps, max: 80 Mbps, burst: 64 kB, max-packet: 1500 B, reverse: 20 Mbps}
    availability: {target: 99.99 %, max-failover: 50 ms}
  sle:
    isolation: dedicated
    diverse-from: {intents: [surgery-2], level: node}
    regions: {only: [beijing], avoid: []}
  path:
    via: []
    avoid: {links: [], switches: [], labels: {tier: "3"}}
    pinned: null
    co-routed: false
    protection: {mode: fast-failover, level: link, required: true}
    objective: min-latency
  priority: 10
  preemption: {may: true, by-others: false}
  valid: {from: 2026-12-01T00:00:00Z, until: null, schedule: "daily 08:00-18:00 Asia/Shanghai"}
  deadline: {volume: 40 TB, by: 2026-12-02T06:00:00+08:00}
  policy:
    if-infeasible: refuse
    relax: [jitter, diversity]
    autonomy: {mode: act-after, veto: 30 s}
  assurance: {evidence: data-plane, probe-rate: 200/s}
"""


def documents(*texts):
    return read_documents(*((text, f"{number}.yaml") for number, text in enumerate(texts)))


def only(text):
    found = documents(text)
    return next(each for kind in (found.intents, found.slices, found.profiles, found.topologies) for each in kind.values())


def test_an_intent_is_a_phrase_or_its_fields():
    assert documents(SURGERY).intents["surgery"].spec == "sub-ms path for telemedicine slice"
    assert documents(WHOLE).intents["surgery-1"].spec.to == "robot"


def test_what_is_written_is_what_is_meant():
    spec = only(WHOLE).spec
    assert (spec.slo.latency.max, spec.slo.latency.strict, spec.slo.latency.window) == (1_000_000, True, 10**10)
    assert (spec.slo.loss.max, spec.slo.availability.target) == (Decimal("0.0001"), Decimal("0.9999"))
    assert (spec.slo.bandwidth.guaranteed, spec.slo.bandwidth.burst) == (50_000_000, 64_000)
    assert (spec.match.protocol, spec.match.destination_port, spec.match.source_port) == ("udp", 5004, None)
    assert spec.match.dscp == 46
    assert (spec.path.via, spec.path.pinned, spec.path.co_routed) == ((), None, False)
    assert spec.path.avoid.labels == {"tier": "3"}
    assert spec.deadline.by.utcoffset().total_seconds() == 8 * 3600
    assert spec.policy.relax == ("jitter", "diversity")


def test_what_is_not_said_is_none():
    spec = only("apiVersion: isochrone/v1\nkind: Intent\nmetadata: {name: a}\nspec: {slice: b}\n").spec
    assert {name for name, value in spec if value is not None} == {"slice"}


@pytest.mark.parametrize("text", [
    INTENT, SLICE, PROFILE, WHOLE, canonical(metro()),
    INTENT.replace("sub-ms path for telemedicine slice", '"从 surgeon 到 robot 的亚毫秒路径"')])
def test_the_canonical_text_reads_back_equal_and_is_its_own_canonical_text(text):
    document = only(text)
    assert only(canonical(document)) == document
    assert canonical(only(canonical(document))) == canonical(document)


def test_order_and_style_of_writing_do_not_change_the_canonical_text():
    other = PROFILE.replace("  class: delay-critical\n", "").replace("path: {", "class: 'delay-critical'\n  path: {")
    assert canonical(only(other.replace("1 ms", "1000us"))) == canonical(only(PROFILE))


def test_a_document_is_the_same_wherever_it_stands():
    assert documents(SURGERY) == documents("# moved\n\n" + SURGERY)
    assert documents(SURGERY) != documents(SURGERY.replace("sub-ms", "2 ms"))


def test_the_order_of_files_and_documents_does_not_matter():
    both = [documents(INTENT, SLICE), documents(SLICE, INTENT), documents(f"{SLICE}---\n{INTENT}")]
    assert both[0] == both[1] == both[2]


@given(st.permutations(["a", "b", "c", "B"]))
def test_documents_are_sorted_by_name(names):
    found = documents("---\n".join(INTENT.replace("surgery", name) for name in names))
    assert list(found.intents) == ["B", "a", "b", "c"]
    assert list(Documents().merged(found).intents) == ["B", "a", "b", "c"]


def test_newer_documents_take_the_place_of_older_ones():
    old, new = documents(SURGERY), documents(INTENT.replace("sub-ms", "2 ms"))
    merged = old.merged(new)
    assert merged.intents == new.intents
    assert merged.slices == old.slices
    assert merged.merged(new) == merged
    assert merged.merged(old) == old


def test_documents_can_be_taken_out_by_name():
    found = documents(SURGERY, PROFILE)
    assert found.without(intents=["surgery", "nobody"]) == documents(SLICE, PROFILE)
    assert found.without(slices=["telemedicine"], profiles=["telemedicine-haptic"]) == documents(INTENT)


def test_a_document_knows_where_its_fields_stand():
    found = documents(SURGERY)
    at_host = found.slices["telemedicine"].problem(("spec", "connect", 0, "to"), "no such host")
    assert str(at_host) == "0.yaml:11:33: no such host"
    assert str(found.intents["surgery"].problem(("spec",), "unclear")) == "0.yaml:4:7: unclear"


def test_a_document_that_another_process_gets_still_knows_where_it_stands():
    there = pickle.loads(pickle.dumps(only(INTENT)))
    assert there == only(INTENT)
    assert str(there.problem(("spec",), "unclear")) == str(only(INTENT).problem(("spec",), "unclear"))


def test_the_problems_of_all_files_show_at_once():
    with pytest.raises(BadInput) as error:
        documents(SURGERY.replace("name: surgery", "nam: surgery"), PROFILE.replace("1 ms", "1"), "[")
    assert [(each.file, each.line, each.column) for each in error.value.problems] == [
        ("0.yaml", 3, 11), ("0.yaml", 3, 12), ("1.yaml", 8, 20), ("2.yaml", 2, 1)]


def test_the_same_name_in_another_file_is_a_problem_that_names_both_places():
    with pytest.raises(BadInput) as error:
        documents(SURGERY, INTENT)
    assert str(error.value) == '1.yaml:3:18: Intent "surgery" is at 0.yaml:3:18 already; rename one'


def test_of_very_many_problems_the_first_are_shown():
    wrong = INTENT.replace("spec:", "spc:")
    with pytest.raises(BadInput) as error:
        documents("---\n".join([wrong] * 1_000))
    assert len(error.value.problems) == 101
    assert str(error.value.problems[-1]) == "0.yaml: more than 100 problems; the rest was not read"


FIELDS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text("a1 :-%", max_size=5) | st.sampled_from(["1 ms", "surgeon"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["from", "to", "slice", "slo", "latency", "max", "path", "via", "match", "switches", "name", "a",
                         "hosts", "links", "profile", "connect", "class", "x"]), inner, max_size=5), max_leaves=12)


@given(st.sampled_from(["Intent", "Slice", "Profile", "Topology", "Plan", None, 3]), FIELDS, FIELDS)
def test_whatever_stands_in_a_document_is_read_or_refused_in_words(kind, metadata, spec):
    text = emit({"apiVersion": "isochrone/v1", "kind": kind, "metadata": metadata, "spec": spec})
    problems: tuple[Problem, ...] = ()
    try:
        assert only(canonical(only(text))) == only(text)
    except BadInput as bad:
        problems = bad.problems
    assert all(each.line >= 1 and each.message for each in problems)
