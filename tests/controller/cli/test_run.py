"""`run`, and the commands that speak to it: a controller of its own process with eight switches."""

import json
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.controller.cli.conftest import DOCUMENTS, Isochrone
from tests.controller.cli.controllers import FREE, Running, controller
from tests.fake_network import connected
from tests.fake_switch import FakeSwitch
from topologies.metro import metro as network

FASTER = DOCUMENTS.replace("sub-ms path", "under 100 us path")


@pytest.fixture(scope="module")
def metro(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with ExitStack() as stack:
        running = stack.enter_context(controller(tmp_path_factory.mktemp("run")))
        stack.enter_context(connected(network(), running.openflow_port))
        yield running


@pytest.fixture
def operator(isochrone: Isochrone, metro: Running, monkeypatch: pytest.MonkeyPatch) -> Isochrone:
    """The command line of an operator of this controller, who finds nothing in it."""
    monkeypatch.setenv("ISOCHRONE_SERVER", metro.server)
    yield isochrone
    isochrone("delete", "-f", "-", stdin=isochrone("get", "-o", "yaml").out)
    isochrone("delete", "-k", "slice", "telemedicine")


def test_what_is_applied_reaches_the_switches(operator: Isochrone, surgery: str) -> None:
    said = operator("apply", "-f", surgery)
    assert (said.status, said.err) == (0, "")
    assert "intent surgery: created" in said.out
    until = time.monotonic() + 10
    while "SATISFIED" not in (shown := operator("get").out):
        assert time.monotonic() < until, shown
    assert shown.splitlines()[1].split() == ["surgery", "SATISFIED", "surgeon", "s1", "s2", "s3", "robot"]


def test_applying_again_changes_nothing(operator: Isochrone, surgery: str) -> None:
    first = json.loads(operator("apply", surgery, "-o", "json").out)
    again = json.loads(operator("apply", surgery, "-o", "json").out)
    assert again["revision"] == first["revision"]
    assert {change["outcome"] for change in again["changes"]} == {"unchanged"}


def test_what_get_prints_can_be_applied(operator: Isochrone, surgery: str) -> None:
    operator("apply", surgery)
    said = operator("apply", "-", stdin=operator("get", "-o", "yaml").out)
    assert said.status == 0
    assert "intent surgery: unchanged" in said.out


def test_get_of_one_shows_where_its_values_came_from(operator: Isochrone, surgery: str) -> None:
    operator("apply", surgery)
    shown = operator("get", "surgery").out
    assert 'phrase: "sub-ms"' in shown
    assert "spec: sub-ms path for telemedicine slice" in shown
    (document,) = json.loads(operator("get", "surgery", "-o", "json").out)
    assert document["connections"][0]["paths"][0]["delay_ns"] == 20_000


def test_a_dry_run_is_the_plan_that_offline_gives(operator: Isochrone, surgery: str) -> None:
    online = json.loads(operator("plan", surgery, "-o", "json").out)
    offline = json.loads(operator("plan", surgery, "--topology", "metro", "-o", "json").out)
    assert online["placements"] == offline["placements"]
    assert online["rules"] == offline["rules"]
    assert operator("get", "surgery").status == 1


def test_a_plan_shows_who_moves_and_what_that_costs(operator: Isochrone, surgery: str) -> None:
    operator("apply", surgery)
    said = operator("plan", "-", "--rules", stdin=DOCUMENTS.replace("slice\n---", "slice avoiding s1-s2\n---"))
    assert (said.status, said.err) == (0, "")
    forward, reverse, _, work, *edits = (" ".join(line.split()) for line in said.out.splitlines()[1:-1])
    assert forward == ("surgery MOVED forward 0.560 ms -> 0.774 ms (under 1 ms) surgeon s1 s4 s2 s3 robot, 3 detours, "
                       "was surgeon s1 s2 s3 robot")
    assert reverse.startswith("reverse 0.560 ms -> 0.774 ms (under 1 ms) robot s3 s2 s4 s1 surgeon, 3 detours, was ")
    assert work.startswith("to add: ")
    assert "; to change: 2 groups; to remove: " in work
    assert {edit[0] for edit in edits} == set("+~-")
    assert any(edit.startswith("~ s1 group ") and " => s1 group " in edit for edit in edits)
    assert "surgeon s1 s2 s3 robot" in operator("get", "surgery").out


def test_a_plan_is_applied_by_its_hash_or_not_at_all(operator: Isochrone, surgery: str) -> None:
    name = json.loads(operator("plan", surgery, "-o", "json").out)["hash"]
    assert name == json.loads(operator("plan", surgery, "--topology", "metro", "-o", "json").out)["hash"]
    said = operator("apply", surgery, "--plan", name)
    assert (said.status, f"plan {name} in " in said.out) == (0, True)
    again = operator("apply", surgery, "--plan", name)
    assert (again.status, again.out) == (1, "")
    assert again.err.startswith(f"plan {name} is not what this comes to now, which is plan ")
    assert "nothing was changed" in again.err


def test_from_scratch_shows_what_is_placed_beside_what_would_be(operator: Isochrone, surgery: str) -> None:
    operator("apply", surgery)
    said = operator("plan", "--from-scratch")
    assert said.status == 0
    assert said.out.splitlines()[1].split()[:3] == ["surgery", "STAYS", "forward"]
    assert "to add: nothing; to change: nothing; to remove: nothing" in said.out


def test_a_refusal_is_told_with_what_to_write_as_offline(operator: Isochrone) -> None:
    far = FASTER.replace("slice\n---", "slice avoiding s1-s2\n---")
    online = json.loads(operator("plan", "-", "-o", "json", stdin=far).out)["refusals"]
    assert online == json.loads(operator("plan", "-", "-o", "json", "--topology", "metro", stdin=far).out)["refusals"]
    assert online["surgery"]["offers"][0]["changes"][0] == {"field": "slo.latency.max", "value": "989 us"}


def test_a_refused_intent_ends_with_1(operator: Isochrone) -> None:
    said = operator("apply", "-", stdin=FASTER)
    assert said.status == 1
    assert "surgery: REFUSED, LATENCY:" in said.out
    assert "UNSATISFIABLE" in operator("get").out


def test_a_change_turned_back_ends_with_1_and_says_so(operator: Isochrone, surgery: str) -> None:
    operator("apply", surgery)
    said = operator("apply", "-", stdin=FASTER)
    assert said.status == 1
    assert "intent surgery: rejected, LATENCY:" in said.out
    assert "what stands is not what the file says" in said.err
    assert "sub-ms" in operator("get", "-o", "yaml").out


def test_bad_documents_end_with_2_and_their_places(operator: Isochrone) -> None:
    said = operator("apply", "-", stdin=DOCUMENTS.replace("to: robot", "to: robto").replace("from: surgeon", "from: x"))
    assert (said.status, said.out) == (2, "")
    assert [line.split(" ")[0] for line in said.err.splitlines()] == ["<stdin>:12:20:", "<stdin>:12:27:"]


def test_unknown_names_end_with_1(operator: Isochrone, surgery: str) -> None:
    operator("apply", surgery)
    for command in ("get", "delete"):
        said = operator(command, "surgry")
        assert (said.status, said.out, said.err) == (1, "", 'no intent "surgry"; did you mean "surgery"?\n')


def test_what_is_in_use_is_not_deleted(operator: Isochrone, surgery: str) -> None:
    operator("apply", surgery)
    said = operator("delete", "-k", "slice", "telemedicine")
    assert (said.status, said.err) == (1, "in use by intent surgery; nothing was deleted\n")
    assert operator("delete", "-f", surgery).out.startswith("intent surgery: deleted\nslice telemedicine: deleted\n")


def test_nobody_there_is_said_with_what_to_start(isochrone: Isochrone, surgery: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    for words in (["get"], ["apply", surgery], ["plan", surgery], ["delete", "x"]):
        said = isochrone(*words, "--server", f"127.0.0.1:{port}")
        assert said.status == 1
        assert said.err.startswith(f"no controller answers at 127.0.0.1:{port}; start one with: isochrone run ")


def test_of_a_socket_that_a_lab_left_the_lab_is_spoken_of(isochrone: Isochrone, tmp_path: Path) -> None:
    said = isochrone("watch", "--server", f"unix:{tmp_path}/grpc.sock")
    assert (said.status, said.err) == (1, f"no controller answers at unix:{tmp_path}/grpc.sock; if a lab made that socket, "
                                          "it has ended; the next isochrone lab up names its own\n")


@pytest.mark.parametrize(("server", "words"), [("somewhere", "HOST:PORT"), ("192.0.2.1:1", "give --tls a folder of keys")])
def test_a_server_that_cannot_be_called_is_bad_input(isochrone: Isochrone, server: str, words: str) -> None:
    said = isochrone("get", "--server", server)
    assert said.status == 2
    assert words in said.err


def test_a_switch_that_the_topology_does_not_know_is_an_alarm_in_the_log(tmp_path: Path) -> None:
    with controller(tmp_path) as running, FakeSwitch(0x63).connect(running.openflow_port):
        assert running.process.stderr
        alarm = next(line for line in running.process.stderr if "alarm" in line)
    assert "switch 0000000000000063 is not in topology metro; nothing is sent to it" in alarm


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_soon(tmp_path: Path, number: int) -> None:
    with controller(tmp_path, "--log-format", "json") as running:
        with FakeSwitch(1).connect(running.openflow_port) as switch:
            switch.wait(lambda heard: bool(heard.heard))
            begun = time.monotonic()
            status, err = running.ended(number)
            assert time.monotonic() - begun < 5  # 0.3 s where nothing else runs
        assert status == 0
        assert all(json.loads(line)["event"] for line in err.splitlines())


@pytest.mark.slow
def test_what_was_applied_is_there_after_a_restart(isochrone: Isochrone, surgery: str, tmp_path: Path) -> None:
    with controller(tmp_path) as running:
        isochrone("apply", surgery, "--server", running.server)
        running.ended(signal.SIGKILL)
    with controller(tmp_path) as running:
        assert "surgery" in isochrone("get", "--server", running.server).out
    told = isochrone("run", *FREE, "--store", running.store, "--topology", "diamond")
    assert (told.status, told.out) == (2, "")
    assert told.err.splitlines()[-1] == (f"store {running.store}: what it holds does not fit topology diamond; "
                                         "run the topology that it was made for, or name another --store")


@pytest.mark.parametrize(("words", "said"), [
    (["--topology", "metr"], 'did you mean "metro"?'),
    (["--topology", "no/such.yaml"], "no/such.yaml: No such file or directory"),
    (["--store", "no/such/store.db"], "no/such/store.db"),
    (["--store", "text"], "text: not a store"),
    (["--openflow", "6653"], "write HOST:PORT"),
    (["--openflow", "192.0.2.1:6653"], "192.0.2.1:6653"),
    (["--grpc", "0.0.0.0:0"], "give --tls a folder of keys"),
    (["--tls", "nowhere"], "nowhere/ca.pem: No such file or directory"),
])
def test_what_cannot_begin_says_why_in_a_line_and_ends_with_2(isochrone: Isochrone, words: list[str], said: str) -> None:
    Path("text").write_text("no database, but long enough to be looked at as one" * 20)
    told = isochrone("run", *FREE, *words)
    assert (told.status, told.out, told.err.count("\n")) == (2, "", 1)
    assert said in told.err


def test_a_port_in_use_ends_with_2_and_leaves_no_store(isochrone: Isochrone, metro: Running) -> None:
    assert not Path("store.db").exists()
    for words in (["--openflow", f"127.0.0.1:{metro.openflow_port}"], ["--grpc", metro.server]):
        told = isochrone("run", *FREE, *words)
        assert (told.status, told.out) == (2, "")
        assert "Address already in use" in told.err
        assert not list(Path().glob("store.db*"))


def test_a_store_in_use_ends_with_2(isochrone: Isochrone, metro: Running) -> None:
    told = isochrone("run", *FREE, "--store", metro.store)
    assert (told.status, told.out) == (2, "")
    assert "in use by another controller" in told.err


def test_a_purge_says_what_and_how_much(operator: Isochrone, isochrone: Isochrone) -> None:
    said = operator("purge", "--unclaimed")
    assert (said.status, said.out) == (0, "no unclaimed rules\n")
    said = isochrone("purge")
    assert (said.status, said.err) == (2, "say what to purge: --unclaimed\n")
