"""The how-to for orchestrators, done word by word against a controller of its own process with eight switches."""

import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.controller.cli.controllers import controller
from tests.fake_network import connected
from tests.how_to import PAGES, Command, commands, files
from topologies.metro import metro

PAGE = "orchestrate-with-python.md"


def test_output_agrees_but_for_numbers_and_what_is_left_out():
    command = Command("$", "ping", "3 packets, ...\n0% lost")
    assert command.agrees("12 packets, a\nb\n7% lost\n")
    assert not command.agrees("12 packets, a\nb\nnone lost\n")
    assert not command.agrees("12 packages, a\n7% lost\n")


def test_every_page_links_to_what_is_there():
    pages = sorted(PAGES.glob("*.md"))
    assert pages
    linked = [page.parent / target for page in pages for target in link_targets(page.read_text())]
    assert [str(target) for target in linked if not target.exists()] == []


def link_targets(text):
    return [part.partition(")")[0] for part in text.split("](")[1:] if not part.startswith("http")]


@pytest.mark.slow
def test_a_python_program_applies_watches_and_deletes_as_told(tmp_path: Path):
    mine = tmp_path / "mine"
    mine.mkdir()
    (tmp_path / "isochrone").symlink_to(PAGES.parent.parent)
    for name, text in files(PAGE).items():
        (mine / name).write_text(text)
    with ExitStack() as stack:
        running = stack.enter_context(controller(tmp_path))
        stack.enter_context(connected(metro(), running.openflow_port))
        environment = {"ISOCHRONE_SERVER": running.server, "PYTHONPATH": str(PAGES.parent.parent),
                       "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
        told = list(commands(PAGE))
        assert len(told) == 4
        for command in told:
            done = subprocess.run(["bash", "-c", command.line], cwd=mine, env=environment, capture_output=True, text=True,
                                  timeout=60, check=False)
            assert (done.returncode, done.stderr) == (0, ""), command.line
            assert command.agrees(done.stdout), done.stdout


@pytest.mark.slow
def test_the_program_ends_without_switches_too(tmp_path: Path):
    with controller(tmp_path) as running:
        done = program("orchestrate.py", running.server)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[1:] == ["video is STATUS_PENDING", "video is deleted"]


@pytest.mark.slow
def test_without_a_controller_it_is_said_so(tmp_path: Path):
    done = program("wrong.py", f"unix:{tmp_path}/nobody.sock")
    assert (done.returncode, done.stdout) == (1, "UNAVAILABLE\n")
    assert "Traceback" not in done.stderr
    assert "nobody.sock" in done.stderr


def program(name, server):
    """What the page's program of that name says."""
    return subprocess.run([sys.executable, "-c", files(PAGE)[name]], capture_output=True, text=True, timeout=60, check=False,
                          env={"ISOCHRONE_SERVER": server, "PYTHONPATH": str(PAGES.parent.parent)})
