import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from labs import unprivileged

STATUS = "grep -E '^(Uid|CapEff|CapBnd|NoNewPrivs):' /proc/self/status; ip link set dev lo down && echo down"


def powers(prefix: tuple[str, ...]) -> dict[str, str]:
    said = subprocess.run([*prefix, "sh", "-c", STATUS], capture_output=True, text=True, check=False).stdout
    return {line.split(":")[0]: line.split()[1] for line in said.splitlines() if ":" in line} | {
        "downed": str("down\n" in said)}


def test_neither_way_leaves_a_capability(in_sandbox: Callable[..., Any]) -> None:
    for prefix, user in ((unprivileged.AS_NOBODY, "65534"), (unprivileged.WITHOUT_CAPABILITIES, "0")):
        assert in_sandbox(powers, prefix) == {
            "Uid": user, "CapEff": "0" * 16, "CapBnd": "0" * 16, "NoNewPrivs": "1", "downed": "False"}


def test_nobody_is_chosen_where_nobody_can_start_the_controller() -> None:
    found = unprivileged.demotion(sys.executable)
    runs = subprocess.run([*unprivileged.AS_NOBODY, sys.executable, "-c", "import controller"], capture_output=True,
                          check=False).returncode == 0
    assert (found.prefix == unprivileged.AS_NOBODY) == runs
    assert ("nobody cannot" in found.words) == (not runs)


def test_an_installation_that_is_closed_to_nobody_runs_without_capabilities(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    closed = tmp_path / "python"
    os.symlink(shutil.which("python3") or sys.executable, closed)
    found = unprivileged.demotion(str(closed))
    assert (found.prefix, found.user) == (unprivileged.WITHOUT_CAPABILITIES, os.getuid())
    command = [*found.prefix, str(closed), "-c", "print(7)"]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "7\n"
