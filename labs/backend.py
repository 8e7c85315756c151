"""What this machine's kernel and Open vSwitch can do for a lab, found by trying, and which means the lab takes."""

import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from controller.southbound.library import installed

from . import sandbox
from .errors import LabError

Datapath = Literal["netdev", "system"]


@dataclass(frozen=True, slots=True)
class Backend:
    """The means of a lab. `has_netem` is told, not used: wires are the same everywhere (docs/decisions/0003-wires.md).

    `datapath` is Open vSwitch's: `netdev` forwards in the switch's own process and works on every kernel; `system`
    forwards in the kernel's module. The tests run on netdev; system takes the same road but for that one word."""

    openvswitch: str
    library: str
    has_datapath: bool
    has_netem: bool
    has_realtime: bool
    datapath: Datapath = "netdev"

    def priority(self, number: int) -> tuple[str, ...]:
        """What to put before a command so that it runs at this real-time priority (1 to 99); nothing where the system
        grants none."""
        return ("chrt", "-f", str(number)) if self.has_realtime else ()

    @property
    def words(self) -> Mapping[str, str]:
        """What every report says of the means: `switches`, `links`, `controller` (its OpenFlow library), `priorities`."""
        forwards = "userspace (netdev)" if self.datapath == "netdev" else "kernel (system)"
        datapath, netem = (f"kernel has {'' if has else 'no '}{what}" for has, what in (
            (self.has_datapath, "openvswitch"), (self.has_netem, "netem")))
        return {
            "switches": f"Open vSwitch {self.openvswitch} {forwards}, one vswitchd per switch ({datapath})",
            "links": f"userspace wire ({netem})",
            "controller": self.library,
            "priorities": "real-time" if self.has_realtime else
                          "none (not permitted, or another lab runs), so delays have a long tail"}

    def __str__(self) -> str:
        """The same in one line."""
        return "; ".join(f"{name}: {words}" for name, words in self.words.items())


def probe(datapath: Datapath = "netdev") -> Backend:
    """Try what there is in a sandbox that is thrown away. Raises LabError where the datapath asked for is missing."""
    found = sandbox.call(attempt)
    if datapath == "system" and not found.has_datapath:
        raise LabError("the kernel has no openvswitch module: `modprobe openvswitch` loads it where the distribution "
                       "has it, the datapath netdev does without")
    return replace(found, datapath=datapath)


def attempt() -> Backend:
    """Try each means in the present namespaces, which should be a sandbox's."""
    version = subprocess.run(["ovs-vswitchd", "--version"], capture_output=True, text=True, timeout=10, check=True)
    said = re.search(r"\d+\.\d+\.\d+", version.stdout)
    return Backend(
        openvswitch=said.group() if said else "of unknown version",
        library=str(installed()),  # a lab's controller has the lab's environment
        has_datapath=_works("ovs-dpctl", "add-dp", "probe"),
        has_netem=_works("tc", "qdisc", "add", "dev", "lo", "root", "netem", "delay", "1ms"),
        has_realtime=_works("chrt", "-f", "10", "true"))


def _works(*command: str) -> bool:
    tried: Sequence[str] = ("timeout", "5", *command)
    return subprocess.run(tried, capture_output=True, check=False).returncode == 0
