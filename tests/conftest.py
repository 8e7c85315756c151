"""Options of the whole test suite.

Laws are tried on 150 examples each, on 6 under `--hypothesis-profile fast` (`make fast`); never against a clock, which
would judge the machine. The examples are the same each time, so that what turns red is a change's doing;
`--hypothesis-profile search` tries others, a thousand where a law does not say how many.
"""

import pytest
from hypothesis import settings

settings.register_profile("whole", max_examples=150, deadline=None, derandomize=True)
settings.register_profile("fast", max_examples=6, deadline=None, derandomize=True)
settings.register_profile("search", max_examples=1_000, deadline=None)
settings.load_profile("whole")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--regenerate", action="store_true",
                     help="write the expected files of tests/cases anew; look at the difference before you commit it")
