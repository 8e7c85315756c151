"""The how-to for an intent of one's own, done word by word: two terminals, real switches."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

from tests.emulated.standing_lab import ISOCHRONE, PROMPT, SECONDS, Terminal
from tests.how_to import PAGES, Command, commands, files

PAGE = "try-your-own-intent.md"


def test_an_intent_of_one_s_own_goes_as_told(tmp_path: Path) -> None:
    for name, text in files(PAGE).items():
        (tmp_path / name).write_text(text)
    first, *others = commands(PAGE)
    assert first.line == "isochrone lab up metro"
    assert others[-1].line == "exit"
    terminal = Terminal([*ISOCHRONE, *first.line.split()[1:]])
    try:
        shown = terminal.until(PROMPT)
        assert first.agrees(shown.removeprefix("\n")), shown
        server = re.search(r"unix:\S+", shown)
        assert server
        for command in others[:-1]:
            until = time.monotonic() + 10  # a page has no word for how soon a status settles
            while not command.agrees(said := say(command, terminal, server[0], tmp_path)):
                assert time.monotonic() < until, f"{command.line}: {said}"
        terminal.type("exit\n")
        assert terminal.process.wait(SECONDS) == 0
    finally:
        terminal.process.kill()


def say(command: Command, terminal: Terminal, server: str, folder: Path) -> str:
    """What a command says: at the prompt of the first terminal, or in the second one."""
    if command.prompt == "mininet>":
        return terminal.ask(command.line)
    switches = Path(server.removeprefix("unix:")).parents[1] / "switches"
    environment = os.environ | {"ISOCHRONE_SERVER": server, "ISOCHRONE_OVS": str(switches),
                                "PYTHONPATH": str(PAGES.parent.parent),
                                "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    done = subprocess.run(["bash", "-c", command.line], cwd=folder, env=environment, capture_output=True, text=True,
                          timeout=SECONDS, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout
