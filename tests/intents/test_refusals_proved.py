"""Every refusal is right, every witness true, and no offer is missing or larger than it need be: found by enumeration."""

import re
from collections.abc import Callable
from dataclasses import replace
from itertools import combinations, product

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intents.model import Connection, Plan, Reason, Refusal, Wanted
from intents.planner import plan
from intents.selectors import selector_fields
from tests.intents.enumeration import Oracle, Room, asks
from tests.intents.wishes import networks, wishes
from topologies.model import Topology
from topologies.units import parse_rate, parse_size, parse_time

World = tuple[Topology, tuple[Connection, ...], frozenset[str]]


@st.composite
def worlds(draw: st.DrawFn, most_switches: int = 7) -> World:
    network = draw(networks(most_switches))
    down = st.frozensets(st.sampled_from(sorted(network.link_by_name)), max_size=1)
    wanted = [draw(st.just(wish) | picky(network, wish)) for wish in draw(wishes(network))]
    return network, tuple(wanted), draw(down)


@st.composite
def picky(draw: st.DrawFn, network: Topology, wish: Connection) -> Connection:
    """The wish with much to keep off and to pass."""
    switches, links = sorted(network.switch_by_name), sorted(network.link_by_name)
    return replace(wish, avoid_links=draw(st.frozensets(st.sampled_from(links), min_size=1, max_size=5)),
                   avoid_switches=draw(st.frozensets(st.sampled_from(switches), max_size=3)),
                   via=tuple(draw(st.lists(st.sampled_from(switches), unique=True, max_size=3))))


def refused(world: World) -> list[tuple[Refusal, Oracle]]:
    """The refusals of a plan, each with the oracle of its wish beside all that is placed."""
    network, wanted, down = world
    found = plan(network, Plan(), Wanted(wanted), down)
    placed = tuple(found.placements.values())
    room = Room(network, placed)
    return [(found.refusals[wish.key], Oracle(network, wish, room, down, placed, wanted))
            for wish in wanted if wish.key in found.refusals]


@pytest.mark.slow
@given(worlds())
@settings(max_examples=200, deadline=None)
def test_a_refusal_names_what_stands_in_the_way_and_nothing_less_does(world: World):
    for refusal, bound in refused(world):
        oracle = bound.regardless()
        unreserved = oracle.sending(guaranteed_bps=None, reverse_bps=None)
        unbounded, unsized = unreserved.about(latency=None), unreserved.about(latency=None).sending(max_packet_bytes=1)
        match refusal.reason:
            case Reason.CONFLICT:
                assert any(clash(oracle.wish, other) for other in world[1] if other.key != oracle.wish.key)
            case Reason.DIVERSITY:
                assert oracle.can()
                assert not bound.can()
            case Reason.NO_PATH:
                assert not unsized.can()
            case Reason.MTU:
                assert unsized.can()
                assert not unbounded.can()
            case Reason.LATENCY:
                assert unbounded.can()
                assert not unreserved.can()
                assert refusal.is_undeclared == (bound.least_ns() is None)
            case Reason.BANDWIDTH:
                assert unreserved.can()
                assert not oracle.can()
            case _:
                raise AssertionError(refusal)


@st.composite
def sheltered_worlds(draw: st.DrawFn, most_switches: int = 5) -> World:
    """Worlds where everybody asks for protection."""
    network, wanted, down = draw(worlds(most_switches))
    return network, tuple(replace(wish, protection="link") for wish in wanted[:2]), down


@pytest.mark.slow
@given(sheltered_worlds())
@settings(max_examples=200, deadline=None)
def test_what_is_refused_for_its_protection_has_no_detours_anywhere(world: World):
    for refusal, oracle in refused(world):
        if refusal.reason is Reason.PROTECTION:
            assert oracle.can()
            assert not oracle.can_be_protected()
        elif refusal.reason is not Reason.CONFLICT:
            assert not oracle.can()


def clash(one: Connection, other: Connection) -> bool:
    """Whether two connections want the same packets and neither's are strictly among the other's: by trying packets."""
    for mine, theirs in product(_directions(one), _directions(other)):
        if mine[0] == theirs[0]:
            taken = [{number for number, packet in enumerate(PACKETS) if asked.items() <= packet.items()}
                     for asked in (mine[1], theirs[1])]
            if taken[0] & taken[1] and not (taken[0] < taken[1] or taken[1] < taken[0]):
                return True
    return False


