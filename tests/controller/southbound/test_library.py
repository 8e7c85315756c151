"""Which library is taken: os-ken where it is installed, else Ryu; with neither nothing starts, and it is said why."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import typer

HOUSE = Path(__file__).parents[3]
INSTALLED = Path(typer.__file__).parents[1]


def isochrone(words: str, place: Path, *releases: str) -> subprocess.CompletedProcess[str]:
    """The command line where of all OpenFlow libraries these releases are installed, by what says so alone."""
    for each in INSTALLED.iterdir():
        if not each.name.lower().startswith(("os_ken", "ryu")):
            (place / each.name).symlink_to(each)
    for release in releases:
        name, version = release.split("-")
        information = place / f"{release}.dist-info"
        information.mkdir()
        (information / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name.replace('_', '-')}\nVersion: {version}\n")
    return subprocess.run([sys.executable, "-S", "-m", "controller", *words.split()], capture_output=True, text=True,
                          timeout=30, check=False, env={**os.environ, "PYTHONPATH": f"{HOUSE}:{place}"})


@pytest.mark.parametrize(("releases", "said"), [
    (("os_ken-4.2.2", "ryu-4.34"), "0.1.0 on os-ken 4.2.2\n"),
    (("os_ken-4.2.2",), "0.1.0 on os-ken 4.2.2\n"),
    (("ryu-4.34",), "0.1.0 on Ryu 4.34\n")])
def test_os_ken_goes_before_ryu(tmp_path: Path, releases: tuple[str, ...], said: str) -> None:
    assert isochrone("version", tmp_path, *releases).stdout == said


@pytest.mark.parametrize("words", ["version", "run --topology metro --store {}/s.db"])
def test_without_a_library_a_controller_ends_with_2_and_says_what_to_install(tmp_path: Path, words: str) -> None:
    said = isochrone(words.format(tmp_path), tmp_path)
    assert (said.returncode, said.stdout) == (2, "")
    assert said.stderr.startswith("no OpenFlow library is installed here: `pip install os-ken`")
    assert said.stderr.count("\n") == 1
