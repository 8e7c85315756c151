"""`lab up` as its users have it: Mininet's prompt on a terminal, the command line and gRPC from another one."""

import json
import os
import signal
import subprocess
import termios
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from controller.address import parse_address
from controller.northbound.client import Client
from controller.northbound.isochrone.v1 import intents_pb2
from tests.emulated.processes import await_none, children, interfaces, mounts, namespaces, namespaces_of
from tests.emulated.standing_lab import ISOCHRONE, PROMPT, SECONDS, Terminal, isochrone, standing

Seen = dict[str, Any]
VIDEO = "{apiVersion: isochrone/v1, kind: Intent, metadata: {name: video}, spec: 'path from h1 to h4, protected'}"
OTHER = "{apiVersion: isochrone/v1, kind: Intent, metadata: {name: other}, spec: path from h2 to h3}"
PING = "h1 ping -c 3 -i 0.2 -W 1 h4"
CALLER, STRANGER = "12345", "12346"


@pytest.fixture(scope="module")
def seen() -> Seen:
    """One session from start to end: what was shown in both terminals."""
    found: Seen = {"before": (interfaces(), mounts())}
    with standing("diamond") as (terminal, server):
        found["folder"] = Path(server.removeprefix("unix:")).parents[1]
        found["links"], found["unconnected"] = terminal.ask("links"), terminal.ask(PING)
        with subprocess.Popen([*ISOCHRONE, "watch", "-o", "json", "--server", server], text=True,
                              stdout=subprocess.PIPE) as watching:
            assert watching.stdout is not None
            found["watched"] = [watching.stdout.readline()]
            found["plan"] = isochrone("plan", "-", "--server", server, stdin=VIDEO)
            found["apply"] = isochrone("apply", "-", "--server", server, stdin=VIDEO)
            found["watched"] += [watching.stdout.readline()]
            watching.send_signal(signal.SIGINT)
        found["get"] = awaited(lambda: isochrone("get", "--server", server).stdout, "SATISFIED")
        found["connected"], found["others"] = terminal.ask(PING), terminal.ask("h2 ping -c 1 -W 1 h3")
        found["pingall"] = terminal.ask("pingall 1")
        found["flows"] = [terminal.ask(f"{where} ovs-ofctl dump-flows s1") for where in ("sh", "s1")]
        (document,) = json.loads(isochrone("get", "-o", "json", "--server", server).stdout)
        found["cut"] = document["connections"][0]["paths"][0]["nodes"][1:3]
        terminal.ask(f"link {' '.join(found['cut'])} down")
        found["after the cut"], found["links then"] = terminal.ask(PING), terminal.ask("links")
        found["explain"] = awaited(lambda: isochrone("explain", "video", "--server", server).stdout, "outcome: confirmed")
        terminal.ask(f"link {' '.join(found['cut'])} up")
        with Client(parse_address(server, unix=True)) as client:
            client.apply([(OTHER, "other.yaml")])
            found["listed"] = [each.name for each in client.list(intents_pb2.KIND_INTENT).documents]
        found["delete"] = isochrone("delete", "video", "other", "--server", server)
        found["after the deletion"] = awaited(lambda: terminal.ask(PING), " 0 received")
        terminal.type("exit\n")
        found["rest"], found["status"] = terminal.rest(), terminal.process.returncode
        found["after"] = (interfaces(), mounts())
    return found


def awaited(ask: Callable[[], str], words: str) -> str:
    """The answer that has these words in it."""
    until = time.monotonic() + 20
    while words not in (said := ask()):
        assert time.monotonic() < until, said
    return said


def test_no_host_reaches_another_until_an_intent_connects_them(seen: Seen) -> None:
    assert " 0 received" in seen["unconnected"]
    assert " 3 received" in seen["connected"]
    assert " 0 received" in seen["others"]
    assert " 0 received" in seen["after the deletion"]


