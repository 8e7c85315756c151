"""The networks that come along, by name and size, and files."""

import pytest

from topologies.catalog import BUILTIN, load_topology
from topologies.document import topology_document
from topologies.source import BadInput, emit


def no_file(name):
    raise AssertionError(name)


@pytest.mark.parametrize(("ref", "links"), [
    ("diamond", ["s1-s2", "s1-s3", "s2-s4", "s3-s4"]),
    ("linear", ["s1-s2", "s2-s3"]), ("linear:4", ["s1-s2", "s2-s3", "s3-s4"]),
    ("ring", ["s1-s2", "s2-s3", "s3-s4", "s4-s1"]), ("ring:3", ["s1-s2", "s2-s3", "s3-s1"]),
])
def test_small_networks_are_what_their_names_say(ref, links):
    found = load_topology(ref, no_file)
    assert [link.name for link in found.links] == links
    assert {(link.capacity_bps, link.delay_ns, link.mtu) for link in found.links} == {(10**8, 10_000, 1600)}
    assert [(host.name, str(host.at), host.mac, str(host.addresses[0]), host.capacity_bps, host.mtu, host.delay_ns)
            for host in found.hosts[:2]] == [
        ("h1", "s1:1", "00:00:00:00:00:01", "10.0.0.1/24", 10**9, 1500, 0),
        ("h2", "s2:1", "00:00:00:00:00:02", "10.0.0.2/24", 10**9, 1500, 0)]


@pytest.mark.parametrize("size", [3, 250])
def test_every_switch_of_a_ring_has_a_host_and_two_neighbours(size):
    found = load_topology(f"ring:{size}", no_file)
    assert len(found.links) == len(found.hosts) == len(found.switches) == size
    assert {len(found.arcs_from[switch.name]) for switch in found.switches} == {3}


def test_a_file_is_read_where_the_reference_looks_like_one():
    text = emit(topology_document(load_topology("diamond", no_file)))
    for ref in ("my.yaml", "./ring", "nets/my.yml"):
        assert load_topology(ref, {ref: text}.__getitem__) == load_topology("diamond", no_file)


@pytest.mark.parametrize(("ref", "message"), [
    ("metor", 'topology metor: no built-in topology "metor"; did you mean "metro"? '
              "(built-in: diamond, linear, metro, ring; a graph of topohub is topohub:SET/NAME; a file's name ends in "
              ".yaml, .gml, .graphml, .json)"),
    ("ring:2", "topology ring:2: a ring has 3 to 250 switches; write it like ring:6"),
    ("linear:251", "topology linear:251: a linear has 2 to 250 switches; write it like linear:6"),
    ("ring:", "topology ring:: a ring has 3 to 250 switches; write it like ring:6"),
    ("ring:\u0664", "topology ring:\u0664: a ring has 3 to 250 switches; write it like ring:6"),
    ("metro:3", 'topology metro:3: "metro" has one size; leave ":3" out'),
])
def test_an_unknown_reference_says_what_there_is(ref, message):
    with pytest.raises(BadInput) as error:
        load_topology(ref, no_file)
    assert str(error.value) == message


@pytest.mark.parametrize("name", BUILTIN)
def test_what_comes_along_can_be_written_to_a_file_and_used(name):
    found = load_topology(name, no_file)
    assert load_topology("my.yaml", lambda _: emit(topology_document(found))) == found
