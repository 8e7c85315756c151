"""Graphs of three formats to networks: what each field becomes, what is unknown, and what is wrong said in words."""

import json
from collections.abc import Iterable
from ipaddress import IPv4Interface

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from topologies.catalog import load_topology
from topologies.document import topology_document
from topologies.emit import emit
from topologies.model import Topology
from topologies.problems import BadInput
from topologies.read import read_topology
from topologies.units import render_rate, render_time

ENDINGS = ("json", "gml", "graphml")


def written(graph: nx.Graph, ending: str) -> str:
    """By networkx, which shares no code with the readers."""
    if ending == "json":
        return json.dumps(nx.node_link_data(graph, edges="edges"))
    return "\n".join(nx.generate_gml(graph) if ending == "gml" else nx.generate_graphml(graph))


def network(graph: nx.Graph, ending: str = "json", capacity_bps: int | None = None) -> Topology:
    return load_topology(f"net.{ending}", lambda _: written(graph, ending), capacity_bps)


def pair(**fields: object) -> nx.Graph:
    graph = nx.Graph()
    graph.add_nodes_from((0, 1))
    graph.add_edge(0, 1, **fields)
    return graph


def complaints(text: str, ending: str) -> list[str]:
    with pytest.raises(BadInput) as error:
        load_topology(f"net.{ending}", lambda _: text)
    return list(map(str, error.value.problems))


def test_a_switch_and_a_host_stand_at_each_node():
    graph = nx.Graph([(7, 3), (3, 12)])
    found = network(graph)
    assert [(each.name, each.dpid) for each in found.switches] == [("n12", 3), ("n3", 2), ("n7", 1)]
    assert [(host.name, str(host.at), host.mac, host.addresses, host.delay_ns) for host in found.hosts] == [
        ("h12", "n12:1", "02:00:00:00:00:03", (IPv4Interface("10.0.0.3/8"),), 0),
        ("h3", "n3:1", "02:00:00:00:00:02", (IPv4Interface("10.0.0.2/8"),), 0),
        ("h7", "n7:1", "02:00:00:00:00:01", (IPv4Interface("10.0.0.1/8"),), 0)]
    assert [(link.name, str(link.a), str(link.b)) for link in found.links] == [
        ("n3-n12", "n3:3", "n12:2"), ("n7-n3", "n7:2", "n3:2")]


def test_a_thousand_nodes_do_not_collide():
    found = network(nx.path_graph(1_000))
    addresses = {str(host.addresses[0].ip) for host in found.hosts}
    assert len({host.mac for host in found.hosts}) == len(addresses) == len({each.dpid for each in found.switches}) == 1_000
    assert {address.rpartition(".")[2] for address in addresses}.isdisjoint({"0", "255"})
    assert found.host_by_name["h999"].addresses == (IPv4Interface("10.0.3.238/8"),)


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize(("fields", "delay_ns", "assumed"), [
    ({}, None, False), ({"dist": 100}, 490_000, True), ({"length": 12.34}, 60_466, True), ({"dist": 0.0}, None, False),
    ({"delay": "1.5 ms"}, 1_500_000, False), ({"latency": "20 us"}, 20_000, False), ({"delay": "0 us"}, 0, False),
    ({"delay": "3 ms", "dist": 100}, 3_000_000, False), ({"Latitude": 1.5, "weight": 3}, None, False),
    ({"length": "8 km"}, 39_200, True), ({"dist": 1e3}, 4_900_000, True),
])
def test_a_delay_is_declared_or_follows_from_a_length_or_is_unknown(ending, fields, delay_ns, assumed):
    found = network(pair(**fields), ending)
    assert found.links[0].delay_ns == delay_ns
    assert ("length" in found.assumed) == assumed


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize(("fields", "asked", "capacity_bps"), [
    ({}, None, 10**10), ({}, 10**8, 10**8), ({"LinkSpeedRaw": 2500000000.0}, 10**8, 25 * 10**8),
    ({"capacity": "40 Gbps"}, None, 40 * 10**9), ({"bandwidth": "155 Mbps"}, None, 155 * 10**6),
    ({"capacity": "1 Gbps", "LinkSpeedRaw": 5}, None, 10**9), ({"LinkSpeed": "10", "LinkSpeedUnits": "G"}, None, 10**10),
])
def test_a_capacity_is_declared_or_asked_for_or_assumed(ending, fields, asked, capacity_bps):
    found = network(pair(**fields), ending, asked)
    assert found.links[0].capacity_bps == capacity_bps
    assert {host.capacity_bps for host in found.hosts} == {asked or 10**10}
    assert ("capacity" in found.assumed) == (asked is None)


