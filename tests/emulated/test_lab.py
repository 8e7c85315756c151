"""Labs as a user runs them: real Open vSwitch, real packets, the program itself."""

import json
import re
import subprocess
import tempfile
from pathlib import Path

import pytest
import yaml

from controller.southbound.library import installed
from labs.stalls import Stalls
from tests.emulated.standing_lab import ISOCHRONE
from topologies.builders import linear
from topologies.document import topology_document
from topologies.source import emit

pytestmark = pytest.mark.emulated

TELEMEDICINE = Path(__file__).parents[2] / "labs" / "scenarios" / "telemedicine"

OWN = """\
apiVersion: isochrone/v1
kind: Scenario
metadata: {name: own}
spec:
  topology: net.yaml
  intents: [video.yaml]
  at:
    - {t: 0 s, do: apply}
    - {t: 0 s, do: probe, from: h1, to: h2, rate: 200/s, size: 128 B}
    - {t: 4 s, do: apply, files: [more/far.yaml]}
    - {t: 5 s, do: end}
  expect:
    - {intent: video, lost: 0, during: steady}
    - {intent: far, placed: false}
"""
INTENT = "{{apiVersion: isochrone/v1, kind: Intent, metadata: {{name: {0}}}, spec: {1}}}\n"


UNVERIFIABLE = 2
"""How a lab ends whose times a machine that stood still too often (labs.stalls) may have spoilt."""


def test_the_telemedicine_lab_passes(tmp_path):
    """Where the machine stands still too often to tell, a second run may tell."""
    report = tmp_path / "report.json"
    words = [*ISOCHRONE, "lab", "run", "telemedicine", "--json", str(report)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=240, check=False)
    if done.returncode == UNVERIFIABLE:
        done = subprocess.run(words, capture_output=True, text=True, timeout=240, check=False)
    if done.returncode == UNVERIFIABLE:
        pytest.skip(f"the machine stood still for {json.loads(report.read_text())['machine']['share']:.1%} of the time")
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(report.read_text())
    assert told["passed"]
    assert told["seconds"] < 150
    assert told["intents"]["surgery"]["verdict"] == "MET"
    assert told["intents"]["surgery"]["misdelivered"] == 0
    assert told["backend"]["controller"] == str(installed())


def test_without_its_agent_the_slice_waits_behind_the_images(tmp_path):
    """The counter-proof: the same time line up to the end of the load. It fails each time; how many times slower the load
    makes the slice shows only where the machine itself did not stall meanwhile: it may be seen in one of three runs, and is
    not asked where it stood still too often in each."""
    scenario = yaml.safe_load((TELEMEDICINE / "scenario.yaml").read_text())
    spec = scenario["spec"]
    spec["at"] = [event for event in spec["at"] if event["do"] in ("probe", "load") or event["t"] == "0 s"]
    spec["at"].append({"t": "25 s", "do": "end"})
    spec["expect"] = [each for each in spec["expect"] if "p99-within" in each]
    for name in ("city.yaml", "intents.yaml"):
        (tmp_path / name).write_text((TELEMEDICINE / name).read_text())
    (tmp_path / "scenario.yaml").write_text(yaml.safe_dump(scenario))
    report = tmp_path / "report.json"
    words = ("lab", "run", str(tmp_path / "scenario.yaml"), "--agent", "off", "--json", str(report))
    said: list[str] = []
    stood_still: list[bool] = []
    while len(said) < 3:
        done = subprocess.run([*ISOCHRONE, *words], capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 1, done.stdout + done.stderr
        told = json.loads(report.read_text())
        said.append(told["expectations"][-1]["measured"])
        stood_still.append(Stalls(**told["machine"]).are_too_many)
        found = re.match(r"not relieved; under load (\S+) x", said[-1])
        assert found, said
        if float(found[1]) >= 5:
            return
    (pytest.skip if all(stood_still) else pytest.fail)("; ".join(said))


def test_a_user_s_own_scenario_runs_wherever_it_is():
    """From /run, which is another one in the sandbox."""
    with tempfile.TemporaryDirectory(dir="/run") as place:
        folder = Path(place) / "own"
        (folder / "more").mkdir(parents=True)
        (folder / "scenario.yaml").write_text(OWN)
        (folder / "net.yaml").write_text(emit(topology_document(linear(2))))
        (folder / "video.yaml").write_text(INTENT.format("video", "path from h1 to h2"))
        (folder / "more/far.yaml").write_text(INTENT.format("far", "under 1 us path from h2 to h1"))
        done = subprocess.run([*ISOCHRONE, "lab", "run", "own/scenario.yaml", "--json", "report.json"], cwd=place,
                              capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        told = json.loads((Path(place) / "report.json").read_text())
    assert [row["passed"] for row in told["expectations"]] == [True, True]
    assert told["intents"]["video"]["sent"] > 500
    assert 'far: rejected: would leave intent "video" without its place (CONFLICT: ' in done.stdout
