"""`isochrone lab up` as its user has it: a terminal with the prompt, and the command line in another."""

import os
import pty
import re
import select
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

ISOCHRONE = [sys.executable, "-m", "controller"]
PROMPT = "mininet> "
SECONDS = 60


class Terminal:
    """A pseudo-terminal with a command on it, whose session is led by the command."""

    def __init__(self, argv: list[str], **environment: str) -> None:
        self.end, theirs = pty.openpty()
        self.settings = termios.tcgetattr(theirs)
        self.process = subprocess.Popen(["setsid", "--ctty", *argv], stdin=theirs, stdout=theirs, stderr=theirs,
                                        env=os.environ | environment)
        os.close(theirs)
        self._heard = self.shown = ""
        """`shown` is all that was so far."""

    def type(self, text: str) -> None:
        """Press these keys."""
        os.write(self.end, text.encode())

    def until(self, words: str) -> str:
        """All that was shown before these words, since the last such wait."""
        until = time.monotonic() + SECONDS
        while words not in self._heard:
            ready, _, _ = select.select([self.end], [], [], until - time.monotonic())
            assert ready, f"waited for {words!r}, heard {self._heard[-2000:]!r}"
            self._heard += os.read(self.end, 1 << 16).decode().replace("\r", "")
        before, _, self._heard = self._heard.partition(words)
        self.shown += before + words
        return before

    def ask(self, command: str) -> str:
        """What a command at the prompt says."""
        self.type(f"{command}\n")
        return self.until(PROMPT).removeprefix(f"{command}\n")

    def rest(self) -> str:
        """All that is shown until the command has ended."""
        self.process.wait(SECONDS)
        with suppress(OSError):  # how a pseudo-terminal says that its other end is closed
            while more := os.read(self.end, 1 << 16):
                self._heard += more.decode().replace("\r", "")
        return self._heard


@contextmanager
def standing(*words: str, **environment: str) -> Iterator[tuple[Terminal, str]]:
    """A lab that is up, its prompt shown, and the `--server` of its controller."""
    terminal = Terminal([*ISOCHRONE, "lab", "up", *words], **environment)
    shown = terminal.until(PROMPT)
    found = re.search(r"--server (unix:\S+)", shown)
    assert found, shown
    try:
        yield terminal, found[1]
    finally:
        terminal.process.kill()
        terminal.process.wait(SECONDS)
        os.close(terminal.end)


def isochrone(*words: str, stdin: str = "") -> "subprocess.CompletedProcess[str]":
    """The command line in another terminal."""
    return subprocess.run([*ISOCHRONE, *words], input=stdin, capture_output=True, text=True, timeout=SECONDS, check=False)
