"""Options of the whole test suite.

Laws are tried on 150 examples each, on 6 under `--hypothesis-profile fast` (`make fast`); never against a clock, which
would judge the machine.
"""

import pytest
from hypothesis import settings

settings.register_profile("whole", max_examples=150, deadline=None)
settings.register_profile("fast", max_examples=6, deadline=None)
settings.load_profile("whole")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--regenerate", action="store_true",
                     help="write the expected files of tests/cases anew; look at the difference before you commit it")
