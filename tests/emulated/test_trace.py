"""`isochrone trace` on real Open vSwitch: planned, installed and real tables agree, until somebody else changes a rule."""

import json
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from labs import backend
from labs.child import GRPC, Controller
from labs.network import EmulatedNetwork, running
from tests.emulated.standing_lab import isochrone, standing
from topologies.builders import diamond
from topologies.emulate import RUN
from topologies.metro import metro
from topologies.model import Topology

HEAD = "{apiVersion: isochrone/v1, kind: Intent, metadata: "
VIDEO = HEAD + "{name: video}, spec: 'path from h1 to h4, protected'}\n"
CITY = "---\n".join((
    HEAD + "{name: plain}, spec: best effort path from surgeon to archive}\n",
    HEAD + "{name: guarded}, spec: 'under 2 ms path from endoscope to archive with 20 Mbps, protected'}\n",
    HEAD + "{name: stream}, spec: {from: scanner, to: robot, match: {protocol: udp, destination-port: 5004, dscp: ef}, "
           "slo: {bandwidth: {max: 30 Mbps}}}}\n",
    HEAD + "{name: rest}, spec: {from: scanner, to: robot, match: {protocol: udp}}}\n"))
NAMES = ("plain", "guarded", "stream", "rest")

Seen = dict[str, Any]


def on(topology: Topology, text: str, then: Callable[[EmulatedNetwork], Seen]) -> Seen:
    """What is seen on a network whose intents have settled, and whose tables nobody repairs meanwhile."""
    with running(topology, backend.attempt()) as network, Controller(topology, audit_s=600) as controller:
        controller.start()
        network.attach()
        assert controller.await_settled(20)
        controller.apply([(text, "a.yaml")])
        assert controller.await_settled(20)
        return then(network)


def trace(*words: str) -> tuple[int, str, str]:
    said = isochrone("trace", *words, "--server", GRPC, "--ovs", str(RUN))
    return said.returncode, said.stdout, said.stderr


def agreeing() -> Seen:
    return on(metro(), CITY, lambda _: {f"{name} {way}".strip(): trace(name, *way.split(), "-o", "json")
                                        for name in NAMES for way in ("", "--reverse")}
              | {"nobody's": trace("--from", "surgeon", "--to", "robot", "-o", "json")})


def test_all_three_agree_in_both_directions(in_sandbox: Callable[..., Any]) -> None:
    for name, (status, out, err) in in_sandbox(agreeing).items():
        answer = json.loads(out)
        assert (status, err, answer["differences"], answer["notes"]) == (0, "", [], []), name
        walks = answer["walks"]
        ends = {"; ".join(walk["ends"]) for walk in walks.values()}
        assert len(ends) == 1, name
        assert ends.pop().startswith("dropped at s1: no rule in table 1" if name == "nobody's" else "delivered to "), name
        # the words are the same as well, but for the match, which Open vSwitch writes in its own
        told, real = ([[{**look, "match": ""} for look in visit["looks"]] for visit in walks[source]["visits"]]
                      for source in ("planned", "real"))
        assert told == real, name


def cut() -> Seen:
    def pulled(network: EmulatedNetwork) -> Seen:
        network.cut("s1-s2")
        until = time.monotonic() + 20
        while True:  # there is no word for when the loop has gone round the dead link
            status, out, _ = found = trace("video")
            if (status == 0 and "links down: s1-s2" in out) or time.monotonic() > until:
                return {"cut": found}

    return on(diamond(), VIDEO, pulled)


def test_a_link_that_is_dead_is_known_to_all_three(in_sandbox: Callable[..., Any]) -> None:
    status, out, err = in_sandbox(cut)["cut"]
    assert (status, err) == (0, "")
    assert "\nlinks down: s1-s2\n" in out
    assert "\nplanned, installed and real: delivered to h4\n" in out
    assert "    out by port 3 to s3:2, under label " in out


