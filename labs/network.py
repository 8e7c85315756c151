"""A topology made real for the length of a lab: switches, hosts and wires that run, can be driven, cut and counted."""

import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from mininet.net import Mininet

from topologies import emulate
from topologies.model import Topology

from . import queues, sandbox
from .backend import Backend
from .errors import LabError
from .queues import Drop, Port
from .wires import PRIORITY, Wires

SWITCH_PRIORITY = 10
"""Real-time priority of each vswitchd, below the wires'."""

SECONDS = 20
"""Longest that a command in a node may take."""


@contextmanager
def running(topology: Topology, backend: Backend) -> Iterator["EmulatedNetwork"]:
    """The topology, running until the end of the `with` block. Inside a sandbox only, one at a time.

    Switches start with empty tables and no controller (`attach` gives them one); a link of unknown delay gets none.
    Raises LabError where the network cannot be built."""
    if not sandbox.is_inside():
        raise LabError("a network is emulated in a sandbox, and this process is in none: see labs.sandbox.call")
    with Wires(backend.priority(PRIORITY)) as wires:
        cables = _lay(topology, wires)
        with _told():
            net = emulate.emulated(topology, cables, backend.datapath, backend.priority(SWITCH_PRIORITY))
        try:
            with _told():
                net.start()
            network = EmulatedNetwork(topology, backend, wires, net)
            queues.limit(network.ports, network.run)
            yield network
        finally:
            emulate.stop(net)


@dataclass
class EmulatedNetwork:
    """A running network. `net` is the Mininet beneath."""

    topology: Topology
    backend: Backend
    wires: Wires
    net: Mininet

    @cached_property
    def ports(self) -> tuple[Port, ...]:
        """Every interface that frames leave by, with its rate and queue limit."""
        return queues.ports(self.topology, lambda node, number: emulate.interface(self.topology, node, number))

    def attach(self, controller: tuple[str, int] = (emulate.CONTROLLER_ADDRESS, 6653)) -> None:
        """Tell the switches where their controller listens. It should be listening already: a switch that was refused
        waits for 2, 4 and 8 s before it tries again."""
        with _told():
            emulate.point_at(self.net.switches, controller)

    def fail(self, switch: str) -> None:
        """Kill a switch; its tables are lost."""
        self._node(switch).kill()

    def restart(self, switch: str, controller: tuple[str, int] = (emulate.CONTROLLER_ADDRESS, 6653)) -> None:
        """Start a switch anew, with empty tables, and attach it."""
        node = self._node(switch)
        node.kill()
        with _told():
            node.start(())
            node.batchStartup([node])
            queues.limit([port for port in self.ports if port.node == switch], self.run)
            emulate.point_at([node], controller)

    def popen(self, node: str, argv: Sequence[str], **options: Any) -> "subprocess.Popen[bytes]":
        """Start a command in the network namespace of a host or switch, with the options of subprocess.Popen."""
        return subprocess.Popen([*self._entry(node), *argv], start_new_session=True, **options)

    def run(self, node: str, argv: Sequence[str], stdin: str = "") -> str:
        """Run a command in a node to its end: its output. Raises LabError with what it said where it fails."""
        with _told():
            done = subprocess.run([*self._entry(node), *argv], input=stdin, capture_output=True, text=True, timeout=SECONDS,
                                  check=False)
        if done.returncode:
            raise LabError(f"{node}: `{' '.join(argv)}` ended with {done.returncode}: {done.stderr.strip()}")
        return done.stdout

    def ofctl(self, switch: str, command: str, *arguments: str) -> str:
        """What `ovs-ofctl COMMAND SWITCH ARGUMENTS` prints, in OpenFlow 1.3."""
        with _told():
            said: str = self._node(switch).ofctl(command, *arguments)
        return said

    def dump(self, switch: str) -> str:
        """The switch's flows, groups and meters as ovs-ofctl prints them, for evidence."""
        return "\n".join(self.ofctl(switch, command) for command in ("dump-flows", "dump-groups", "dump-meters"))

    def cut(self, link: str) -> None:
        """Pull a link's cable: both ports lose their carrier.

        The kernel tells of lost carriers at once, but of no more than one lot a second on the whole machine; since Linux 6.8
        it tells as well when somebody asks for the link, so that is done."""
        self.wires.cut(link)
        for port in self.ports:
            if port.link == link:
                self.run(port.node, ("ip", "link", "show", "dev", port.interface))

    def silence(self, link: str, sent_from: str | None = None) -> None:
        """Lose all frames of a link, both ways or those sent from one node; the ports stay up."""
        self.wires.silence(link, self._end(link, sent_from))

    def lose(self, link: str, ratio: float, seed: int, sent_from: str | None = None) -> None:
        """Lose a share of a link's frames by chance, both ways or of those sent from one node; 0 stops it."""
        self.wires.lose(link, ratio, seed, self._end(link, sent_from))

    def mend(self, link: str) -> None:
        """Undo `cut` and `silence`."""
        self.wires.mend(link)

    def drops(self) -> tuple[Drop, ...]:
        """Every frame known to be lost so far and where: in queues, rings, sockets and wires."""
        named = {port.interface: port for port in self.ports}
        lost = [Drop(named[passage.sent_from].node, passage.wire, cause, frames)
                for passage in self.wires.passages() for cause, frames in sorted(passage.dropped.items())]
        return (*queues.drops(self.ports, self.run), *lost)

    def _end(self, link: str, node: str | None) -> str | None:
        if node is None:
            return None
        found = [port.interface for port in self.ports if port.link == link and port.node == node]
        if not found:
            ends = sorted(port.node for port in self.ports if port.link == link)
            raise LabError(f"link {link!r} has no end at {node!r}: its ends are {ends}")
        return found[0]

    def _entry(self, node: str) -> tuple[str, ...]:
        return ("mnexec", "-a", str(self._node(node).pid))

    def _node(self, name: str) -> Any:
        if name not in self.net:
            raise LabError(f"no node {name!r} in topology {self.topology.name!r}")
        return self.net[name]


@contextmanager
def _told() -> Iterator[None]:
    """What goes wrong in the storey below is a lab's error here."""
    try:
        yield
    except (emulate.EmulationError, subprocess.TimeoutExpired) as error:
        raise LabError(str(error)) from error


def _lay(topology: Topology, wires: Wires) -> Mapping[tuple[str, int], str]:
    """Lay the wires: between all switches, and to hosts that are some way off. Their TAPs by (node, port)."""
    cables: dict[tuple[str, int], str] = {}
    for link in topology.links:
        a, b = ((port.switch, port.number) for port in (link.a, link.b))
        cables |= {end: emulate.interface(topology, *end) for end in (a, b)}
        wires.lay(link.name, cables[a], cables[b], link.delay_ns or 0, link.mtu)
    for host in topology.hosts:
        if host.delay_ns:
            a, b = (host.name, 0), (host.at.switch, host.at.number)
            cables |= {end: emulate.interface(topology, *end) for end in (a, b)}
            wires.lay(host.access_link, cables[a], cables[b], host.delay_ns, host.mtu)
    return cables
