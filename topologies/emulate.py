"""Makes a Mininet network of a topology: the only file of this storey that touches Mininet or the system.

Rules of this file:
- It runs inside a network namespace of the caller's own, which becomes the place of the controller.
- Every switch has a network namespace, an ovsdb-server and an ovs-vswitchd of its own: their delays do not mix, and each
  can be killed alone. (Two vswitchds in one namespace fail: they share a device named ovs-netdev.)
- Cables between switches come ready made: TAPs in the present namespace, by the port they belong to. A host without
  one gets a veth pair.
- Numbers, addresses and MTUs are exactly the topology's. Interfaces are named `node-port`.
- Nothing answers for a host but the network: no static ARP. Nothing speaks but the hosts: IPv6 is off everywhere, or
  every interface would solicit its neighbours.
"""

import os
import re
import shlex
import shutil
import subprocess
import time
from collections.abc import Iterable, Mapping, Sequence
from ipaddress import IPv4Interface, IPv4Network
from pathlib import Path

from mininet.link import Intf
from mininet.log import setLogLevel
from mininet.net import Mininet
from mininet.node import Node, OVSSwitch

from .model import Host, Switch, Topology

CONTROL_NETWORK = IPv4Network("198.18.0.0/15")
"""Between controller and switches: set aside for tests by RFC 2544, so that no host of a topology is likely in it."""

CONTROLLER_ADDRESS = str(CONTROL_NETWORK[1])
"""Where a controller in the present namespace is reached by the switches."""

SECONDS = 20
"""Longest that any single command or wait may take."""

END_SECONDS = 120
"""The same for the end of a daemon that was killed: the kernel takes back its sockets first, which beside another lab with
real-time switches took more than 20 s."""

RUN, LOGS, SCHEMA = Path("/run/openvswitch"), Path("/var/log/openvswitch"), "/usr/share/openvswitch/vswitch.ovsschema"
DATABASES = Path("/run")
"""In memory, wherever the folder of the sockets may be: each change of a database waits for its disk."""
CONTROL_BRIDGE, CONTROL_INTERFACE = "control", "control"


class EmulationError(Exception):
    """The topology cannot be emulated here: what failed and what it said."""


QUICK_MALLOC = {"GLIBC_TUNABLES": "glibc.malloc.tcache_count=2000"}
"""Each time it wakes, vswitchd allocates more equal pieces than the C library keeps at hand by default: a sixth of what a
packet costs."""


