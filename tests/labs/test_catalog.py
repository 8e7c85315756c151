"""A user's own scenario: read with all that it names, and checked whole before anything runs."""

from pathlib import Path

import pytest

from labs.catalog import load
from labs.errors import LabError
from topologies.builders import linear
from topologies.document import topology_document
from topologies.problems import BadInput
from topologies.source import emit

SCENARIO = """\
apiVersion: isochrone/v1
kind: Scenario
metadata: {name: own}
spec:
  topology: net.yaml
  intents: [video.yaml]
  at:
    - {t: 0 s, do: apply}
    - {t: 1 s, do: probe, from: h1, to: h3, rate: 100/s, size: 128 B}
    - {t: 3 s, do: cut, link: working-path-of video, hop: 2}
    - {t: 4 s, do: kill, what: controller, signal: 9, back-after: 2 s}
    - {t: 8 s, do: apply, files: [more/far.yaml]}
    - {t: 9 s, do: end}
  expect:
    - {intent: video, lost: 0, during: steady}
    - {intent: far, placed: false}
"""
INTENT = "{{apiVersion: isochrone/v1, kind: Intent, metadata: {{name: {0}}}, spec: {1}}}\n"
WARD = """\
apiVersion: isochrone/v1
kind: Slice
metadata: {name: ward}
spec: {profile: imaging, connect: [{from: h1, to: h2}, {from: h1, to: h3}]}
---
apiVersion: isochrone/v1
kind: Intent
metadata: {name: video}
spec: path for ward slice
"""


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a scenario that is right, seen from the folder above."""
    monkeypatch.chdir(tmp_path)
    folder = Path("own")
    (folder / "more").mkdir(parents=True)
    (folder / "scenario.yaml").write_text(SCENARIO)
    (folder / "net.yaml").write_text(emit(topology_document(linear(3))))
    (folder / "video.yaml").write_text(INTENT.format("video", "path from h1 to h3"))
    (folder / "more/far.yaml").write_text(INTENT.format("far", "under 1 us path from h2 to h3"))
    return folder


def said(path: str = "own/scenario.yaml") -> list[str]:
    with pytest.raises(BadInput) as bad:
        load(path)
    return [str(problem) for problem in bad.value.problems]


def test_what_it_names_stands_beside_it_wherever_one_is(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    staged = load("own/scenario.yaml")
    assert staged.topology.name == "linear-3"
    assert sorted(staged.files) == ["more/far.yaml", "video.yaml"]
    monkeypatch.chdir(own)
    assert load("scenario.yaml") == load("../own/scenario.yaml") == staged


@pytest.mark.parametrize(("right", "wrong", "words"), [
    ("topology: net.yaml", "topology: metr", '5:13: no built-in topology "metr"; did you mean "metro"?'),
    ("from: h1", "from: h9", '9:33: no host "h9" in topology "linear-3"'),
    ("to: h3", "to: h1", "9:41: is where the packets come from"),
    ("128 B", "63 B", "9:64: 63 B do not fit: frames have 64 to 1518 B between these hosts"),
    ("128 B", "1519 B", "9:64: 1519 B do not fit"),
    ("working-path-of video, hop: 2", "s1-s3", '10:31: no link between switches "s1-s3"; did you mean "s2-s3"?'),
    ("path-of video", "path-of vidio", '10:31: no connection "vidio" at this time; did you mean "video"?'),
    ("working-path-of video", "s1-s2", "10:43: counts the links of a path: write link: working-path-of INTENT"),
    ("signal: 9", "signal: 19", "11:52: 19 ends no process; 9 and 15 do"),
    ("signal: 9", "signal: 13", "11:52: 13 ends no process; 9 and 15 do"),
    ("back-after: 2 s", "back-after: 9 s", "12:11: comes while the controller is dead or starts, until 15 s"),
    ("{intent: far", "{intent: fra", '16:16: no intent "fra"; did you mean "far"?'),
    ("during: steady", "during: load", "15:40: there is no time of load, which begins with a do: load"),
    ("to: h3", "to: h2", '15:16: no packets of "video" are sent; add do: probe, from: h1, to: h3'),
])
def test_what_does_not_fit_is_said_with_its_place(own: Path, right: str, wrong: str, words: str) -> None:
    assert right in SCENARIO
    (own / "scenario.yaml").write_text(SCENARIO.replace(right, wrong))
    assert f"own/scenario.yaml:{words}" in "\n".join(said())


def test_the_path_of_what_is_not_applied_yet_cannot_be_cut(own: Path) -> None:
    first, rest = SCENARIO.split("    - {t: 0 s, do: apply}\n")
    cut, end = "    - {t: 3 s, do: cut, link: working-path-of video, hop: 2}\n", "    - {t: 8 s, do: apply"
    assert cut in rest
    (own / "scenario.yaml").write_text(f"{first}    - {{t: 0 s, do: apply, files: [more/far.yaml]}}\n{rest}".replace(
        end, f"    - {{t: 8 s, do: apply}}\n{end}"))
    assert said() == ['own/scenario.yaml:10:31: no connection "video" at this time']


def test_one_apply_alone_moves_nothing(own: Path) -> None:
    lines = [line for line in SCENARIO.splitlines() if "far" not in line]
    (own / "scenario.yaml").write_text("\n".join(lines).replace("steady", "moves"))
    assert said() == ["own/scenario.yaml:14:40: there is no time of moves, which begins with a second do: apply"]


def test_all_that_cannot_be_read_is_named_at_once(own: Path) -> None:
    (own / "net.yaml").unlink()
    (own / "video.yaml").write_bytes(b"spec: \xff")
    (own / "more/far.yaml").unlink()
    (own / "more/far.yaml").mkdir()
    assert said() == ["own/scenario.yaml:5:13: cannot read own/net.yaml: No such file or directory",
                      "own/scenario.yaml:6:13: cannot read own/video.yaml: not UTF-8 at byte 6",
                      "own/scenario.yaml:12:35: cannot read own/more/far.yaml: Is a directory"]


def test_what_is_wrong_in_its_files_is_said_as_seen_from_here(own: Path) -> None:
    (own / "more/far.yaml").write_text(INTENT.format("far", "path from h2 to h33"))
    assert [line.split(": ")[0] for line in said()] == ["own/more/far.yaml:1:87"]
    (own / "net.yaml").write_text("kind: Topology")
    assert all(line.startswith("own/net.yaml:1:") for line in said())


def test_documents_bring_no_network_of_their_own(own: Path) -> None:
    (own / "video.yaml").write_text(emit(topology_document(linear(3))))
    assert said() == ['own/video.yaml: holds topology "linear-3"; the network is what spec.topology names']


def test_nothing_is_expected_of_several_connections_at_once(own: Path) -> None:
    (own / "video.yaml").write_text(WARD)
    assert said() == [
        'own/scenario.yaml:10:31: no connection "video" at this time; did you mean "video/h1-h3"?',
        'own/scenario.yaml:15:16: intent "video" has several connections; things can be expected of an intent with one']


@pytest.mark.parametrize(("name", "words"), [
    ("telemedicin", r'no scenario "telemedicin"; did you mean "telemedicine"\? \(there are: telemedicine'),
    ("own", r"a file's name ends in \.yaml\)"), ("nowhere.yaml", "cannot read nowhere.yaml: No such file or directory"),
    ("own/", "cannot read own: Is a directory")])
def test_what_is_no_scenario_is_said(own: Path, name: str, words: str) -> None:
    with pytest.raises(LabError, match=words):
        load(name)