def test_the_command_line_reaches_the_controller_from_another_terminal(seen: Seen) -> None:
    for command in ("plan", "apply", "delete"):
        assert (seen[command].returncode, seen[command].stderr) == (0, "")
    assert "video" in seen["plan"].stdout
    assert "intent video: created" in seen["apply"].stdout
    assert "video  SATISFIED  h1 s1 " in seen["get"]
    assert "intent other: deleted" in seen["delete"].stdout
    first, then = map(json.loads, seen["watched"])
    assert (first["whole"], first["intents"]) == (True, [])
    assert [intent["name"] for intent in then["intents"]] == ["video"]


def test_programs_reach_it_by_grpc(seen: Seen) -> None:
    assert seen["listed"] == ["other", "video"]


def test_mininet_knows_hosts_switches_and_all_links(seen: Seen) -> None:
    assert sorted(seen["links"].splitlines()) == [
        "h1-0<->s1-1 (OK OK)", "h2-0<->s2-1 (OK OK)", "h3-0<->s3-1 (OK OK)", "h4-0<->s4-1 (OK OK)", "s1-2<->s2-2 (OK OK)",
        "s1-3<->s3-2 (OK OK)", "s2-3<->s4-2 (OK OK)", "s3-3<->s4-3 (OK OK)"]
    assert "h1 -> X X h4" in seen["pingall"]
    assert "(2/12 received)" in seen["pingall"]


def test_ovs_ofctl_shows_a_switch_s_flows_from_outside_and_in(seen: Seen) -> None:
    for said in seen["flows"]:
        assert "table=4" in said
        assert "arp_tpa=10.0.0.4" in said


def test_a_link_can_be_cut_at_the_prompt_and_protected_traffic_goes_on(seen: Seen) -> None:
    one, other = seen["cut"]
    down = [line for line in seen["links then"].splitlines() if "DOWN" in line]
    assert [line.count("DOWN") for line in down] == [2]
    assert f"{one}-" in down[0]
    assert f"{other}-" in down[0]
    assert " 3 received" in seen["after the cut"]
    assert f"link down {one}-{other}" in seen["explain"]


def test_exit_leaves_nothing(seen: Seen) -> None:
    assert (seen["status"], seen["rest"]) == (0, "exit\n")
    assert seen["after"] == seen["before"]
    assert not seen["folder"].exists()


