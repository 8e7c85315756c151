"""The world as the loop knows it: what is wanted, what each switch is known to hold, and what is on its way to it.

Rules of this file: everything is frozen and `absorb` is pure, time is an argument (s, monotonic); `None` is unknown.
What a switch holds is known from the moment its tables are read until its channel ends or a request fails; a confirmed
batch carries the knowledge forward. A switch has one request on its way at a time: what it holds is never a guess.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from controller.agent.audit import Finding, found
from controller.agent.links import LinkState, remembered, unusable, watched
from controller.agent.trial import Probing, Trials, answered, began
from controller.facts import Confirmed, Fact, PortChanged, Probed, Rejected, SwitchDown, SwitchUp, TablesRead
from controller.store.record import Record
from intents.avoidance import Avoid
from intents.model import Wanted
from intents.rules import Change, Item, RuleSet
from intents.steps import take
from topologies.model import PortId, Topology

PATIENCE_S = 5.0
"""A request not answered for so long is given up and the switch read again: as long as a channel may be silent."""

LONGEST_RETRY_S = 60.0
"""Where the doubling of waits between attempts at a rejected change ends, which begins with 1 s."""

ItemKey = tuple[object, ...]
"""A flow, group or meter by its kind and its identity on its switch; `("Tables", dpid)` for a read of all of them."""


@dataclass(frozen=True, slots=True)
class Read:
    """All tables of a switch were asked for."""

    dpid: int
    token: int
    at: float


@dataclass(frozen=True, slots=True)
class Batch:
    """Changes that were sent to a switch with a barrier behind them."""

    dpid: int
    token: int
    at: float
    kind: Literal["prepare", "switch", "retire"]
    changes: tuple[Change, ...]


Request = Read | Batch | Probing
"""What is asked of a switch."""


@dataclass(frozen=True, slots=True)
class Channel:
    """A switch of the topology as its channel shows it. `tables` is None where what it holds is not known; `last` is
    then what it held when that was known (None if it never was), and `loose` what was on its way to it."""

    connected: bool = False
    ports: Mapping[int, bool] = field(default_factory=dict)
    tables: RuleSet | None = None
    last: RuleSet | None = None
    loose: tuple[Change, ...] = ()
    unreadable: int = 0
    changes_sent: int = 0


@dataclass(frozen=True, slots=True)
class Rejection:
    """A change that its switch did not take: how often in a row, when last, and what the switch said."""

    times: int
    at: float
    words: str


@dataclass(frozen=True, slots=True)
class World:
    """Everything the loop decides upon. `target` is what all switches should hold, None until it can be computed
    (see `replan`); it was compiled with the tables of the first `target_reads` of the `reads` since the start. `edition`
    grows when channels, links or target do.
    `audits` are reads on their way of tables that are known already, `read_at` when those of each switch were read last,
    `findings` what that brought. `trials` are the paths that are probed. `avoid` keeps connections off links that were too
    full, until these have cooled: no plan needs it, so no store does."""

    topology: Topology
    record: Record
    wanted: Wanted
    links: Mapping[str, LinkState]
    started: float
    channels: Mapping[int, Channel]
    target: RuleSet | None = None
    reads: int = 0
    target_reads: int = 0
    strangers: frozenset[int] = frozenset()
    requests: Mapping[int, Read | Batch] = field(default_factory=dict)
    rejections: Mapping[ItemKey, Rejection] = field(default_factory=dict)
    edition: int = 0
    avoid: Avoid = field(default_factory=dict)
    audits: Mapping[int, Read] = field(default_factory=dict)
    read_at: Mapping[int, float] = field(default_factory=dict)
    findings: Mapping[int, Finding] = field(default_factory=dict)
    trials: Trials = field(default_factory=dict)

    def retry_at(self, key: ItemKey) -> float:
        """From when on a change may be sent: at once, or, if its switch did not take it, after a wait that doubles."""
        found = self.rejections.get(key)
        return found.at + min(2.0 ** (found.times - 1), LONGEST_RETRY_S) if found else float("-inf")

    def known(self) -> Mapping[int, RuleSet]:
        """What the switches hold whose tables are known, by datapath id."""
        return {dpid: channel.tables for dpid, channel in sorted(self.channels.items()) if channel.tables is not None}

    def down(self, now: float) -> frozenset[str]:
        """The links that no path may be placed on."""
        return unusable(self.links, now)


def first_world(topology: Topology, record: Record, wanted: Wanted, now: float) -> World:
    """The world before any switch has spoken."""
    channels: dict[int, Channel] = {switch.dpid: Channel() for switch in topology.switches}
    return World(topology, record, wanted, remembered(topology, record.down_links), now, channels)


def absorb(world: World, facts: Iterable[Fact], now: float) -> World:
    """The world after these facts, in their order, and after requests that nobody answered."""
    before = world
    for fact in facts:
        world = _absorbed(world, fact, now)
    for request in world.requests.values():
        if now - request.at > PATIENCE_S:
            world = _with(world, request.dpid, _lost(world, request.dpid))
    for audit in world.audits.values():
        if now - audit.at > PATIENCE_S:
            world = _without_audit(world, audit.dpid, now)
    if world.channels is before.channels:
        return world if world.trials is before.trials else replace(world, edition=world.edition + 1)
    links = watched(world.topology, world.links, lambda port: _is_live(world, port), now)
    return replace(world, links=links, edition=world.edition + 1)


def sent(world: World, requests: Iterable[Request]) -> World:
    """The world with these requests on their way."""
    channels, under_way, trials = dict(world.channels), dict(world.requests), world.trials
    for request in requests:
        if isinstance(request, Probing):
            trials = began(trials, request)
            continue
        under_way[request.dpid] = request
        if isinstance(request, Batch):
            channel = channels[request.dpid]
            channels[request.dpid] = replace(channel, changes_sent=channel.changes_sent + len(request.changes))
    audits = {dpid: audit for dpid, audit in world.audits.items() if dpid not in under_way}
    return replace(world, channels=channels, requests=under_way, audits=audits, trials=trials)


def auditing(world: World, token: int, now: float, period_s: float) -> Read | None:
    """The next tables to read again, if it is time for any and no other are being read."""
    if world.audits or world.target is None:
        return None
    due = [(world.read_at[dpid], dpid) for dpid, channel in world.channels.items()
           if channel.tables is not None and dpid not in world.requests and now >= world.read_at.get(dpid, now) + period_s]
    return Read(min(due)[1], token, now) if due else None


def item_key(item: Item) -> ItemKey:
    """What identifies a flow, group or meter among all items of all switches."""
    return (type(item).__name__, *item.key)


def _absorbed(world: World, fact: Fact, now: float) -> World:
    if fact.dpid not in world.channels:
        met = frozenset() if isinstance(fact, SwitchDown) else frozenset((fact.dpid,))
        return replace(world, strangers=world.strangers - {fact.dpid} | met)
    channel = world.channels[fact.dpid]
    match fact:
        case SwitchUp():
            world = replace(world, rejections={key: found for key, found in world.rejections.items()
                                               if key[1] != fact.dpid})  # a new start: it may take now what it refused
            return _with(world, fact.dpid, replace(_lost(world, fact.dpid), connected=True, ports=dict(fact.ports)))
        case SwitchDown():
            return _with(world, fact.dpid, replace(_lost(world, fact.dpid), connected=False, ports={}))
        case PortChanged():
            ports = {**channel.ports, fact.port: fact.is_up}
            return replace(world, channels={**world.channels, fact.dpid: replace(channel, ports=ports)})
        case Probed():
            return replace(world, trials=answered(world.trials, fact, now))
        case _:
            request, audit = world.requests.get(fact.dpid), world.audits.get(fact.dpid)
            if audit and audit.token == fact.token:
                return _audited(world, fact, now)
            return _answered(world, request, fact, now) if request and request.token == fact.token else world


def _answered(world: World, request: Read | Batch, fact: TablesRead | Confirmed | Rejected, now: float) -> World:
    """The world after the answer to a request that is waited for."""
    channel = world.channels[fact.dpid]
    keys = [item_key(change.item) for change in request.changes] if isinstance(request, Batch) else [
        ("Tables", fact.dpid)]
    if isinstance(fact, TablesRead) and isinstance(request, Read):
        after = replace(channel, tables=fact.tables, last=None, loose=(), unreadable=fact.unreadable)
        return replace(_with(world, fact.dpid, after, taken=keys), reads=world.reads + 1,
                       read_at={**world.read_at, fact.dpid: now})
    if isinstance(fact, Confirmed) and isinstance(request, Batch) and channel.tables is not None:
        after = replace(channel, tables=take(channel.tables, request.changes))
        return _with(world, fact.dpid, after, taken=keys)
    words = fact.words if isinstance(fact, Rejected) else "another answer than was asked for"
    failed = {key: _once_more(world.rejections.get(key), words, now) for key in keys}
    world = replace(world, rejections={**world.rejections, **failed})
    return _with(world, fact.dpid, _lost(world, fact.dpid))


def _audited(world: World, fact: TablesRead | Confirmed | Rejected, now: float) -> World:
    """The world after an audit; where it found what was known, nothing has changed in it."""
    world, channel = _without_audit(world, fact.dpid, now), world.channels[fact.dpid]
    if not isinstance(fact, TablesRead) or channel.tables is None or (
            fact.tables == channel.tables and fact.unreadable == channel.unreadable):
        return world
    words = found(channel.tables, fact.tables)
    after = replace(channel, tables=fact.tables, unreadable=fact.unreadable)
    return replace(_with(world, fact.dpid, after), reads=world.reads + 1,
                   findings={**world.findings, fact.dpid: Finding(now, words)} if words else world.findings)


def _without_audit(world: World, dpid: int, now: float) -> World:
    audits = {other: audit for other, audit in world.audits.items() if other != dpid}
    return replace(world, audits=audits, read_at={**world.read_at, dpid: now})


def _once_more(before: Rejection | None, words: str, now: float) -> Rejection:
    return Rejection(before.times + 1 if before else 1, now, words)


def _lost(world: World, dpid: int) -> Channel:
    """The switch once what it holds is no longer known."""
    channel, request = world.channels[dpid], world.requests.get(dpid)
    if channel.tables is None:
        return channel
    return replace(channel, tables=None, last=channel.tables,
                   loose=request.changes if isinstance(request, Batch) else ())


def _with(world: World, dpid: int, channel: Channel, taken: Iterable[ItemKey] = ()) -> World:
    """The world with this knowledge of a switch, and nothing on its way there; what it took is rejected no more."""
    requests = {at: request for at, request in world.requests.items() if at != dpid}
    if dpid in world.audits and channel.tables is None:
        world = replace(world, audits={at: audit for at, audit in world.audits.items() if at != dpid})
    if not world.rejections.keys().isdisjoint(taken := frozenset(taken)):
        rejections = {key: found for key, found in world.rejections.items() if key not in taken}
        world = replace(world, rejections=rejections)
    return replace(world, channels={**world.channels, dpid: channel}, requests=requests)


def _is_live(world: World, port: PortId) -> bool | None:
    channel = world.channels[world.topology.switch_by_name[port.switch].dpid]
    return channel.ports.get(port.number, False) if channel.connected else None
