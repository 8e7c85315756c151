"""The folder by which a second terminal reaches into a sandbox: the controller's socket and its log, and the switches'.

Rules of this file:
- Outside, the folder lies in /tmp under a name of its own, closed to all but root and, once all is in place, whoever called
  sudo. What another lab left behind is in nobody's way.
- In it is a room that belongs to the user the controller runs as. Inside, the room appears at a place where that user can
  reach it; what root does there is safe from the caller of sudo, who cannot write to it.
- Beside it are the sockets of the switches, which root alone may use: `ovs-appctl` can end a switch.
- The folder goes with the sandbox: whichever of its two ends outlives the other removes it.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PLACE = "/tmp"
"""Not hidden by the sandbox's private places, and short: a unix socket's path has 107 bytes at most."""

ROOM, SWITCHES = "lab", "switches"
INSIDE = Path("/run/isochrone")
SOCKET, LOG = "grpc.sock", "controller.log"


@contextmanager
def doorway() -> Iterator[Path]:
    """Outside: a new folder, until the end of the `with` block."""
    folder = Path(tempfile.mkdtemp(prefix="isochrone-", dir=PLACE))
    try:
        for place in (ROOM, SWITCHES):
            (folder / place).mkdir()
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def enter(folder: Path, switches: Path) -> Path:
    """Inside: the folder's room, for the controller. What switches put into theirs from now on is seen outside, too."""
    INSIDE.mkdir()
    for outside, inside in ((ROOM, INSIDE), (SWITCHES, switches)):
        subprocess.run(["mount", "--bind", str(folder / outside), str(inside)], check=True, timeout=10)
    return INSIDE


def open_to_caller(folder: Path) -> None:
    """Let in whoever called sudo, where somebody did."""
    user, group = (_number(os.environ.get(name)) for name in ("SUDO_UID", "SUDO_GID"))
    os.chown(INSIDE / SOCKET, user, group, follow_symlinks=False)
    os.chown(folder, user, group)


def _number(said: str | None) -> int:
    return int(said) if said is not None and said.isascii() and said.isdecimal() else 0
