"""Documents that are read field by field are what the parser would have made of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.documents import Intent
from topologies.blocks import Blocks, Repeated
from topologies.composer import Composed, compose
from topologies.problems import Problem
from topologies.source import Written, emit, read
from topologies.validate import validate

WORDS = st.sampled_from(["a", "h1", "null", "true", "12", "1e+4", "0x1F", "1 ms", "sub-ms path to b", "s1/s2", "-", "~",
                         "_x", "a b.", "1.", "no", "5g", "w" * 300, "Ω", "1000001", "0", "-5", "+.5"])
LINES = st.sampled_from([
    "a: {}", "b: '{}'", 'c: "{}"', 'c: "\\x41{}"', "d: [{}, {}]", "e: {{x: {}, y: {{z: {}}}}}", "  f: {}", "  g: {{x: {}}}",
    "  h:", "    i: {}", "  j: |", "    {}", "  k: [{},", "m:", "spec:", "spec: {}", "  {}: {}", "{}: {}", "- {}", "  - {}",
    "# {}", "  # {}", "", " o: {}", "p: >", "  {}", "q: {} # {}", "r: &x {}", "s: *x", "t: !u {}", "a: {}", "{{v: {}}}",
    "'w': {}", "    {}", "  x: {{y: {}, y: {}}}", "? {}", "y: |2", "   z: {}", "...", "%YAML 1.2", "--- {}", "---",
    "\tA: {}", "B: {}\r"])


@st.composite
def files(draw: st.DrawFn) -> str:
    """Documents from a few shapes, so that most have twins, mostly almost right."""
    shapes = draw(st.lists(st.lists(LINES, min_size=1, max_size=5), min_size=1, max_size=2))
    chosen = draw(st.lists(st.sampled_from(shapes), min_size=2, max_size=5))
    texts = ["\n".join(line.format(*draw(st.lists(WORDS, min_size=2, max_size=2))) for line in shape) for shape in chosen]
    return "\n---\n".join(texts) + draw(st.sampled_from(["\n", "", "\n---\n"]))


@given(files())
def test_a_file_is_read_as_its_parts_are_by_the_parser(text: str):
    assert _read(text) == _read(text.replace("\n---\n", "\n--- \n"))


def _read(text: str) -> list[object]:
    """Data with what kind each scalar is, or where the first thing is wrong that ends the file, and why up to its own words:
    where the part ends the parser has come to an end, not to a line of dashes."""
    found: list[object] = []
    for each in compose(text, "f"):
        found.append(repr(each.data) if isinstance(each, Composed) else _place(each))
    return found


def _place(problem: Problem) -> object:
    return "not YAML" if problem.message.startswith("not YAML") else (problem.line, problem.column, problem.message)


def parser(text: str) -> object:
    (found,) = compose(text, "f")
    if isinstance(found, Problem):
        raise ValueError(found)
    return found.data


@pytest.mark.parametrize(("first", "second", "data"), [
    ("a: x", "a: 1", {"a": "1"}),
    ("a: {b: 1, c: '1'}", "a: {b: null, c: 'null'}", {"a": {"b": None, "c": "null"}}),
    ("a:\n  b: {c: x}\n  d: [x, y]", "a:\n  b: {c: y}\n  d: [true, 2 ms]", {"a": {"b": {"c": "y"}, "d": ["true", "2 ms"]}}),
    ("a: x # of b", "a: y # and c", {"a": "y"}),
    ("a: s1:2", "a: s9:77", {"a": "s9:77"}),
])
def test_what_differs_in_words_is_read_without_the_parser(first: str, second: str, data: object):
    asked = []
    blocks = Blocks(lambda text: asked.append(text) or parser(text))
    assert blocks.read(first) is not None
    asked.clear()
    found = blocks.read(second)
    assert found is not None
    assert (found[0], asked) == (data, [])


@pytest.mark.parametrize("text", [
    "a: x\na: y", "a:\n  b: 1\n  b: 2", "- a", "{a: b}\nc: d", "a: [x\nb: y]", "a: null #:\n  b: 1", " a: 1", "a: 1\n b: 2",
    "", "a: &x 1", "a: x\n  b: y"])
def test_what_is_not_whole_or_not_right_is_for_the_parser(text: str):
    assert Blocks(parser).read(text) is None


def test_a_mapping_that_is_said_again_is_one():
    blocks = Blocks(parser)
    (one, _), (other, _) = (blocks.read(f"name: {name}\nspec:\n  slo: {{max: 1 ms}}\n  to: b") for name in "ab")
    assert one["spec"]["slo"] is other["spec"]["slo"]
    assert isinstance(one["spec"]["slo"], Repeated)


def test_a_wrong_mapping_that_is_said_again_is_told_of_each_time():
    wrong = {"apiVersion": "isochrone/v1", "kind": "Intent", "metadata": {"name": "a"},
             "spec": {"from": "a", "to": "b", "slo": {"latency": {"max": "1"}}}}
    found = list(read("---\n".join([emit(wrong)] * 3), "f"))
    problems = [validate(Intent, each) for each in found if isinstance(each, Written)]
    assert [[problem.line for problem in each] for each in problems if isinstance(each, tuple)] == [[10], [21], [32]]
