"""The store: one SQLite file that holds the record before a commit or after it, never anything between.

Rules of this file: the only importer of sqlite3; one connection, which holds the file's lock from `open_store` to its
end (also by SIGKILL); write-ahead log with an fsync at every commit. Every start folds the log into the file: of a
damaged one SQLite takes what stands before the damage, so that a flipped bit in it costs commits since the last start, never
all. A sum over all rows is checked when the record is read, since SQLite finds a torn page but not a flipped bit. Every
failure is a StoreError with one sentence for the person at the keyboard.
"""

import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from controller.store.record import Record
from controller.store.rows import Key, body, read_record, values
from topologies.problems import BadInput

SCHEMA = 1
APPLICATION = 0x49534F43
"""SQLite's application_id of our files ("ISOC")."""

_CREATE = f"""
BEGIN IMMEDIATE;
CREATE TABLE state (part TEXT NOT NULL, name TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (part, name)) WITHOUT ROWID;
CREATE TABLE journal (id INTEGER PRIMARY KEY, at TEXT NOT NULL, revision INTEGER NOT NULL, event TEXT NOT NULL);
PRAGMA application_id = {APPLICATION};
PRAGMA user_version = {SCHEMA};
COMMIT;
"""
_SUM: Key = ("meta", "sum")


class StoreError(Exception):
    """The store cannot be opened, read or written: which file, what is wrong, what would be right."""


@dataclass(frozen=True, slots=True)
class Row:
    """What a row stands for, its text, and the number it adds to the checksum."""

    value: Any
    body: str
    number: int


class Write:
    """A commit that a thread of the store's makes."""

    def __init__(self, done: "Future[None]") -> None:
        self._done = done

    def has_ended(self, within_s: float | None) -> bool:
        """Whether it has ended, or does so within this time (`None`: it is waited for)."""
        return self._done in wait((self._done,), within_s).done

    def outcome(self) -> None:
        """Returns where it has ended well. Raises StoreError where not: then the old record stands."""
        self._done.result()