PACKETS = [{"ip_proto": 17, "udp_src": source, "udp_dst": target, "ip_dscp": dscp}
           for source in range(9) for target in range(9) for dscp in (0, 46)]
PACKETS += [{"ip_proto": 6, "ip_dscp": dscp} for dscp in (0, 46)]


def _directions(wish: Connection) -> list[tuple[tuple[str, str], dict[str, int]]]:
    there = ((wish.source, wish.target), selector_fields(wish.selector, "forward"))
    back = ((wish.target, wish.source), selector_fields(wish.selector, "reverse"))
    return [there, back] if wish.both_ways else [there]


@pytest.mark.slow
@given(worlds())
@settings(max_examples=200, deadline=None)
def test_a_witness_is_true(world: World):
    for refusal, bound in refused(world):
        oracle = bound.regardless()
        match refusal.reason:
            case Reason.DIVERSITY:
                judge_entanglement(refusal.message, bound)
            case Reason.NO_PATH:
                judge_cut(refusal.message, oracle)
            case Reason.MTU:
                judge_mtu(refusal.message, oracle)
            case Reason.LATENCY:
                judge_best(refusal.message, oracle.sending(guaranteed_bps=None, reverse_bps=None))
            case Reason.BANDWIDTH:
                judge_bottleneck(refusal.message, oracle)


def judge_entanglement(message: str, bound: Oracle) -> None:
    """What is named leaves no way by itself, and less would."""
    named = re.findall(r"(link|switch|risk group) ([^ ]+) \(", message)
    if " more, and " not in message:
        assert not without(bound, named).can()
        assert all(without(bound, [other for other in named if other != each]).can() for each in named)


def without(bound: Oracle, elements: list[tuple[str, str]]) -> Oracle:
    """The oracle of a wish that keeps apart from nobody, and off these."""
    links = {name for kind, name in elements if kind == "link"} | {
        link.name for link in bound.network.links for kind, name in elements if kind == "risk group" and name in link.srlg}
    switches = {name for kind, name in elements if kind == "switch"}
    return bound.regardless().about(avoid_links=bound.wish.avoid_links | links,
                                    avoid_switches=bound.wish.avoid_switches | switches)


def judge_cut(message: str, oracle: Oracle) -> None:
    """Every link of the cut is out for the reason told, and without them all nothing joins the two."""
    wish, network = oracle.wish, oracle.network
    if through := re.search("visits no switch twice was found through (.*) in this order", message):
        assert through[1] == ", ".join(wish.via)
        return
    if pinned := re.fullmatch("the pinned path takes (.*)", message):
        out = dict(re.findall(r"([^ ,]+) \(([^)]*)\)", pinned[1]))
        assert any(set(hop) == out.keys() for hop in wish.pinned)
        return
    stop, start, rest = re.fullmatch("(.*) cannot be reached from (.*): (.*)", message).groups()
    cut = dict(re.findall(r"([^ ,]+) \(([^)]*)\)", rest))
    assert (start, stop in (*wish.via, wish.target)) == (wish.source, True)
    assert cut or rest == "no links join them"
    graph = nx.Graph((arc.source, arc.target) for arc in network.arcs if arc.link not in cut)
    graph.add_nodes_from((start, stop))
    assert not nx.has_path(graph, start, stop)
    for link, why in cut.items():
        ends = {node for arc in network.arcs if arc.link == link for node in (arc.source, arc.target)}
        assert {"down": link in oracle.down, "avoided": link in wish.avoid_links,
                "at an avoided switch": bool(ends & wish.avoid_switches)}[why]


def judge_mtu(message: str, oracle: Oracle) -> None:
    """The links named have that MTU, and the packet that it says fits is one that could be placed."""
    size, mtu, links, narrower = re.fullmatch(
        r"a packet of (\d+) B .* does not fit into the mtu of (\d+) B of (.*); set that .* or max-packet to (\d+) B",
        message).groups()
    for link in links.split(", "):
        assert int(mtu) <= oracle.network.link_by_name[link].mtu < int(size) + 4
    assert oracle.about(latency=None).sending(guaranteed_bps=None, reverse_bps=None, max_packet_bytes=int(narrower)).can()


