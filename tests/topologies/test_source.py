"""What YAML is read as, and where it says things stand."""

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from topologies.composer import places
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


def paths_in(data, above=()):
    entries = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for step, value in entries:
        yield (*above, step)
        yield from paths_in(value, (*above, step))


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
          [(), ("a", "b", 1, "c"), ("a", "b", 1, "d"), ("a", "b", 0), ("a", "c", "b"), ("z",)]}
    assert list(at.values()) == ["f:1:1: x", "f:2:14: x", "f:2:10: x", "f:2:7: x", "f:2:3: x", "f:1:1: x"]


@given(st.text(max_size=60) | st.text("-:?[]{}&*!|>'\"%#,ab01 \n\t\\x<~", max_size=60))
def test_any_text_is_read_or_refused_with_a_place(text):
    for each in read(text, "f"):
        if isinstance(each, Problem):
            assert each.line >= 1
            assert each.column >= 1
        else:
            paths = [(), *paths_in(each.data)]
            keys, values = places(each.origin.text, each.origin.line, paths)
            assert set(values) == {*paths}
            assert set(keys) == {path for path in paths if path and isinstance(path[-1], str)}