class Store:
    """An open store, made by `open_store`. One thread at a time uses it, and not while a write that it began is under way;
    only `prepare` may be called from any at any time."""

    def __init__(self, path: str, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection = connection
        self._rows: Mapping[Key, Row] = {}
        self._writer = ThreadPoolExecutor(1, "store")

    def load(self) -> Record | None:
        """The last committed record, None in a new store. Raises StoreError where the file is damaged."""
        try:
            found = self._connection.execute("SELECT part, name, body FROM state").fetchall()
            texts = {(str(part), str(name)): str(text) for part, name, text in found}
            if not texts:
                return None
            total = texts.pop(_SUM, None)
            if total != _sum(_number(key, text) for key, text in texts.items()):
                raise StoreError(f"store {self.path}: damaged, its rows do not add up to its checksum; {_CURE}")
            record = read_record(texts)
        except (sqlite3.Error, BadInput, ValueError, KeyError) as error:
            raise StoreError(f"store {self.path}: damaged ({error}); {_CURE}") from error
        self._rows = {key: Row(value, texts[key], _number(key, texts[key])) for key, value in values(record).items()}
        return record

    def prepare(self, record: Record) -> Mapping[Key, Row]:
        """The rows of a record, so that `commit` need not make them: for a caller with more time than the loop has."""
        known = self._rows
        return {key: _row(key, value, known.get(key)) for key, value in values(record).items()}

    def commit(self, record: Record, prepared: Mapping[Key, Row] | None = None) -> None:
        """Replace the record, durably. Raises StoreError, and then the old one stands."""
        known = {**self._rows, **(prepared or {})}
        rows = {key: _row(key, value, known.get(key)) for key, value in values(record).items()}
        gone = [key for key in self._rows if key not in rows]
        changed = [(*key, row.body) for key, row in rows.items()
                   if key not in self._rows or self._rows[key].body != row.body]
        if not gone and not changed:
            return
        total = _sum(row.number for row in rows.values())
        with self._transaction():
            self._connection.executemany("DELETE FROM state WHERE part = ? AND name = ?", gone)
            self._connection.executemany("INSERT OR REPLACE INTO state VALUES (?, ?, ?)", [*changed, (*_SUM, total)])
        self._rows = rows

    def begin(self, record: Record) -> Write:
        """`commit` by a thread of its own, for who cannot wait for the disk."""
        return Write(self._writer.submit(self.commit, record))

    def journal(self, entries: Iterable[tuple[str, int, str]]) -> None:
        """Append (wall-clock time in ISO 8601, revision, what was decided). Raises StoreError."""
        with self._transaction():
            self._connection.executemany("INSERT INTO journal (at, revision, event) VALUES (?, ?, ?)", entries)

    def journaled(self, last: int = 1000, beginning: str = "") -> tuple[tuple[str, int, str], ...]:
        """The last entries of the journal that begin so, oldest first. Raises StoreError where it cannot be read."""
        query = "SELECT at, revision, event FROM journal WHERE substr(event, 1, ?) = ? ORDER BY id DESC LIMIT ?"
        try:
            return tuple(reversed(self._connection.execute(query, (len(beginning), beginning, last)).fetchall()))
        except sqlite3.Error as error:
            raise StoreError(f"store {self.path}: damaged ({error}); {_CURE}") from error

    def close(self) -> None:
        """Release the file. What was committed stays."""
        self._writer.shutdown()
        self._connection.close()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            yield
            self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise StoreError(f"store {self.path}: cannot be written ({error}); nothing was changed") from error


_CURE = "restore a copy, or move the file away to start with nothing (rules in the switches are then kept as unclaimed)"


def open_store(path: str) -> Store:
    """Open or make the store at `path` (`:memory:` lives as long as the process) and lock it. Raises StoreError."""
    if not _may_be_a_database(path):
        raise StoreError(f"store {path}: not a store (not an SQLite database); name another file")
    try:
        connection = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
    except sqlite3.Error as error:
        raise StoreError(f"store {path}: {error}; its folder must exist and be writable") from error
    try:
        _take(path, connection)
    except UnicodeDecodeError as error:  # the library quotes a table's damaged name and cannot say it
        connection.close()
        raise StoreError(f"store {path}: damaged (its list of tables); {_CURE}") from error
    except sqlite3.Error as error:
        connection.close()
        raise StoreError(f"store {path}: {_explain(path, error)}") from error
    except StoreError:
        connection.close()
        raise
    return Store(path, connection)


def _may_be_a_database(path: str) -> bool:
    """Whether a file is new, empty or begins as SQLite's do; the library takes the rest of a torn one for an empty."""
    try:
        with open(path, "rb") as file:
            return file.read(16) in (b"", b"SQLite format 3\0")
    except OSError:
        return True


def _take(path: str, connection: sqlite3.Connection) -> None:
    """Lock the file (exclusive mode keeps the lock until the connection ends), then see whether it is one of ours."""
    connection.execute("PRAGMA locking_mode = EXCLUSIVE")
    application, schema, tables = (connection.execute(query).fetchone()[0] for query in (
        "PRAGMA application_id", "PRAGMA user_version", "SELECT count(*) FROM sqlite_master"))
    if (application, schema, tables) != (0, 0, 0):
        if application != APPLICATION:
            raise StoreError(f"store {path}: a database of another application; name another file")
        if schema != SCHEMA:
            raise StoreError(f"store {path}: written in format {schema}, this version reads {SCHEMA}; "
                             "run the version that wrote it, or name another file")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    if tables == 0:
        connection.executescript(_CREATE)
    else:
        connection.executescript("BEGIN IMMEDIATE; COMMIT")  # the lock itself, and whether the file can be written
    with suppress(sqlite3.Error):  # a full disk: then the log is read on
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _explain(path: str, error: sqlite3.Error) -> str:
    words = str(error)
    if "locked" in words:
        return "in use by another controller; stop that one, or name another file"
    is_closed = not all(os.access(place, os.W_OK) for place in (path, os.path.dirname(path) or "."))
    if is_closed or "readonly" in words or "unable to open" in words:  # of a read-only disk it says "disk I/O error"
        return f"cannot be written ({words}); the file and its folder must be writable"
    return f"cannot be opened ({words}); {_CURE}"


def _row(key: Key, value: Any, known: Row | None) -> Row:
    """The row of a value; the known one where it is of the very same value, for text is slow to make."""
    if known is not None and known.value is value:
        return known
    text = body(key, value)
    return Row(value, text, _number(key, text))


def _number(key: Key, text: str) -> int:
    return int.from_bytes(blake2b("\0".join((*key, text)).encode(), digest_size=16).digest(), "big")


def _sum(numbers: Iterable[int]) -> str:
    """The checksum of all rows, in any order, so that a commit need not read what it does not change."""
    return f"{sum(numbers) % (1 << 128):032x}"
