"""The commands themselves: what there is, how usage errors end, how quickly it starts."""

import subprocess
import sys
from importlib.metadata import EntryPoint

import pytest

from controller.southbound.library import installed
from tests.controller.cli.conftest import Isochrone


def test_the_version_comes_without_what_is_heavy() -> None:
    code = ("import sys; sys.argv[1:] = ['version']\n"
            "from controller.__main__ import main\n"
            "try: main()\n"
            "finally: print(sorted({'grpc', 'os_ken', 'ryu', 'yaml', 'structlog', 'labs', 'intents'} & sys.modules.keys()))")
    said = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, timeout=20)
    assert said.stdout.splitlines() == [f"0.1.0 on {installed()}", "[]"]


def test_the_version_is_an_option_too(isochrone: Isochrone) -> None:
    said = isochrone("--version")
    assert (said.status, said.out, said.err) == (0, isochrone("version").out, "")


@pytest.mark.parametrize("words", [["--colour"], ["aply"], ["plan", "--topolgy", "metro"], ["run", "--topology", "metro"],
                                   ["get", "-o", "xml"], ["get", "--kind", "host"], ["delete"]])
def test_wrong_usage_ends_with_2(isochrone: Isochrone, words: list[str]) -> None:
    said = isochrone(*words)
    assert said.status == 2
    assert said.out == ""
    assert "Traceback" not in said.err


def test_commands_of_others_are_found(isochrone: Isochrone, monkeypatch: pytest.MonkeyPatch) -> None:
    found = [EntryPoint("absent", "no.such.module:app", "isochrone.commands")]
    monkeypatch.setattr("controller.cli.extensions.entry_points", lambda group: found)
    assert "absent" in isochrone("--help").out
    said = isochrone("absent", "run", "--fast")
    assert (said.status, said.out) == (1, "")
    assert said.err == "isochrone absent needs what is not installed: No module named 'no'\n"
