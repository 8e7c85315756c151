"""`trace`: offline, and against a controller whose switches hold what they should or a rule more; a walk is held as text."""

import json
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from controller.address import parse_address
from controller.northbound.client import Client
from intents.rules import IPV4, Flow, match, rule_set
from tests.controller.cli.conftest import Isochrone, Said
from tests.controller.cli.controllers import controller
from tests.fake_network import connected
from topologies.metro import metro

HERE = Path(__file__).parent
OFFLINE = ("--topology", "metro", "-f", "surgery.yaml")


def test_a_walk_reads_as_written(isochrone: Isochrone, surgery: str, pytestconfig: pytest.Config) -> None:
    said = isochrone("trace", "surgery", "--topology", "metro", "-f", surgery)
    assert (said.status, said.err) == (0, "")
    if pytestconfig.getoption("--regenerate"):
        (HERE / "trace.txt").write_text(said.out, encoding="utf-8")
    assert said.out == (HERE / "trace.txt").read_text(encoding="utf-8")


@pytest.mark.usefixtures("surgery")
def test_the_way_back_and_a_detour_are_walked_too(isochrone: Isochrone) -> None:
    said = isochrone("trace", "surgery/surgeon-robot", "--reverse", "--link-down", "s1-s2", *OFFLINE)
    assert said.status == 0
    assert "links down: s1-s2\n\nplanned: delivered to surgeon\n  s3, in by port 1\n" in said.out
    assert "detour of surgery/surgeon-robot reverse: " in said.out


@pytest.mark.usefixtures("surgery")
def test_as_json_every_look_is_told_and_what_is_not_known_is_null(isochrone: Isochrone) -> None:
    said = isochrone("trace", "--from", "surgeon", "--to", "host/robot", "--protocol", "udp", "--destination-port", "5004",
                     "--dscp", "46", *OFFLINE, "-o", "json")
    answer = json.loads(said.out)
    assert answer["packet"] == ("surgeon (10.0.0.1) to robot (10.0.0.2), protocol: udp, source-port: 49152, "
                                "destination-port: 5004, dscp: 46: of surgery/surgeon-robot forward")
    assert (answer["walks"]["installed"], answer["walks"]["real"], answer["differences"]) == (None, None, [])
    first, *_, last = answer["walks"]["planned"]["visits"]
    assert [look["table"] for look in first["looks"]] == [0, 1]
    assert (first["looks"][1]["owner"], first["looks"][1]["bucket"]) == ("surgery/surgeon-robot forward", 0)
    assert first["copies"][0]["packet"]["labels"][0]["ttl"] == 64
    assert (last["copies"][0]["to"], last["copies"][0]["what"]) == ("robot", "delivered")


@pytest.mark.usefixtures("surgery")
@pytest.mark.parametrize(("words", "status", "err"), [
    (["surgry"], 2, 'no intent "surgry"; did you mean "surgery"?\n'),
    (["surgery", "--link-down", "s1-s22"], 2, 'no link "s1-s22" in topology "metro"; did you mean "s1-s2"?\n'),
    (["--from", "surgon", "--to", "robot"], 2, 'no host "surgon" in topology "metro"; did you mean "surgeon"?\n'),
    (["--from", "s1", "--to", "robot"], 2,
     'no host "s1" in topology "metro"; it is a switch, hosts there: surgeon\n'),
    (["--from", "surgeon"], 2, "name an intent to trace, or a packet of your own by both --from HOST and --to HOST\n"),
    (["surgery", "--from", "surgeon", "--to", "robot"], 2,
     'an intent ("surgery") has hosts of its own: leave it out, or --from and --to\n'),
    (["surgery", "--ovs", ".", "--link-down", "s1-s2"], 2,
     "--ovs and --link-down: real switches cannot be asked as if a link were down; leave one out\n"),
    (["--reverse", "--from", "surgeon", "--to", "robot"], 2,
     "--reverse is about an intent's way back; for a packet of your own exchange --from and --to\n"),
    (["surgery", "--dscp", "3"], 2, "--protocol, --source-port, --destination-port and --dscp belong to a packet of your "
                                    "own: an intent's has what its match says\n"),
    (["--from", "surgeon", "--to", "robot", "--protocol", "upd"], 2,
     '--protocol: "upd" is none; write icmp, tcp, udp or its number\n'),
    (["--from", "surgeon", "--to", "robot", "--destination-port", "9"], 2,
     "ports need the protocol udp (17), tcp (6) or sctp (132)\n"),
    (["--from", "surgeon", "--to", "robot", "--protocol", "udp", "--destination-port", "65536"], 2,
     "a destination port is 1 to 65535, and 65536 is not\n"),
    (["surgery", "--ovs", "nowhere"], 2, "--ovs: nowhere: no such folder\n"),
])
def test_what_cannot_be_followed_is_said_in_a_line(isochrone: Isochrone, words: list[str], status: int, err: str) -> None:
    said = isochrone("trace", *words, *OFFLINE)
    assert (said.status, said.out, said.err) == (status, "", err)


