"""Asks a daemon of Open vSwitch over its socket: JSON-RPC, as `ovs-appctl` and `ovsdb-client` speak it.

Rules of this file: a question has its answer within the patience, or there is none; what a daemon says is text that it made,
never trusted to be of any form.
"""

import json
import socket
import time
from pathlib import Path
from typing import Any

PATIENCE_S = 10.0
"""A trace takes 0.2 ms, a dump of ten thousand flows 0.1 s; a daemon that is stopped says nothing at all."""

MOST_BYTES = 64 << 20


class DaemonError(Exception):
    """A daemon does not answer, or refuses: which, and why."""


def ask(path: Path, method: str, *arguments: object) -> Any:
    """What the daemon behind a socket answers. Raises DaemonError."""
    request = json.dumps({"id": 0, "method": method, "params": arguments}).encode()
    try:
        with socket.socket(socket.AF_UNIX) as calling:
            calling.settimeout(PATIENCE_S)
            calling.connect(str(path))
            calling.sendall(request)
            answer = _answer(calling, time.monotonic() + PATIENCE_S)
    except OSError as error:
        raise DaemonError(f"{path}: {error.strerror or error}") from error
    if not isinstance(answer, dict) or answer.get("error") is not None:
        said = answer.get("error") if isinstance(answer, dict) else answer
        raise DaemonError(f"{path}: {method}: {str(said).strip()}")
    return answer.get("result")


def _answer(calling: socket.socket, until: float) -> Any:
    said, decoder = bytearray(), json.JSONDecoder()
    while len(said) < MOST_BYTES:
        calling.settimeout(max(until - time.monotonic(), 0.001))
        more = calling.recv(1 << 20)
        said += more
        if more and not said.rstrip().endswith(b"}"):
            continue
        try:
            return decoder.raw_decode(said.decode())[0]
        except RecursionError:
            raise OSError(None, "its answer is nested too deep") from None
        except ValueError:
            if not more:
                raise OSError(None, "it hung up without an answer") from None
    raise OSError(None, f"its answer is longer than {MOST_BYTES >> 20} MiB")
