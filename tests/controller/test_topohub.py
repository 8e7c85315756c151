"""The graphs of topohub as networks, by the package that holds them."""

import sys
from fractions import Fraction
from functools import cache

import pytest
import topohub

from controller.reference import Reference
from controller.topohub import graph_names
from topologies.document import topology_document
from topologies.emit import emit
from topologies.model import Topology
from topologies.problems import BadInput
from topologies.read import read_topology

KNOWN = sorted(graph_names())
SNDLIB = [name for name in KNOWN if name.startswith("sndlib/")]
SOME = [name for name in KNOWN if name.startswith(("topozoo/", "gabriel/25/", "caida/2024-08/12"))][::6]


def no_file(name: str) -> str:
    raise AssertionError(name)


@cache
def network(name: str) -> Topology:
    return Reference(f"topohub:{name}").load(no_file)


def test_germany50_is_as_its_data_says():
    found = network("sndlib/germany50")
    assert (found.name, len(found.switches), len(found.links), len(found.hosts)) == ("sndlib-germany50", 50, 88, 50)
    assert {(link.capacity_bps, link.mtu) for link in found.links} == {(10**10, 1600)}
    assert found.assumed == ("capacity", "length", "mtu", "queues", "switch-delay")
    berlin = found.switch_by_name["n3"]
    assert (berlin.site, found.host_by_name["h3"].at.switch) == ("Berlin", "n3")


def check(name: str) -> None:
    """Every node, every edge and its delay as topohub itself gives them, and the network written and read back."""
    found, data = network(name), topohub.get(name)
    assert {switch.name for switch in found.switches} == {f"n{node['id']}" for node in data["nodes"]}
    assert [(host.name[1:], host.at.switch[1:]) for host in found.hosts] == sorted(
        [(str(node["id"]), str(node["id"])) for node in data["nodes"]])
    assert {link.name: link.delay_ns for link in found.links} == {
        f"n{edge['source']}-n{edge['target']}": round(Fraction(str(edge["dist"])) * 4_900) or None for edge in data["edges"]}
    assert read_topology(emit(topology_document(found)), "") == found


def test_a_graph_becomes_the_network_of_its_data():
    for name in ("sndlib/germany50", "topozoo/Aarnet", "caida/2024-08/38022"):
        check(name)


@pytest.mark.slow
@pytest.mark.parametrize("name", SNDLIB)
def test_every_graph_of_sndlib_becomes_the_network_of_its_data(name: str):
    check(name)


@pytest.mark.slow
def test_graphs_of_other_sets_become_the_networks_of_their_data():
    for name in SOME:
        check(name)


def test_two_nodes_at_one_position_have_an_unknown_distance():
    delays = [link.delay_ns for link in network("topozoo/Aarnet").links]
    assert delays.count(None) == 6
    assert 0 not in delays


def test_the_capacity_asked_for_is_no_assumption():
    found = Reference("topohub:sndlib/abilene", "400 Gbps").load(no_file)
    assert {each.capacity_bps for each in (*found.links, *found.hosts)} == {400 * 10**9}
    assert "capacity" not in found.assumed


@pytest.mark.parametrize(("name", "capacity", "message"), [
    ("topohub:sndlib/germny50", None,
     'topology topohub:sndlib/germny50: topohub\'s set sndlib has no graph "germny50"; did you mean "germany50"?'),
    ("topohub:snd/germany50", None, 'topology topohub:snd/germany50: topohub has no set "snd"; did you mean "sndlib"? '
                                    "(sets: backbone, caida, gabriel, sndlib, topozoo; write it SET/NAME)"),
    ("topohub:sndlib/../sndlib/abilene", None,
     'topology topohub:sndlib/../sndlib/abilene: '
     'topohub\'s set sndlib has no graph "../sndlib/abilene"; it has 26, like abilene, atlanta, brain'),
    ("topohub:", None, 'topology topohub:: topohub has no set "" (sets: backbone, caida, gabriel, sndlib, topozoo; '
                       "write it SET/NAME)"),
    ("topohub:backbone/world", None,
     "topohub:backbone/world: 3,815 nodes, and at most 1,000 fit into a network; cut a part out"),
    ("topohub:sndlib/abilene", "10", '--capacity: 10 has no unit: "10 Mbps" or "10 Gbps"?'),
    ("topohub:sndlib/abilene", "0 bps", '--capacity: "0 bps" is zero, which carries nothing; write it like "10 Gbps"'),
    ("metro", "1 Gbps", "topology metro: a capacity is only for graphs, which may say none; this network says its own: "
                        "leave it out"),
])
def test_what_there_is_not_is_said_with_what_there_is(name: str, capacity: str | None, message: str):
    with pytest.raises(BadInput) as error:
        Reference(name, capacity).load(no_file)
    assert str(error.value) == message


def test_without_the_package_its_extra_is_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "topohub", None)  # what an import meets where nothing is installed
    with pytest.raises(BadInput, match=r"topohub is not installed.*isochrone\[topologies\]"):
        Reference("topohub:sndlib/abilene").load(no_file)
