"""What emulated tests stand on: a sandbox for a function of the test's module, on machines that can have one.

The function runs in a process of its own inside the sandbox and returns plain data, which the test then judges.
"""

from collections.abc import Callable
from typing import Any

import pytest

from labs import sandbox

ALONE = frozenset({
    "test_channels", "test_detours", "test_failures", "test_kills", "test_lab", "test_moves", "test_network", "test_probe",
    "test_purge", "test_relief", "test_silence", "test_stalls", "test_switch_faults", "test_telemetry", "test_wires"})
"""What judges delays, rates or losses: there nothing else may run. The others may run side by side."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    absent = sandbox.missing()
    for item in items:
        if "emulated" in item.path.parts:
            item.add_marker(pytest.mark.emulated)
            if item.path.stem in ALONE:
                item.add_marker(pytest.mark.alone)
            if absent:
                item.add_marker(pytest.mark.skip(reason="; ".join(absent)))


@pytest.fixture(scope="session")
def in_sandbox() -> Callable[..., Any]:
    return sandbox.call
