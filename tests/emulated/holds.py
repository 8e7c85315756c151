"""A lab to be killed: a network in a sandbox that tells when it runs, then waits for its end."""

import os
import sys
import time

from labs import backend, sandbox
from labs.network import running
from labs.probe import Flow, probing
from topologies.builders import linear


def hold() -> None:
    with running(linear(2), backend.attempt()) as network, probing(network) as prober:
        prober.start(Flow("probe", "h1", "h2"))
        print(os.readlink("/proc/self/ns/pid"), flush=True)
        try:
            time.sleep(60)
        except KeyboardInterrupt:
            print("interrupted", flush=True)
            sys.exit(7)


if __name__ == "__main__":
    sys.exit(sandbox.run([sys.executable, "-c", "from tests.emulated.holds import hold; hold()"]))
