"""The store as the loop uses it: the record written ahead, the journal when there is time.

Rules of this file: a store that fails is tried again after RETRY_S and its words stand as an alarm until it works; what
could not be journaled meanwhile is kept, as far as MOST_PAGES go. One thing is written at a time: while a write that was
left to itself is under way, the latest record waits for its turn, and nobody waits for it.
"""

from collections import deque
from collections.abc import Iterable, Mapping
from datetime import datetime, timezone

from controller.store.record import Record
from controller.store.rows import Key
from controller.store.sqlite import Row, Store, StoreError, Write

RETRY_S = 1.0
FLUSH_S = 1.0
"""How long an entry of the journal may wait for company: an fsync each would be a disk's whole day."""

LATEST_S = 5.0
"""How much longer for a moment when there is nothing else to do."""

MOST_PAGES = 10_000

PATIENCE_S = 0.05
"""How long a repair waits for its record to be written: 1 ms is usual, and a disk that others keep busy takes seconds."""


class Ledger:
    """A store, with what it holds and what it still should."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._written = store.load()
        self._pages: deque[tuple[str, int, str]] = deque(maxlen=MOST_PAGES)
        self._flush_at = 0.0
        self._retry_at = float("-inf")
        self._under_way: tuple[Record, Write] | None = None
        self.trouble: str | None = None
        """Why the store did not take what it was given last, None if it did."""

    @property
    def written(self) -> Record | None:
        """The record in the store."""
        return self._written

    def prepare(self, record: Record) -> Mapping[Key, Row]:
        """A record's rows, made in the caller's thread."""
        return self._store.prepare(record)

    def commit(self, record: Record, prepared: Mapping[Key, Row] | None = None) -> None:
        """Write a record. Raises StoreError, and then nothing has changed but that the trouble is known."""
        self._ended(PATIENCE_S)
        try:
            if self._under_way:
                raise StoreError("the store is slow, and still writes what a repair came to; nothing was changed, try again")
            self._store.commit(record, prepared)
        except StoreError as error:
            self.trouble = str(error)
            raise
        self._written, self.trouble = record, None

    def keep(self, record: Record, now: float, is_urgent: bool = False) -> None:
        """Write a record that will be acted upon in any case; failing that, again later. Where what rests on it is urgent it
        waits for no more than PATIENCE_S, and the write goes on by itself; then nothing waits for what comes after it."""
        self._ended(0)
        if record is self._written or now < self._retry_at or self._under_way:
            return
        self._under_way = record, self._store.begin(record)
        self._ended(PATIENCE_S if is_urgent else None)
        if self.trouble:
            self._retry_at = now + RETRY_S

    def _ended(self, within_s: float | None) -> None:
        """Take in how a write under way has ended, if it does so in time."""
        if self._under_way is None:
            return
        record, write = self._under_way
        if not write.has_ended(within_s):
            return
        self._under_way = None
        try:
            write.outcome()
        except StoreError as error:
            self.trouble = str(error)
        else:
            self._written, self.trouble = record, None

    def note(self, events: Iterable[str], revision: int, now: float, wait_s: float = FLUSH_S) -> None:
        """Enter events into the journal; they are written by a later `flush`, which need not wait longer."""
        stamp = self.stamp()
        self._flush_at = min(self._flush_at, now + wait_s) if self._pages else now + wait_s
        self._pages.extend((stamp, revision, event) for event in events)

    def remembered(self, beginning: str, last: int) -> tuple[str, ...]:
        """The last events in the journal that begin so, oldest first."""
        return tuple(event for _, _, event in self._store.journaled(last, beginning))

    @staticmethod
    def stamp() -> str:
        """The wall-clock time of what is written now."""
        return datetime.now(timezone.utc).isoformat(timespec="milliseconds")

    def flush(self, now: float, is_idle: bool = True) -> None:
        """Write the journal if it has waited long enough."""
        if not self._pages or now < max(self._flush_at + (0.0 if is_idle else LATEST_S), self._retry_at):
            return
        self._ended(None if now == float("inf") else 0)
        if self._under_way:
            return
        try:
            self._store.journal(tuple(self._pages))
        except StoreError as error:
            self.trouble, self._retry_at = str(error), now + RETRY_S
        else:
            self._pages.clear()
            self.trouble = None

    def close(self) -> None:
        """Write what is left of the journal and release the file."""
        self.flush(float("inf"))
        self._ended(None)
        self._store.close()
