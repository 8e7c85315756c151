import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from controller.store.record import Record
from controller.store.sqlite import SCHEMA, StoreError, open_store
from tests.controller.store.records import NEXT, RECORD

MEMORY = Path("/dev/shm")


def stored(path: Path) -> None:
    store = open_store(str(path))
    store.commit(RECORD)
    store.close()


def test_something_else_than_a_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    path.write_text("kind: Intent\n" * 100)
    with pytest.raises(StoreError, match="not a store"):
        open_store(str(path))
    assert path.read_text() == "kind: Intent\n" * 100


def test_a_database_of_another_application_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE photos (name)")
    other.close()
    with pytest.raises(StoreError, match="another application"):
        open_store(str(path))
    with sqlite3.connect(path) as other:
        assert other.execute("SELECT name FROM sqlite_master").fetchall() == [("photos",)]


@pytest.mark.fault(23)
def test_another_format_is_refused_with_both_numbers(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    stored(path)
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA user_version = 99")
    database.close()
    with pytest.raises(StoreError, match=f"format 99, this version reads {SCHEMA}"):
        open_store(str(path))


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"no/store.db: .*folder must"):
        open_store(str(tmp_path / "no" / "store.db"))


def test_a_folder_in_place_of_the_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="writable"):
        open_store(str(tmp_path))


@pytest.fixture
def quick_path() -> Iterator[Path]:
    """A folder in memory, where there is one: thousands of stores are opened, and none has to last."""
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        yield Path(folder)


def found(path: Path, file: bytes, log: bytes = b"") -> Record | str | None:
    """What a start finds in these bytes, in words where it is refused."""
    path.write_bytes(file)
    path.with_name(f"{path.name}-wal").write_bytes(log)
    try:
        store = open_store(str(path))
        try:
            return store.load()
        finally:
            store.close()
    except StoreError as error:
        return str(error)


def told(data: bytes) -> list[int]:
    """Every byte but of stretches of zeros, which are free space: there every 32nd."""
    return [at for at in range(len(data)) if any(data[max(at - 16, 0):at + 16]) or at % 32 == 0]


def flipped(data: bytes, position: int) -> bytes:
    return data[:position] + bytes((data[position] ^ 0xFF,)) + data[position + 1:]


@pytest.mark.fault(23)
@pytest.mark.slow
@pytest.mark.parametrize("stripe", range(2))
def test_any_flipped_byte_is_harmless_or_refused_in_words(quick_path: Path, stripe: int) -> None:
    path = quick_path / "store.db"
    stored(path)
    whole = path.read_bytes()
    refused = 0
    for position in told(whole)[stripe::2]:
        seen = found(path, flipped(whole, position))
        refused += isinstance(seen, str)
        assert seen == RECORD or (isinstance(seen, str) and seen.startswith(f"store {path}: ")), position
    assert refused > 0


@pytest.fixture
def dead(quick_path: Path) -> tuple[Path, bytes, bytes]:
    """A store as a death leaves it: what stood when it was opened is in the file, the next commit in the log."""
    path, other = quick_path / "store.db", quick_path / "other.db"
    stored(path)
    store = open_store(str(path))
    store.load()
    store.commit(NEXT)
    file, log = path.read_bytes(), path.with_name("store.db-wal").read_bytes()
    store.close()
    return other, file, log


@pytest.mark.fault(23)
@pytest.mark.slow
def test_a_torn_log_holds_what_was_before_or_after(dead: tuple[Path, bytes, bytes]) -> None:
    path, file, log = dead
    assert found(path, file, log) == NEXT
    for length in range(0, len(log), 13):
        assert found(path, file, log[:length]) == RECORD, length


@pytest.mark.fault(23)
@pytest.mark.slow
def test_any_flipped_byte_of_the_log_brings_back_what_was_before(dead: tuple[Path, bytes, bytes]) -> None:
    path, file, log = dead
    for position in range(0, len(log), 7):
        assert found(path, file, flipped(log, position)) in (RECORD, NEXT), position


@pytest.mark.fault(23)
def test_a_start_takes_what_a_death_left_in_the_log_into_the_file(dead: tuple[Path, bytes, bytes]) -> None:
    path, file, log = dead
    path.write_bytes(file)
    path.with_name("other.db-wal").write_bytes(log)
    store = open_store(str(path))
    alone = path.read_bytes()
    store.close()
    assert found(path, alone) == NEXT


@pytest.mark.fault(23)
def test_a_truncated_file_is_refused_or_has_lost_nothing(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    stored(path)
    whole = path.read_bytes()
    loaded = []
    for length in range(1, len(whole), 97):
        path.write_bytes(whole[:length])
        try:
            with closing(open_store(str(path))) as store:  # open, it would go on with the next file
                assert store.load() == RECORD, length
            loaded.append(length)
        except StoreError:
            continue
    assert all(length > len(whole) - 4096 for length in loaded), "more than what is free in the last page is lost"
