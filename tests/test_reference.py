"""The page of all fields is as the models are."""

from pathlib import Path

import pytest

from tests.reference import page

PAGE = Path(__file__).parent.parent / "docs/reference.md"


def test_the_page_of_all_fields_is_up_to_date(pytestconfig: pytest.Config) -> None:
    if pytestconfig.getoption("--regenerate"):
        PAGE.write_text(page(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page()
