"""A hostile file is refused, soon, and costs little."""

import json
import subprocess
import sys

import pytest

from intents.documents import read_documents
from tests.hostile import hostile_files, seconds, slowness
from topologies.source import BadInput

FILES = hostile_files()


@pytest.mark.parametrize("name", FILES)
def test_a_hostile_file_is_refused_with_places_soon(name: str):
    with pytest.raises(BadInput) as bad:
        read_documents((FILES[name], "f.yaml"))
    assert len(bad.value.problems) <= 101
    assert bad.value.problems[0].line >= 1
    # A collection of the test run's own garbage falls into one at most.
    assert min(seconds(FILES[name]) for _ in range(3)) < 0.5 * slowness()


@pytest.mark.slow
def test_a_hostile_file_takes_less_than_200_ms_and_20_mb():
    run = subprocess.run([sys.executable, "-m", "tests.hostile"], capture_output=True, text=True, check=True)
    costs = json.loads(run.stdout)
    assert set(costs) == set(FILES)
    assert {name: cost for name, cost in costs.items() if cost[0] > 0.2 or cost[1] > 20 or not cost[2]} == {}


def test_of_very_many_errors_in_a_document_the_first_are_shown_and_that_there_are_more():
    with pytest.raises(BadInput) as bad:
        read_documents((FILES["unknown keys of a spec"], "f.yaml"))
    first, *_, last = map(str, bad.value.problems)
    assert first == ('f.yaml:5:3: unknown key "k0"; the keys here are slice, from, to, service, connectivity, direction, '
                     "match, slo, sle, path, priority, preemption, valid, deadline, policy, assurance")
    assert last == "f.yaml: more than 100 problems; the rest was not read"


def test_an_error_far_down_a_long_document_is_found():
    right = "".join(f"    - {{name: s{number}, dpid: '{number:016x}'}}\n" for number in range(1, 9_000))
    head = "apiVersion: isochrone/v1\nkind: Topology\nmetadata: {name: a}\nspec:\n  switches:\n"
    assert read_documents((head + right, "f.yaml")).topologies
    with pytest.raises(BadInput) as bad:
        read_documents((f"{head}{right}    - {{name: last}}\n", "f.yaml"))
    assert str(bad.value) == 'f.yaml:9005:7: "dpid" is missing; add "dpid: "0000000000000001""'
