"""The scenarios there are, and a scenario with all that it names, read and checked before anything runs."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from controller.topohub import or_topohub
from topologies.catalog import load_topology
from topologies.model import Topology
from topologies.nearest import nearest
from topologies.problems import BadInput, Problem
from topologies.source import Origin
from topologies.source import Path as Place

from .errors import LabError
from .misfits import misfits
from .scenario import Apply, Scenario, ScenarioSpec, read_located

SCENARIOS = Path(__file__).parent / "scenarios"


@dataclass(frozen=True, slots=True)
class Staged:
    """A scenario, its network, and the texts of its document files by name."""

    scenario: Scenario
    topology: Topology
    files: Mapping[str, str]


def names() -> tuple[str, ...]:
    """The shipped scenarios, sorted."""
    return tuple(sorted(path.parent.name for path in SCENARIOS.glob("*/scenario.yaml")))


def story(name: str) -> str:
    """The first line of a scenario's README: what it shows."""
    return (SCENARIOS / name / "README.md").read_text().splitlines()[0].lstrip("# ")


def load(name: str) -> Staged:
    """A shipped scenario by its name, or a user's own by its file (what ends in .yaml or .yml, or has a slash in it), whose
    other files stand beside it. Raises LabError for an unknown name, BadInput with all that is wrong in its files."""
    if "/" in name or name.endswith((".yaml", ".yml")):
        return _staged(Path(name), name)
    if name not in names():
        raise LabError(f'no scenario "{name}"{nearest(name, names())} (there are: {", ".join(names())}; '
                       "a file's name ends in .yaml)")
    return _staged(SCENARIOS / name / "scenario.yaml", f"{name}/scenario.yaml")


def _staged(path: Path, told: str) -> Staged:
    scenario, origin = read_located(_text(path), told)
    problems = list[Problem]()
    files = {}
    for place, name in _mentions(scenario.spec):
        try:
            files[name] = _text(path.parent / name)
        except LabError as error:
            problems.append(origin.problem(place, str(error)))
    topology = _topology(path, scenario.spec, origin, problems)
    if topology is None or problems:
        raise BadInput(*sorted(problems))
    if wrong := [origin.problem(*each) for each in misfits(scenario.spec, topology, files, path.parent)]:
        raise BadInput(*sorted(wrong))
    return Staged(scenario, topology, files)


def _topology(path: Path, spec: ScenarioSpec, origin: Origin, problems: list[Problem]) -> Topology | None:
    """The scenario's network, None where there are problems with it."""
    try:
        return load_topology(spec.topology, or_topohub(lambda name: _text(path.parent / name)), spec.capacity)
    except LabError as error:
        problems.append(origin.problem(("spec", "topology"), str(error)))
    except BadInput as bad:
        problems += (replace(each, file=str(path.parent / spec.topology)) if each.line else
                     origin.problem(("spec", "topology"), each.message) for each in bad.problems)
    return None


def _mentions(spec: ScenarioSpec) -> Iterator[tuple[Place, str]]:
    """Where the scenario names a file of documents, and which."""
    for index, name in enumerate(spec.intents):
        yield ("spec", "intents", index), name
    for place, event in enumerate(spec.at):
        for index, name in enumerate(event.files or () if isinstance(event, Apply) else ()):
            yield ("spec", "at", place, "files", index), name


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise LabError(f"cannot read {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise LabError(f"cannot read {path}: not UTF-8 at byte {error.start}") from error
