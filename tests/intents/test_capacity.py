"""Books that balance: what is entered is what is reserved, and what is released is as if it had never been."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from intents.capacity import Books, Claim, Demand, demand
from intents.model import Bandwidth
from tests.intents.wishes import CLASSES, MBPS, cable, mesh, wish

NETWORK = mesh(cable("s1-s2"), cable("s2-s3"), hosts={"h1": "s1", "h3": "s3"})
ARC = next(number for number, arc in enumerate(NETWORK.arcs) if (arc.link, arc.source) == ("s1-s2", "s1"))

demands = st.builds(Demand, st.sampled_from(CLASSES), st.integers(1, 60).map(lambda rate: rate * MBPS),
                    st.integers(256, 600), st.sampled_from((128, 256)))
claim_lists = st.lists(st.tuples(st.integers(0, len(NETWORK.arcs) - 1), demands), max_size=6)


def of_one_class(claims: list[Claim]) -> list[Claim]:
    return [(arc, wished._replace(service_class=claims[0][1].service_class)) for arc, wished in claims]


@given(st.dictionaries(st.text("abc", min_size=1), claim_lists, max_size=5))
def test_the_books_say_what_was_taken(entries: dict[str, list[Claim]]):
    books = Books(NETWORK)
    for key, claims in entries.items():
        books.take(of_one_class(claims), key)
    for number in range(len(NETWORK.arcs)):
        taken = [wished.rate_bps for claims in entries.values() for arc, wished in claims if arc == number]
        assert books.reserved_bps[number] == sum(taken)
        assert books.left_bps(number) == NETWORK.arcs[number].capacity_bps - sum(taken)


@given(st.dictionaries(st.text("abc", min_size=1), claim_lists, max_size=5), claim_lists, demands)
def test_what_is_released_is_as_if_it_had_never_been(entries: dict[str, list[Claim]], held: list[Claim], probe: Demand):
    plain, books = Books(NETWORK), Books(NETWORK)
    books.hold(of_one_class(held), "moving")
    for key, claims in entries.items():
        plain.take(of_one_class(claims), key)
        books.take(of_one_class(claims), key)
    books.release("moving")
    arcs = range(len(NETWORK.arcs))
    assert books.reserved_bps == plain.reserved_bps
    assert [books.left_bytes(arc, probe) for arc in arcs] == [plain.left_bytes(arc, probe) for arc in arcs]


@given(demands, demands, demands, st.booleans())
def test_what_stays_for_good_is_there_when_what_could_leave_left(stays: Demand, held: Demand, probe: Demand, first: bool):
    plain, books = Books(NETWORK), Books(NETWORK)
    plain.take([(ARC, stays)], "stays")
    if first:
        books.enter((ARC,), stays)
    books.hold([(ARC, held)], "moving")
    if not first:
        books.enter((ARC,), stays)
    books.release("moving")
    assert books.left_bps(ARC) == plain.left_bps(ARC)
    assert books.left_bytes(ARC, probe) == plain.left_bytes(ARC, probe)


@given(claim_lists, st.lists(demands, min_size=1, max_size=2), st.booleans())
def test_the_gate_of_a_search_says_what_fits(taken: list[Claim], asked: list[Demand], moves: bool):
    books = Books(NETWORK)
    books.take(of_one_class(taken), "other")
    if moves:
        books.hold([(ARC, asked[-1])], "one")
    gate = books.gate(asked[0], frozenset({0}), "one")
    for arc in range(len(NETWORK.arcs)):
        assert gate(arc) == (arc != 0 and books.fits([(arc, asked[0])], "one"))


def test_a_link_is_full_at_its_capacity_and_not_before():
    books = Books(NETWORK)
    half = Demand("guaranteed", 50 * MBPS, 1500, 1500)
    books.take([(ARC, half)], "a")
    assert books.fits([(ARC, half)], "b")
    assert not books.fits([(ARC, half._replace(rate_bps=50 * MBPS + 1))], "b")
    assert not books.fits([(ARC, half), (ARC, half._replace(rate_bps=1))], "b")


def test_a_single_packet_needs_no_queue_and_the_bursts_of_others_do():
    """41 us at 100 Mbps are 512 bytes: a packet of 256 may wait for two others, not for three."""
    books = Books(NETWORK)
    haptic = Demand("delay-critical", MBPS, 256, 256)
    for key in ("a", "b", "c"):
        assert books.fits([(ARC, haptic)], key)
        books.take([(ARC, haptic)], key)
    assert not books.fits([(ARC, haptic)], "d")
    assert books.fits([(ARC, haptic._replace(service_class="guaranteed"))], "d")


def test_a_large_packet_of_a_neighbour_may_not_break_the_promise_to_a_small_one():
    books = Books(NETWORK)
    books.take([(ARC, Demand("delay-critical", MBPS, 256, 256))], "small")
    assert books.fits([(ARC, Demand("delay-critical", MBPS, 512, 512))], "large")
    assert not books.fits([(ARC, Demand("delay-critical", MBPS, 1500, 1500))], "large")


def test_what_old_and_new_path_share_counts_once_at_the_larger_of_the_two():
    books = Books(NETWORK)
    books.hold([(ARC, Demand("guaranteed", 60 * MBPS, 1500, 1500))], "a")
    grown = [(ARC, Demand("guaranteed", 100 * MBPS, 1500, 1500))]
    assert books.fits(grown, "a")
    assert not books.fits(grown, "b")
    books.take(grown, "a")
    assert books.reserved_bps[ARC] == 100 * MBPS


def test_the_reverse_direction_reserves_its_own_rate():
    asked = wish("a", "h1", "h3", bandwidth=Bandwidth(50 * MBPS, None, None, 1500, 20 * MBPS))
    assert demand(asked, "forward") == Demand("best-effort", 50 * MBPS, 1500, 1500)
    assert demand(asked, "reverse") == Demand("best-effort", 20 * MBPS, 1500, 1500)
    assert demand(replace(asked, bandwidth=Bandwidth(50 * MBPS, reverse_bps=0)), "reverse") is None
    assert demand(replace(asked, both_ways=False), "reverse") is None
    assert demand(replace(asked, bandwidth=Bandwidth(max_bps=MBPS)), "forward") is None
