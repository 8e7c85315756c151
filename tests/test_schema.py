"""The JSON Schema says what the models say, and every YAML of the project is right by both."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from controller.cli.kinds import models
from intents.documents import canonical, read_documents
from labs.scenario import read_scenario
from tests.intents.test_documents import PROFILE, SLICE, WHOLE
from tests.labs.test_scenario import SCENARIO
from topologies.metro import metro
from topologies.schema import as_read, json_schema
from topologies.source import Written, emit, read
from topologies.validate import validate

HOUSE = Path(__file__).parent.parent
MODELS = models()
SCHEMA = json_schema(MODELS)
VALIDATOR = Draft202012Validator(SCHEMA)
BROKEN = HOUSE / "tests/cases/broken"


def yaml_of_the_project() -> Iterator[tuple[str, str]]:
    """Name and text of every file, and of every block in a page."""
    for folder in ("docs", "examples", "labs", "tests", "intents", "topologies", "controller"):
        for file in sorted({*HOUSE.glob(f"{folder}/**/*.yaml"), *HOUSE.glob(f"{folder}/**/*.yml")}):
            if BROKEN not in file.parents:
                yield str(file.relative_to(HOUSE)), file.read_text(encoding="utf-8")
    for page in sorted({HOUSE / "README.md", *HOUSE.glob("docs/**/*.md"), *HOUSE.glob("labs/**/*.md")}):
        for number, block in enumerate(re.findall(r"^```yaml\n(.*?)^```", page.read_text(encoding="utf-8"), re.M | re.S), 1):
            yield f"{page.relative_to(HOUSE)}-{number}", block


YAML = dict(yaml_of_the_project())


def documents(text: str) -> list[Written]:
    found = list(read(text, "f.yaml"))
    assert all(isinstance(each, Written) for each in found), found
    return found


def complaints(written: Written) -> list[str]:
    return [error.message for error in VALIDATOR.iter_errors(as_read(written.data))]


@pytest.mark.parametrize("name", YAML)
def test_every_yaml_of_the_project_is_right(name: str):
    text = YAML[name]
    if "kind: Scenario" in text:
        read_scenario(text, name)
    else:
        read_documents((text, name))
    assert [complaints(each) for each in documents(text)] == [[] for _ in documents(text)]


def test_there_is_yaml_in_the_pages_and_the_labs():
    assert {name.split("/")[0].split("-")[0] for name in YAML} >= {"README.md", "docs", "labs", "tests", "intents"}


def test_the_schema_is_one_and_knows_every_kind():
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["properties"]["kind"]["enum"] == ["Intent", "Slice", "Profile", "Topology", "Scenario"]


RIGHT = {"Intent": WHOLE, "Slice": SLICE, "Profile": PROFILE, "Topology": canonical(metro()), "Scenario": SCENARIO}

VALUES = """
1 | 0 | -1 | 7 | 1.5 | 1e-4 | 0.9999 | 0x1F | 70000 | 00000000000000e1 | true | no | ~ | '' | a | a- | "1" | 手术 | null
1 ms | 0 ms | 1.5 us | 1ms | 1 parsec | 1 Mbps | 0 Mbps | 1 Mb | 64 kB | 200/s | 99.99 % | 101 % | < 1 ms | <= 50 ms | <1ms
ef | EF | Af41 | af44 | tcp | sctp | p99 | p99.9 | p.5 | p100 | max | mean | s1:2 | s1 | s1:0 | 10.0.0.1/24 | 10.0.0.1
00:00:00:00:00:01 | 01:00:00:00:00:01 | 0000000000000001 | s1-s2 | s1-s2#2 | 2026-12-01T00:00:00Z | 2026-12-01
2026-13-01T00:00:00+08:00 | both | fast-failover | one-way | srlg | node | steady | act | capacity | p2p | apply | [] | {}
[a] | [1, b] | [~] | {a: b} | {max: 1 ms} | {max: 1} | [s1-s2, ''] | {from: a, to: b} | [{from: a, to: b}] | [{a: b}]
sub-ms path from a to b | {name: a} | {name: a, labels: {b: 1}} | isochrone/v1 | isochrone/v2 | Intent | 10.0.0.300/24
""".replace("\n", " | ").strip(" |").split(" | ")

NO_SCHEMA_SAYS = re.compile("is zero|can never be shown|whole number of|runs between|both say where|is not an instant|"
                            "more than the whole|a statistic|is not a port|not the MAC|not an address|not the address|"
                            "datapath id|of another|already|no switch|no host|its whole network|a link joins|"
                            'is not a name|the name of a link|is too large|found "0+e1"')
"""What is refused by models and not by the schema: values, what fits together, names that look like numbers and those of
labels, and zero written as a fraction where a whole number belongs."""


def paths(data: Any, above: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    entries = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for step, value in entries:
        yield (*above, step)
        yield from paths(value, (*above, step))


@st.composite
def almost_right(draw: st.DrawFn) -> str:
    """A right document with another value in one place, a key too many, or one that is not there."""
    data: Any = documents(RIGHT[draw(st.sampled_from(sorted(RIGHT)))])[0].data
    *way, last = draw(st.sampled_from([each for each in paths(data) if each != ("kind",)]))
    within = data
    for step in way:
        within = within[step]
    change = draw(st.sampled_from(["value", "value", "value", "key", "gone"]))
    if change == "gone":
        del within[last]
    else:
        (found,) = documents(f"value: {draw(st.sampled_from(VALUES))}\n")
        within["another" if change == "key" and isinstance(within, dict) else last] = found.data["value"]
    return emit(data)


@given(almost_right())
def test_the_schema_takes_what_the_models_take(text: str):
    (written,) = documents(text)
    problems = validate(MODELS[written.data["kind"]], written)
    refused = [each.message for each in problems] if isinstance(problems, tuple) else []
    said = complaints(written)
    assert refused or not said, (text, said)
    assert said or all(map(NO_SCHEMA_SAYS.search, refused)), (text, refused)


@pytest.mark.parametrize("name", sorted(file.stem for file in BROKEN.glob("*.yaml")))
def test_an_editor_sees_nothing_wrong_in_what_is_right(name: str):
    """Of broken documents that are YAML: what the schema refuses the reader refuses in the same documents."""
    for each in read((BROKEN / f"{name}.yaml").read_bytes().decode(), "f.yaml"):
        if isinstance(each, Written) and isinstance(each.data, dict) and (kind := each.data.get("kind")) in MODELS:
            assert not complaints(each) or isinstance(validate(MODELS[kind], each), tuple)
