"""The telemedicine lab as a user runs it: real Open vSwitch, real packets, the program itself."""

import json
import subprocess
import sys

import pytest

pytestmark = pytest.mark.emulated


def test_the_telemedicine_lab_passes(tmp_path):
    report = tmp_path / "report.json"
    done = subprocess.run([sys.executable, "-m", "controller", "lab", "run", "telemedicine", "--json", str(report)],
                          capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(report.read_text())
    assert told["passed"]
    assert told["seconds"] < 90
    assert told["intents"]["surgery"]["verdict"] == "MET"
    assert told["intents"]["surgery"]["misdelivered"] == 0
