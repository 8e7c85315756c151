"""What is asked of daemons that are not there, hang up, or answer; and which bridges there are behind folders."""

import json
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from controller.openvswitch.bridges import OPENFLOW_LOCAL, bridges
from controller.openvswitch.daemon import DaemonError, ask
from controller.openvswitch.tracing import real_walk
from tests.intents.worlds import network_of, packet

SHOWN = """netdev@ovs-netdev: hit:0 missed:0
  s1:
    s1 65534/4: (tap)
    s1-1 1/3: (system)
  s2:
    s2-9 9/7: (system)
"""
ROWS = [{"rows": [{"name": "s1", "datapath_id": "0000000000000001"}, {"name": "s2", "datapath_id": "00000000000000a2"},
                  {"name": "new", "datapath_id": ["set", []]}]}]


@contextmanager
def daemon(place: Path, answers: Mapping[str, Any]) -> Iterator[None]:
    """Answers by the method; hangs up where it has no answer."""

    def serve() -> None:
        while True:
            try:
                calling, _ = listening.accept()
            except OSError:
                return
            with calling:
                asked = json.loads(calling.recv(1 << 16))
                if asked["method"] in answers:
                    calling.sendall(json.dumps({"id": asked["id"], "error": None} | answers[asked["method"]]).encode())

    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(place))
        listening.listen()
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield
        listening.shutdown(socket.SHUT_RDWR)
        thread.join()


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A run directory with an Open vSwitch of two bridges, whose traces are nonsense."""
    with (daemon(tmp_path / "db.sock", {"transact": {"result": ROWS}}),
          daemon(tmp_path / "ovs-vswitchd.7.ctl", {"dpif/show": {"result": SHOWN},
                                                   "ofproto/trace": {"result": "Datapath actions: set(mpls(label=x)),3"}})):
        yield tmp_path


def test_bridges_are_found_with_their_ports(folder: Path) -> None:
    for place in (folder, folder.parent):
        found = bridges([place])
        assert found.troubles == ()
        assert {dpid: (bridge.name, bridge.ports) for dpid, bridge in found.bridges.items()} == {
            1: ("s1", {4: OPENFLOW_LOCAL, 3: 1}), 0xA2: ("s2", {7: 9})}


def test_what_is_not_there_or_nobody_s_is_said(tmp_path: Path) -> None:
    (tmp_path / "ovs-vswitchd.ctl").touch()
    (tmp_path / "other.ctl").touch()
    found = bridges([tmp_path, tmp_path / "absent"])
    assert found.bridges == {}
    assert found.troubles == (f"{tmp_path}/db.sock: No such file or directory",
                              f"{tmp_path}/absent: No such file or directory")


def test_an_error_and_a_hang_up_are_no_answers(tmp_path: Path) -> None:
    with daemon(tmp_path / "d", {"refused": {"error": "s9: unknown bridge\n"}}):
        with pytest.raises(DaemonError, match=r"d: refused: s9: unknown bridge$"):
            ask(tmp_path / "d", "refused")
        with pytest.raises(DaemonError, match="d: it hung up without an answer"):
            ask(tmp_path / "d", "anything else")


def test_a_switch_that_answers_in_a_form_of_its_own_is_unknown(folder: Path) -> None:
    network = network_of(1, [], [1, 1])
    walk = real_walk(network, bridges([folder]).bridges, packet(*network.hosts), network.hosts[0].at)
    assert walk.ends == ("unknown from s1 on: what its Open vSwitch answers is of no form that is known here",)


@pytest.mark.parametrize("rows", [[{"error": "no such table"}], [], None, [{"rows": [{"name": "s1", "datapath_id": "x"}]}]])
def test_an_open_vswitch_that_tells_of_no_bridge_is_said_so(tmp_path: Path, rows: object) -> None:
    with (daemon(tmp_path / "db.sock", {"transact": {"result": rows}}),
          daemon(tmp_path / "ovs-vswitchd.ctl", {"dpif/show": {"result": SHOWN}})):
        found = bridges([tmp_path])
    assert (found.bridges, found.troubles) == (
        {}, (f"{tmp_path}/ovs-vswitchd.ctl: it tells of its bridges in no form that is known here",))
