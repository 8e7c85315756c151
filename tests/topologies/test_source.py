"""What YAML is read as, where it says things stand, and how little a hostile file may cost."""

import time
import tracemalloc

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from topologies.composer import compose, places
from topologies.scalars import Plain
from topologies.source import Problem, Written, emit, read

TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Co", "Zl", "Zp"),
                             exclude_characters="\ufeff\ufffe\uffff"), max_size=12)
WORDS = st.sampled_from(["null", "~", "yes", "1", "-1", "1e3", "0x1F", "0o7", ".5", ".inf", "true", "No", "1:20", "a: b",
                         "#", "- x", "<<", "*a", "&a", "!t", "'", '"', "|", "%", "@", "", " x", "x ", "[", "2026-12-01",
                         "10:20:30:40:50:59", "1 ms", "0000000000000010", "line\nbreak", "a\tb"])
SCALARS = st.none() | st.booleans() | st.integers() | TEXT | WORDS
DATA = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT | WORDS, inner, max_size=4),
                    max_leaves=20)


def read_one(text):
    (found,) = read(text, "f.yaml")
    assert isinstance(found, Written), found
    return found.data


def meant(node):
    """What a node stands for where its type is not said: numbers as numbers."""
    if isinstance(node, dict):
        return {key: meant(value) for key, value in node.items()}
    if isinstance(node, list):
        return [meant(value) for value in node]
    return node.value if isinstance(node, Plain) else node


@given(DATA.filter(lambda data: data is not None))
def test_what_is_emitted_reads_back_the_same(data):
    assert repr(meant(read_one(emit(data)))) == repr(data)


@given(DATA.filter(lambda data: data is not None))
def test_what_is_emitted_is_the_same_to_another_reader(data):
    assert repr(yaml.safe_load(emit(data))) == repr(data)


@given(DATA)
def test_emitting_what_was_read_changes_no_byte(data):
    text = emit({"data": data})
    assert emit(read_one(text)) == text


@pytest.mark.parametrize(("text", "kind"), [
    ("1", "integer"), ("-12", "integer"), ("0x1F", "integer"), ("0o17", "integer"), ("0000000000000010", "integer"),
    ("1.5", "number"), ("1e-4", "number"), (".inf", "number"), ("1.", "number"), ("true", "boolean"), ("False", "boolean"),
    ("yes", None), ("off", None), ("10:20:30:40:50:59", None), ("2026-12-01", None), ("1_000", None), ("0b1", None),
    ("00:00:00:00:00:01", None), ("1 ms", None), ("-", None), (".", None), ("1e", None), ("nullable", None),
])
def test_a_plain_scalar_keeps_its_text_and_is_read_as_yaml_1_2_does(text, kind):
    value = read_one(f"key: {text}")["key"] if text != "-" else read_one('key: "-"')["key"]
    assert value == text
    assert getattr(value, "kind", None) == kind


@pytest.mark.parametrize("text", ["", "~", "null", "Null", "NULL"])
def test_null_is_nothing(text):
    assert read_one(f"key: {text}") == {"key": None}


def test_what_is_quoted_is_text():
    assert not isinstance(read_one("key: '1'")["key"], Plain)


def test_numbers_have_their_value():
    values = [item.value for item in read_one("[0x1F, 0o17, 010, -3, 1e-4, true, FALSE]")]
    assert values == [31, 15, 10, -3, 0.0001, True, False]


def test_several_documents_stand_in_one_file_and_empty_ones_do_not_count():
    found = list(read("# none\n---\na: 1\n---\n---\n# none\n...\n---\nb: 2\n---\n", "f"))
    assert [each.data for each in found] == [{"a": "1"}, {"b": "2"}]


@given(st.lists(st.dictionaries(TEXT.filter(bool), DATA, min_size=1, max_size=3), min_size=1, max_size=3),
       st.sampled_from(["\n", "\r\n"]), st.sampled_from(["", "\ufeff", "# comment\n\n", "--- # begin\n"]))
def test_a_field_is_found_where_it_stands_in_the_file(data, newline, head):
    text = head + "---\n".join(emit(each) for each in data)
    lines = text.removeprefix("\ufeff").split("\n")
    for each in read(text.replace("\n", newline), "f"):
        for key in each.data:
            problem = each.origin.problem((key,), "here", at_key=True)
            found = lines[problem.line - 1][problem.column - 1:]
            assert found.startswith(emit({key: None}).rsplit(":", 1)[0])


def test_a_field_that_was_not_written_is_placed_at_what_is_around_it():
    written = next(read("a:\n  b: [1, {c: 2}]\n", "f"))
    at = {path: str(written.origin.problem(path, "x")) for path in
          [(), ("a", "b", 1, "c"), ("a", "b", 1, "d"), ("a", "tag", "b", 0), ("z",)]}
    assert list(at.values()) == ["f:1:1: x", "f:2:14: x", "f:2:10: x", "f:2:7: x", "f:1:1: x"]


def hostile_files():
    return {
        "flat list": "[" + "1," * 500_000 + "]", "flat mapping": "".join(f"k{n}: 1\n" for n in range(100_000)),
        "lists of lists": "- [1,1,1,1,1,1,1,1]\n" * 50_000, "deep": "[" * 1_000_000, "deep keys": "{a: " * 250_000,
        "dashes": "- " * 500_000, "question marks": "? " * 500_000, "digits": "a: " + "1" * 1_000_000,
        "aliases": "- *a\n" * 200_000, "bomb": "a: &a [1]\n" + "b: [*a,*a,*a,*a,*a,*a,*a,*a]\n" * 30_000,
        "documents": "---\n" * 250_000, "open quote": '"' + "a\n" * 500_000, "block": "a: |\n" + " x\n" * 300_000,
        "anchors": "&a " * 300_000, "tags": "!a " * 300_000, "colons": "a:" * 500_000, "large": "# " * 9_000_000,
        "control characters": "\x00" * 1_000_000,
    }


@pytest.mark.parametrize("name", hostile_files())
def test_a_hostile_file_is_refused_soon_and_costs_little(name):
    text = hostile_files()[name]
    assert min(_seconds(text) for _ in range(3)) < 0.5  # a collection of the test run's own garbage falls into one at most


@pytest.mark.slow
@pytest.mark.parametrize("name", ["flat list", "flat mapping", "bomb", "documents"])
def test_a_hostile_file_takes_little_memory(name):
    text = hostile_files()[name]
    tracemalloc.start()
    problems = sum(isinstance(each, Problem) for each in compose(text, "f"))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert problems
    assert peak < 20_000_000


def _seconds(text):
    """Of the processor: what else the machine does meanwhile counts for nothing."""
    begin = time.thread_time()
    for _ in compose(text, "f"):
        pass
    return time.thread_time() - begin


@given(st.text(max_size=60) | st.text("-:?[]{}&*!|>'\"%#,ab01 \n\t\\x<~", max_size=60))
def test_any_text_is_read_or_refused_with_a_place(text):
    for each in read(text, "f"):
        if isinstance(each, Problem):
            assert each.line >= 1
            assert each.column >= 1
        else:
            keys, values = places(each.origin.text, each.origin.line)
            assert () in values
            assert all(path in values for path in keys)