class PrivateSwitch(OVSSwitch):  # type: ignore[misc]  # Mininet has no types
    """Open vSwitch in a network namespace of its own, which Mininet's class refuses.

    `start` only begins; Mininet calls `batchStartup` afterwards for all switches, which then start side by side."""

    def __init__(self, name: str, bridge: str, prefix: Sequence[str] = (), **params: object) -> None:
        """`bridge` is the name of the bridge's device, `prefix` goes before vswitchd's command (its priority)."""
        super().__init__(name, **params | {"inNamespace": True})
        self.bridge, self.prefix = bridge, prefix
        # not plain NAME: `ovs-ofctl COMMAND NAME` would take the folder for a socket
        self.run_dir = RUN / f"{name}.switch"
        self.controlIntf = None  # Mininet's class forgets it for a switch in a namespace
        self.daemons: dict[str, subprocess.Popen[bytes]] = {}
        # what Mininet's own commands in this node's shell ask
        self.cmd(f"export OVS_RUNDIR={shlex.quote(str(self.run_dir))}")

    @classmethod
    def setup(cls) -> None:
        """Nothing to do: Mininet's own asks for an Open vSwitch that already runs."""

    def start(self, controllers: Sequence[object]) -> None:
        """Begin to start; `controllers` is Mininet's and stays unused: `point_at` says where the controller is."""
        shutil.rmtree(self.run_dir, ignore_errors=True)
        self.run_dir.mkdir(parents=True)
        # where `ovs-ofctl COMMAND NAME` looks, run outside the switch's namespace
        management = RUN / f"{self.name}.mgmt"
        management.unlink(missing_ok=True)
        management.symlink_to(self.run_dir / f"{self.bridge}.mgmt")
        database = DATABASES / f"{self.name}.db"
        database.unlink(missing_ok=True)
        checked(["ovsdb-tool", "create", str(database), SCHEMA])
        self._spawn("ovsdb-server", str(database), f"--remote=punix:{self.run_dir}/db.sock")

    def serve(self) -> None:
        """Start the switch proper, once its database answers."""
        await_path(self.run_dir / "db.sock", self.daemons["ovsdb-server"])
        self._spawn("ovs-vswitchd", f"unix:{self.run_dir}/db.sock", namespace=("mnexec", "-a", str(self.pid)),
                    prefix=self.prefix)

    def bridge_command(self) -> list[str]:
        """The one transaction that makes the bridge with all its ports."""
        datapath = "netdev" if self.datapath == "user" else "system"
        command = [*self.vsctl_command(), "add-br", self.bridge, "--", "set", "bridge", self.bridge,
                   f"datapath_type={datapath}", f"other-config:datapath-id={self.dpid}", "fail_mode=secure",
                   "protocols=OpenFlow13", "other-config:disable-in-band=true", f'other-config:dp-desc="{self.name}"']
        for number, intf in sorted(self.intfs.items()):
            command += ["--", "add-port", self.bridge, intf.name,
                        "--", "set", "Interface", intf.name, f"ofport_request={number}"]
        return command

    def vsctl_command(self) -> list[str]:
        """The head of an ovs-vsctl command to this switch's database, which waits until vswitchd has obeyed."""
        return ["ovs-vsctl", f"--timeout={SECONDS}", f"--db=unix:{self.run_dir}/db.sock"]

    def ofctl(self, command: str, *arguments: str) -> str:
        """What `ovs-ofctl COMMAND SWITCH ARGUMENTS` prints, in OpenFlow 1.3."""
        return checked(["ovs-ofctl", f"--timeout={SECONDS}", "-O", "OpenFlow13", command,
                        f"unix:{self.run_dir}/{self.bridge}.mgmt", *arguments])

    def dpctl(self, *arguments: str) -> str:
        """The same for Mininet's command of this name."""
        return f"{self.ofctl(*arguments)}\n"

    def kill(self) -> None:
        """End its daemons; its interfaces stay, and it can be started again, with empty tables."""
        for daemon in self.daemons.values():
            daemon.kill()
        for daemon in self.daemons.values():
            daemon.wait(END_SECONDS)

    def check_ports(self) -> None:
        """Raise EmulationError unless every port has its number and is usable."""
        for number, intf in sorted(self.intfs.items()):
            said = checked([*self.vsctl_command(), "get", "Interface", intf.name, "ofport", "error"]).split("\n")
            if said[0] != str(number):
                raise EmulationError(f"port {number} of {self.name} ({intf.name}) came up as {said[0]}: {said[1]}")

    @classmethod
    def batchStartup(cls, switches: Sequence["PrivateSwitch"], run: object = None) -> Sequence["PrivateSwitch"]:  # noqa: N802
        """Bring all switches up side by side."""
        for switch in switches:
            switch.serve()
        together(switch.bridge_command() for switch in switches)
        for switch in switches:
            switch.check_ports()
        return switches

    @classmethod
    def batchShutdown(cls, switches: Sequence["PrivateSwitch"], run: object = None) -> Sequence["PrivateSwitch"]:  # noqa: N802
        """End all switches. Their interfaces go with their namespaces."""
        for switch in switches:
            switch.kill()
            switch.terminate()
        return switches

    def _spawn(self, program: str, *arguments: str, namespace: Sequence[str] = (), prefix: Sequence[str] = ()) -> None:
        options = [f"--pidfile={self.run_dir}/{program}.pid", f"--log-file={LOGS}/{self.name}-{program}.log",
                   f"--unixctl={self.run_dir}/{program}.ctl", "-vconsole:off", "-vsyslog:off"]
        # a daemon that inherits stdout keeps `lab | grep` waiting forever
        with open(LOGS / f"{self.name}-{program}.out", "ab") as out:
            self.daemons[program] = subprocess.Popen(
                [*namespace, *prefix, program, *arguments, *options], stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                env=os.environ | {"OVS_RUNDIR": str(self.run_dir)} | QUICK_MALLOC, start_new_session=True)