@pytest.mark.parametrize("ending", ENDINGS)
def test_what_a_node_is_called_is_a_label_and_where_it_can_be_a_site(ending):
    graph = nx.Graph()
    for number, name in enumerate(("Berlin", "São Paulo", '"A & B"', " two\nlines ")):
        graph.add_node(number, **{"label" if ending == "graphml" else "name": name})
    found = {each.name: (each.site, each.labels) for each in network(graph, ending).switches}
    assert found == {"n0": ("Berlin", (("name", "Berlin"),)), "n1": (None, (("name", "São Paulo"),)),
                     "n2": (None, (("name", '"A & B"'),)), "n3": (None, (("name", "two lines"),))}


def test_parallel_edges_are_links_of_their_own_announced_or_not():
    edges = "edge [ source 0 target 1 LinkSpeedRaw 1000.0 ] edge [ source 1 target 0 LinkSpeedRaw 2000.0 ]"
    text = f"graph [ node [ id 0 ] node [ id 1 ] {edges} edge [ source 0 target 1 ] ]"
    found = load_topology("net.gml", lambda _: text)
    assert [(link.name, link.capacity_bps) for link in found.links] == [
        ("n0-n1", 1_000), ("n0-n1#2", 10**10), ("n1-n0", 2_000)]
    graph = nx.MultiGraph([(0, 1), (0, 1)])
    for ending in ENDINGS:
        assert [link.name for link in network(graph, ending).links] == ["n0-n1", "n0-n1#2"]


def test_links_is_another_word_for_edges_in_node_link_json():
    text = json.dumps(nx.node_link_data(pair(), edges="links"))
    assert [link.name for link in load_topology("net.json", lambda _: text).links] == ["n0-n1"]


ZOO = """Creator "Topology Zoo Toolset"
graph [
  directed 0
  label "Small"
  # as those files are, which say more of a node than a network needs
  node [
    id 0
    label "K&#248;benhavn"
    Longitude -12.56553
    graphics [ point [ x 1 ] point [ x 2 ] ]
  ]
  node [
    id 4
    label "Malmo"
  ]
  edge [
    source 0
    target 4
    LinkType "Fibre"
    LinkSpeedRaw 10000000000.0
  ]
]
"""


def test_a_file_of_the_topology_zoo_has_unknown_delays():
    found = load_topology("zoo/Small.gml", lambda _: ZOO)
    assert (found.name, [link.delay_ns for link in found.links]) == ("Small", [None])
    assert found.switches[0].labels == (("name", "København"),)


GRAPHML = """<?xml version="1.0" encoding="utf-8"?>
<graphml xmlns="http://graphml.graphdrawing.org/xmlns">
  <key id="d0" for="edge" attr.name="dist" attr.type="double"><default>10</default></key>
  <key id="d1" for="node" attr.name="id" attr.type="int"/>
  <key id="d2" for="all" attr.name="label" attr.type="string"/>
  <key id="d3" for="node" yfiles.type="nodegraphics"/>
  <graph edgedefault="undirected">
    <node id="a"><data key="d1">9</data><data key="d2">One</data><data key="d3"><y>drawn</y></data></node>
    <node id="b"><port name="x"/></node>
    <edge id="e" source="a" target="b"/>
    <edge source="a" target="b"><data key="d0">20</data></edge>
  </graph>
</graphml>
"""


def test_graphml_has_defaults_and_elements_of_others():
    found = load_topology("net.graphml", lambda _: GRAPHML)
    assert [(each.name, each.site) for each in found.switches] == [("na", "One"), ("nb", None)]
    assert [link.delay_ns for link in found.links] == [49_000, 98_000]


def whole(rest: str) -> str:
    """Node-link JSON of two nodes, and this."""
    return '{"nodes": [{"id": 0}, {"id": 1}]' + (f", {rest}" if rest else "") + "}"


ID = 'makes no name of a switch (nID): up to 127 letters, digits, "-", "_" and ".", a letter or digit last; number the ' \
     'nodes, and say this as their "name"'


