"""From what was seen to rows and a verdict: each expectation can fail, and nothing seen shows nothing."""

from dataclasses import replace

from intents.model import LatencyBound
from labs.judge import Adopted, Evidence, Placed, rows, verdict
from labs.measured import Span, Stream
from labs.relief import Relieved
from labs.report import Outcome, document
from labs.scenario import read_scenario
from labs.stalls import Stalls

MS = 1_000_000
TEXT = """\
apiVersion: isochrone/v1
kind: Scenario
metadata: {name: small}
spec:
  topology: metro
  intents: [intents.yaml]
  statistic: p50
  at: [{t: 0 s, do: apply}, {t: 9 s, do: end}]
  expect: [EXPECTED]
"""


def scenario(expected):
    return read_scenario(TEXT.replace("EXPECTED", expected), "s.yaml")


def evidence(lost=0, copies=0, delay_ns=MS // 4, **more):
    sent = [i * MS for i in range(1000)]
    arrivals = [(i, at + delay_ns) for i, at in enumerate(sent)][lost:] + [(999, 2000 * MS)] * copies
    spans = [Span("steady", 0, 500 * MS), Span("moves", 0, 1000 * MS)]
    return replace(Evidence([Stream("surgery", "surgeon", "robot", sent, arrivals)], spans,
                            {"surgery": Placed(560_000, LatencyBound(MS, strict=True))},
                            travelled={"surgery": frozenset({"s1-s2"})}), **more)


def outcome(expected, seen):
    return [row.passed for row in rows(scenario(expected), seen)]


def test_a_loss_in_a_move_fails_unless_a_queue_has_it_on_record():
    expected = "{intent: surgery, lost: 0, during: moves}"
    assert outcome(expected, evidence()) == [True]
    assert outcome(expected, evidence(lost=2)) == [False]
    assert outcome(expected, evidence(lost=2, drops={"moves": {"s1-s2": 1}})) == [False]
    assert outcome(expected, evidence(lost=2, drops={"moves": {"s1-s2": 2}})) == [True]
    assert outcome(expected, evidence(lost=2, drops={"moves": {"s8-s9": 2}})) == [False]
    assert outcome(expected, evidence(lost=2, drops={"steady": {"s1-s2": 2}})) == [False]


def test_a_frame_on_record_accounts_for_one_loss_only():
    seen = evidence(lost=2, drops={"moves": {"s1-s2": 2}}, travelled={"imaging": frozenset({"s1-s2"}),
                                                                     "surgery": frozenset({"s1-s2"})})
    both = replace(seen, streams=[*seen.streams, replace(seen.streams[0], intent="imaging")])
    assert outcome("{intent: imaging, lost: 0, during: moves}, {intent: surgery, lost: 0, during: moves}", both) == [
        True, False]


def test_copies_and_loops():
    assert outcome("{intent: surgery, duplicated: 0, during: moves}", evidence(copies=1)) == [False]
    assert outcome("{intent: surgery, looped: 0, during: moves}", evidence(looped={"moves": 1})) == [False]
    assert outcome("{intent: surgery, looped: 0, during: moves}", evidence()) == [True]


def test_nothing_sent_passes_nothing():
    assert outcome("{intent: surgery, lost: 0, during: restart}", evidence()) == [False]
    assert outcome("{intent: imaging, lost: 0, during: moves}", evidence()) == [False]


def test_latency_and_budget():
    assert outcome("{intent: surgery, latency: {p50: < 1 ms}, during: steady}", evidence()) == [True]
    assert outcome("{intent: surgery, latency: {p50: < 1 ms}, during: steady}", evidence(delay_ns=MS)) == [False]
    assert outcome("{intent: surgery, budget: < 500 us}", evidence()) == [False]
    assert outcome("{intent: surgery, placed: true}", evidence(placed={})) == [False]
    assert outcome("{intent: surgery, placed: false}", evidence(placed={})) == [False]


def test_the_slower_direction_counts_however_quick_the_other_is():
    there, back = evidence(), evidence(delay_ns=2 * MS)
    seen = replace(there, streams=[*there.streams, replace(back.streams[0], source="robot", target="surgeon")])
    expected = scenario("{intent: surgery, latency: {p50: < 1 ms}, during: steady}")
    assert [row.passed for row in rows(expected, seen)] == [False]
    assert verdict("surgery", expected, seen).judgement == "VIOLATED"
    assert verdict("surgery", expected, there).judgement == "MET"
    silent = replace(back.streams[0], source="robot", target="surgeon", arrivals=[])
    nothing_back = replace(there, streams=[*there.streams, silent])
    assert [row.passed for row in rows(expected, nothing_back)] == [False]
    assert verdict("surgery", expected, nothing_back).judgement == "UNVERIFIABLE"


def test_an_intent_may_be_expected_to_be_refused():
    refused = {"surgery": Placed(None, None, "no path")}
    assert outcome("{intent: surgery, placed: false}", evidence(placed=refused)) == [True]
    assert outcome("{intent: surgery, placed: true}", evidence(placed=refused)) == [False]
    assert outcome("{intent: surgery, placed: false}", evidence()) == [False]


def test_gaps_of_an_intent_that_sends_nothing_pass_nothing():
    seen = evidence(spans=[Span("cuts", 0, 500 * MS)])
    assert outcome("{intent: other, gap: {max: <= 1 s}, during: cuts}", seen) == [False]


def test_a_late_time_on_a_machine_that_stood_still_cannot_be_told():
    slow = evidence(delay_ns=MS, lost=1, stalls=Stalls(share=0.02, longest_ns=4 * MS))
    expected = "{intent: surgery, latency: {p50: < 1 ms}, during: steady}"
    assert outcome(expected, slow) == [None]
    assert outcome(expected, replace(slow, stalls=Stalls(share=0.001))) == [False]
    assert outcome(expected, evidence(stalls=slow.stalls)) == [True], "a machine makes nothing quicker"
    assert outcome("{intent: surgery, lost: 0, during: moves}", slow) == [False], "a loss is no time"
    assert outcome(expected, replace(slow, streams=[])) == [False], "nothing seen shows nothing"


def test_a_run_that_cannot_be_told_neither_passes_nor_fails():
    slow = evidence(delay_ns=MS, stalls=Stalls(share=0.02))

    def passed(expected):
        return Outcome(scenario(expected), {}, 9.0, slow, []).passed

    late, placed = "{intent: surgery, latency: {p50: < 1 ms}, during: steady}", "{intent: surgery, placed: true}"
    assert passed(f"{late}, {placed}") is None
    assert passed(f"{late}, {{intent: surgery, placed: false}}") is False
    assert passed(placed) is True


def test_adoption():
    expected = "{controller: {adopted-within: 12 s, changes: 0, orphans: 0}, during: restart}"
    assert outcome(expected, evidence(adopted=Adopted(4.0, 0, 0))) == [True, True, True]
    assert outcome(expected, evidence(adopted=Adopted(13.0, 1, 2))) == [False, False, False]
    assert outcome(expected, evidence(adopted=Adopted(None, 0, 0))) == [False, True, True]
    assert outcome(expected, evidence()) == [False, False, False]


def test_the_scenario_names_the_statistic():
    seen = evidence()
    assert verdict("surgery", scenario("{intent: surgery, placed: true}"), seen).statistic == "p50"


def test_the_document_says_what_was_counted():
    backend = {"switches": "a", "links": "b", "controller": "c", "priorities": "d"}
    told = document(Outcome(scenario("{intent: surgery, placed: true}"), backend, 9.0, evidence(lost=3), [(0.0, "apply")]))
    assert told["backend"] == {"switches": "a", "links": "b", "controller": "c"}
    assert told["passed"] is True
    assert told["intents"]["surgery"]["lost"] == 3
    assert told["intents"]["surgery"]["latency_ms"] == {"p50": 0.25, "p99": 0.25}
    assert told["intents"]["surgery"]["verdict"] == "MET"


def test_a_scenario_that_expects_nothing_does_not_pass():
    assert not Outcome(scenario(""), {"switches": "a", "links": "b"}, 9.0, evidence(), []).passed


def test_load_is_relieved_and_the_median_comes_back_in_time():
    expected = "{intent: surgery, relief: {confirmed-within: 1.2 s, recovered-within: 200 ms}, during: load}"
    spans = [Span("load", 0, 1000 * MS)]
    assert outcome(expected, evidence(spans=spans, relieved=Relieved(300 * MS, 1_100 * MS))) == [True, True]
    assert outcome(expected, evidence(spans=spans, relieved=Relieved(300 * MS, 1_300 * MS))) == [False, True]
    assert outcome(expected, evidence(spans=spans)) == [False, False]
    late = evidence(spans=spans, relieved=Relieved(300 * MS, 0))
    slow = replace(late.streams[0], arrivals=[(i, at + (2 * MS if at < 600 * MS else MS // 4))
                                              for i, at in enumerate(late.streams[0].sent_ns)])
    assert outcome(expected, replace(late, streams=[slow])) == [True, False]


def test_what_was_never_relieved_is_told_by_how_load_stretched_it():
    expected = "{intent: surgery, p99-within: 2, during: relieved}"
    seen = evidence(spans=[Span("steady", 0, 500 * MS), Span("load", 500 * MS, 1000 * MS)])
    slow = replace(seen.streams[0], arrivals=[(i, at + (2 * MS if i >= 500 else MS // 4))
                                              for i, at in enumerate(seen.streams[0].sent_ns)])
    (row,) = rows(scenario(expected), replace(seen, streams=[slow]))
    assert (row.passed, row.measured) == (False, "not relieved; under load 8.0 x: 2.000 ms, steady 0.250 ms")