def test_files_need_a_topology(isochrone: Isochrone, surgery: str) -> None:
    said = isochrone("trace", "surgery", "-f", surgery)
    assert (said.status, said.err) == (
        2, "--topology and --file belong together: offline, what the files come to on the topology\n")


def test_what_is_refused_has_no_packet(isochrone: Isochrone) -> None:
    text = "apiVersion: isochrone/v1\nkind: Intent\nmetadata: {name: i}\nspec: under 100 us path from surgeon to robot\n"
    said = isochrone("trace", "i", "--topology", "metro", "-f", "-", stdin=text)
    assert (said.status, said.out) == (1, "")
    assert said.err.startswith("i/surgeon-robot has no place, LATENCY: under 100 us is asked")


@pytest.mark.usefixtures("surgery")
def test_real_tables_that_cannot_be_reached_are_said_so(isochrone: Isochrone, tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    said = isochrone("trace", "surgery", *OFFLINE, "--ovs", "run")
    assert said.status == 1
    assert said.out.endswith(
        "\nnote: real tables: run: no ovs-vswitchd*.ctl in it or in a folder of it, which a running Open vSwitch has\n"
        "note: no real table can be reached: the others alone are compared\n")


def settled(isochrone: Isochrone, surgery: str, tmp_path: Path, *aliens: Flow) -> Said:
    """What a trace says once the switches of a controller hold what they should, beside a rule of somebody else."""
    with ExitStack() as stack:
        running = stack.enter_context(controller(tmp_path))
        stack.enter_context(connected(metro(), running.openflow_port, rule_set(aliens)))
        isochrone("apply", surgery, "--server", running.server)
        client = stack.enter_context(Client(parse_address(running.server)))
        until = time.monotonic() + 20
        while not client.status().settled:
            assert time.monotonic() < until
        return isochrone("trace", "surgery", "--server", running.server)


def test_installed_tables_are_walked_beside_the_planned_ones(isochrone: Isochrone, surgery: str, tmp_path: Path) -> None:
    said = settled(isochrone, surgery, tmp_path)
    assert (said.status, said.err) == (0, "")
    assert "\n\nplanned and installed: delivered to robot\n  s1, in by port " in said.out


def test_a_rule_of_somebody_else_that_takes_the_packet_is_named(isochrone: Isochrone, surgery: str, tmp_path: Path) -> None:
    said = settled(isochrone, surgery, tmp_path, Flow(1, 0, 65_535, match(eth_type=IPV4)))
    assert (said.status, said.err) == (1, "")
    assert "\nplanned: delivered to robot\n" in said.out
    assert "\ninstalled: dropped at s1: no output\n" in said.out
    assert said.out.endswith(
        "\nDIFFERENT, planned and installed: s1, table 0 admit: the installed table has a rule more, which takes the "
        "packet: priority 65535 eth_type=0x0800 (somebody else's) does drop\n")


def test_a_controller_without_switches_tells_what_is_planned(isochrone: Isochrone, surgery: str, tmp_path: Path) -> None:
    with controller(tmp_path) as running:
        isochrone("apply", surgery, "--server", running.server)
        said = isochrone("trace", "surgery", "--server", running.server)
        wrong = isochrone("trace", "surgry", "--server", running.server)
    assert said.status == 1
    assert "\nplanned: delivered to robot\n" in said.out
    assert "\ninstalled: unknown from s1 on: its tables have not been read\n" in said.out
    assert (wrong.status, wrong.out, wrong.err) == (2, "", 'no intent "surgry"; did you mean "surgery"?\n')
