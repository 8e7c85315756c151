from dataclasses import replace
from pathlib import Path

import pytest

from controller.store.sqlite import StoreError, open_store
from tests.controller.store.records import NEXT, RECORD, placement


def test_a_new_store_holds_nothing(tmp_path: Path) -> None:
    assert open_store(str(tmp_path / "new.db")).load() is None


def test_what_was_committed_is_there_after_reopening(tmp_path: Path) -> None:
    path = str(tmp_path / "store.db")
    store = open_store(path)
    store.commit(RECORD)
    store.close()
    again = open_store(path)
    assert again.load() == RECORD
    again.commit(NEXT)
    again.close()
    assert open_store(path).load() == NEXT


def test_documents_come_back_as_they_are_written_canonically(tmp_path: Path) -> None:
    store = open_store(":memory:")
    store.commit(RECORD)
    loaded = store.load()
    assert loaded is not None
    assert loaded.documents == RECORD.documents


def test_rows_prepared_elsewhere_are_what_a_commit_writes(tmp_path: Path) -> None:
    path = str(tmp_path / "store.db")
    store = open_store(path)
    store.commit(RECORD)
    store.commit(NEXT, prepared=store.prepare(NEXT))
    assert store.load() == NEXT


def test_rows_prepared_for_another_record_are_not_mistaken_for_this_ones() -> None:
    store = open_store(":memory:")
    prepared = store.prepare(RECORD)
    moved = replace(RECORD, plan=replace(RECORD.plan, placements={"a": placement("a", "s4")}))
    store.commit(moved, prepared=prepared)
    assert store.load() == moved


def test_the_journal_keeps_the_order_and_survives(tmp_path: Path) -> None:
    path = str(tmp_path / "store.db")
    store = open_store(path)
    store.journal([("2026-01-01T00:00:00Z", 1, "applied"), ("2026-01-01T00:00:01Z", 1, "settled")])
    store.journal([("2026-01-01T00:00:02Z", 2, "link s1-s2 is down")])
    store.close()
    assert [event for _, _, event in open_store(path).journaled(2)] == ["settled", "link s1-s2 is down"]


def test_a_store_in_use_is_refused_in_words_and_free_once_closed(tmp_path: Path) -> None:
    path = str(tmp_path / "store.db")
    store = open_store(path)
    with pytest.raises(StoreError, match="in use by another controller"):
        open_store(path)
    store.commit(RECORD)
    with pytest.raises(StoreError, match="in use by another controller"):
        open_store(path)
    store.close()
    assert open_store(path).load() == RECORD


@pytest.mark.fault(24)
def test_a_full_disk_leaves_the_old_record_and_heals(tmp_path: Path) -> None:
    store = open_store(str(tmp_path / "store.db"))
    store.commit(RECORD)
    pages = store._connection.execute("PRAGMA page_count").fetchone()[0]
    store._connection.execute(f"PRAGMA max_page_count = {pages}")
    large = replace(NEXT, plan=replace(NEXT.plan, placements={str(n): placement(str(n), "s2") for n in range(100)}))
    with pytest.raises(StoreError, match=r"full.*nothing was changed"):
        store.commit(large)
    assert store.load() == RECORD
    store._connection.execute("PRAGMA max_page_count = 100000")
    store.commit(large)
    assert store.load() == large
