"""`check` and `plan` without a controller: exit statuses, places, and the contract of the JSON."""

import json
from pathlib import Path

import pytest

from tests.controller.cli.conftest import DOCUMENTS, Isochrone
from topologies.source import read

INTENT = "apiVersion: isochrone/v1\nkind: Intent\nmetadata: {name: i}\nspec:\n  from: surgeon\n  to: robot\n"


def test_good_documents_are_counted(isochrone: Isochrone, surgery: str) -> None:
    unread = "1 phrase not read: what is no name in them only --topology can tell\n"
    for words, err in ((["check", surgery], unread), (["check", "-f", surgery, "--topology", "metro"], "")):
        said = isochrone(*words)
        assert (said.status, said.out, said.err) == (0, "ok: 1 intent, 1 slice\n", err)


@pytest.mark.parametrize(("text", "place", "words"), [
    ("  slo: {latncy: {max: 1 ms}}\n", "i.yaml:7:9:", 'did you mean "latency"?'),
    ("  slo: {latency: {max: 1}}\n", "i.yaml:7:24:", "1 ms"),
    ("  to: robot\n", "i.yaml:7:3:", "to"),
    ("  via: [\n", "i.yaml:8:1:", ""),
])
def test_a_bad_document_is_said_with_its_place(isochrone: Isochrone, tmp_path: Path, text: str, place: str,
                                               words: str) -> None:
    (tmp_path / "i.yaml").write_text(INTENT + text)
    said = isochrone("check", "i.yaml")
    assert (said.status, said.out) == (2, "")
    assert said.err.startswith(place)
    assert words in said.err
    assert said.err.count("\n") == 1


