"""Wires between ports: each a pair of TAP interfaces and what lies between them, delay, loss and the knife.

All wires of a lab are one process (`labs.wire_loop`) that this module starts and commands. A wire's end is named by its
TAP; a direction by the end it is sent from. The TAPs appear in the caller's network namespace and may be moved.
"""

import json
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from .errors import LabError

PRIORITY = 20
"""Real-time priority of the wires, above the switches' (10): below it a busy switch makes its own wire late, which put
the one-way p99 at 109 ms instead of 2."""

ANSWER_SECONDS = 10


class WireError(LabError):
    """A wire cannot do what it was asked, or the process of the wires has ended."""


@dataclass(frozen=True, slots=True)
class Passage:
    """What one direction of a wire did since it was laid. `looped` counts probe packets that had passed it before, by a
    loop or as copies. `dropped` counts frames by reason: `cut` (pulled or silently cut), `loss` (by chance), `refused`
    (the interface at the far end was down)."""

    wire: str
    sent_from: str
    forwarded: int
    looped: int
    dropped: Mapping[str, int]


class Wires:
    """The wires of a lab. Leaving the `with` block ends them and removes their TAPs."""

    def __init__(self, prefix: Sequence[str] = ()) -> None:
        """`prefix` is put before the command of the process, for its priority."""
        self._control, theirs = socket.socketpair()
        self._control.settimeout(ANSWER_SECONDS)
        self._ends: dict[str, tuple[str, str]] = {}
        with theirs:
            self.process = subprocess.Popen(
                [*prefix, sys.executable, "-m", "labs.wire_loop", str(theirs.fileno())], stdin=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(),), start_new_session=True)

    def lay(self, wire: str, a: str, b: str, delay_ns: int = 0, mtu: int = 1500) -> None:
        """Make a wire between two new TAPs named `a` and `b`, `delay_ns` long each way, for frames of this MTU. The
        shortest possible is about 50 us."""
        self._ask(do="lay", wire=wire, taps=[a, b], delay_ns=delay_ns, mtu=mtu)
        self._ends[wire] = (a, b)

    def cut(self, wire: str) -> None:
        """Pull the cable: both ends lose their carrier, what is on its way is lost."""
        self._ask(do="cut", wire=self._known(wire), ends=[0, 1], silent=False)

    def silence(self, wire: str, sent_from: str | None = None) -> None:
        """Lose every frame, one way or both, while both ends stay up."""
        self._ask(do="cut", wire=wire, ends=self._which(wire, sent_from), silent=True)

    def mend(self, wire: str) -> None:
        """Undo `cut` and `silence`."""
        self._ask(do="mend", wire=self._known(wire))

    def lose(self, wire: str, ratio: float, seed: int, sent_from: str | None = None) -> None:
        """Lose this share of frames by chance, one way or both; 0 stops it. The same seed loses the same frames."""
        if not 0 <= ratio <= 1:
            raise WireError(f"a loss ratio lies between 0 and 1, {ratio} does not")
        self._ask(do="lose", wire=wire, ends=self._which(wire, sent_from), ratio=ratio, seed=seed)

    def passages(self) -> tuple[Passage, ...]:
        """The counts of every direction, by wire and end."""
        found = [Passage(one["wire"], self._ends[one["wire"]][one["end"]], one["forwarded"], one["looped"], one["dropped"])
                 for one in self._ask(do="counts")]
        return tuple(sorted(found, key=lambda passage: (passage.wire, passage.sent_from)))

    def close(self) -> None:
        """End the process; its TAPs vanish."""
        self._control.close()
        self.process.wait(ANSWER_SECONDS)

    def __enter__(self) -> "Wires":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self.close()

    def _which(self, wire: str, sent_from: str | None) -> list[int]:
        ends = self._ends[self._known(wire)]
        if sent_from is None:
            return [0, 1]
        if sent_from not in ends:
            raise WireError(f"wire {wire!r} has no end {sent_from!r}: its ends are {ends[0]!r} and {ends[1]!r}")
        return [ends.index(sent_from)]

    def _known(self, wire: str) -> str:
        if wire not in self._ends:
            raise WireError(f"no wire {wire!r}: there are {', '.join(sorted(self._ends)) or 'none'}")
        return wire

    def _ask(self, **request: Any) -> Any:
        try:
            self._control.sendall(json.dumps(request).encode() + b"\n")
            answer = b""
            while not answer.endswith(b"\n"):
                part = self._control.recv(1 << 16)
                if not part:
                    raise ConnectionResetError
                answer += part
        except OSError as error:
            raise WireError(f"the wires do not answer (process {self.process.pid}, status {self.process.poll()}): a lab "
                            f"without them has to start anew") from error
        found = json.loads(answer)
        if "error" in found:
            raise WireError(f"wire {request['wire']!r}: {found['error']}")
        return found["ok"]
