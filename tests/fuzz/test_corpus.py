"""What the fuzzer has found worth keeping, tried again without it."""

from pathlib import Path

import pytest

from tests.fuzz.target import hold

CORPUS = sorted((Path(__file__).parent / "corpus").iterdir())


@pytest.mark.parametrize("file", CORPUS, ids=lambda file: file.name[:8])
def test_it_holds_of_each_text_of_the_corpus(file: Path):
    hold(file.read_bytes())


def test_there_is_a_corpus():
    assert len(CORPUS) > 50
