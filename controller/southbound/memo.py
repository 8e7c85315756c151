"""A dict that makes what it lacks: for what repeats from entry to entry of one batch or one reply.

Rules of this file: it forgets nothing, so its life is that of the batch or reply, which bounds it.
"""

from collections.abc import Callable
from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Memo(dict[K, V]):
    """Values by key, each made by `make(key)` when it is first asked for; what `make` raises is raised each time."""

    def __init__(self, make: Callable[[K], V]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, key: K) -> V:
        value = self[key] = self._make(key)
        return value
