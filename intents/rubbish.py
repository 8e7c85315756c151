"""The search for rubbish, put off while many values are made that no circle holds."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """No search for rubbish meanwhile: documents and plans are a million values without a circle among them, and the search
    would be a fifth of the reading and a third of the planning. Who finds the collector off leaves it so, and to whoever
    switched it off: threads may read side by side."""
    is_on = gc.isenabled()
    if is_on:
        gc.disable()
    try:
        yield
    finally:
        if is_on:
            gc.enable()
