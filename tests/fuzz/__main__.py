"""`python -m tests.fuzz [SECONDS]`: guided by coverage, from the kept corpus; for 20 s and by a fixed seed where no time is
said, so that what turns a test run red is a change's doing. Ends with the text of which something does not hold, left in a
file. Texts that reach further go to tests/fuzz/found; `python -m tests.fuzz --keep` takes as few of them as reach as far
into the corpus."""

import random
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

HERE = Path(__file__).parent
CORPUS, FOUND, DICTIONARY = HERE / "corpus", HERE / "found", HERE / "yaml.dict"


def main(asked: Sequence[str]) -> int:
    """The exit status, where there is no atheris: libFuzzer ends the process itself."""
    try:
        import atheris
    except ImportError as error:
        print(f"tests.fuzz: not guided by coverage, there is no atheris for this machine ({error})", file=sys.stderr)
        return blind(int(asked[0]) if asked else 20)
    with atheris.instrument_imports(include=["topologies", "intents"], enable_loader_override=False):
        from tests.fuzz.target import hold
    FOUND.mkdir(exist_ok=True)
    atheris.Setup([f"{sys.executable} -m tests.fuzz", *words(asked)], hold)
    atheris.Fuzz()
    return 0


def words(asked: Sequence[str]) -> Sequence[str]:
    """In libFuzzer's terms. To keep what is worth it, it starts itself again, with words of its own."""
    if asked[:1] == ["--keep"]:
        return ["-merge=1", str(CORPUS), str(FOUND)]
    if asked and not asked[0].isdigit():
        return asked
    time_and_seed = [f"-max_total_time={asked[0]}"] if asked else ["-max_total_time=20", "-seed=1"]
    return [*time_and_seed, f"-dict={DICTIONARY}", "-max_len=2000", "-timeout=10", "-rss_limit_mb=1000",
            f"-artifact_prefix={tempfile.gettempdir()}/fuzz-", "-print_final_stats=1", str(FOUND), str(CORPUS)]


def blind(seconds: int) -> int:
    """Pieces of the corpus put together, by a fixed seed."""
    from tests.fuzz.target import hold
    texts, dice, end = [file.read_bytes() for file in sorted(CORPUS.iterdir())], random.Random(1), time.monotonic() + seconds
    tried = 0
    while time.monotonic() < end:
        pieces = [text[at:at + dice.randrange(1, 200)] for text in dice.choices(texts, k=dice.randrange(1, 5))
                  for at in [dice.randrange(len(text) + 1)]]
        hold(b"".join(pieces))
        tried += 1
    print(f"tests.fuzz: {tried} texts held")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
