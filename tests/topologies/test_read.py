"""What a topology document becomes, and that any network can be written as one."""

from dataclasses import replace
from ipaddress import IPv4Interface

import pytest
from hypothesis import given
from hypothesis import strategies as st

from topologies.document import topology_document
from topologies.model import D_04_QUEUES_NS, Dpid, Host, Link, PortId, Switch, Topology
from topologies.read import read_topology
from topologies.source import BadInput, emit

HEAD = "apiVersion: isochrone/v1\nkind: Topology\nmetadata: {name: small}\nspec:\n"
TWO = '  switches: [{name: s2, dpid: 0000000000000010}, {name: s1, dpid: "00000000000000aF"}]\n'
LINK = '{a: s1, b: s2, capacity: 100 Mbps}'
HOST = '{name: h1, at: s1, mac: "00:00:00:00:00:0A", addresses: [10.0.0.1/24], capacity: 1 Gbps}'


def network(*parts):
    return read_topology(HEAD + TWO + "".join(f"  {part}\n" for part in parts), "small.yaml")


def test_a_datapath_id_is_hexadecimal_quoted_or_not():
    assert [(each.name, each.dpid) for each in network().switches] == [("s1", 0xAF), ("s2", 0x10)]


def test_ports_left_out_get_the_lowest_free_number_links_before_hosts():
    found = network(f"hosts: [{HOST}]", 'links: [{a: s1, b: "s2:2", capacity: 1 Gbps}, {a: s1, b: s2, capacity: 1 Gbps}, '
                    '{a: "s1:2", b: s2, capacity: 1 Gbps}]')
    assert [(str(link.a), str(link.b)) for link in found.links] == [("s1:1", "s2:2"), ("s1:3", "s2:1"), ("s1:2", "s2:3")]
    assert str(found.hosts[0].at) == "s1:4"


def test_links_without_a_name_are_called_by_their_ends():
    found = network(f"links: [{LINK}, {LINK}, {{name: s1-s2#3, a: s1, b: s2, capacity: 1 Gbps}}, {LINK}]")
    assert [link.name for link in found.links] == ["s1-s2", "s1-s2#2", "s1-s2#3", "s1-s2#4"]


def test_the_longest_names_of_switches_make_names_of_links_that_can_be_written():
    a, b = "a" * 128, "b" * 128
    switches = f'[{{name: {a}, dpid: "0000000000000001"}}, {{name: {b}, dpid: "0000000000000002"}}]'
    link = f"{{a: {a}, b: {b}, capacity: 1 Gbps}}"
    found = read_topology(HEAD + f"  switches: {switches}\n  links: [{link}, {link}]\n", "small.yaml")
    assert [link.name for link in found.links] == [f"{a}-{b}", f"{a}-{b}#2"]
    assert read_topology(emit(topology_document(found)), "") == found


@pytest.mark.parametrize("address", ["0.0.0.0/32", "127.0.0.1/8", "224.0.0.1/4", "255.255.255.255/32"])
def test_what_no_host_has_on_a_wire_is_no_address(address):
    with pytest.raises(BadInput, match=f"{address} is not the address of a host"):
        network(f"hosts: [{HOST.replace('10.0.0.1/24', address)}]")


def test_an_undeclared_delay_is_unknown_and_not_zero():
    found = network(f"links: [{LINK}, {{a: s1, b: s2, capacity: 1 Gbps, delay: 0 us}}]", f"hosts: [{HOST}]")
    assert [link.delay_ns for link in found.links] == [None, 0]
    assert found.hosts[0].delay_ns is None


@pytest.mark.parametrize(("defaults", "assumed"), [
    ("{}", ("queues", "switch-delay")), ("{switch-delay: 5 us}", ("queues",)),
    ("{switch-delay: 20 us, queues: {delay-critical: 1 us}}", ("queues",)),
    ("{queues: {delay-critical: 1 us, guaranteed: 1 us, assured: 1 us, best-effort: 1 us}}", ("switch-delay",)),
])
def test_what_is_filled_in_is_named_as_assumed(defaults, assumed):
    assert network(f"defaults: {defaults}").assumed == assumed


def test_a_link_that_declares_no_mtu_takes_a_labelled_full_packet_by_assumption():
    found = network('links: [{a: "s1:1", b: "s2:1", capacity: 1 Gbps}]')
    assert (found.links[0].mtu, "mtu" in found.assumed) == (1_600, True)
    declared = network('links: [{a: "s1:1", b: "s2:1", capacity: 1 Gbps, mtu: 1500}]')
    assert (declared.links[0].mtu, "mtu" in declared.assumed) == (1_500, False)


