"""The state that outlives the process, as one value.

Rules of this file: statuses and tables are observed anew after a restart and never stored; what the switches cannot
tell again is: what is wanted, where it was placed, and what is ours.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from intents.documents import Documents
from intents.model import Placement, Plan


@dataclass(frozen=True, slots=True, order=True)
class Claim:
    """Something in the switches that this store's controllers put there. A flow is named by the mark in its cookie
    (`dpid` is 0: a path's mark is the same on all its switches), a group or meter by its id on its switch."""

    kind: Literal["flow", "group", "meter"]
    dpid: int
    number: int


@dataclass(frozen=True, slots=True)
class Record:
    """All that a restart needs.

    `kept` are placements of connections that are refused since a link failed: their rules stay, for nothing is gained
    by removing them. `older` are placements that a connection has left or is leaving, whose reservations are still
    held. `down_links` are those that `plan` does without. `claims` were recorded before anything of theirs was sent.
    """

    topology: str
    """Digest of the network that the plan was made for."""
    revision: int = 0
    documents: Documents = field(default_factory=Documents)
    plan: Plan = field(default_factory=Plan)
    kept: Mapping[str, Placement] = field(default_factory=dict)
    older: Mapping[str, tuple[Placement, ...]] = field(default_factory=dict)
    down_links: frozenset[str] = frozenset()
    claims: frozenset[Claim] = frozenset()
