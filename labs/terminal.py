"""The terminal while a prompt inside a sandbox has it: which of its signals go where, and how it is given back."""

import os
import signal
import sys
import termios
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType

from .errors import LabError

Handler = Callable[[int, FrameType | None], None]


@contextmanager
def as_it_was() -> Iterator[None]:
    """Give the terminal back as it is now: Mininet sets it by `stty`, and a prompt that is killed leaves it without echo.

    Raises LabError in the background, where a prompt in a session of its own would read what is typed to the shell."""
    if sys.stdin is None or not sys.stdin.isatty():
        yield
        return
    if not _is_foreground():
        raise LabError("it prompts on the terminal: run it in the foreground, or pipe its commands in")
    settings = termios.tcgetattr(sys.stdin)
    try:
        yield
    finally:
        with suppress(termios.error):  # the terminal may have hung up
            termios.tcsetattr(sys.stdin, termios.TCSANOW, settings)


@contextmanager
def signals_to(interrupt: Callable[[], None]) -> Iterator[None]:
    """Ctrl-C calls `interrupt`, however often; SIGTERM and a hang-up end the `with` block (SystemExit, 128 + the signal).

    Ctrl-Z does nothing: the prompt is in a session of its own and would go on reading behind the shell's back."""
    handlers: dict[int, Handler] = {
        signal.SIGINT: lambda *_: interrupt(), signal.SIGTSTP: lambda *_: None, signal.SIGTERM: _end, signal.SIGHUP: _end}
    before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _is_foreground() -> bool:
    try:
        return os.tcgetpgrp(sys.stdin.fileno()) == os.getpgrp()
    except OSError:  # a terminal that is not this session's has no background
        return True


def _end(number: int, _: FrameType | None) -> None:
    sys.exit(128 + number)
