"""What emulated tests stand on: a sandbox for a function of the test's module, on machines that can have one.

The function runs in a process of its own inside the sandbox and returns plain data, which the test then judges.
"""

from collections.abc import Callable
from typing import Any

import pytest

from labs import sandbox


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    absent = sandbox.missing()
    for item in items:
        if "emulated" in item.path.parts:
            item.add_marker(pytest.mark.emulated)
            if absent:
                item.add_marker(pytest.mark.skip(reason="; ".join(absent)))


@pytest.fixture(scope="session")
def in_sandbox() -> Callable[..., Any]:
    return sandbox.call
