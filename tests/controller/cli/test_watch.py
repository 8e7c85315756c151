"""`watch`: a process that shows what changes until it is interrupted."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from controller.cli.columns import watch_lines
from tests.controller.cli.conftest import Isochrone
from tests.controller.cli.controllers import controller


@pytest.mark.slow
def test_changes_are_shown_until_it_is_interrupted(isochrone: Isochrone, surgery: str, tmp_path: Path) -> None:
    with controller(tmp_path) as running:
        words = [sys.executable, "-m", "controller", "watch", "-o", "json", "--server", running.server]
        with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as watching:
            assert watching.stdout is not None
            assert json.loads(watching.stdout.readline())["whole"]
            isochrone("apply", surgery, "--server", running.server)
            told = json.loads(watching.stdout.readline())
            assert [(intent["name"], intent["status"]) for intent in told["intents"]] == [("surgery", "PENDING")]
            watching.send_signal(signal.SIGINT)
            assert watching.wait(5) == 0
            assert watching.stderr is not None
            assert watching.stderr.read() == ""


def test_a_change_reads_at_a_glance() -> None:
    path = {"role": "working", "direction": "forward", "nodes": ["surgeon", "s1", "robot"],
            "links": ["surgeon-s1", "robot-s1"]}
    connection = {"title": "surgery", "status": "PENDING", "paths": [path], "why": "waits for switch s1"}
    told = {"revision": 3, "settled": False, "alarms": ["fire"], "gone": ["imaging"],
            "intents": [{"name": "surgery", "connections": [connection]}]}
    assert watch_lines(told) == ["revision 3, under way", "  surgery  PENDING  surgeon s1 robot  waits for switch s1",
                                 "  imaging  deleted", "  alarm: fire"]