@pytest.mark.parametrize(("text", "expected"), [
    ("[]", ["expected a mapping with nodes and edges, found a list"]),
    ("{", [":1:2: not JSON: Expecting property name enclosed in double quotes"]),
    ('{"nodes": [], "edges": []}', ["the graph has no nodes"]),
    ('{"nodes": true, "edges": []}', ['expected a list "nodes", found true']),
    (whole(""), ['expected a list "edges", found nothing']),
    (whole('"edges": [], "links": []'), ['both "edges" and "links" are said; keep one']),
    (whole('"edges": [[0, 1]]'), ["edges[0]: expected a mapping, found a list"]),
    (whole('"edges": [{"source": 0, "target": 1, "dist": NaN}]'),
     ["NaN is no number of JSON; leave it out where nothing is known"]),
    (whole('"edges": [], "edges": []'), ['"edges" is written twice in a mapping; keep one']),
    (whole('"directed": true, "edges": []'),
     ["the graph is directed, and a link here carries both ways; write it undirected, each link once"]),
    ('{"nodes": [{"id": "New York"}, {"id": null}, {"id": 1}, {"id": "1"}], "edges": []}',
     [f'nodes[0]: id "New York" {ID}', 'nodes[1]: "id": expected text or a number, found nothing',
      'nodes[3]: "1" is another node\'s id already; give it another']),
    (whole('"edges": [{"source": 0, "target": 2}, {"source": 1, "target": 1}, {"source": 0}]'),
     ['edges[0]: no node has the id "2"', 'edges[1]: a link joins two nodes; both ends of this edge are "1"',
      'edges[2]: "target": expected text or a number, found nothing']),
    (whole('"edges": [{"source": 0, "target": 1, "delay": 5, "capacity": 10}]'),
     ['edges[0]: capacity: 10 has no unit: "10 Mbps" or "10 Gbps"?', 'edges[0]: delay: 5 has no unit: "5 ms" or "5 us"?']),
    (whole('"edges": [{"source": 0, "target": 1, "dist": -1, "LinkSpeedRaw": 0.5}]'),
     ['edges[0]: LinkSpeedRaw: "0.5" is not a whole number of bit/s',
      'edges[0]: dist: "-1" is not a length in km; write it like 12.5']),
    (whole('"edges": [{"source": 0, "target": 1, "dist": 1e9, "LinkSpeedRaw": 0}]'),
     ["edges[0]: a capacity of zero carries nothing; give a value, or leave it out where it is not known",
      'edges[0]: dist: "1e9" km is more than around the Earth; lengths are in km']),
    (whole('"edges": [{"source": 0, "target": 1, "delay": "1 ms", "latency": "1 ms"}]'),
     ['edges[0]: both "delay" and "latency" are said; keep one']),
    (whole('"edges": [{"source": 0, "target": 1, "dist": [5]}]'),
     ['edges[0]: dist: "dist": expected text or a number, found a list']),
    ('{"nodes": [{"id": 0, "name": "a\\u001bb"}], "edges": []}',
     ["nodes[0]: the node's name holds characters that cannot be shown; leave them out"]),
    ('"\\ud800"', ['expected a mapping with nodes and edges, found "\ufffd"']),
])
def test_what_is_wrong_with_node_link_json_is_said_all_at_once(text: str, expected: list[str]):
    assert complaints(text, "json") == [f"net.json{'' if line[0] == ':' else ': '}{line}" for line in expected]


@pytest.mark.parametrize(("text", "expected"), [
    ("", ': expected one "graph [ ... ]", found none'),
    ("graph [ ] graph [ ]", ': expected one "graph [ ... ]", found 2'),
    ("graph [\n node [ id ] ]", ':2:12: not GML: expected a value of "id", found ]'),
    ("graph [\n 5 ]", ":2:2: not GML: expected a key, found 5"),
    ("graph [ node [ id 0 ]", ": not GML: it ends within brackets"),
    ("graph", ': not GML: it ends after "graph"'),
    ('graph [\n\n  node [ id 0 label "x ] ]',
     """:3:21: not GML: expected a key, a number, a "text" or a bracket, found '"'"""),
    ("graph [ node 5 ]", ':1:1: expected "node [ ... ]", found 5'),
    ("graph [ node [ id 0 id 1 ] ]", ':1:9: "id" is written twice; keep one'),
    ("graph [ directed 1 node [ id 0 ] ]",
     ": the graph is directed, and a link here carries both ways; write it undirected, each link once"),
    ("graph [ node [ id 0 ]\n edge [ source 0 target 11 ] ]", ':2:2: no node has the id "11"'),
    ("graph [ node [ id 10 ]\n edge [ source 10 target 11 ] ]", ':2:2: no node has the id "11"'),
    ("a [ " * 40, ":1:127: nested more than 32 deep"),
])
def test_what_is_wrong_with_gml_is_said_with_its_place(text: str, expected: str):
    assert complaints(text, "gml") == [f"net.gml{expected}"]


def graphml(inside: str) -> str:
    return f'<graphml><graph edgedefault="undirected">{inside}</graph></graphml>'


