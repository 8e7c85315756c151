"""Log lines about peers that nobody knows: whoever can connect can cause them, so they are counted instead of said again.

Rules of this file: safe to call from many threads; nothing is lost but words, the next line says how many came since.
"""

import threading
from collections.abc import Callable

EVERY_S = 10.0
"""For so long lines are counted once enough were said: a flood of connections is a line in 10 s, not 1,000 a second."""


class Seldom:
    """A constant message with fields, said `most` times in `EVERY_S` at the most."""

    def __init__(self, write: Callable[..., object], words: str, most: int = 1) -> None:
        """`write(words, **fields)` puts a line into the log."""
        self._write = write
        self._words = words
        self._most = most
        self._lock = threading.Lock()
        self._since = float("-inf")
        self._said = 0
        self._unsaid = 0

    def say(self, now: float, **fields: object) -> None:
        """It happened once more, at `now` (s, monotonic)."""
        with self._lock:
            if now - self._since >= EVERY_S:
                self._since, self._said = now, 0
            if self._said == self._most:
                self._unsaid += 1
                return
            self._said += 1
            unsaid, self._unsaid = self._unsaid, 0
        self._write(self._words, **fields, **({"unsaid": unsaid} if unsaid else {}))
