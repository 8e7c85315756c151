"""Reads what the command line was pointed at; `-` is standard input."""

import sys
from collections.abc import Sequence
from pathlib import Path

from controller.cli.stop import StopError, bad_input

STDIN = "<stdin>"
"""What messages call standard input."""


def read_files(names: Sequence[str]) -> list[tuple[str, str]]:
    """(text, file) of each; all unreadable ones are named at once."""
    pairs: list[tuple[str, str]] = []
    problems: list[str] = []
    for name in dict.fromkeys(names):
        try:
            pairs.append((sys.stdin.read(), STDIN) if name == "-" else (read_file(name), name))
        except StopError as stop:
            problems += stop.lines
    if problems:
        raise bad_input(problems)
    return pairs


def read_file(name: str) -> str:
    """The text of a file."""
    try:
        return Path(name).read_text(encoding="utf-8")
    except OSError as error:
        raise bad_input([f"{name}: {error.strerror}"]) from error
    except UnicodeDecodeError as error:
        raise bad_input([f"{name}: not UTF-8 at byte {error.start}"]) from error
