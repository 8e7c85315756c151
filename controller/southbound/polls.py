"""The polls of one connection that wait for their answers.

Rules of this file: a poll is answered once, whole or not at all; what answers nothing, or something a second time, is
passed over. A poll without an answer is no fault: the next one follows anyway.
"""

from dataclasses import dataclass, field

from controller.facts import Counters, FlowCount, FlowCounters, PortCount, PortCounters
from controller.southbound import counters, guard
from controller.southbound.errors import MalformedError

MOST = 16
"""Polls that are waited for at a time; beyond it the oldest is given up."""


MOST_FLOWS = 50_000
"""In one answer. There is a classify flow a connection and direction: 10,000 connections have 20,000."""


@dataclass(slots=True)
class _Poll:
    """What was asked under `token`, and what has arrived of it since `at_ns`, when the first part came in."""

    kind: int
    token: int
    at_ns: int | None = None
    ports: dict[int, PortCount] = field(default_factory=dict)
    flows: list[FlowCount] = field(default_factory=list)


class Polls:
    """By xid. One thread asks, another takes in what is answered."""

    def __init__(self, dpid: int) -> None:
        self._dpid = dpid
        self._waiting: dict[int, _Poll] = {}

    def ask(self, xid: int, kind: int, token: int) -> None:
        """Wait for an answer of this multipart type; call it before the request is sent."""
        self._waiting[xid] = _Poll(kind, token)
        for oldest in list(self._waiting)[:-MOST]:
            self.forget(oldest)

    def forget(self, xid: int) -> None:
        """Wait no more."""
        self._waiting.pop(xid, None)

    def take(self, xid: int, kind: int, body: bytes, more: bool, at_ns: int) -> Counters | None:
        """Take in a part that came in at `at_ns`: the answer, once it is whole. Raises `errors.MalformedError`."""
        poll = self._waiting.get(xid)
        if poll is None or poll.kind != kind:
            return None
        if kind == guard.PORT_COUNTS:
            poll.ports |= counters.ports(body)
        else:
            poll.flows += counters.flows(body)
        if len(poll.ports) > guard.MOST_PORTS or len(poll.flows) > MOST_FLOWS:
            raise MalformedError(f"counters of more than {guard.MOST_PORTS:,} ports or {MOST_FLOWS:,} flows")
        poll.at_ns = poll.at_ns or at_ns  # counters are read before their first part is sent
        if more:
            return None
        self.forget(xid)
        if kind == guard.PORT_COUNTS:
            return PortCounters(self._dpid, poll.token, poll.at_ns, poll.ports)
        return FlowCounters(self._dpid, poll.token, poll.at_ns, tuple(poll.flows))
