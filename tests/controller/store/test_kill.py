import signal
import subprocess
import sys
from pathlib import Path

import pytest

from controller.store.sqlite import open_store
from tests.controller.store.records import NEXT, RECORD

WRITER = """
import itertools, sys
from controller.store.sqlite import open_store
from tests.controller.store.records import NEXT, RECORD
store = open_store(sys.argv[1])
store.load()
for turn in itertools.count():
    store.commit(NEXT if turn % 2 else RECORD)
    print(turn, flush=True)
"""


@pytest.mark.fault(23)
@pytest.mark.slow
@pytest.mark.parametrize("turns", [1, 2, 40])
def test_killed_among_commits_the_store_holds_one_of_them_whole(tmp_path: Path, turns: int) -> None:
    path = str(tmp_path / "store.db")
    for _ in range(3):
        with subprocess.Popen([sys.executable, "-c", WRITER, path], stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout is not None
            for _ in range(turns):
                writer.stdout.readline()
            writer.send_signal(signal.SIGKILL)
        store = open_store(path)
        assert store.load() in (RECORD, NEXT)
        store.close()
