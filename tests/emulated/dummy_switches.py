"""The switches of a network as bridges of one Open vSwitch with dummy ports: to be asked what they would do.

Inside a sandbox only, which ends the daemons. `ofproto/trace` is asked over vswitchd's own socket, JSON-RPC: 0.2 ms.
"""

import re
import subprocess
from collections.abc import Collection, Mapping
from pathlib import Path

from controller.openvswitch.daemon import ask
from intents.rules import RuleSet
from tests.emulated.ofctl_text import flow_text, group_text, meter_text
from topologies.model import PortId

PLACE = "/run/openvswitch"
ASKED = Path(PLACE, "asked.ctl")


class DummySwitches:
    """Bridges named as the switches, without cables between them."""

    def __init__(self, ports: Mapping[str, Collection[int]]) -> None:
        """`ports`: the port numbers of each switch."""
        run("ovsdb-tool", "create", f"{PLACE}/conf.db", "/usr/share/openvswitch/vswitch.ovsschema")
        run("ovsdb-server", f"{PLACE}/conf.db", f"--remote=punix:{PLACE}/db.sock", *DAEMON)
        run("ovs-vsctl", "--no-wait", "init")
        run("ovs-vswitchd", f"unix:{PLACE}/db.sock", f"--unixctl={ASKED}", "--enable-dummy=override",
            "--disable-system", *DAEMON)
        run("ovs-vsctl", "--timeout=20", *(word for switch, numbers in ports.items() for word in (
            *f"-- add-br {switch} -- set bridge {switch} datapath_type=dummy fail-mode=secure protocols=OpenFlow13".split(),
            *(word for number in numbers for word in (
                f"-- add-port {switch} {switch}_{number} -- set interface {switch}_{number} type=dummy "
                f"ofport_request={number}").split()))))
        self.port_by_number = {int(number): PortId(switch, int(port)) for switch, port, number in re.findall(
            r"(\w+)_\d+ (\d+)/(\d+):", self.ask("dpif/show"))}
        """The ports by the datapath's numbers."""

    def ask(self, method: str, *arguments: str) -> str:
        """What vswitchd answers to an `ovs-appctl` command."""
        return str(ask(ASKED, method, *arguments))

    def load(self, switch: str, rules: RuleSet) -> None:
        """Put rules into a switch."""
        run(*OFCTL, "add-groups", switch, "-", stdin="\n".join(map(group_text, rules.groups.values())))
        for meter in rules.meters.values():
            run(*OFCTL, "add-meter", switch, meter_text(meter))
        run(*OFCTL, "add-flows", switch, "-", stdin="\n".join(map(flow_text, rules.flows.values())))

    def cut(self, port: PortId) -> None:
        """Take a port down, and wait until its switch knows."""
        self.ask("netdev-dummy/set-admin-state", f"{port.switch}_{port.number}", "down")
        told = [*OFCTL, "dump-ports-desc", port.switch, str(port.number)]
        while b"LINK_DOWN" not in subprocess.run(told, capture_output=True, check=True, timeout=10).stdout:
            pass

    def trace(self, at: PortId, data: bytes) -> str:
        """The datapath actions for a packet that enters at a port."""
        told = self.ask("ofproto/trace", at.switch, f"in_port={at.number}", data.hex())
        return told.rpartition("Datapath actions: ")[2].partition("\n")[0]


OFCTL = ("ovs-ofctl", "-OOpenFlow13")
DAEMON = ("--detach", "--no-chdir", "--pidfile", "--log-file", "-vconsole:off")


def run(*argv: str, stdin: str = "") -> None:
    """Run a command to its end. The daemons would keep a pipe open that nobody reads: what it says goes nowhere."""
    subprocess.run(argv, input=stdin.encode(), stdout=subprocess.DEVNULL, check=True, timeout=30)
