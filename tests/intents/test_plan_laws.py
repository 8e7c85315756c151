"""What a plan promises: constraints obeyed, nothing refused that could be had, places kept, order without meaning."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from intents.budget import hop
from intents.capacity import Books
from intents.chosen import Route, claims
from intents.diversity import Apart
from intents.model import Connection, Placement, Plan, Reason, Selector, Wanted
from intents.offers import Offers
from intents.planner import plan
from intents.roads import Roads
from intents.routes import found_again
from tests.intents.audit import arcs_of, broken, entangled, every_placement, overbooked
from tests.intents.oracle import fastest_ways
from tests.intents.wishes import connections, networks, wishes
from topologies.model import Topology

World = tuple[Topology, tuple[Connection, ...], frozenset[str]]


@st.composite
def worlds(draw: st.DrawFn, most_switches: int = 5, most: int = 5) -> World:
    network = draw(networks(most_switches))
    down = st.frozensets(st.sampled_from(sorted(network.link_by_name)), max_size=1)
    return network, draw(wishes(network, most)), draw(down)


@given(worlds())
def test_placements_obey_their_constraints(world: World):
    network, wanted, down = world
    found = plan(network, Plan(), Wanted(wanted), down).placements.values()
    for placement in found:
        assert list(broken(network, placement, down)) == []
    assert list(entangled(network, found)) == []


@given(worlds(), st.randoms(use_true_random=False))
def test_the_order_of_documents_means_nothing(world: World, random):
    network, wanted, down = world
    shuffled = tuple(random.sample(wanted, len(wanted)))
    assert plan(network, Plan(), Wanted(shuffled), down) == plan(network, Plan(), Wanted(wanted), down)


@given(worlds())
def test_planning_again_changes_nothing(world: World):
    network, wanted, down = world
    before = plan(network, Plan(), Wanted(wanted), down)
    assert plan(network, before, Wanted(wanted), down) == before


@given(worlds(), st.data())
def test_what_is_placed_keeps_its_place(world: World, data: st.DataObject):
    network, wanted, down = world
    before = plan(network, Plan(), Wanted(wanted))
    newcomer = replace(data.draw(connections(network, "new")), selector=Selector("udp", 9, 9), priority=1)
    after = plan(network, before, Wanted((*wanted, newcomer)), down)
    clashing = {key for key, refusal in after.refusals.items() if refusal.reason == Reason.CONFLICT}
    for key, placement in before.placements.items():
        if key not in clashing and all(down.isdisjoint(path.links) for path in placement.paths):
            assert after.placements[key] == placement


@given(worlds(), st.data())
def test_reservations_fit_at_every_instant_of_a_change(world: World, data: st.DataObject):
    network, wanted, down = world
    before = plan(network, Plan(), Wanted(wanted))
    later = tuple(data.draw(st.just(one) | _changed(network, one)) for one in wanted)
    after = plan(network, before, Wanted((*later, data.draw(connections(network, "new")))), down)
    assert list(entangled(network, after.placements.values())) == []
    assert list(overbooked(network, {}, before.placements)) == []
    assert list(overbooked(network, before.placements, after.placements, down)) == []


@given(worlds(most_switches=4, most=4))
def test_what_is_refused_could_not_be_had(world: World):
    network, wanted, down = world
    found = plan(network, Plan(), Wanted(wanted), down)
    for wish in wanted:
        refusal = found.refusals.get(wish.key)
        if refusal is None or refusal.reason == Reason.CONFLICT:
            continue
        obedient = [one for one in every_placement(network, wish) if not list(broken(network, one, down))]
        roomy = [one for one in obedient if not list(overbooked(network, {}, {**found.placements, wish.key: one}))]
        assert (refusal.reason in (Reason.BANDWIDTH, Reason.DIVERSITY)) == bool(obedient)
        assert (refusal.reason == Reason.DIVERSITY) == bool(roomy)
        for one in roomy:
            assert list(entangled(network, (*found.placements.values(), one)))


@given(networks(most_switches=4), st.data())
def test_a_connection_alone_gets_the_best_there_is(network: Topology, data: st.DataObject):
    wish = data.draw(connections(network))
    found = plan(network, Plan(), Wanted((wish,))).placements.get(wish.key)
    possible = [one for one in every_placement(network, wish)
                if not list(broken(network, one, frozenset())) and not list(overbooked(network, {}, {wish.key: one}))]
    assert (found is not None) == bool(possible)
    if found is not None:
        assert price(network, found) == min(price(network, one) for one in possible)


@given(worlds())
def test_every_counter_offer_would_do(world: World):
    network, wanted, down = world
    found = plan(network, Plan(), Wanted(wanted), down)
    roads, books = Roads(network, down), Books(network, Apart(network, wanted))
    for placement in found.placements.values():
        trails = [found_again(roads, path) or () for path in placement.paths]
        books.take(claims(placement.connection, Route(*trails)), placement.connection.key)
        books.apart.put(placement.connection, (arc for trail in trails for arc in trail))
    for wish in wanted:
        if wish.key not in found.refusals or found.refusals[wish.key].reason == Reason.CONFLICT:
            continue
        offers = list(Offers(roads, books).of(wish))
        assert tuple(sentence for sentence, _ in offers) == found.refusals[wish.key].counter_offers
        for _, offered in offers:
            others = tuple(one for one in wanted if one.key != wish.key)
            assert wish.key in plan(network, found, Wanted((*others, offered)), down).placements


@given(worlds(), st.data())
def test_who_waits_for_a_place_gets_it_when_it_is_left(world: World, data: st.DataObject):
    network, wanted, down = world
    before = plan(network, Plan(), Wanted(wanted))
    changed = Wanted(tuple(data.draw(st.just(wish) | _changed(network, wish)) for wish in wanted))
    found = plan(network, before, changed, down)
    waiting = {key for key, refusal in found.refusals.items() if refusal.waits}
    assert all(found.refusals[key].counter_offers == () for key in waiting)
    again = plan(network, found, changed, down)
    assert not waiting or waiting & again.placements.keys()
    assert again.placements.keys() >= found.placements.keys()
    if not waiting:
        assert again == found


def _changed(network: Topology, wish: Connection) -> st.SearchStrategy[Connection]:
    return connections(network).map(lambda other: replace(
        other, key=wish.key, title=wish.title, intent=wish.intent, source=wish.source, target=wish.target,
        selector=wish.selector))


def price(network: Topology, placement: Placement) -> tuple[int, int, int]:
    """What the objective makes least: cost or what others take if it counts, unknown delays, then the budget."""
    wish, arcs = placement.connection, [(path, arc) for path in placement.paths for arc in arcs_of(network, path)]
    lines = [hop(network, arc, path.direction, wish.service_class, wish.bandwidth.max_packet_bytes) for path, arc in arcs]
    cost = sum(arc.cost for _, arc in arcs) if wish.objective == "min-cost" else 0
    if wish.objective == "spare-fast-links":
        ways = fastest_ways(network, wish)
        cost = sum(ways[arc.link, arc.source] for _, arc in arcs)
    return cost, lines.count(None), sum(line.total_ns for line in lines if line)
