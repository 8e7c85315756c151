"""Options of the whole test suite."""

import pytest
from hypothesis import settings

settings.register_profile("isochrone", deadline=None)  # a busy machine is no failure
settings.load_profile("isochrone")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--regenerate", action="store_true",
                     help="write the expected files of tests/cases anew; look at the difference before you commit it")