def judge_best(message: str, oracle: Oracle) -> None:
    """No path is faster than the best that it tells of, and no hop of such a path costs more than the tightest."""
    best = oracle.least_ns()
    if told := re.search("the best path takes ([^;]*); its tightest hop is ([^ ]*) with", message):
        assert parse_time(told[1]) == (best if best < 1_000_000 else -(-best // 1000) * 1000)
    elif told := re.search(r"propagation alone takes ([^ ]* [^ ]*) \(", message):
        assert best is None or best >= parse_time(told[1])
        assert not oracle.wish.latency.admits(parse_time(told[1]))
    else:
        assert best is None
        unknown = re.search("the delay of ([^;]*) is unknown", message)[1].split(", ")
        assert all(oracle.network.link_by_name[link].delay_ns is None for link in unknown)


def judge_bottleneck(message: str, oracle: Oracle) -> None:
    """The arc named has as much room as it says, too little, and no path has more where it has least."""
    wish, room = oracle.wish, oracle.room
    if told := re.fullmatch("(.*) are asked and the bottleneck, link (.*) from (.*) to .*, has (.*) of .* left", message):
        arc = oracle.network.arc_by_ends[told[2], told[3]]
        assert room.left_bps(arc) == parse_rate(told[4]) < parse_rate(told[1])
    elif told := re.fullmatch("a burst of (.*) is asked and the (.*) queue of link (.*) from (.*) to .* has room for (.*)",
                              message):
        arc = oracle.network.arc_by_ends[told[3], told[4]]
        left = room.left_bytes((arc, told[2]), wish.bandwidth.max_packet_bytes)
        assert max(0, left) == parse_size(told[5]) < parse_size(told[1])
    else:
        meeting = re.fullmatch("both directions can only meet on link (.*) from (.*) to .*, which has no room for the sum",
                               message)
        arc = oracle.network.arc_by_ends[meeting[1], meeting[2]]
        alone = [asks(wish, direction) for direction in ("forward", "reverse")]
        sums = [sum(each) for each in zip(*alone, strict=True)]
        assert sums[0] > room.left_bps(arc) or sums[1] > room.left_bytes(
            (arc, wish.service_class), wish.bandwidth.max_packet_bytes)


@pytest.mark.slow
@given(worlds())
@settings(max_examples=200, deadline=None)
def test_no_offer_is_missing_and_none_takes_more_than_it_must(world: World):
    for refusal, oracle in refused(world):
        if refusal.reason is not Reason.CONFLICT:
            for judge in (judge_latency, judge_rate, judge_reverse_rate, judge_burst, judge_packet, judge_way,
                          judge_company):
                judge(oracle, refusal.counter_offers)


def judge_latency(oracle: Oracle, offers: tuple[str, ...]) -> None:
    bound, best = oracle.wish.latency, oracle.least_ns()
    offered = value_of("latency", offers, parse_time)
    if bound is None or best is None or bound.admits(best):
        assert offered is None
    else:
        assert offered is not None
        assert replace(bound, max_ns=offered).admits(best)
        assert not replace(bound, max_ns=offered - unit_of(offered)).admits(best)


def judge_rate(oracle: Oracle, offers: tuple[str, ...]) -> None:
    asked, offered = oracle.wish.bandwidth.guaranteed_bps, value_of("bandwidth", offers, parse_rate)
    if asked is None or not oracle.sending(guaranteed_bps=None).can():
        assert offered is None
        assert "without guaranteed bandwidth" not in offers
    elif offered is None:
        assert "without guaranteed bandwidth" in offers
        assert not oracle.sending(guaranteed_bps=1).can()
    else:
        assert oracle.sending(guaranteed_bps=offered).can()
        more = offered + unit_of(offered)
        assert more >= asked or not oracle.sending(guaranteed_bps=more).can()


def judge_reverse_rate(oracle: Oracle, offers: tuple[str, ...]) -> None:
    asked, offered = oracle.wish.bandwidth.reverse_bps, value_of("reverse bandwidth", offers, parse_rate)
    if not asked or not oracle.wish.both_ways or not oracle.sending(reverse_bps=0).can():
        assert offered is None
        assert "without guaranteed reverse bandwidth" not in offers
    elif offered is None:
        assert "without guaranteed reverse bandwidth" in offers
        assert not oracle.sending(reverse_bps=1).can()
    else:
        assert oracle.sending(reverse_bps=offered).can()
        more = offered + unit_of(offered)
        assert more >= asked or not oracle.sending(reverse_bps=more).can()


def judge_burst(oracle: Oracle, offers: tuple[str, ...]) -> None:
    said, offered = oracle.wish.bandwidth, value_of("burst", offers, parse_size)
    asks = said.guaranteed_bps or (said.reverse_bps and oracle.wish.both_ways)
    if not asks or (said.burst_bytes or 0) <= said.max_packet_bytes or not (
            oracle.sending(burst_bytes=said.max_packet_bytes).can()):
        assert offered is None
    else:
        assert offered is not None
        assert oracle.sending(burst_bytes=offered).can()
        assert offered + 1 >= said.burst_bytes or not oracle.sending(burst_bytes=offered + 1).can()


def judge_packet(oracle: Oracle, offers: tuple[str, ...]) -> None:
    said, offered = oracle.wish.bandwidth, value_of("max-packet", offers, parse_size)

    def smaller(size: int) -> Oracle:
        return oracle.sending(max_packet_bytes=size, burst_bytes=size if said.burst_bytes == said.max_packet_bytes
                              else said.burst_bytes)
    if offered is None:
        assert said.max_packet_bytes <= 64 or not smaller(64).can()
    else:
        assert smaller(offered).can()


def judge_way(oracle: Oracle, offers: tuple[str, ...]) -> None:
    wish, told = oracle.wish, " ".join(offers)
    for words, field in (("avoid links", "avoid_links"), ("avoid switches", "avoid_switches")):
        kept_off = getattr(wish, field)
        dropped = list_of(f"without {words}", offers)
        if not oracle.about(**{field: frozenset()}).can():
            assert dropped is None
        else:
            assert dropped
            assert oracle.about(**{field: kept_off - dropped}).can()
            assert not any(oracle.about(**{field: kept_off - set(fewer)}).can()
                           for fewer in combinations(kept_off, len(dropped) - 1))
    stops = list_of("without via", offers)
    assert bool(stops) == (bool(wish.via) and oracle.about(via=()).can())
    for fewer in combinations(wish.via, len(stops) - 1 if stops else 0):
        assert not oracle.about(via=tuple(stop for stop in wish.via if stop not in fewer)).can()
    assert ("without co-routed" in told) == (wish.co_routed and oracle.about(co_routed=False).can())


def judge_company(oracle: Oracle, offers: tuple[str, ...]) -> None:
    """Whom it need not keep apart from, and what it need not be pinned to."""
    wish, dropped = oracle.wish, list_of("without diversity from", offers)
    assert bool(dropped) == bool(wish.diverse_from and oracle.about(diverse_from=frozenset()).can())
    for fewer in combinations(wish.diverse_from, len(dropped) - 1 if dropped else 0):
        assert not oracle.about(diverse_from=wish.diverse_from - set(fewer)).can()
    assert ("isolation exclusive -> shared" in offers) == (wish.is_exclusive and oracle.about(is_exclusive=False).can())
    assert ("without pinned" in offers) == (wish.pinned is not None and oracle.about(pinned=None).can())


def value_of(words: str, offers: tuple[str, ...], parse: Callable[[str], int]) -> int | None:
    """What an offer of a kind changes its value to."""
    found = [re.fullmatch(f"{words} .* -> (.*)", offer) for offer in offers]
    return next((parse(match[1]) for match in found if match), None)


def list_of(words: str, offers: tuple[str, ...]) -> frozenset[str] | None:
    """What an offer of a kind gives up."""
    found = (frozenset(offer.removeprefix(f"{words} ").split(", ")) for offer in offers if offer.startswith(words))
    return next(found, None)


def unit_of(value: int) -> int:
    """One in the third digit."""
    return int("1" + "0" * max(0, len(str(value)) - 3))
