"""Runs the controller without root's powers inside a lab that has them: what it may not do it cannot do by mistake."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pwd import getpwnam

WITHOUT_CAPABILITIES = ("setpriv", "--no-new-privs", "--bounding-set=-all", "--inh-caps=-all")
# setpriv itself still has root's capabilities while it looks its command up; behind env it is looked up as nobody. Without
# it an interpreter in a closed directory starts, cannot read its own library, and takes another installation's.
AS_NOBODY = (*WITHOUT_CAPABILITIES, "--reuid=nobody", "--regid=nogroup", "--clear-groups", "env")

SECONDS = 20


@dataclass(frozen=True, slots=True)
class Demotion:
    """How a command loses its privileges: what to put before it, and the same in words for the report."""

    prefix: tuple[str, ...]
    words: str

    @property
    def user(self) -> int:
        """The id of the user that the command runs as."""
        return getpwnam("nobody").pw_uid if self.prefix == AS_NOBODY else os.getuid()


def demotion(interpreter: str = sys.executable) -> Demotion:
    """The user nobody where that user can start the controller with this interpreter, from the present directory; else
    (an installation in root's home, say) the present user with no capability left."""
    tried = subprocess.run([*AS_NOBODY, interpreter, "-c", "import controller"], capture_output=True, text=True,
                           timeout=SECONDS, check=False)
    if tried.returncode == 0:
        return Demotion(AS_NOBODY, "user nobody, no capabilities")
    why = tried.stderr.strip().rsplit("\n", 1)[-1]
    return Demotion(WITHOUT_CAPABILITIES, f"the present user with no capabilities, for nobody cannot start it ({why})")
