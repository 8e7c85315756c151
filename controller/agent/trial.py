"""What came of the probes along one path: whether packets under its label get through.

Rules of this file: frozen values, time is an argument (s, monotonic); an answer counts however late it comes; it counts
only at the switch and the port by which the path ends, under the path's label.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from controller.facts import Probed
from intents.probes import Probe, Way
from topologies.model import Topology

TRY_S = 0.1
"""How long a probe is waited for before the next is sent: the longest way in a network of our topologies and back over the
control channels takes a third of that, and a busy switch may hold a packet back for tens of milliseconds (82 measured)."""

QUICK_TRIES = 5
"""As many are sent TRY_S apart: one loss on the way, or a cache that is not up to date yet, costs no more than that."""

SLOW_S = 1.0
"""After that: what does not get through by then is broken, and mended by somebody."""

KEPT_TOKENS = 64
"""Of one path: answers to the latest probes count."""


@dataclass(frozen=True, slots=True)
class Probing:
    """The probe that was sent along a path, from its cable number `hop` on, under this token."""

    token: int
    at: float
    hop: int
    probe: Probe

    @property
    def dpid(self) -> int:
        """Datapath id of the switch that sends it out."""
        return self.probe.dpid


@dataclass(frozen=True, slots=True)
class Trial:
    """The probes along one path since its rules stood. `sent` went the whole way, the last at `last_at`; `came_at` is when
    the first of them arrived. `comes_from`: the first cable from which one came that was sent from there. `is_overtaken`:
    packets were put on the path before any came."""

    way: Way
    since: float
    sent: int = 0
    last_at: float = float("-inf")
    tokens: tuple[tuple[int, int], ...] = ()
    came_at: float | None = None
    comes_from: int | None = None
    is_overtaken: bool = False

    @property
    def due_at(self) -> float:
        """When the next probe is to be sent."""
        if self.came_at is not None:
            return float("inf")
        return self.last_at + (TRY_S if self.sent < QUICK_TRIES else SLOW_S)

    def begun_again(self, probing: Probing) -> "Trial":
        """With one more probe on its way."""
        tokens = (*self.tokens, (probing.token, probing.hop))[-KEPT_TOKENS:]
        if probing.hop:
            return replace(self, tokens=tokens)
        return replace(self, tokens=tokens, sent=self.sent + 1, last_at=probing.at)

    def heard(self, fact: Probed, now: float) -> "Trial":
        """With the answer to a probe, if that is one."""
        hop = dict(self.tokens).get(fact.token)
        if hop is None or (fact.dpid, fact.port) != (self.way.last.far_dpid, self.way.last.in_port):
            return self
        if hop == 0:
            return replace(self, came_at=now if self.came_at is None else self.came_at)
        return replace(self, comes_from=hop if self.comes_from is None else min(hop, self.comes_from))

    def whereabouts(self, network: Topology) -> str:
        """The path by the names of its switches, and where on it probes get lost, as far as is known."""
        names = [network.switch_by_dpid[dpid].name for dpid in self.way.dpids]
        path = " ".join(names)
        return path if self.comes_from is None else f"{path}, though from {names[self.comes_from]} on they do"

    def told(self, network: Topology) -> str:
        """The path, and what came of its probes so far."""
        return f"{self.whereabouts(network)}{f': none of {self.sent} did' if self.sent else ''}"


Trials = Mapping[int, Trial]
"""By the label of the path."""


def answered(trials: Trials, fact: Probed, now: float) -> Trials:
    """The trials with what came out of a path; the same where that answers none of them."""
    trial = trials.get(fact.label)
    heard = trial and trial.heard(fact, now)
    return trials if heard is None or heard is trial or heard == trial else {**trials, fact.label: heard}


def began(trials: Trials, probing: Probing) -> Trials:
    """The trials with one more probe on its way."""
    label = probing.probe.label
    return {**trials, label: trials[label].begun_again(probing)}
