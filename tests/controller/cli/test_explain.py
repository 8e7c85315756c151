"""`explain`: everything there is to say about an intent, with a controller and without; what people read is held as text."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from controller.cli.explanation import explain_lines
from controller.decisions import DecisionRecord, Move, Option, Outcome, Sample, Share
from controller.northbound.decisions import decision_message
from controller.northbound.isochrone.v1 import intents_pb2 as pb
from controller.northbound.plain import plain
from tests.controller.cli.conftest import Isochrone
from topologies.builders import diamond
from topologies.document import topology_document
from topologies.source import emit

HERE = Path(__file__).parent
BEFORE, AFTER = ("scanner", "s8", "s1", "s2", "archive"), ("scanner", "s8", "s6", "s4", "s2", "archive")
SHARES = (Share("s1-s2", "s1", 0.012), Share("s6-s8", "s8", 0.95))
RELIEF = DecisionRecord(
    7, "2027-03-01T10:00:00.000+00:00", 4, "congestion", ("s1-s2",), "act", "moved",
    "s6-s8 from s8 95%: filled by one connection, which no other shares it with",
    (Sample("s1-s2", "s1", 95_000_000, 0.95, 0.51, 0.01),),
    (Option(("imaging/scanner-archive",), True, "no link over 90%", SHARES),),
    (Move("imaging/scanner-archive", "imaging", "forward", BEFORE, AFTER),), SHARES,
    Outcome(0.012, (Share("s1-s2", "s1", 0.01), Share("s6-s8", "s8", 0.951)), True, "s6-s8 from s8 at 95%; the forecast was "
            "off by 0% of capacity at most"))
REPAIR = DecisionRecord(
    8, "2027-03-01T10:01:00.000+00:00", 5, "link-down", ("s6-s8",), "act", "moved", "1 connection placed anew",
    moves=(Move("imaging/scanner-archive", "imaging", "forward", AFTER, BEFORE),))


def test_an_explanation_reads_as_written(isochrone: Isochrone, surgery: str, pytestconfig: pytest.Config) -> None:
    said = isochrone("explain", "surgery", "--topology", "metro", "-f", surgery)
    assert (said.status, said.err) == (0, "")
    _compare("explain.txt", said.out, pytestconfig)


def test_decisions_read_as_written(pytestconfig: pytest.Config) -> None:
    document = pb.Document(kind=pb.KIND_INTENT, name="imaging", yaml="spec: best effort path from scanner to archive\n",
                           status=pb.STATUS_SATISFIED)
    answer = pb.ExplainResponse(document=document, decisions=[decision_message(RELIEF), decision_message(REPAIR)])
    _compare("decisions.txt", "\n".join(explain_lines(plain(answer))) + "\n", pytestconfig)


def test_as_json_it_has_the_same_and_no_status_without_switches(isochrone: Isochrone, surgery: str) -> None:
    said = isochrone("explain", "surgery", "--topology", "metro", "-f", surgery, "-o", "json")
    answer = json.loads(said.out)
    (connection,) = answer["document"]["connections"]
    assert (connection["status"], connection["verdict"], connection["latency_max_ns"]) == (None, "PLACED", 1_000_000)
    assert answer["proof"]["holds"]
    assert answer["decisions"] == []
    assert {"field": "slo.latency.max", "source": 'phrase: "sub-ms"', "value": "1 ms"} in connection["provenance"]
    best = connection["alternatives"][0]
    assert (best["direction"], best["nodes"], best["worst_ns"], best["lacks"], best["why"]) == (
        "forward", ["surgeon", "s1", "s2", "s5", "s3", "robot"], 774_264, [], "takes 214.52 us more at worst")


QUEUES = "assumption: class queues are assumed, there is no queue back-end"


@pytest.mark.parametrize(("spec", "told"), [
    ("best effort path from scanner to archive", ": best-effort at most 50 ms a link (default D-04)"),
    ("{from: surgeon, to: robot, slo: {bandwidth: {guaranteed: 5 Mbps}}}",
     ": guaranteed at most 2 ms a link (default D-04)"),
    ("under 100 us path from surgeon to robot", ": delay-critical at most 41 us a link (default D-04)")])
def test_an_explanation_says_that_class_queues_are_assumed(isochrone: Isochrone, spec: str, told: str) -> None:
    """Room and delay rest on them, whether an intent is placed or refused."""
    text = f"apiVersion: isochrone/v1\nkind: Intent\nmetadata: {{name: i}}\nspec: {spec}\n"
    said = isochrone("explain", "i", "--topology", "metro", "-f", "-", stdin=text)
    assert [line for line in said.out.splitlines() if "queues" in line] == [QUEUES + told]


def test_so_it_does_where_no_delay_is_known(isochrone: Isochrone, tmp_path: Path) -> None:
    network = replace(diamond(), links=tuple(replace(link, delay_ns=None) for link in diamond().links))
    (tmp_path / "network.yaml").write_text(emit(topology_document(network)))
    text = "apiVersion: isochrone/v1\nkind: Intent\nmetadata: {name: i}\nspec: {from: h1, to: h4}\n"
    said = isochrone("explain", "i", "--topology", "network.yaml", "-f", "-", stdin=text)
    assert "worst case: unknown" in said.out
    assert QUEUES in said.out


def test_what_is_refused_is_explained_too(isochrone: Isochrone) -> None:
    text = "apiVersion: isochrone/v1\nkind: Intent\nmetadata: {name: i}\nspec: under 100 us path from surgeon to robot\n"
    said = isochrone("explain", "i", "--topology", "metro", "-f", "-", stdin=text)
    assert said.status == 1
    assert "i: REFUSED, LATENCY: under 100 us is asked" in said.out
    assert "would do: latency 100 us -> 779 us" in said.out
    assert "NOT TAKEN  SUM us    PATH                       WHY\n" in said.out
    assert "both ways  778.688   surgeon s1 s2 s3 robot     takes 778.688 us at worst, under 100 us is asked\n" in said.out
    assert "i           slo.latency.max           100 us          phrase: \"under 100 us\"\n" in said.out
    assert "proof" not in said.out


def test_of_what_is_refused_the_paths_that_would_do_lack_the_reason_named(isochrone: Isochrone) -> None:
    text = "apiVersion: isochrone/v1\nkind: Intent\nmetadata: {name: i}\nspec: under 100 us path from surgeon to robot\n"
    said = isochrone("explain", "i", "--topology", "metro", "-f", "-", "-o", "json", stdin=text)
    (connection,) = json.loads(said.out)["document"]["connections"]
    assert len(connection["alternatives"]) == 6
    assert {lack["reason"] for each in connection["alternatives"] for lack in each["lacks"]} == {"LATENCY"}


@pytest.mark.parametrize(("words", "status", "err"), [
    (["surgry", "--topology", "metro", "-f", "surgery.yaml"], 2,
     'no intent "surgry" in surgery.yaml; did you mean "surgery"?\n'),
    (["surgery", "-f", "surgery.yaml"], 2,
     "--topology and --file belong together: offline, what the files come to on the topology\n"),
])
def test_what_cannot_be_explained_is_said_in_a_line(isochrone: Isochrone, surgery: str, words: list[str], status: int,
                                                   err: str) -> None:
    said = isochrone("explain", *words)
    assert (said.status, said.out, said.err) == (status, "", err)


def _compare(name: str, text: str, options: pytest.Config) -> None:
    if options.getoption("--regenerate"):
        (HERE / name).write_text(text, encoding="utf-8")
    assert text == (HERE / name).read_text(encoding="utf-8")
