"""What may be said and this network gives no ground for: each such field with the reason it is refused for.

Rules of this file: nothing is dropped and nothing assumed, so a wish that nobody here can keep makes its connection
unsatisfiable; each sentence says why and what would do. What is planned, installed or measured one day leaves this table.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from intents.model import Reason

from .layers import Leaves


class Ground(NamedTuple):
    """A field, the values of it that are honoured, and what the others are refused with."""

    field: str
    honoured: tuple[object, ...]
    reason: Reason
    sentence: str


_NO_TIMETABLE: Final = "intents hold from their apply to their delete, by no clock; apply and delete it at those times"
_NO_WATCH: Final = "no measurement accompanies an intent; leave it out, and probe the connection to judge it"

GROUNDLESS: Final = (
    Ground("service", (), Reason.NO_INSTANCE,
           'nothing says where instances of "{value}" run; name one of their hosts as "to"'),
    Ground("connectivity", ("p2p",), Reason.POLICY,
           '"{value}" joins more than two ends; write one p2p intent for each pair'),
    Ground("sle.isolation", ("shared", "exclusive"), Reason.RESOURCE,
           '"{value}" needs queues of its own, and no queue back-end makes them; say "shared", or "exclusive" for links of '
           "its own"),
    Ground("slo.jitter.max", (), Reason.UNVERIFIABLE,
           "no queue's spread of delays is known; bound the latency, which bounds the jitter"),
    Ground("slo.loss.max", (), Reason.UNVERIFIABLE,
           "links declare no loss; ask for a guaranteed bandwidth and a latency, which leave no queue to overflow"),
    Ground("slo.availability.target", (), Reason.UNVERIFIABLE, "links declare no availability of theirs; leave it out"),
    Ground("slo.availability.max-failover", (), Reason.UNVERIFIABLE,
           "how soon a switch sees that a port is dead is not known of any; leave it out, and protect the path"),
    Ground("path.objective", ("min-latency", "min-cost", "least-loaded", "spare-fast-links"), Reason.POLICY,
           '"{value}" is not among the objectives that paths are chosen by, as links declare no energy; say min-latency, '
           "min-cost, least-loaded or spare-fast-links"),
    Ground("valid.from", (), Reason.POLICY, _NO_TIMETABLE),
    Ground("valid.until", (), Reason.POLICY, _NO_TIMETABLE),
    Ground("valid.schedule", (), Reason.POLICY, _NO_TIMETABLE),
    Ground("deadline.volume", (), Reason.POLICY,
           'transfers are not scheduled; ask for the rate that moves the volume in time as "slo.bandwidth.guaranteed"'),
    Ground("policy.if-infeasible", ("refuse",), Reason.POLICY,
           'what cannot be had is refused; say "refuse" and apply what you would accept instead'),
    Ground("policy.relax", ((),), Reason.POLICY, "nothing is relaxed by itself; ask for what you would accept"),
    Ground("policy.autonomy.mode", ("recommend",), Reason.POLICY,
           'no agent acts on single intents; say "recommend" or leave it out'),
    Ground("policy.autonomy.veto", (), Reason.POLICY, "no agent acts on single intents; leave it out"),
    Ground("assurance.evidence", ("model",), Reason.UNVERIFIABLE, _NO_WATCH),
    Ground("assurance.probe-rate", (), Reason.UNVERIFIABLE, _NO_WATCH),
)


def groundless(leaves: Leaves) -> Iterator[tuple[Reason, str]]:
    """What is said and cannot be honoured, in the order of the table: the reason, and one sentence."""
    for ground in GROUNDLESS:
        leaf = leaves.get(ground.field)
        if leaf is not None and leaf.value not in ground.honoured:
            yield ground.reason, f"{ground.field} ({leaf.source}): {ground.sentence.format(value=leaf.value)}"
