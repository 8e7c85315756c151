"""Who may change what is wanted."""

from controller.snapshot import Committed, Stale, Status
from intents.documents import read_documents
from tests.controller.agent.test_moves import KEY, A, started
from tests.controller.agent.timeline import intents

B = intents("b: from: h2, to: h3")


def test_of_two_prepared_on_one_snapshot_the_second_is_stale() -> None:
    timeline = started()
    first = timeline.proposal(read_documents((A, "a.yaml")))
    second = timeline.proposal(read_documents((B, "b.yaml")))
    assert timeline.submit(first) == Committed(first.base_revision + 1)
    assert timeline.submit(second) == Stale(first.base_revision + 1)
    timeline.settle()
    assert timeline.snapshot.statuses == {KEY: Status.SATISFIED}


def test_a_proposal_from_before_a_link_failed_is_stale() -> None:
    timeline = started()
    proposal = timeline.proposal(read_documents((A, "a.yaml")))
    timeline.fabric.cut_link("s1-s2")
    assert isinstance(timeline.submit(proposal), Stale)
    timeline.run(0.01)
    assert isinstance(timeline.submit(proposal), Stale)
    timeline.apply(A)
    timeline.settle()
    assert timeline.path(KEY) == ("s1", "s3", "s4")


def test_changes_one_upon_the_other_end_at_the_last() -> None:
    timeline = started()
    for avoided in ("s1-s2", "s1-s3", "s2-s4", "s3-s4", "s1-s2"):
        timeline.apply(intents(f"a: from: h1, to: h4, path: {{avoid: {{links: [{avoided}]}}}}"))
        timeline.run(0.003)
    timeline.settle()
    assert timeline.path(KEY) == ("s1", "s3", "s4")
    assert timeline.fabric.whole() == timeline.snapshot.target
    assert timeline.lost == []


def test_a_snapshot_shows_what_was_committed_at_once() -> None:
    timeline = started()
    answer = timeline.apply(A)
    assert answer == Committed(timeline.snapshot.revision)
    assert set(timeline.snapshot.documents.intents) == {"a"}
    assert set(timeline.snapshot.plan.placements) == {KEY}
