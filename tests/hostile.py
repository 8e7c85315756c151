"""Files that nobody writes by mistake, and what it costs to refuse each: `python -m tests.hostile`."""

import json
import os
import sys
import time
from contextlib import suppress
from pathlib import Path

from intents.documents import read_documents
from topologies.source import BadInput

USUAL_S = 0.05
"""What a million additions take on CPython 3.11 where the bounds of the figures were measured."""

HEAD = "apiVersion: isochrone/v1\nkind: {}\nmetadata: {{name: a}}\n"
INTENT, SLICE, TOPOLOGY = (HEAD.format(kind) for kind in ("Intent", "Slice", "Topology"))
SWITCH = "{{name: s{0}, dpid: '{0:016x}'}}, "


def unknown_keys(indent: str = "", value: str = "1") -> str:
    return "".join(f"{indent}k{number}: {value}\n" for number in range(24_000))


def hostile_files() -> dict[str, str]:
    """By what is hostile about them."""
    return {
        "flat list": "[" + "1," * 500_000 + "]", "flat list in a spec": f"{INTENT}spec: [" + "1," * 500_000 + "]",
        "flat mapping": "".join(f"k{n}: 1\n" for n in range(100_000)),
        "lists of lists": "- [1,1,1,1,1,1,1,1]\n" * 50_000, "deep": "[" * 1_000_000, "deep keys": "{a: " * 250_000,
        "dashes": "- " * 500_000, "question marks": "? " * 500_000, "digits": "a: " + "1" * 1_000_000,
        "5,000 digits": f"{INTENT}spec: {{from: a, to: b, priority: {'1' * 5_000}}}\n",
        "4,000 digits": f"{INTENT}spec: {{slice: a, priority: {'1' * 999}, slo: {{latency: {{max: {'1' * 4_000} ms}}}}}}\n",
        "aliases": "- *a\n" * 200_000, "bomb": "a: &a [1]\n" + "b: [*a,*a,*a,*a,*a,*a,*a,*a]\n" * 30_000,
        "documents": "---\n" * 250_000, "open quote": '"' + "a\n" * 500_000, "block": "a: |\n" + " x\n" * 300_000,
        "anchors": "&a " * 300_000, "tags": "!a " * 300_000, "colons": "a:" * 500_000, "large": "# " * 9_000_000,
        "one comment": "#" * 15_900_000, "one word": "a: " + "1" * 15_900_000, "one text": "a: |\n" + " x\n" * 5_000_000,
        "control characters": "\x00" * 1_000_000, "escapes": "".join(f'k{n}: "\\x01"\n' for n in range(24_000)),
        "long keys": "".join(f"{'k' * 200}{n}: 1\n" for n in range(24_000)),
        "one key": f"{INTENT}a: 1\n" + "a: 1\n" * 24_000, "anchor a key": "".join(f"k{n}: &a 1\n" for n in range(24_000)),
        "unknown keys": INTENT + unknown_keys(), "unknown keys of a spec": f"{INTENT}spec:\n{unknown_keys('  ')}",
        "unknown keys of an slo": f"{INTENT}spec:\n  slo:\n{unknown_keys('    ')}",
        "labels of nothing": f"{INTENT.replace(' {name: a}', '')}  name: a\n  labels:\n{unknown_keys('    ', '')}spec: a\n",
        "names": f"{INTENT}spec: {{from: a, to: b, path: {{pinned: [" + "-a, " * 48_000 + "]}}\n",
        "choices": f"{INTENT}spec: {{from: a, to: b, policy: {{relax: [" + "x, " * 48_000 + "]}}\n",
        "nulls": f"{INTENT}spec: {{from: a, to: b, path: {{via: [" + "~, " * 48_000 + "]}}\n",
        "empty pairs": f"{SLICE}spec:\n  profile: a\n  connect: [" + "{}, " * 24_000 + "]\n",
        "empty switches": f"{TOPOLOGY}spec:\n  switches: [" + "{}, " * 24_000 + "]\n",
        "one switch": f"{TOPOLOGY}spec:\n  switches: [" + SWITCH.format(1) * 9_900 + "]\n",
        "links to nowhere": f"{TOPOLOGY}spec:\n  switches: [" + SWITCH.format(1) + "]\n  links: ["
                            + "{a: x, b: y, capacity: 1 bps}, " * 7_000 + "]\n",
        "wrong documents": f"{INTENT}---\n" * 20_000, "documents of one name": f"{INTENT}spec: x\n---\n" * 20_000,
    }


def costs() -> dict[str, tuple[float, float, bool]]:
    """Seconds of the processor (the best of five, as a machine at its usual pace has them), megabytes that the process grew
    by, and whether it was refused, each file in a process of its own."""
    read_documents((f"{INTENT}spec: a", "warm.yaml"))
    return {name: _in_a_child(text) for name, text in hostile_files().items()}


def seconds(text: str) -> float:
    begin = time.thread_time()
    with suppress(BadInput):
        read_documents((text, "f.yaml"))
    return time.thread_time() - begin


def slowness() -> float:
    """How many times slower than usual this machine is at this moment, 1 at least: by what additions cost, which on two
    cores that others share vary by as much as the time of a file does."""
    begin = time.thread_time()
    sum(number & 1 for number in range(1_000_000))
    return max(1.0, (time.thread_time() - begin) / USUAL_S)


def _in_a_child(text: str) -> tuple[float, float, bool]:
    out, into = os.pipe()
    if child := os.fork():
        os.close(into)
        with open(out, encoding="ascii") as answer:
            found = json.load(answer)
        os.waitpid(child, 0)
        return tuple(found)
    before = _peak_mb()
    took = min(seconds(text) / slowness() for _ in range(5))
    grown = _peak_mb() - before
    os.write(into, json.dumps([took, grown, _is_refused(text)]).encode())
    os._exit(0)


def _is_refused(text: str) -> bool:
    try:
        read_documents((text, "f.yaml"))
    except BadInput as bad:
        return all(problem.message for problem in bad.problems)
    return False


def _peak_mb() -> float:
    """The most memory that this process has held; set back to what it holds now in the same moment."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024


if __name__ == "__main__":
    json.dump(costs(), sys.stdout, indent=1)
