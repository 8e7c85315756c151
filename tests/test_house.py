"""The house's own rules: what may not be done in a storey, and that the build stops where it is done."""

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HOUSE = Path(__file__).parent.parent
STOREYS = ("topologies", "intents", "controller", "labs")
EMULATION = HOUSE / "topologies/emulate.py"
PURE = sorted({*HOUSE.glob("topologies/**/*.py"), *HOUSE.glob("intents/**/*.py")} - {EMULATION})
IMPURE = {"open", "print", "input", "id", "eval", "exec", "__import__"}

BREACHES = {
    "labs -> controller -> intents -> topologies": ("intents/model.py", "import controller.facts"),
    "the core has no clocks": ("topologies/model.py", "import time"),
    "decisions have no clocks": ("controller/agent/decide.py", "import random"),
    "os_ken and ryu only": ("controller/southbound/app.py", "import os_ken"),
    "grpc only": ("controller/road.py", "import grpc"),
    "Mininet only": ("topologies/builders.py", "import mininet"),
    "YAML only": ("topologies/read.py", "import yaml"),
    "topohub only": ("topologies/catalog.py", "import topohub"),
    "sqlite3 only": ("controller/run.py", "import sqlite3"),
}


def test_the_core_touches_no_file_and_nothing_that_differs_between_two_runs():
    calls = [f"{file.relative_to(HOUSE)}:{node.lineno}: {node.func.id}" for file in PURE
             for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
             if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in IMPURE]
    assert calls == []


@pytest.mark.slow
def test_every_contract_breaks_with_a_forbidden_import(tmp_path: Path):
    for part in STOREYS:
        shutil.copytree(HOUSE / part, tmp_path / part, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(HOUSE / "setup.cfg", tmp_path)
    for file, line in BREACHES.values():
        with (tmp_path / file).open("a", encoding="utf-8") as source:
            source.write(f"\n{line}\n")
    run = subprocess.run([Path(sys.executable).parent / "lint-imports", "--no-cache"], cwd=tmp_path,
                         env={"PYTHONPATH": str(tmp_path)}, capture_output=True, text=True, check=False)
    broken = {name for name in BREACHES for line in run.stdout.splitlines() if line.startswith(name) and "BROKEN" in line}
    assert run.returncode != 0
    assert broken == set(BREACHES)
    assert "KEPT" not in run.stdout  # a new contract brings its breach
