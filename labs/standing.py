"""What runs inside the sandbox of `lab up`: a network left running with its controller, and Mininet's prompt on it.

Called as `python -m labs.standing DESCRIPTOR`: of a parcel with the arguments of `main`.
"""

import signal
import sys
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from controller.northbound.client import ClientError
from topologies import emulate
from topologies.model import Topology

from . import backend, doorway, sandbox
from .acts import must_settle
from .backend import Backend
from .child import Controller
from .errors import LabError
from .network import EmulatedNetwork, running
from .prompt import attend, teach_ofctl

ENDED, FAILED, INTERRUPTED = 0, 1, 130


def main(topology: Topology, folder: Path, is_sole: bool, autonomy: str, is_agent_on: bool) -> int:
    """Keep the topology running until its prompt ends: the exit status. `folder` is the doorway; beside another lab it runs
    without real-time priorities."""
    # whose output nobody reads any more (`| head`) ends as other programs do
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    try:
        means = backend.attempt() if is_sole else replace(backend.attempt(), has_realtime=False)
        print(means, flush=True)
        teach_ofctl()
        with ExitStack() as world:
            controller = Controller(topology, autonomy, is_agent_on, doorway.enter(folder, emulate.RUN))
            network = _started(world, topology, means, controller)
            doorway.open_to_caller(folder)
            print(_directions(topology, folder), flush=True)
            attend(network)
            controller.must_run()
    except (LabError, ClientError) as error:
        print(f"the lab failed: {error}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print("interrupted; nothing is left behind")
        return INTERRUPTED
    return ENDED


def _started(world: ExitStack, topology: Topology, means: Backend, controller: Controller) -> EmulatedNetwork:
    network = world.enter_context(running(topology, means))
    world.enter_context(controller)
    controller.start()
    network.attach()
    must_settle(controller)
    return network


def _directions(topology: Topology, folder: Path) -> str:
    room = folder / doorway.ROOM
    return (f"{topology.name} is up: {len(topology.switches)} switches, {len(topology.hosts)} hosts. "
            "Hosts reach each other once an intent connects them; from a second terminal:\n"
            f"  isochrone apply --server unix:{room / doorway.SOCKET} FILE\n"
            f"  isochrone trace --server unix:{room / doorway.SOCKET} --ovs {folder / doorway.SWITCHES} INTENT\n"
            f"The controller's log: {room / doorway.LOG}")


if __name__ == "__main__":
    sys.exit(main(*sandbox.unpacked(int(sys.argv[1]))))
