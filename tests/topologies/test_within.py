"""A wrong word is pointed at, however its text is written."""

import pytest

from topologies.source import Written, read


@pytest.mark.parametrize(("yaml", "line", "column"), [
    ("spec: one two three", 1, 11),
    ("spec:   'one two three'", 1, 14),
    ('spec: "one two three"', 1, 12),
    ("spec: 'it''s'", 1, 12),
    ("spec:\n  one\n  two three", 3, 3),
    ("a: b\nspec: >- # folded\n\n    one\n    two three", 5, 5),
    ("spec: |\n\n\n  one\n\n  two three", 6, 3),
    ("spec: |\n  one\n  two three", 3, 3),
    ('spec: "o\\x6ee two three"', 1, 7),
])
def test_the_place_of_a_word(yaml: str, line: int, column: int) -> None:
    (written,) = read(yaml, "f.yaml")
    assert isinstance(written, Written)
    assert isinstance(written.data, dict)
    text = str(written.data["spec"])
    offset = text.index("s" if "'" in text else "two")
    problem = written.origin.problem_within(("spec",), text, offset, "wrong")
    assert (problem.line, problem.column) == (line, column)
