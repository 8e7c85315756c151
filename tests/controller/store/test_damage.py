import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from controller.store.sqlite import SCHEMA, StoreError, open_store
from tests.controller.store.records import RECORD


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


@pytest.mark.slow
def test_any_flipped_byte_is_harmless_or_refused(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    stored(path)
    whole = path.read_bytes()
    refused = 0
    for position in range(0, len(whole), 61):
        damaged = bytearray(whole)
        damaged[position] ^= 0x10
        path.write_bytes(damaged)
        try:
            store = open_store(str(path))
            try:
                assert store.load() == RECORD, position
            finally:
                store.close()
        except StoreError:
            refused += 1
    assert refused > 0


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
