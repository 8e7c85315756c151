"""The first process of a sandbox: makes its private places, runs the command, ends everything when either side ends.

Called as `python -m labs.init LIFELINE KEPT SHARED COMMAND...`: the number of the lifeline's reading end, the numbers of
the descriptors that the command inherits (comma separated), a folder that both worlds see and that goes with this one (or
nothing). When this process ends, the kernel kills the rest.
"""

import os
import select
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence


def main(argv: Sequence[str]) -> int:
    """Run the command to its end and return its exit status; stop at once when the lifeline closes."""
    lifeline, kept = int(argv[0]), [int(number) for number in argv[1].split(",") if number]
    # A handler, not SIG_IGN, which the command would inherit: the terminal's Ctrl-C goes to the starting process.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: None)
    make_private()
    command = subprocess.Popen(argv[3:], pass_fds=kept, start_new_session=True)
    status = _attend(command.pid, lifeline)
    if argv[2]:
        shutil.rmtree(argv[2], ignore_errors=True)
    return status


def make_private() -> None:
    """Give this namespace a /run and a /var/log of its own and bring its loopback up."""
    for place in ("/run", "/var/run", "/var/log"):
        if not os.path.islink(place):
            subprocess.run(["mount", "-t", "tmpfs", "tmpfs", place], check=True, timeout=10)
    for place in ("/run/netns", "/run/openvswitch", "/var/log/openvswitch"):
        os.makedirs(place, exist_ok=True)
    if not os.path.isdir(os.readlink("/proc/self/cwd")):
        # now hidden: mnexec refuses to run anything from where it cannot go
        os.chdir("/")
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True, timeout=10)


def _attend(command: int, lifeline: int) -> int:
    woken, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    poll = select.poll()
    poll.register(lifeline, select.POLLIN)
    poll.register(woken, select.POLLIN)
    while True:
        status = _reap(command)
        if status is not None:
            return status
        for descriptor, _ in poll.poll():
            told = os.read(descriptor, 64)
            if descriptor == lifeline and not told:
                return 128 + signal.SIGKILL
            if descriptor == lifeline:
                for number in told:
                    # as a terminal would: the command's children of its session are meant as well
                    os.killpg(command, number)


def _reap(command: int) -> int | None:
    """Bury every child that ended, orphans of the command too; the command's exit status if it was among them."""
    found = None
    try:
        while True:
            child, status = os.waitpid(-1, os.WNOHANG)
            if child == 0:
                return found
            if child == command:
                code = os.waitstatus_to_exitcode(status)
                found = code if code >= 0 else 128 - code
    except ChildProcessError:
        return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