def emulated(topology: Topology, cables: Mapping[tuple[str, int], str], datapath: str = "netdev",
             prefix: Sequence[str] = ()) -> Mininet:
    """A Mininet network of the topology, its hosts ready, its switches to be started by `start()`.

    `cables` names the TAP of each end of a ready-made cable: (switch, port number) or (host, 0). `datapath` is Open
    vSwitch's (`netdev` or `system`); `prefix` goes before the command of each vswitchd."""
    setLogLevel("warning")
    Mininet.inited = True  # its own preparations change limits of the whole system
    net = Mininet(controller=None, build=False)
    _lay_control_bridge()
    for index, switch in enumerate(topology.switches):
        node = net.addSwitch(switch.name, cls=PrivateSwitch, bridge=device(switch.name, index), prefix=prefix,
                             dpid=f"{switch.dpid:016x}", datapath="user" if datapath == "netdev" else "kernel")
        node.cmd(QUIET)
        _connect_control(node, switch, index)
    for host in topology.hosts:
        net.addHost(host.name, ip=None, mac=None).cmd(QUIET)
        if (host.name, 0) not in cables:
            _lay_veth(net, topology, host)
    mtus = _mtus(topology)
    for (name, number), tap in sorted(cables.items()):
        node = net[name]
        Intf(tap, node=node, port=number)
        _say(node, f"ip link set dev {tap} mtu {mtus[name, number]}")
    for host in topology.hosts:
        _settle(net[host.name], host, topology.gateways)
    net.built = True
    return net


def point_at(switches: Iterable[PrivateSwitch], controller: tuple[str, int]) -> None:
    """Tell switches where their controller listens: (IPv4 address, TCP port). Open vSwitch tries at once, then after
    2, 4 and 8 s; it probes a channel that has been idle for 5 s."""
    together([*switch.vsctl_command(), "set-controller", switch.bridge, f"tcp:{controller[0]}:{controller[1]}"]
             for switch in switches)


def stop(net: Mininet) -> None:
    """End every process of the network; its namespaces and interfaces go with them."""
    PrivateSwitch.batchShutdown(net.switches)
    for host in net.hosts:
        host.terminate()
    # the kernel takes namespaces down when it has time: what lies outside them must be gone before the next network
    for name in [CONTROL_BRIDGE, *(_control(index) for index in range(len(net.switches)))]:
        subprocess.run(["ip", "link", "del", "dev", name], capture_output=True, timeout=SECONDS, check=False)


def interface(topology: Topology, node: str, number: int) -> str:
    """The name of a node's interface: `node-port` where the kernel's 15 characters allow, else numbered by the node's
    place in the topology."""
    readable = f"{node}-{number}"
    if len(readable) <= 15:
        return readable
    names = [switch.name for switch in topology.switches] + [host.name for host in topology.hosts]
    return f"{names.index(node)}p{number}"


def device(name: str, index: int) -> str:
    """The name of a switch's bridge: its own where the kernel's 15 characters allow."""
    return name if len(name) <= 15 else f"bridge{index}"


