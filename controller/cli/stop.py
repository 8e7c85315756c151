"""How a command ends early: lines on stderr and an exit status, never a traceback."""

from collections.abc import Iterable

REFUSED = 1
"""The controller or the network says no, or does not answer."""

BAD_INPUT = 2
"""What was typed or written is wrong; typer's own usage errors end so too."""


class StopError(Exception):
    """Ends a command: the lines are for the person at the keyboard."""

    def __init__(self, status: int, *lines: str) -> None:
        super().__init__("\n".join(lines))
        self.status = status
        self.lines = lines


def bad_input(lines: Iterable[object]) -> StopError:
    """The end of a command whose input is wrong, one line a problem."""
    return StopError(BAD_INPUT, *map(str, lines))
