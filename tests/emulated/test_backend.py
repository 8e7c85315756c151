import dataclasses

import pytest

from controller.southbound.library import installed
from labs import backend
from labs.errors import LabError


def test_the_line_says_what_carries_switches_and_links() -> None:
    found = backend.probe()
    assert str(found).startswith(f"switches: Open vSwitch {found.openvswitch} userspace (netdev), one vswitchd per switch (")
    assert "links: userspace wire (kernel has " in str(found)
    assert f"; controller: {installed()}; " in str(found)


def test_a_datapath_that_the_kernel_lacks_is_refused_with_what_would_help() -> None:
    if backend.probe().has_datapath:
        assert "kernel (system)" in str(backend.probe("system"))
    else:
        with pytest.raises(LabError, match="modprobe openvswitch"):
            backend.probe("system")


def test_without_permission_commands_go_without_priority() -> None:
    found = dataclasses.replace(backend.probe(), has_realtime=False)
    assert found.priority(10) == ()
    assert "priorities: none (not permitted, or another lab runs)" in str(found)
