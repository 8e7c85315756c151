"""A controller as its own process, as operators run it."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Running:
    """A controller that said it was ready, and where."""

    process: "subprocess.Popen[str]"
    openflow_port: int
    server: str
    store: str

    def ended(self, number: int) -> tuple[int, str]:
        """Its exit status after a signal, and what it wrote to stderr."""
        self.process.send_signal(number)
        _, err = self.process.communicate(timeout=5)
        return self.process.returncode, err


FREE = ("--topology", "metro", "--store", "store.db", "--openflow", "127.0.0.1:0", "--grpc", "127.0.0.1:0")
"""How to run a controller of the metro on free ports."""


@contextmanager
def controller(folder: Path, *words: str) -> Iterator[Running]:
    """A controller of the metro in a folder."""
    process = subprocess.Popen([sys.executable, "-m", "controller", "run", *FREE, *words], cwd=folder, text=True,
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               env={"PYTHONPATH": str(Path(__file__).parents[3])})
    try:
        assert process.stdout
        ready = process.stdout.readline()
        found = re.match(r"ready: grpc (\S+), openflow 127\.0\.0\.1:(\d+), topology metro, revision \d+$", ready)
        assert found, ready + process.communicate(timeout=5)[1]
        yield Running(process, int(found[2]), found[1], str(folder / "store.db"))
    finally:
        process.kill()
        process.communicate()
