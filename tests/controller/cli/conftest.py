"""The command line as a person uses it: words in, an exit status and text out."""

import io
import logging
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import structlog

from controller.__main__ import main

DOCUMENTS = """
apiVersion: isochrone/v1
kind: Intent
metadata: {name: surgery}
spec: sub-ms path for telemedicine slice
---
apiVersion: isochrone/v1
kind: Slice
metadata: {name: telemedicine}
spec:
  profile: telemedicine-haptic
  connect: [{from: surgeon, to: robot}]
"""


@dataclass(frozen=True)
class Said:
    """What a command ended with."""

    status: int
    out: str
    err: str


Isochrone = Callable[..., Said]


@pytest.fixture(autouse=True)
def process_as_it_was() -> Iterator[None]:
    """What `run` sets for its whole process is set back."""
    handlers, level = logging.root.handlers[:], logging.root.level
    signals = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)
    structlog.reset_defaults()
    for number, handler in signals.items():
        signal.signal(number, handler)


@pytest.fixture
def isochrone(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Isochrone:
    """Runs `isochrone WORDS...` in a folder of its own, with `stdin` to read."""
    monkeypatch.chdir(tmp_path)

    def call(*words: str, stdin: str = "") -> Said:
        monkeypatch.setattr("sys.argv", ["isochrone", *words])
        monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
        with pytest.raises(SystemExit) as ended:
            main()
        told = capsys.readouterr()
        return Said(int(ended.value.code or 0), told.out, told.err)

    return call


@pytest.fixture
def surgery(tmp_path: Path) -> str:
    """A file with the shortest documents."""
    (tmp_path / "surgery.yaml").write_text(DOCUMENTS)
    return "surgery.yaml"
