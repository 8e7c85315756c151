"""Broken documents: files in tests/cases/broken, each with all that is said of it (tests/cases/README.md)."""

from collections.abc import Callable
from pathlib import Path

import pytest

from controller.shipped import shipped_profiles
from intents.documents import read_documents
from intents.resolve import resolve
from labs.scenario import read_scenario
from topologies.metro import metro
from topologies.problems import BadInput

BROKEN = Path(__file__).parent / "cases" / "broken"
FILES = sorted(BROKEN.glob("**/*.yaml"))


def on_metro(text: str, file: str) -> None:
    resolve(shipped_profiles().merged(read_documents((text, file))), metro())


READERS: dict[str, Callable[[str, str], object]] = {
    "broken": lambda text, file: read_documents((text, file)), "on-metro": on_metro, "scenarios": read_scenario}
"""By the name of the folder: what refuses what is in it."""


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(BROKEN).with_suffix("")))
def test_a_broken_document_is_refused_with_all_that_is_wrong(path: Path, pytestconfig: pytest.Config):
    with pytest.raises(BadInput) as error:
        READERS[path.parent.name](path.read_bytes().decode(), path.name)
    said = path.with_suffix(".txt")
    if pytestconfig.getoption("--regenerate"):
        said.write_text(f"{error.value}\n", encoding="utf-8")
    assert f"{error.value}\n" == said.read_text(encoding="utf-8")
    assert all(problem.line for problem in error.value.problems)


def test_there_are_many_and_nothing_is_said_of_a_file_that_is_not_there():
    assert len(FILES) >= 60
    assert {said.with_suffix(".yaml") for said in BROKEN.glob("**/*.txt")} == {*FILES}