def meddled() -> Seen:
    def one_by_one(network: EmulatedNetwork) -> Seen:
        flows = network.ofctl("s1", "dump-flows", "--no-stats", "table=1")
        (ours,) = (line.strip() for line in flows.splitlines() if "nw_dst=10.0.0.4" in line)
        strict = re.search(r"priority=.*(?= actions)", ours)
        assert strict
        group = re.search(r"group:(\d+)", ours)
        assert group
        found: Seen = {}
        network.ofctl("s1", "mod-flows", "--strict", f"table=1,{strict[0]},actions=output:3")
        found["changed"] = trace("video")
        network.ofctl("s1", "mod-flows", "--strict", f"table=1,{strict[0]},actions=group:{group[1]}")
        found["put back"] = trace("video")
        network.ofctl("s2", "add-flow", "table=0,priority=65535,mpls,actions=drop")
        network.ofctl("s3", "add-flow", "table=0,priority=65535,mpls,actions=drop")
        found["more"] = trace("video")
        for switch in ("s2", "s3"):
            network.ofctl(switch, "del-flows", "--strict", "table=0,priority=65535,mpls")
        network.ofctl("s4", "del-flows", "table=3,ip,nw_dst=10.0.0.4")
        found["less"], found["less, json"] = trace("video"), trace("video", "-o", "json")
        network.ofctl("s1", "mod-group", f"group_id={group[1]},type=indirect,bucket=actions=output:3")
        found["group"] = trace("video")
        network.fail("s1")
        found["gone"] = trace("video")
        return found

    return on(diamond(), VIDEO, one_by_one)


@pytest.fixture(scope="module")
def seen(in_sandbox: Callable[..., Any]) -> Seen:
    found: Seen = in_sandbox(meddled)
    return found


def different(said: tuple[int, str, str]) -> str:
    status, out, err = said
    assert (status, err) == (1, "")
    (line,) = (line for line in out.splitlines() if line.startswith("DIFFERENT"))
    return line


def test_a_rule_that_somebody_else_changed_is_named_with_what_it_does(seen: Seen) -> None:
    line = different(seen["changed"])
    assert line.startswith("DIFFERENT, installed and real: s1, table 1 classify: the real rule priority 100 eth_type=")
    assert "(video/h1-h4 forward) does output:3; the installed one does group:" in line
    assert "\nplanned and installed: delivered to h4\n" in seen["changed"][1]
    assert seen["put back"][0] == 0


def test_a_rule_more_is_named(seen: Seen) -> None:
    line = different(seen["more"])
    assert re.match(r"DIFFERENT, installed and real: s[23], table 0 admit: the real table has a rule more, which takes the "
                    r"packet: priority 65535 mpls \(somebody else's\) does drop$", line)
    assert re.search(r"\nreal: dropped at s[23]: no output\n", seen["more"][1])


def test_a_rule_that_is_missing_is_named(seen: Seen) -> None:
    assert different(seen["less"]) == (
        "DIFFERENT, installed and real: s4, table 3 deliver: the real table lacks the rule priority 100 eth_type=0x0800,"
        "ipv4_dst=10.0.0.4 (delivers to h4); nothing there takes the packet")
    (difference,) = json.loads(seen["less, json"][1])["differences"]
    assert (difference["between"], difference["switch"], difference["table"]) == (["installed", "real"], "s4", 3)


def test_a_group_that_does_something_else_is_named_by_its_rule(seen: Seen) -> None:
    line = different(seen["group"])
    assert line.startswith("DIFFERENT, installed and real: s1, table 1 classify: the real rule ")
    assert "bucket 0: output:3; the installed one does group:" in line


def test_a_switch_that_is_gone_is_unknown(seen: Seen) -> None:
    """Its tables too, once its channel has ended."""
    status, out, _ = seen["gone"]
    assert status == 1
    assert "real: unknown from s1 on: no Open vSwitch was found that has datapath id 0000000000000001" in out
    assert "note: real tables: /run/openvswitch/s1.switch/" in out


def test_a_lab_prints_the_line_that_works_in_another_terminal() -> None:
    with standing("linear:2") as (terminal, server):
        folder = Path(server.removeprefix("unix:")).parents[1]
        assert isochrone("apply", "-", "--server", server, stdin=VIDEO.replace("h4, protected", "h2")).returncode == 0
        words = ("trace", "--server", server, "--ovs", str(folder / "switches"))
        assert f"  isochrone {' '.join(words)} INTENT" in terminal.shown
        said = isochrone(*words, "video", "--reverse")
        assert (said.returncode, said.stderr) == (0, "")
        assert "\nplanned, installed and real: delivered to h1\n" in said.stdout