@pytest.mark.parametrize(("how", "status"), [(signal.SIGKILL, -9), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_in_the_middle_of_a_command_leaves_nothing(how: int, status: int) -> None:
    with standing("linear:2") as (terminal, server):
        (unshare,) = children(terminal.process.pid)
        (init,) = children(unshare)
        places = namespaces(os.readlink(f"/proc/{init}/ns/pid"))
        assert len(places) > 5  # those of the nodes too
        terminal.type("h1 ping -i 0.2 127.0.0.1\n")
        terminal.until("icmp_seq=2")
        assert termios.tcgetattr(terminal.end)[:4] != terminal.settings[:4]
        terminal.process.send_signal(how)
        assert terminal.process.wait(SECONDS) == status
        await_none(places)
        assert not Path(server.removeprefix("unix:")).parents[1].exists()
        if how != signal.SIGKILL:
            assert termios.tcgetattr(terminal.end)[:4] == terminal.settings[:4]


def test_ctrl_c_ends_what_runs_and_no_more_and_ctrl_d_the_lab() -> None:
    with standing("linear:2") as (terminal, _):
        terminal.type("h1 ping -i 0.2 127.0.0.1\n")
        terminal.until("icmp_seq=2")
        terminal.type("\x03")
        assert "packets transmitted" in terminal.until(PROMPT)
        terminal.type("sh sleep 600 | cat\n")
        terminal.until("sh sleep 600 | cat\n")
        terminal.type("\x03")
        terminal.until(PROMPT)
        assert "sleep" not in terminal.ask("sh ps -C sleep -o args --no-headers")
        terminal.type("\x03")
        assert "Interrupt" in terminal.until(PROMPT)
        terminal.type("\x1a")
        assert terminal.ask("py 1/0") == "division by zero\n"
        assert terminal.ask("x nowhere") == "*** KeyError: 'nowhere'\n"
        terminal.type("\x04")
        terminal.rest()
        assert terminal.process.returncode == 0


def test_a_lab_that_is_interrupted_while_it_starts_leaves_nothing() -> None:
    terminal = Terminal([*ISOCHRONE, "lab", "up", "linear:2"])
    terminal.until("priorities")
    inside = [pid for unshare in children(terminal.process.pid) for pid in children(unshare)]
    places = set.union(*map(namespaces_of, inside)) - namespaces_of(os.getpid())
    terminal.type("\x03")
    assert "interrupted; nothing is left behind" in terminal.rest()
    assert terminal.process.returncode == 130
    await_none(places)


def test_a_switch_can_fail_and_come_back_with_its_rules() -> None:
    with standing("linear:2") as (terminal, server):
        isochrone("apply", "-", "--server", server, stdin=VIDEO.replace("h4, protected", "h2"))
        awaited(lambda: isochrone("get", "--server", server).stdout, "SATISFIED")
        ping = PING.replace("h4", "h2")
        assert " 3 received" in terminal.ask(ping)
        terminal.ask("switch s2 stop")
        assert " 0 received" in terminal.ask(ping)
        terminal.ask("switch s2 start")
        awaited(lambda: terminal.ask(ping), " 3 received")
        assert "usage: switch" in terminal.ask("switch s9 stop")


def test_who_called_sudo_reaches_the_controller_and_nobody_else_does() -> None:
    with standing("linear:2", SUDO_UID=CALLER, SUDO_GID=CALLER) as (_, server):
        socket = server.removeprefix("unix:")
        log = str(Path(socket).with_name("controller.log"))
        assert (may(CALLER, "-w", socket), may(CALLER, "-r", log)) == (True, True)
        assert (may(STRANGER, "-w", socket), may(STRANGER, "-r", log)) == (False, False)
        assert (may(CALLER, "-w", str(Path(socket).parent)), may(CALLER, "-w", log)) == (False, False)
        assert isochrone("get", "--server", server).returncode == 0  # root does too
    with standing("linear:2") as (_, server):
        assert not may(CALLER, "-w", server.removeprefix("unix:"))


def may(user: str, how: str, path: str) -> bool:
    """Whether a user may do something (as test(1) writes it) with a file."""
    return subprocess.run(["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups", "test", how, path],
                          check=False).returncode == 0


def test_commands_may_be_piped_in_and_the_lab_ends_with_them() -> None:
    said = isochrone("lab", "up", "linear:2", stdin="h1 ping -c 1 -W 1 127.0.0.1\n# nothing\nnodes\n")
    assert (said.returncode, said.stderr) == (0, "")
    head, *answers = said.stdout.split(PROMPT)
    assert head.startswith("switches: Open vSwitch ")
    assert [answer.splitlines()[0] for answer in answers] == ["h1 ping -c 1 -W 1 127.0.0.1", "# nothing", "nodes"]
    assert "1 received" in answers[0]
    assert answers[2].splitlines()[2] == "h1 h2 s1 s2"
    assert isochrone("lab", "up", "linear:2").stdout.count(PROMPT) == 0


def test_a_controller_that_ends_by_itself_is_told_with_its_log() -> None:
    kill = "sh kill -9 $(pgrep -f 'controller run')\n"
    said = isochrone("lab", "up", "linear:2", stdin=f"sh sleep 1\n{kill}sh sleep 1\n")
    assert said.returncode == 1
    assert "the lab failed: the controller ended with status -9; its log ends:" in said.stderr


def test_nobody_prompts_in_the_background() -> None:
    terminal = Terminal(["bash", "-ic", f"{' '.join(ISOCHRONE)} lab up linear:2 & wait"])
    assert "it prompts on the terminal: run it in the foreground, or pipe its commands in" in terminal.rest()


@pytest.mark.parametrize(("words", "said"), [
    (("metrro",), 'did you mean "metro"?'), (("no/such.yaml",), "no/such.yaml: No such file or directory"),
    (("ring:2",), "write it like ring:6"), (("metro", "--capacity", "1 Gbps"), "leave it out"),
    (("metro", "--autonomy", "all"), "'observe', 'recommend', 'act'")])
def test_what_cannot_be_started_ends_with_2(words: tuple[str, ...], said: str) -> None:
    told = isochrone("lab", "up", *words)
    assert (told.returncode, told.stdout) == (2, "")
    assert said in told.stderr
