"""The search for relief against every choice there is, on two ways between two switches."""

from dataclasses import replace
from itertools import combinations

from hypothesis import example, given
from hypothesis import strategies as st

from controller.agent.forecast import HIGH, Strain
from controller.agent.journal import decision_entry, decisions_in
from controller.agent.relief import relief
from controller.decisions import DecisionRecord, Move, Option, Outcome, Sample, Share
from controller.telemetry.loads import Load
from intents.model import Connection, Plan, Selector, Wanted
from intents.planner import plan
from topologies.builders import diamond

NETWORK = diamond()
MBPS = 1_000_000
UPPER, LOWER = ("s1-s2", "s2-s4"), ("s1-s3", "s3-s4")


def strain(rates: list[int], beside: int = 0, held: frozenset[str] = frozenset()) -> Strain:
    """Flows of these rates (Mbps) on the upper way, and something else on the lower."""
    wishes = tuple(Connection(f"i{n}/h1-h4", f"i{n}", f"i{n}", "h1", "h4", False, Selector("udp", None, 5000 + n))
                   for n in range(len(rates)))
    placed = plan(NETWORK, Plan(), Wanted(wishes))
    total = {**dict.fromkeys(UPPER, sum(rates)), **dict.fromkeys(LOWER, beside)}
    loads = {(arc.link, arc.source): Load(round(mbps * MBPS), mbps / 100, 0, 1) for arc in NETWORK.arcs
             for mbps in [min(total.get(arc.link, 0) if arc.source < arc.target else 0, 100)]}
    sending = {(one.key, "forward"): rate * MBPS for one, rate in zip(wishes, rates, strict=True)}
    return Strain(NETWORK, placed, Wanted(wishes), frozenset(), {}, loads, sending, held)  # type: ignore[arg-type]


def fewest(rates: list[int], beside: int) -> int | None:
    """The least number of flows to move so that both ways are under the mark."""
    return next((size for size in range(len(rates) + 1) for gone in combinations(rates, size)
                 if sum(rates) - sum(gone) <= 100 * HIGH and beside + sum(gone) <= 100 * HIGH), None)


@given(st.lists(st.integers(1, 60), min_size=1, max_size=6), st.integers(0, 80))
@example([1, 1, 1, 30, 30, 60], 31)
def test_what_is_found_cools_every_link_with_the_fewest_moves(rates: list[int], beside: int) -> None:
    case = strain(rates, beside)
    found, least = relief(case), fewest(rates, beside)
    if not case.hot:
        assert found.options == ()
    elif least is None:
        assert found.chosen is None or any((share.share or 0) > HIGH for share in found.chosen.forecast)
    else:
        assert found.chosen is not None
        assert len(found.chosen.connections) == least
        assert all((share.share or 0) <= HIGH for share in found.chosen.forecast)
        moved = [key for key in case.plan.placements if found.plan.placements[key] != case.plan.placements[key]]
        assert sorted(moved) == sorted(found.chosen.connections)


@given(st.lists(st.integers(1, 60), min_size=2, max_size=5), st.sets(st.integers(0, 4)))
def test_what_is_held_is_not_moved(rates: list[int], numbers: set[int]) -> None:
    held = frozenset(f"i{number}/h1-h4" for number in numbers)
    found = relief(strain(rates, 0, held))
    assert found.chosen is None or held.isdisjoint(found.chosen.connections)


def test_full_links_hide_what_they_drop_and_the_forecast_knows() -> None:
    found = relief(strain([80, 60]))  # 140 Mbps on 100
    assert found.chosen is not None
    assert {(share.link, share.share) for share in found.chosen.forecast if share.source == "s1"} == {
        ("s1-s2", 0.8), ("s1-s3", 0.6)}


def test_nothing_is_moved_where_what_one_who_stays_sends_is_unknown() -> None:
    case = strain([30, 80, 60])
    first, *others = case.rates
    found = relief(replace(case, rates={first: case.rates[first], **dict.fromkeys(others)}))
    assert found.chosen is None
    assert [option.why for option in found.options] == ["what s1-s2, s2-s4 carries is unknown"]


def test_nothing_is_moved_onto_links_whose_load_is_unknown() -> None:
    case = strain([50, 45])
    assert relief(case).chosen is not None
    found = relief(replace(case, loads={arc: None if arc[0] in LOWER else load for arc, load in case.loads.items()}))
    assert found.chosen is None
    assert "what s1-s3, s3-s4 carries is unknown" in {option.why for option in found.options}


def test_a_record_reads_back_as_it_was_entered_last() -> None:
    record = DecisionRecord(
        3, "2027-03-01T10:00:00.000+00:00", 7, "congestion", ("s1-s2",), "act", "moved", "why",
        (Sample("s1-s2", "s1", 5, 0.95, 0.5, 0.0),), (Option(("a",), True, "why", (Share("s1-s2", "s1", None),)),),
        (Move("a", "i", "forward", ("h1",), ()),), (Share("s1-s2", "s1", 0.5),))
    done = DecisionRecord(**{name: getattr(record, name) for name in record.__slots__ if name != "outcome"},
                          outcome=Outcome(None, (), False, "words"))
    events = [decision_entry(record), "something else", '{"decision": {"id": "of another version"}}', decision_entry(done)]
    assert decisions_in(events) == (done,)
