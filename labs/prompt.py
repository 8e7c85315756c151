"""Mininet's prompt on a network of ours: `surgeon ping robot`, `links`, `link s1 s2 down`, `sh ovs-ofctl dump-flows s1`.

Rules of this file:
- What Mininet's commands say goes to standard output; nothing that they raise takes the network down.
- Commands that are piped in are shown as if they were typed. Mininet would hand the rest of its input to whatever runs in a
  node; here the rest waits until that has ended.
- No history is kept: a lab leaves nothing behind.
"""

import os
import shutil
import sys
from cmd import Cmd
from collections.abc import Iterable
from io import TextIOWrapper
from pathlib import Path
from typing import Any, TextIO

from mininet.cli import CLI
from mininet.link import Link
from mininet.log import error, lg, output

from .network import EmulatedNetwork

TOOLS = Path("/run/tools")


def teach_ofctl() -> None:
    """From now on `ovs-ofctl` speaks OpenFlow 1.3 here, as the switches do; its default is 1.0. Before the network starts,
    so that the shells of its nodes know."""
    TOOLS.mkdir()
    wrapper = TOOLS / "ovs-ofctl"
    wrapper.write_text(f'#!/bin/sh\nexec {shutil.which("ovs-ofctl")} -O OpenFlow13 "$@"\n')
    wrapper.chmod(0o755)
    os.environ["PATH"] = f"{TOOLS}:{os.environ['PATH']}"


def attend(network: EmulatedNetwork) -> None:
    """Prompt for commands until `exit` or the end of the input. Ctrl-C ends what runs in a node; where nothing does, it
    gives a new prompt on a terminal and raises KeyboardInterrupt elsewhere."""
    lg.setLogLevel("output")
    lg.handlers[0].setStream(sys.stdout)
    _introduce(network)
    if sys.stdin is not None and sys.stdin.isatty():
        Prompt(network, stdin=Keys())
    else:
        _read(network, sys.stdin or ())


class Prompt(CLI):  # type: ignore[misc]  # Mininet has no types
    """Making one runs it."""

    readlineInited = True  # noqa: N815 - Mininet's name: it would keep a history in the user's home
    identchars = Cmd.identchars + "-."  # what our names are made of

    def __init__(self, network: EmulatedNetwork, **options: Any) -> None:
        self.network = network
        super().__init__(network.net, **options)

    def onecmd(self, line: str) -> bool | None:
        """Whether the command was the last."""
        try:
            is_last: bool | None = super().onecmd(line)
        except Exception as what:  # Mininet's commands raise whatever comes
            error(f"*** {type(what).__name__}: {what}\n")
            return None
        return is_last

    def do_links(self, _line: str) -> None:
        """Say of every link whether its two ends are up."""
        for link in self.mn.links:
            states = ("OK" if end.isUp() else "DOWN" for end in (link.intf1, link.intf2))
            output(f"{link} ({' '.join(states)})\n")

    def do_switch(self, line: str) -> None:
        """Kill a switch, or start it again with empty tables.

        Usage: switch NAME stop|start"""
        match line.split():
            case [name, "stop"] if name in self.network.topology.switch_by_name:
                self.network.fail(name)
            case [name, "start"] if name in self.network.topology.switch_by_name:
                self.network.restart(name)
            case _:
                error("usage: switch NAME stop|start\n")


class Reader(Prompt):
    """A prompt that nobody sits at."""

    def __init__(self, network: EmulatedNetwork, lines: Iterable[str], stdin: TextIO) -> None:
        self.lines = lines
        super().__init__(network, stdin=stdin)

    def run(self) -> None:
        """Take the lines one by one."""
        for line in self.lines:
            print(self.prompt + line.rstrip("\n"), flush=True)
            if self.onecmd(self.precmd(line).strip()):
                return


class Keys:
    """Standard input as Mininet reads it for what runs in a node: it polls, which does not see what a buffer holds back."""

    def fileno(self) -> int:
        """Its descriptor."""
        return 0

    def read(self, _size: int) -> str:
        """All that was typed."""
        return os.read(0, 4096).decode(errors="replace")


class Cable(Link):  # type: ignore[misc]
    """A wire, as Mininet's `links`, `net` and `link` know it."""

    def __init__(self, a: Any, b: Any) -> None:
        self.intf1, self.intf2 = a, b
        a.link = b.link = self


def _read(network: EmulatedNetwork, lines: Iterable[str]) -> None:
    if isinstance(lines, TextIOWrapper):
        lines.reconfigure(errors="backslashreplace")
    silent, held = os.pipe()
    try:
        with os.fdopen(silent) as stdin:
            Reader(network, lines, stdin)
    finally:
        os.close(held)


def _introduce(network: EmulatedNetwork) -> None:
    """Tell Mininet what its commands go by: addresses, and links that are wires."""
    net, topology = network.net, network.topology
    for host in topology.hosts:
        found = net[host.name].intfs[0]
        found.mac = host.mac
        for address in host.addresses[:1]:
            found.ip, found.prefixLen = str(address.ip), address.network.prefixlen
    joined = [*(((a.switch, a.number), (b.switch, b.number)) for a, b in ((link.a, link.b) for link in topology.links)),
              *(((host.name, 0), (host.at.switch, host.at.number)) for host in topology.hosts)]
    for ends in joined:
        a, b = (net[node].intfs[number] for node, number in ends)
        if a.link is None:
            net.links.append(Cable(a, b))