def checked(command: Sequence[str]) -> str:
    """Run a command: its output. Raises EmulationError with what it said where it fails."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS + 5, check=False)
    if done.returncode:
        raise EmulationError(f"`{shlex.join(command)}` ended with {done.returncode}: {done.stderr.strip()}")
    return done.stdout.strip()


def together(commands: Iterable[Sequence[str]]) -> None:
    """Run commands side by side and wait for all of them. Raises EmulationError where any fails."""
    running = [(command, subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True))
               for command in commands]
    for command, process in running:
        _, said = process.communicate(timeout=SECONDS + 5)
        if process.returncode:
            raise EmulationError(f"`{shlex.join(command)}` ended with {process.returncode}: {said.strip()}")


def await_path(path: Path, maker: subprocess.Popen[bytes]) -> None:
    """Wait until a daemon has made its socket."""
    until = time.monotonic() + SECONDS
    while not path.exists():
        if maker.poll() is not None or time.monotonic() > until:
            raise EmulationError(f"{path} did not appear: {maker.args!r} ended with {maker.poll()}")
        time.sleep(0.002)


QUIET = ("for s in all default; do echo 1 >/proc/sys/net/ipv6/conf/$s/disable_ipv6; "
         "echo 1 >/proc/sys/net/ipv4/conf/$s/arp_ignore; done")
"""No IPv6, and ARP answers for an address only where it is: a switch's data ports must not answer for its control port."""


def _lay_control_bridge() -> None:
    checked(["ip", "link", "add", CONTROL_BRIDGE, "type", "bridge"])
    checked(["ip", "addr", "add", f"{CONTROLLER_ADDRESS}/{CONTROL_NETWORK.prefixlen}", "dev", CONTROL_BRIDGE])
    checked(["ip", "link", "set", CONTROL_BRIDGE, "up"])


def _control(index: int) -> str:
    return f"control{index}"


def _connect_control(node: Node, switch: Switch, index: int) -> None:
    here = _control(index)
    address = f"{CONTROL_NETWORK[index + 2]}/{CONTROL_NETWORK.prefixlen}"
    checked(["ip", "link", "add", here, "type", "veth", "peer", "name", CONTROL_INTERFACE, "netns", str(node.pid)])
    checked(["ip", "link", "set", here, "master", CONTROL_BRIDGE, "up"])
    _say(node, f"ip addr add {address} dev {CONTROL_INTERFACE} && ip link set {CONTROL_INTERFACE} up && ip link set lo up")


def _lay_veth(net: Mininet, topology: Topology, host: Host) -> None:
    names = (interface(topology, host.name, 0), interface(topology, host.at.switch, host.at.number))
    link = net.addLink(host.name, host.at.switch, port1=0, port2=host.at.number, intfName1=names[0], intfName2=names[1])
    for end in (link.intf1, link.intf2):
        _say(end.node, f"ip link set dev {end.name} mtu {host.mtu}")


def _mtus(topology: Topology) -> Mapping[tuple[str, int], int]:
    between = {(port.switch, port.number): link.mtu for link in topology.links for port in (link.a, link.b)}
    access = {(host.at.switch, host.at.number): host.mtu for host in topology.hosts}
    return between | access | {(host.name, 0): host.mtu for host in topology.hosts}


def _settle(node: Node, host: Host, gateways: Sequence[IPv4Interface]) -> None:
    """Give a host its addresses, its route and honest checksums."""
    name = node.intfs[0].name
    commands = [f"ip link set lo up && ip link set dev {name} address {host.mac} up"]
    commands += [f"ip addr add {address} dev {name}" for address in host.addresses]
    near = [gateway.ip for address in host.addresses for gateway in gateways if gateway.ip in address.network]
    commands += [f"ip route add default via {address}" for address in near[:1]]
    # a checksum left to hardware that is not there arrives wrong
    commands += [f"ethtool -K {name} tx off rx off tso off gso off gro off"]
    _say(node, " && ".join(commands))


def _say(node: Node, command: str) -> None:
    """Run a command in a node's shell; it must succeed."""
    said = node.cmd(f"{command} >/dev/null; echo status $?")
    if not re.search(r"status 0\s*$", said):
        raise EmulationError(f"{node.name}: `{command}`: {said.strip()}")
