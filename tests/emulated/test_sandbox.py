import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest

from labs import backend, sandbox
from labs.bare import bare_delay
from labs.network import running
from tests.emulated.processes import await_none, children, interfaces, mounts, namespaces
from topologies.builders import linear

Call = Callable[..., Any]


def test_inside_there_is_nothing_of_the_outside(in_sandbox: Call) -> None:
    assert in_sandbox(subprocess.getoutput, "ip -br link | cut -c1-10") .split() == ["lo"]
    assert in_sandbox(os.listdir, "/run/openvswitch") == []
    assert in_sandbox(os.listdir, "/var/log") == ["openvswitch"]
    assert in_sandbox(os.getpid) < 10


def test_loopback_is_up(in_sandbox: Call) -> None:
    assert in_sandbox(subprocess.call, ["ping", "-q", "-c1", "-W1", "127.0.0.1"], stdout=subprocess.DEVNULL) == 0


@pytest.mark.parametrize(("script", "status"), [("exit 3", 3), ("kill -9 $$", 137), ("true", 0)])
def test_the_command_s_status_comes_out(script: str, status: int) -> None:
    assert sandbox.run(["sh", "-c", script]) == status


def test_what_a_function_raises_comes_out_with_its_traceback(in_sandbox: Call) -> None:
    with pytest.raises(sandbox.SandboxError, match=r"os\.stat|posix\.stat.*\n(.*\n)*FileNotFoundError.*/nowhere"):
        in_sandbox(os.stat, "/nowhere")


def test_what_is_missing_is_named_with_what_would_bring_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    said = "\n".join(sandbox.missing())
    assert "mnexec" in said
    assert "ovs-vswitchd" in said
    assert "apt-get install ethtool iproute2 mininet net-tools openvswitch-switch util-linux" in said
    with pytest.raises(sandbox.SandboxError, match="mnexec"):
        sandbox.run(["true"])


def test_two_labs_run_side_by_side(in_sandbox: Call) -> None:
    with ThreadPoolExecutor() as pool:
        first, second = pool.map(lambda _: in_sandbox(lost_on_a_line), range(2))
    assert first == second == 0


def lost_on_a_line() -> int:
    with running(linear(2), backend.attempt()) as network:
        return bare_delay(network, ("h1", "s1", "s2", "h2"), ("h1-s1", "s1-s2", "h2-s2"), seconds=1).lost


def test_an_end_by_signal_comes_out_as_a_shell_tells_it() -> None:
    with held() as (starter, _):
        os.kill(children(starter.pid)[0], signal.SIGKILL)
        assert starter.wait(10) == 128 + signal.SIGKILL


def test_the_terminal_s_ctrl_c_goes_to_the_starter_alone() -> None:
    with held() as (starter, _):
        group = os.getpgid(starter.pid)
        inside = children(starter.pid)
        while inside:
            assert group not in map(os.getpgid, inside)
            inside = [child for pid in inside for child in children(pid)]


@pytest.mark.parametrize("victim", ["starter", "unshare", "init", "lab"])
def test_a_killed_lab_leaves_nothing(victim: str) -> None:
    before = interfaces(), mounts()
    with held() as (starter, inside):
        places = namespaces(inside)
        unshare = children(starter.pid)[0]
        init = children(unshare)[0]
        lab = children(init)[0]
        os.kill({"starter": starter.pid, "unshare": unshare, "init": init, "lab": lab}[victim], signal.SIGKILL)
        starter.wait(10)
        await_none(places)
    assert (interfaces(), mounts()) == before


def test_an_interrupted_lab_ends_in_its_own_way() -> None:
    with held() as (starter, inside):
        starter.send_signal(signal.SIGINT)
        assert starter.stdout is not None
        assert starter.stdout.read().split() == ["interrupted"]
        assert starter.wait(10) == 7
        await_none({inside})


@contextmanager
def held() -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """A lab that runs, and the process namespace it runs in."""
    with subprocess.Popen([sys.executable, "-m", "tests.emulated.holds"], stdout=subprocess.PIPE, text=True) as starter:
        assert starter.stdout is not None
        try:
            yield starter, starter.stdout.readline().strip()
        finally:
            starter.kill()
