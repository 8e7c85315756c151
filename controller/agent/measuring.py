"""What the loop measures: which switches to poll, and what links carry by their answers.

Rules of this file: no clock, time is an argument (s, monotonic); polled are switches that are connected and hold what they
should. Ports are polled in rounds, all switches at once, so that loads are of one time; a round ends when all have answered
or ANSWER_S have passed. What is stale is unknown, and said so.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from controller.agent.memory import Memory
from controller.agent.world import World
from controller.facts import Counters, PortCounters
from controller.telemetry.connections import Sending, Way, connection_rates, counted_at
from controller.telemetry.history import (
    FLOW_PERIOD_NS,
    PORT_PERIOD_NS,
    STALE_PERIODS,
    History,
    absorb_counters,
    is_stale,
)
from controller.telemetry.loads import link_loads
from controller.telemetry.sending import Loads
from intents.model import Placement
from intents.riders import riders_of
from topologies.model import Topology

NS = 1_000_000_000
PORT_PERIOD_S = PORT_PERIOD_NS / NS
FLOW_PERIOD_S = FLOW_PERIOD_NS / NS

ANSWER_S = 0.1
"""How long a round waits for answers."""

SILENCE_S = STALE_PERIODS * PORT_PERIOD_S + ANSWER_S
"""From the first poll of a switch until it is an alarm that its links are not known."""

FLOW_SILENCE_S = STALE_PERIODS * FLOW_PERIOD_S + ANSWER_S
"""The same for its flows."""

KEPT_POLLS = 64
"""Polls of which is known when they were sent: more than a channel answers (southbound.polls)."""


@dataclass(frozen=True, slots=True)
class Poll:
    """What to ask a switch for."""

    what: Literal["ports", "flows"]
    dpid: int
    token: int


class Measuring:
    """The polls of one network. `loads` are of the last round, `history` is all that came in lately."""

    def __init__(self, network: Topology) -> None:
        self._network = network
        self.history = History()
        self.loads: Loads = {}
        self._token = self._round_token = 0
        self._next_ports = self._next_flows = float("-inf")
        self._round: frozenset[int] | None = None
        self._round_at = 0.0
        self._polled_ns: dict[int, int] = {}
        self._asked_since: dict[int, float] = {}

    def hear(self, counters: Counters) -> None:
        """Take in what a poll brought: as old as the question, for all that is known, and so maybe too old."""
        period_ns = PORT_PERIOD_NS if isinstance(counters, PortCounters) else FLOW_PERIOD_NS
        if is_stale(self._polled_ns.get(counters.token, counters.at_ns), counters.at_ns, period_ns):
            return
        self.history = absorb_counters(self.history, counters)
        if isinstance(counters, PortCounters) and self._round is not None and counters.token == self._round_token:
            self._round -= {counters.dpid}

    def polls(self, world: World, memory: Memory, now: float) -> Iterator[Poll]:
        """What to ask now."""
        dpids = sorted(_measurable(world, memory)) if now >= min(self._next_ports, self._next_flows) else []
        if now >= self._next_flows:
            self._next_flows = _next(self._next_flows, FLOW_PERIOD_S, now)
            token = self._next_token(now)
            yield from (Poll("flows", dpid, token) for dpid in dpids)
        if now >= self._next_ports:
            self._next_ports = _next(self._next_ports, PORT_PERIOD_S, now)
            self._round_token = self._next_token(now)
            self._round, self._round_at = frozenset(dpids), now
            self._asked_since = {dpid: self._asked_since.get(dpid, now) for dpid in dpids}
            yield from (Poll("ports", dpid, self._round_token) for dpid in dpids)

    def round_ended(self, now: float) -> bool:
        """Whether a round of port polls has just ended; the loads are then those of now."""
        if self._round is None or (self._round and now < self._round_at + ANSWER_S):
            return False
        self._round = None
        self.loads = link_loads(self.history, self._network, round(now * NS))
        return True

    def alarms(self, now: float) -> Iterator[str]:
        """Switches that are polled and do not tell what their links carry, or what comes in by their flows."""
        blind: dict[str, set[str]] = {}
        for arc in self._network.arcs:
            if self.loads.get((arc.link, arc.source)) is None:
                blind.setdefault(arc.target if arc.out_port is None else arc.source, set()).add(arc.link)
        for name, links in sorted(blind.items()):
            since = self._asked_since.get(self._network.switch_by_name[name].dpid)
            if since is not None and now >= since + SILENCE_S:
                yield (f"switch {name} tells no counters of {', '.join(sorted(links))} to rely on: nothing is moved for "
                       "congestion where they would have to be known")
        for dpid, since in sorted(self._asked_since.items()):
            samples = self.history.flows.get(dpid)
            is_fresh = samples and not is_stale(samples[-1].at_ns, round(now * NS), FLOW_PERIOD_NS)
            if not is_fresh and now >= since + FLOW_SILENCE_S:
                yield (f"switch {self._network.switch_by_dpid[dpid].name} tells no fresh counters of flows: what comes in "
                       "there is moved for congestion only where its ports tell whose it is")

    def _next_token(self, now: float) -> int:
        self._token += 1
        self._polled_ns = {token: at for token, at in self._polled_ns.items() if token > self._token - KEPT_POLLS}
        self._polled_ns[self._token] = round(now * NS)
        return self._token


def rates_of(network: Topology, placements: Mapping[str, Placement], history: History,
             now: float) -> Mapping[Way, Sending | None]:
    """What each direction of each connection sent by what its flows counted. It takes milliseconds where there are
    hundreds: not for the loop."""
    riders = (rider for placement in placements.values() for rider in riders_of(network, placement))
    return connection_rates(history, counted_at(riders), round(now * NS))


def _measurable(world: World, memory: Memory) -> Iterator[int]:
    for dpid, channel in world.channels.items():
        gap = memory.gaps.by_dpid.get(dpid)
        if channel.connected and channel.tables is not None and gap is not None and gap.holds_all:
            yield dpid


def _next(due: float, period_s: float, now: float) -> float:
    """On the beat, unless it was missed by a whole period."""
    return due + period_s if due + period_s > now else now + period_s
