"""Scenarios as written: what is read, and what is refused with its place."""

import pytest

from labs.catalog import load, names
from labs.scenario import read_scenario
from topologies.problems import BadInput

SCENARIO = """\
apiVersion: isochrone/v1
kind: Scenario
metadata: {name: small}
spec:
  topology: metro
  intents: [intents.yaml]
  at:
    - {t: 0 s, do: apply}
    - {t: 2 s, do: probe, from: surgeon, to: robot, rate: 1000/s, size: 128 B, both: true}
    - {t: 9 s, do: end}
  expect:
    - {intent: surgery, lost: 0, during: steady}
"""


@pytest.mark.parametrize("name", names())
def test_every_shipped_scenario_is_whole(name):
    assert load(name).scenario.metadata.name == name


def test_a_scenario_may_run_on_a_graph(tmp_path):
    (tmp_path / "intents.yaml").write_text("apiVersion: isochrone/v1\nkind: Intent\nmetadata: {name: surgery}\n"
                                           "spec: path from h0 to h2\n")
    text = SCENARIO.replace("topology: metro", "topology: topohub:sndlib/abilene\n  capacity: 50 Mbps")
    (tmp_path / "scenario.yaml").write_text(text.replace("surgeon", "h0").replace("robot", "h2"))
    staged = load(str(tmp_path / "scenario.yaml"))
    assert (staged.topology.name, staged.topology.links[0].capacity_bps) == ("sndlib-abilene", 50_000_000)


def test_units_become_integers():
    probe = read_scenario(SCENARIO, "s.yaml").spec.at[1]
    assert (probe.t, probe.rate, probe.size) == (2_000_000_000, 1000, 128)


@pytest.mark.parametrize(("right", "wrong", "said"), [
    ("1000/s", "1000", '1000 has no unit: "1000/s"?'),
    ("do: end", "do: stop", 's.yaml:10:7: expected do: apply or probe or load or cut or mend or kill or end, found "stop"'),
    ("lost: 0", "losst: 0", 'unknown key "losst"; did you mean "lost"?'),
    ("lost: 0", "latency: {p50: 1 ms}", '"1 ms" is not an upper bound; write it like "< 1 ms"'),
    ("t: 9 s", "t: 1 s", "is earlier than the event before it; sort the events by t"),
    ("    - {t: 9 s, do: end}\n", "", "must end in {t: ..., do: end}, once"),
    (", during: steady", "", "must say when: add during, one of steady, moves, load, relieved, cuts, after-cuts, restart"),
    ("intent: surgery, ", "", "must speak of an intent or of the controller"),
    ("lost: 0, during: steady", "during: steady", "expects nothing; add lost: 0, or latency, placed, budget"),
])
def test_what_is_wrong_is_said_with_its_place(right, wrong, said):
    assert right in SCENARIO
    with pytest.raises(BadInput) as bad:
        read_scenario(SCENARIO.replace(right, wrong), "s.yaml")
    assert said in str(bad.value)


@pytest.mark.parametrize(("events", "said"), [
    ("{t: 3 s, do: cut, link: s1-s2}\n    - {t: 4 s, do: cut, link: s1-s2}",
     "s.yaml:11:31: s1-s2 is cut already; mend it first, or cut another"),
    ("{t: 3 s, do: mend}", "s.yaml:10:7: nothing is cut that could be mended"),
    ("{t: 3 s, do: cut, link: s1-s2}\n    - {t: 4 s, do: mend}\n    - {t: 5 s, do: mend}", "s.yaml:12:7: nothing is cut")])
def test_what_is_cut_is_not_cut_again_and_what_is_whole_not_mended(events, said):
    with pytest.raises(BadInput) as bad:
        read_scenario(SCENARIO.replace("{t: 9 s", f"{events}\n    - {{t: 9 s"), "s.yaml")
    assert said in str(bad.value)


def test_what_was_mended_can_be_cut_again():
    events = "\n    - ".join(f"{{t: {t} s, do: {what}}}" for t, what in enumerate(("cut, link: s1-s2", "mend") * 2, 3))
    assert len(read_scenario(SCENARIO.replace("{t: 9 s", f"{events}\n    - {{t: 9 s"), "s.yaml").spec.at) == 7
