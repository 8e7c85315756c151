"""The scenarios there are, and a scenario with all that it names, read and checked before anything runs."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from controller.shipped import shipped_profiles
from controller.topohub import or_topohub
from intents.documents import read_documents
from intents.resolve import resolve
from topologies.catalog import load_topology
from topologies.model import Topology
from topologies.nearest import nearest

from .errors import LabError
from .scenario import Apply, Cut, Load, Probe, Scenario, read_scenario

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
        raise LabError(f'no scenario "{name}"{nearest(name, names())}; there are: {", ".join(names())} '
                       "(a file's name ends in .yaml)")
    return _staged(SCENARIOS / name / "scenario.yaml", f"{name}/scenario.yaml")


def _staged(path: Path, told: str) -> Staged:
    scenario = read_scenario(_text(path), told)
    read_text = or_topohub(lambda name: _text(path.parent / name))
    topology = load_topology(scenario.spec.topology, read_text, scenario.spec.capacity)
    wanted = {*scenario.spec.intents, *(name for event in scenario.spec.at if isinstance(event, Apply)
                                        for name in event.files or ())}
    files = {name: _text(path.parent / name) for name in sorted(wanted)}
    _check(scenario, topology, files)
    return Staged(scenario, topology, files)


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except OSError as error:
        raise LabError(f"cannot read {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise LabError(f"cannot read {path}: it is not UTF-8 text") from error


def _check(scenario: Scenario, topology: Topology, files: Mapping[str, str]) -> None:
    """Resolve every set of documents as it will stand, and find every host that a probe names."""
    documents = shipped_profiles().merged(read_documents(*((files[name], name) for name in scenario.spec.intents)))
    for event in scenario.spec.at:
        if isinstance(event, Apply) and event.files:
            documents = documents.merged(read_documents(*((files[name], name) for name in event.files)))
        resolve(documents, topology)
        for host in (event.from_, event.to) if isinstance(event, Probe | Load) else ():
            if host not in topology.host_by_name:
                raise LabError(f'{event.do}: no host "{host}" in topology "{topology.name}"'
                               f'{nearest(host, topology.host_by_name)}')
        if isinstance(event, Cut):
            known = documents.intents if event.path_of else topology.link_by_name
            if (event.path_of or event.link) not in known:
                raise LabError(f'cut: no {"intent" if event.path_of else "link between switches"} '
                               f'"{event.path_of or event.link}"{nearest(event.path_of or event.link, known)}')
    for expected in scenario.spec.expect:
        if expected.intent is not None and expected.intent not in documents.intents:
            raise LabError(f'expect: no intent "{expected.intent}"{nearest(expected.intent, documents.intents)}')
