"""The stubs checked in are what the protocol says."""

from pathlib import Path

from controller.northbound.generate import HERE, generate


def test_stubs_are_those_of_the_protocol(tmp_path: Path) -> None:
    stubs = generate(tmp_path)
    assert stubs
    for stub in stubs:
        assert (HERE / stub).read_text() == (tmp_path / stub).read_text(), "run controller.northbound.generate"
