"""Golden cases: folders of what is asked, and of all that comes of it (tests/cases/README.md)."""

import json
from pathlib import Path

import pytest

from controller.road import Ground, Stopwatch, Way, built, planned
from intents.documents import read_documents
from intents.effects import difference
from intents.readable import rule_lines, step_lines
from intents.report import changes_document, plan_document
from topologies.catalog import load_topology
from topologies.model import Topology

CASES = Path(__file__).parent / "cases"
EXPECTED = ("plan.json", "rules.txt", "steps.txt")
FOLDERS = sorted(file.parent for file in CASES.glob("*/intents.yaml"))


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_case_comes_out_as_written(folder: Path, pytestconfig: pytest.Config):
    found = _outcome(folder)
    if pytestconfig.getoption("--regenerate"):
        for name, text in found.items():
            (folder / name).write_text(text, encoding="utf-8")
    assert found == {name: (folder / name).read_text(encoding="utf-8") for name in EXPECTED}


def _outcome(folder: Path) -> dict[str, str]:
    """The expected files by name, as they come out now."""
    ground = Ground(_network(folder), down=_down(folder))
    if (folder / "before.yaml").exists():
        before = _way(Ground(ground.network), folder / "before.yaml")
        ground = Ground(ground.network, before.plan, before.target, before.target, ground.down)
    way = _way(ground, folder / "intents.yaml")
    changes = changes_document(ground.network, difference(ground.plan, way.plan, ground.target, way.target))
    plan = plan_document(way.plan, way.target, changes, "", {})
    told = {part: plan[part] for part in ("placements", "refusals", "rules", "changes")}
    return {"plan.json": json.dumps(told, indent=1) + "\n",
            "rules.txt": "".join(f"{each}\n" for each in rule_lines(ground.network, way.target)),
            "steps.txt": "".join(f"{each}\n" for each in step_lines(ground.network, way.steps))}


def _way(ground: Ground, file: Path) -> Way:
    documents = read_documents((file.read_text(encoding="utf-8"), file.name))
    wanted, plan = planned(ground, documents, Stopwatch())
    way = built(ground, wanted, plan, Stopwatch())
    assert way.proof.holds, way.proof.counterexamples
    return way


def _network(folder: Path) -> Topology:
    ref = folder / "topology.ref"
    return load_topology(ref.read_text().strip() if ref.exists() else str(folder / "topology.yaml"),
                         lambda name: Path(name).read_text(encoding="utf-8"))


def _down(folder: Path) -> frozenset[str]:
    file = folder / "down.txt"
    return frozenset(file.read_text(encoding="utf-8").split()) if file.exists() else frozenset()