def test_all_problems_of_all_files_are_said_one_a_line(isochrone: Isochrone, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(INTENT + "  colour: red\n  size: big\n")
    (tmp_path / "b.yaml").write_text(INTENT.replace("name: i", "name: j") + "  priority: high\n")
    said = isochrone("check", "a.yaml", "b.yaml")
    assert said.status == 2
    assert [line.split(" ")[0] for line in said.err.splitlines()] == ["a.yaml:7:3:", "a.yaml:8:3:", "b.yaml:7:13:"]


def test_an_unknown_host_is_said_with_the_nearest(isochrone: Isochrone, tmp_path: Path) -> None:
    (tmp_path / "i.yaml").write_text(INTENT.replace("robot", "robto"))
    for command in ("check", "plan"):
        said = isochrone(command, "i.yaml", "--topology", "metro")
        assert said.status == 2
        assert said.err == 'i.yaml:6:7: no host "robto" in topology "metro"; did you mean "robot"?\n'


def test_a_topology_among_the_intents_is_not_passed_over(isochrone: Isochrone, tmp_path: Path) -> None:
    (tmp_path / "i.yaml").write_text(INTENT)
    (tmp_path / "net.yaml").write_text("apiVersion: isochrone/v1\nkind: Topology\nmetadata: {name: net}\n"
                                       'spec: {switches: [{name: s1, dpid: "0000000000000001"}]}\n')
    said = isochrone("plan", "i.yaml", "net.yaml", "--topology", "metro")
    assert (said.status, said.out) == (2, "")
    assert said.err == 'net.yaml: holds topology "net"; the network is what --topology names\n'


@pytest.mark.parametrize(("words", "err"), [
    (["check", "nowhere.yaml"], "nowhere.yaml: No such file or directory\n"),
    (["check", "."], ".: Is a directory\n"),
    (["check", "-f", "one.yaml", "two.yaml"], "two.yaml: No such file or directory\none.yaml: No such file or directory\n"),
    (["check", "binary"], "binary: not UTF-8 at byte 0\n"),
    (["check"], "name a file of documents, or - for standard input\n"),
    (["plan", "--topology", "no/net.yaml", "-"], "no/net.yaml: No such file or directory\n"),
    (["plan", "--capacity", "1 Gbps", "-"], "--capacity needs --topology\n"),
    (["check", "-", "--topology", "topohub:sndlib/abilene", "--capacity", "fast"],
     '--capacity: "fast" is not a rate; write it like "1 Mbps" or "1 Gbps"\n'),
    (["check", "-", "--topology", "net.gml"], "net.gml: No such file or directory\n"),
    (["plan", "--from-scratch", "--topology", "metro"],
     "--from-scratch is about what a controller has placed; with --topology nothing is\n"),
    (["apply", "--plan", "07C1", "one.yaml"],
     '--plan: "07C1" is no hash of a plan; write the 32 digits that isochrone plan prints\n'),
])
def test_what_cannot_be_read_is_said_in_a_line(isochrone: Isochrone, tmp_path: Path, words: list[str], err: str) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    said = isochrone(*words)
    assert (said.status, said.out, said.err) == (2, "", err)


def test_an_unknown_topology_is_said_with_the_known_ones(isochrone: Isochrone, surgery: str) -> None:
    said = isochrone("plan", surgery, "--topology", "metr")
    assert said.status == 2
    assert 'did you mean "metro"?' in said.err
    assert "ring" in said.err


def test_standard_input_is_read(isochrone: Isochrone) -> None:
    assert isochrone("check", "-", stdin=DOCUMENTS).status == 0
    assert isochrone("check", "-", stdin=DOCUMENTS + "  x: 1\n").err.startswith("<stdin>:13:3: ")


def test_a_plan_has_the_fields_of_the_contract(isochrone: Isochrone, surgery: str) -> None:
    said = isochrone("plan", "--topology", "metro", "--file", surgery, "-o", "json")
    assert said.status == 0
    plan = json.loads(said.out)
    assert plan.keys() == {"placements", "refusals", "rules", "changes", "hash", "seconds"}
    forward, reverse, *detours = plan["placements"]["surgery"]["paths"]
    assert forward == {"role": "working", "direction": "forward", "nodes": ["surgeon", "s1", "s2", "s3", "robot"],
                       "links": ["surgeon-s1", "s1-s2", "s2-s3", "robot-s3"], "delay_ns": 20_000,
                       "reserved_bps": 5_000_000}
    assert reverse["nodes"] == forward["nodes"][::-1]
    assert detours[0] == {"role": "detour", "direction": "forward", "protects": "s1-s2", "delay_ns": 30_000,
                          "nodes": ["surgeon", "s1", "s4", "s2", "s3", "robot"],
                          "links": ["surgeon-s1", "s1-s4", "s2-s4", "s2-s3", "robot-s3"], "reserved_bps": 5_000_000}
    assert {(path["role"], path["direction"], path["protects"]) for path in detours} == {
        ("detour", way, link) for way in ("forward", "reverse") for link in ("s1-s2", "s2-s3")}
    budget = [line for line in plan["placements"]["surgery"]["budget"] if line["direction"] == "forward"]
    assert [line["link"] for line in budget] == forward["links"]
    assert 0 < sum(value for line in budget for key, value in line.items() if key.endswith("_ns")) < 1_000_000
    assert plan["refusals"] == {}
    assert {"read", "plan", "compile", "prove"} <= plan["seconds"].keys()


def test_a_plan_in_yaml_says_the_same(isochrone: Isochrone, surgery: str) -> None:
    words = ["plan", "--topology", "metro", surgery, "-o"]
    (written,) = read(isochrone(*words, "yaml").out, "out")
    assert list(written.data["placements"]) == ["surgery"]  # type: ignore[union-attr,index,call-overload,arg-type]


def test_rules_are_listed_when_asked_for(isochrone: Isochrone, surgery: str) -> None:
    words = ["plan", "--topology", "metro", surgery, "-o", "json"]
    plan = json.loads(isochrone(*words, "--rules").out)
    assert {kind: len(found) for kind, found in plan["rules_list"].items()} == plan["rules"]


def test_offline_everything_is_to_be_added(isochrone: Isochrone, surgery: str) -> None:
    plan = json.loads(isochrone("plan", "--topology", "metro", surgery, "-o", "json", "--rules").out)
    (effect,) = plan["changes"]["connections"]
    assert (effect["title"], effect["what"], plan["changes"]["untouched"]) == ("surgery", "placed", 0)
    assert {turn["direction"]: (turn["before"], turn["after"]["worst_ns"], turn["after"]["exposed"])
            for turn in effect["turns"]} == {"forward": (None, 559_744, []), "reverse": (None, 559_744, [])}
    assert {kind: tally["add"] for kind, tally in plan["changes"]["rules"].items()} == plan["rules"]
    assert len(plan["changes"]["edits"]) == sum(plan["rules"].values())
    lines = isochrone("plan", "--topology", "metro", surgery, "--rules").out.splitlines()
    assert sum(line.startswith("+ s") for line in lines) == sum(plan["rules"].values())


def test_a_refused_intent_ends_with_1_and_says_why(isochrone: Isochrone, tmp_path: Path) -> None:
    (tmp_path / "i.yaml").write_text(INTENT + "  slo: {latency: {max: 100 us}}\n")
    said = isochrone("plan", "--topology", "metro", "i.yaml")
    assert said.status == 1
    assert "i: REFUSED, LATENCY:" in said.out
    refused = json.loads(isochrone("plan", "--topology", "metro", "i.yaml", "-o", "json").out)
    assert refused["placements"] == {}
    assert refused["refusals"]["i"]["reason"] == "LATENCY"


def test_a_plan_is_read_at_a_glance(isochrone: Isochrone, surgery: str) -> None:
    said = isochrone("plan", "--topology", "metro", surgery)
    lines = [line.split() for line in said.out.splitlines()]
    assert lines[0] == ["CONNECTION", "VERDICT", "DIRECTION", "WORST", "CASE", "PATH"]
    assert lines[1][:3] == ["surgery", "PLACED", "forward"]
    assert lines[1][4:] == ["ms", "surgeon", "s1", "s2", "s3", "robot,", "2", "detours"]
    assert "\x1b" not in said.out


def test_an_unknown_delay_under_a_bound_is_bad_input(isochrone: Isochrone, tmp_path: Path) -> None:
    network = """\
apiVersion: isochrone/v1
kind: Topology
metadata: {name: t}
spec:
  switches: [{name: s1, dpid: "0000000000000001"}, {name: s2, dpid: "0000000000000002"}]
  links: [{a: s1, b: s2, capacity: 1 Gbps}]
  hosts:
    - {name: a, at: s1, mac: "00:00:00:00:00:01", addresses: [10.0.0.1/24], capacity: 1 Gbps, delay: 0 us}
    - {name: b, at: s2, mac: "00:00:00:00:00:02", addresses: [10.0.0.2/24], capacity: 1 Gbps, delay: 0 us}
"""
    (tmp_path / "t.yaml").write_text(network)
    (tmp_path / "i.yaml").write_text(
        "apiVersion: isochrone/v1\nkind: Intent\nmetadata: {name: x}\nspec: sub-ms path from a to b\n")
    said = isochrone("plan", "--topology", "t.yaml", "i.yaml")
    assert said.status == 2
    assert "the delay of s1-s2 is unknown, which meets no bound; declare it" in said.out


def test_a_way_longer_than_a_label_lives_is_refused_for_itself(isochrone: Isochrone, tmp_path: Path) -> None:
    intent = "apiVersion: isochrone/v1\nkind: Intent\nmetadata: {{name: {0}}}\nspec: path from h1 to {0}\n"
    (tmp_path / "i.yaml").write_text("---\n".join(map(intent.format, ("h2", "h65", "h66"))))
    said = isochrone("plan", "--topology", "linear:70", "i.yaml", "-o", "json")
    plan = json.loads(said.out)
    assert (said.status, sorted(plan["placements"])) == (1, ["h2", "h65"])
    assert plan["refusals"]["h66"]["reason"] == "RESOURCE"
    assert "a label lives for 64 links" in plan["refusals"]["h66"]["message"]


TALKS = """\
apiVersion: isochrone/v1
kind: Intent
metadata: {name: near}
spec: under 4 ms path from Berlin to Muenchen
---
apiVersion: isochrone/v1
kind: Intent
metadata: {name: wide}
spec: 1 Gbps path from h0 to h49
---
apiVersion: isochrone/v1
kind: Intent
metadata: {name: far}
spec: under 1 ms path from Aachen to Berlin
"""


def test_intents_are_planned_on_a_graph_of_topohub(isochrone: Isochrone) -> None:
    words = ["plan", "--topology", "topohub:sndlib/germany50", "--file", "-", "-o", "json"]
    said = isochrone(*words, stdin=TALKS)
    plan = json.loads(said.out)
    assert (said.status, sorted(plan["placements"]), sorted(plan["refusals"])) == (1, ["near", "wide"], ["far"])
    forward = plan["placements"]["near"]["paths"][0]
    assert (forward["nodes"][:2], forward["nodes"][-2:]) == (["h3", "n3"], ["n34", "h34"])
    assert 2_400_000 < forward["delay_ns"] < 4_000_000  # 504 km apart
    assert "sub-ms is a metro promise" in plan["refusals"]["far"]["message"]
    narrow = isochrone(*words, "--capacity", "100 Mbps", stdin=TALKS)
    assert json.loads(narrow.out)["refusals"]["wide"]["reason"] == "BANDWIDTH"


def test_an_assumed_capacity_is_told(isochrone: Isochrone) -> None:
    words = ["explain", "near", "--topology", "topohub:sndlib/germany50", "--file", "-"]
    assumed = "assumption: links that the graph gives no capacity, and the cables of hosts, are assumed to carry 10 Gbps " \
              "(default D-14)\n"
    said = isochrone(*words, stdin=TALKS)
    assert assumed in said.out
    assert "assumption: links take 4.9 us for each km that the graph gives them (default D-15)" in said.out
    assert assumed not in isochrone(*words, "--capacity", "100 Gbps", stdin=TALKS).out


def test_a_graph_in_a_file_is_a_network_too(isochrone: Isochrone, tmp_path: Path) -> None:
    (tmp_path / "net.gml").write_text("graph [ node [ id 1 ] node [ id 2 ] edge [ source 1 target 2 length 20 ] ]")
    intent = "apiVersion: isochrone/v1\nkind: Intent\nmetadata: {name: i}\nspec: under 1 ms path from h1 to h2\n"
    said = isochrone("plan", "--topology", "net.gml", "-f", "-", stdin=intent)
    assert (said.status, said.err) == (0, "")
    assert "h1 n1 n2 h2" in said.out
    (tmp_path / "net.gml").write_text("graph [ node [ id 1 ] node [ id 2 ]\nedge [ source 1 target 3 ] ]")
    said = isochrone("plan", "--topology", "net.gml", "-f", "-", stdin=intent)
    assert (said.status, said.out, said.err) == (2, "", 'net.gml:2:1: no node has the id "3"\n')