def test_what_a_document_says_is_assumed_is_so():
    found = network("assumed: [length, capacity]", f"links: [{LINK}]")
    assert found.assumed == ("capacity", "length", "mtu", "queues", "switch-delay")
    with pytest.raises(BadInput, match='expected capacity or length, found "delay"'):
        network("assumed: [delay]")


def test_declared_queues_stand_beside_assumed_ones():
    found = network("defaults: {queues: {delay-critical: 1 us}}")
    assert dict(found.queues_ns) == dict(D_04_QUEUES_NS) | {"delay-critical": 1_000}


def test_the_order_of_entries_does_not_matter_where_ports_are_given():
    links = ['{a: "s1:1", b: "s2:1", capacity: 1 Gbps}', '{a: "s1:2", b: "s2:2", capacity: 1 Gbps, name: other}']
    assert network(f"links: [{links[0]}, {links[1]}]") == network(f"links: [{links[1]}, {links[0]}]")


@pytest.mark.parametrize(("text", "message"), [
    ("", "f: expected one topology, found none"),
    ((HEAD + TWO + "---\n") * 2, "f: expected one topology, found 2"),
    (HEAD.replace("Topology", "Intent") + TWO, 'f:2:7: expected Topology, found "Intent"'),
])
def test_a_topology_file_holds_one_topology(text, message):
    with pytest.raises(BadInput) as error:
        read_topology(text, "f")
    assert str(error.value) == message


NAMES = st.from_regex(r"[A-Za-z0-9]([-A-Za-z0-9_.]{0,6}[A-Za-z0-9])?", fullmatch=True)
LABELS = st.dictionaries(NAMES, st.sampled_from(["", "1", "yes", "a b"]), max_size=2).map(
    lambda labels: tuple(sorted(labels.items())))
TIMES = st.integers(0, 10**10)
MTUS = st.integers(68, 65_535)
RATES = st.integers(1, 10**12)


@st.composite
def networks(draw):
    names = draw(st.lists(NAMES, min_size=3, max_size=7, unique=True))
    switches, hosts = names[:2 + len(names) // 4], names[2 + len(names) // 4:]
    delays = draw(st.sampled_from([[20_000], [5], [5, 7, 20_000]]))
    assumed = draw(st.sampled_from([("queues", "switch-delay"), ("queues",), ("switch-delay",), ()]))
    if "switch-delay" in assumed:
        delays = [20_000, *delays[1:]]
    made = [Switch(name, Dpid(n + 1), draw(st.sampled_from(delays)), draw(st.none() | NAMES), draw(st.none() | NAMES),
                   draw(LABELS)) for n, name in enumerate(switches)]
    if "switch-delay" in assumed:
        made[0] = replace(made[0], delay_ns=20_000)
    links = [Link(f"{a}-{b}#{n + 2}", PortId(a, 10 + n), PortId(b, 10 + n), draw(RATES), draw(st.none() | TIMES), draw(MTUS),
                  tuple(sorted(draw(st.sets(NAMES, max_size=2)))), draw(st.integers(1, 9)), draw(LABELS))
             for n, (a, b) in enumerate(draw(st.lists(st.permutations(switches).map(lambda p: p[:2]), max_size=4)))]
    ends = [Host(name, PortId(draw(st.sampled_from(switches)), 100 + n), f"00:00:00:00:00:{n + 1:02x}",
                 (IPv4Interface(f"10.0.0.{n + 1}/24"),), draw(RATES), draw(st.none() | TIMES), draw(MTUS), draw(LABELS))
            for n, name in enumerate(hosts)]
    groups = tuple((f"g{n}", (name,)) for n, name in enumerate(sorted(hosts)))
    queues = tuple((name, time if "queues" in assumed and name != "assured" else draw(st.integers(1, 10**9)))
                   for name, time in D_04_QUEUES_NS)
    if links and draw(st.booleans()):
        links[0], assumed = replace(links[0], mtu=1_600), tuple(sorted(("mtu", *assumed)))
    assumed = tuple(sorted((*assumed, *draw(st.sets(st.sampled_from(("capacity", "length")))))))
    return Topology(draw(NAMES), *(tuple(sorted(each, key=lambda thing: thing.name)) for each in (made, links, ends)),
                    (IPv4Interface("10.0.0.254/24"),), groups, queues, assumed)


@given(networks())
def test_any_network_can_be_written_and_read_back(found):
    assert read_topology(emit(topology_document(found)), "") == found