@pytest.mark.parametrize(("text", "expected"), [
    ("", ":1:1: not XML: no element found"),
    ("<graphml/>", ": expected one graph, found none"),
    ("<svg/>", ':1:1: expected the element "graphml", found "svg"'),
    ("<graphml>\n<graph></graphml>", ":2:10: not XML: mismatched tag"),
    ('<!DOCTYPE a [<!ENTITY b "c">]><graphml>&b;</graphml>',
     ":1:13: a document type is not allowed, as it may define entities; leave it out"),
    ("<graphml>&b;</graphml>", ":1:10: not XML: undefined entity"),
    ('<graphml><graph edgedefault="directed"><node id="0"/></graph></graphml>',
     ": the graph is directed, and a link here carries both ways; write it undirected, each link once"),
    (graphml('<node id="0"/><node id="1"/><edge source="0" target="1" directed="true"/>'),
     ": the graph is directed, and a link here carries both ways; write it undirected, each link once"),
    (graphml("<hyperedge/>"), ":1:42: a link joins two nodes, and a hyperedge more"),
    (graphml('<node id="0"><graph/></node>'),
     ":1:55: a graph stands within another; keep one, of switches and the links between them"),
    (graphml('\n<node id="0:1"/>'), f':2:1: id "0:1" {ID}'),
    ("<graphml>" * 40, ":1:289: nested more than 32 deep"),
])
def test_what_is_wrong_with_graphml_is_said_with_its_place(text: str, expected: str):
    assert complaints(text, "graphml") == [f"net.graphml{expected}"]


@pytest.mark.slow
@pytest.mark.parametrize(("ending", "text"), [
    ("json", '{"nodes": [' + '{"id": 0},' * 190_000 + '{"id": 1}], "edges": []}'), ("json", "[" * 1_900_000),
    ("json", "9" * 1_900_000), ("json", "[" + "[]," * 600_000 + "[]]"), ("json", " " * 2_000_001),
    ("gml", "graph [ " + "node [ id 1 ] " * 140_000 + "]"), ("gml", "[" * 1_900_000), ("gml", '"' * 1_900_000),
    ("graphml", "<a>" * 600_000), ("graphml", graphml('<node id="1"/>' * 140_000)),
])
def test_a_hostile_file_is_refused(ending: str, text: str):
    assert len(complaints(text, ending)) == 1


NAMES = st.from_regex(r"[A-Za-z0-9]([-A-Za-z0-9_.]{0,6}[A-Za-z0-9])?", fullmatch=True)
CALLED = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=8) | NAMES


@st.composite
def graphs(draw: st.DrawFn) -> nx.MultiGraph:
    graph = nx.MultiGraph()
    ids = draw(st.lists(st.integers(0, 10**9), min_size=2, max_size=8, unique=True))
    for identity in ids:
        graph.add_node(identity, name=draw(CALLED))
    for ends in draw(st.lists(st.permutations(ids).map(lambda order: order[:2]), max_size=12)):
        graph.add_edge(*ends, **{key: value for key, value in draw(fields()).items() if value is not None})
    return graph


@st.composite
def fields(draw: st.DrawFn) -> dict[str, object]:
    return {"dist": draw(st.none() | st.decimals(0, 20_000, places=2).map(float)),
            "delay": draw(st.none() | st.integers(0, 10**9).map(render_time)),
            "capacity": draw(st.none() | st.integers(1, 10**12).map(render_rate))}


@given(graphs(), st.none() | st.integers(1, 10**12))
def test_every_format_says_the_same_network(graph: nx.MultiGraph, capacity_bps: int | None):
    found = network(graph, "json", capacity_bps)
    assert network(graph, "graphml", capacity_bps) == found
    numbers = {identity: number for number, identity in enumerate(graph)}  # as networkx does when it writes GML
    assert network(graph, "gml", capacity_bps) == network(nx.relabel_nodes(graph, numbers), "json", capacity_bps)


@given(graphs(), st.none() | st.integers(1, 10**12))
def test_a_graph_written_as_a_document_is_the_same_network(graph: nx.MultiGraph, capacity_bps: int | None):
    found = network(graph, "json", capacity_bps)
    assert read_topology(emit(topology_document(found)), "") == found


def sorted_edges(graph: nx.MultiGraph) -> Iterable[tuple[int, int]]:
    return sorted(tuple(sorted(ends)) for ends in graph.edges())


@given(graphs())
def test_there_is_a_link_for_each_edge_and_no_other(graph: nx.MultiGraph):
    found = network(graph)
    assert len(found.switches) == len(found.hosts) == len(graph)
    assert sorted(tuple(sorted(int(end.switch[1:]) for end in (link.a, link.b))) for link in found.links) == list(
        sorted_edges(graph))
