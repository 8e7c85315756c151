"""What lies between two plans: told for everybody whom it touches, in his terms, and for nobody else."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from intents.compiler import compile_rules
from intents.effects import Difference, Edit, difference, edits, effects
from intents.model import Bandwidth, LatencyBound, Placement, Plan, Reason, Wanted
from intents.planner import plan
from intents.rules import RuleSet
from intents.steps import diff
from tests.intents.test_plan_laws import World, worlds
from tests.intents.wishes import MBPS, cable, connections, mesh, wish
from topologies.model import Topology

US = 1_000
DIAMOND = mesh(cable("s1-s2"), cable("s2-s4"), cable("s1-s3", delay_ns=100 * US), cable("s3-s4"),
               hosts={"h1": "s1", "h4": "s4"})
ALONE = wish("a", "h1", "h4", service_class="delay-critical", latency=LatencyBound(2_000 * US),
             bandwidth=Bandwidth(5 * MBPS, None, None, 1500))


NOTHING = Plan()


def planned(*wanted, on: Topology = DIAMOND, previous: Plan = NOTHING, down: frozenset[str] = frozenset()) -> Plan:
    return plan(on, previous, Wanted(wanted), down)


def test_who_moves_is_told_with_both_paths_and_both_budgets():
    before = planned(ALONE)
    (effect,) = effects(before, planned(replace(ALONE, avoid_switches=frozenset({"s2"})), previous=before))
    assert (effect.title, effect.what) == ("a", "moved")
    forward, reverse = effect.turns
    assert (forward.direction, reverse.direction) == ("forward", "reverse")
    assert (forward.before.nodes, forward.after.nodes) == (("h1", "s1", "s2", "s4", "h4"), ("h1", "s1", "s3", "s4", "h4"))
    assert (forward.before.worst_ns, forward.after.worst_ns) == (778_688, 868_688)
    assert forward.after.bound == LatencyBound(2_000 * US)


def test_who_keeps_its_links_and_reserves_otherwise_is_changed():
    before = planned(ALONE)
    (effect,) = effects(before, planned(replace(ALONE, bandwidth=Bandwidth(7 * MBPS)), previous=before))
    assert (effect.what, [(turn.before.reserved_bps, turn.after.reserved_bps) for turn in effect.turns]) == (
        "changed", [(5 * MBPS, 7 * MBPS)] * 2)


def test_what_is_only_said_otherwise_touches_nobody():
    before = planned(ALONE)
    said = replace(ALONE, title="a/h1-h4", provenance=(("priority", "intent"),))
    assert effects(before, planned(said, previous=before)) == ()


def test_protection_that_comes_and_goes_is_told_by_link():
    loose = replace(ALONE, latency=None, bandwidth=Bandwidth())
    bare, sheltered = planned(loose), planned(replace(loose, protection="link"))
    (effect,) = effects(bare, sheltered)
    assert (effect.what, [(turn.before.exposed, turn.after.exposed) for turn in effect.turns]) == (
        "changed", [(("s1-s2", "s2-s4"), ()), (("s2-s4", "s1-s2"), ())])


def test_who_is_placed_refused_or_gone_has_one_side():
    far = replace(ALONE, key="far/h1-h4", title="far", intent="far", latency=LatencyBound(US),
                  selector=replace(ALONE.selector, protocol="udp"))
    nothing, both = NOTHING, planned(ALONE, far)
    first = effects(nothing, both)
    assert [(one.title, one.what, len(one.turns)) for one in first] == [("a", "placed", 2), ("far", "refused", 0)]
    assert all(turn.before is None for turn in first[0].turns)
    (gone,) = effects(both, planned(far))
    assert (gone.title, gone.what, gone.turns[0].after) == ("a", "removed", None)


def test_who_loses_its_place_is_refused_and_told_what_it_had():
    before = planned(ALONE)
    after = planned(ALONE, previous=before, down=frozenset({"s1-s2", "s1-s3"}))
    assert after.refusals[ALONE.key].reason == Reason.NO_PATH
    (effect,) = effects(before, after)
    assert (effect.what, effect.turns[0].before.nodes[1:-1], effect.turns[0].after) == ("refused", ("s1", "s2", "s4"), None)


def test_an_unknown_delay_is_unknown_before_and_after():
    dark = mesh(cable("s1-s2", delay_ns=None), cable("s1-s3", delay_ns=None), cable("s2-s4"), cable("s3-s4"),
                hosts={"h1": "s1", "h4": "s4"})
    loose = replace(ALONE, latency=None, bandwidth=Bandwidth())
    before = planned(loose, on=dark)
    (effect,) = effects(before, planned(replace(loose, avoid_switches=frozenset({"s2"})), on=dark, previous=before))
    assert [(turn.before.worst_ns, turn.after.worst_ns) for turn in effect.turns] == [(None, None)] * 2


@given(worlds(), st.data())
def test_exactly_those_are_told_of_whose_place_or_refusal_differs(world: World, data: st.DataObject):
    network, wanted, down = world
    before = plan(network, Plan(), Wanted(wanted))
    later = tuple(data.draw(st.sampled_from((one, replace(one, objective="min-cost", title="renamed"))))
                  for one in wanted if data.draw(st.booleans()))
    after = plan(network, before, Wanted((*later, data.draw(connections(network, "new")))), down)
    assert effects(after, after) == ()
    told = {effect.key: effect for effect in effects(before, after)}
    for key in before.placements.keys() | after.placements.keys() | after.refusals.keys():
        old, new = before.placements.get(key), after.placements.get(key)
        if key in told:
            assert [turn.after is not None for turn in told[key].turns] == [
                bool(new and new.working(turn.direction)) for turn in told[key].turns]
            assert (told[key].what == "moved") == bool(old and new and _ways(old) != _ways(new))
        elif new is not None:
            assert (old.paths, old.budget) == (new.paths, new.budget)
        else:
            assert before.refusals[key].reason == after.refusals[key].reason


def _ways(placement: Placement) -> list[tuple[str, ...]]:
    return [path.links for path in placement.paths if path.role == "working"]


def test_rules_that_differ_are_those_that_the_steps_change():
    before = planned(ALONE)
    after = planned(replace(ALONE, avoid_switches=frozenset({"s2"})), previous=before)
    installed = compile_rules(DIAMOND, before.placements, RuleSet())
    wanted = compile_rules(DIAMOND, after.placements, installed)
    found = edits(installed, wanted)
    assert {(edit.after or edit.before).key for edit in found} == {
        change.item.key for step in diff(installed, wanted) for change in step.changes}
    assert {(edit.kind, edit.verb) for edit in found} == {("flow", "add"), ("flow", "remove"), ("group", "change")}
    assert difference(after, after, wanted, wanted) == Difference((), 1, ())
    assert edits(wanted, wanted) == ()
    assert {Edit(edit.after, edit.before) for edit in found} == set(edits(wanted, installed))
