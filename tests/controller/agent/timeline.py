"""A controller and its network on one simulated clock, watched at every single change that a switch takes."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from controller.agent.agent import Agent, Answer, Purge, Ready
from controller.agent.books import working_paths
from controller.road import Ground, Stopwatch, built, planned
from controller.snapshot import Proposal, Snapshot, Status
from controller.store.sqlite import open_store
from intents.documents import Documents, read_documents
from intents.forwarding import walk
from intents.model import Placement, Selector
from intents.packets import Packet
from intents.rules import Change, RuleSet
from intents.traffic import Traffic
from tests.controller.agent.fabric import Fabric
from topologies.model import PortId, Topology

STEP_S = 0.001
IDLE_STEP_S = 0.01
"""What passes at once while nothing is on its way; a timeline that tells of minutes may take more (`idle_s`)."""


def intents(*lines: str) -> str:
    """Documents of intents, each given as `name: fields of its spec`."""
    return "---\n".join(
        f"apiVersion: isochrone/v1\nkind: Intent\nmetadata: {{name: {name}}}\nspec: {{{spec}}}\n"
        for name, spec in (line.split(": ", 1) for line in lines))


@dataclass(frozen=True)
class Flow:
    """One direction of a placed connection: a packet of it, where it comes in and where it should come out."""

    placement: Placement
    packet: Packet
    source: PortId
    target: PortId
    rate_bps: int
    trail: tuple[PortId, ...]
    """The ports it should leave switches by."""

    @property
    def selector(self) -> Selector:
        return self.placement.connection.selector


class Timeline:
    """Time goes on in milliseconds. After every change that a switch takes, packets of every connection are walked: what
    was SATISFIED, is wanted as before and does not arrive stands in `lost`; what is too much for a port in `overbooked`.
    A cut link excuses a loss; a port that is up and lets nothing through does not."""

    def __init__(self, network: Topology, path: str = ":memory:") -> None:
        self.network, self._path = network, path
        self.fabric = Fabric(network)
        self.fabric.after_each = self._watch
        self.now = 0.0
        self.idle_s = IDLE_STEP_S
        self.lost: list[str] = []
        self.overbooked: list[str] = []
        self.seen_alarms: set[str] = set()
        self._serving: dict[str, tuple[Flow, ...]] = {}
        self._seen: dict[str, tuple[Flow, ...]] = {}
        self._capacity = {port: link.capacity_bps for link in network.links for port in (link.a, link.b)}
        self._capacity |= {host.at: host.capacity_bps for host in network.hosts}
        self.start()

    def start(self) -> None:
        """A controller that has just begun, on what the store holds."""
        self._store = open_store(self._path)
        self.agent = Agent(self.network, self._store, self.fabric, self.now)

    def kill(self) -> None:
        """kill -9: what was on its way is lost, and so is what the controller had in mind."""
        self._connected = sorted(self.fabric.connected)
        for dpid in self._connected:
            self.fabric.disconnect(dpid)
        self._store.close()

    def restart(self, away_s: float = 1.0) -> None:
        """Killed, and after a while a new process, to which the switches come back."""
        self.kill()
        self.now += away_s
        self.fabric.passed(self.now)
        self.start()
        self.fabric.connect(*self._connected)

    @property
    def snapshot(self) -> Snapshot:
        return self.agent.snapshot

    def run(self, seconds: float, until: Callable[[Snapshot], bool] = lambda snapshot: False) -> None:
        """Let time pass, at most until a snapshot is as wished."""
        end = self.now + seconds
        while self.now < end and not until(self.snapshot):
            self.step()

    def step(self) -> None:
        """One turn, and a millisecond; more when nothing is on its way."""
        self.now = round(self.now + (STEP_S if self.fabric.is_busy else self.idle_s), 6)
        self.agent.turn(self.fabric.passed(self.now), self.now)
        self._notice()

    def settle(self, seconds: float = 30.0) -> None:
        """Let time pass until nothing is left to do."""
        self.step()
        self.run(seconds, until=lambda snapshot: snapshot.settled)
        assert self.snapshot.settled, (self.snapshot.alarms, self.snapshot.why)

    def empty(self, dpid: int) -> None:
        """A switch restarts: its channel ends, it has forgotten everything, and comes back."""
        self.fabric.disconnect(dpid)
        self.fabric.tables[dpid] = RuleSet()
        self._serving.clear()
        self.step()
        self.fabric.connect(dpid)

    def break_store(self) -> None:
        """From now on nothing can be written."""
        self._store._connection.execute("PRAGMA query_only = ON")

    def mend_store(self) -> None:
        """It can again."""
        self._store._connection.execute("PRAGMA query_only = OFF")

    def begin(self) -> None:
        """All switches connect, and hold what they should before any connection."""
        self.fabric.connect()
        self.settle()

    def apply(self, text: str) -> Answer | None:
        """Merge documents into those that stand, by the road of the northbound."""
        return self.offer(self.snapshot.documents.merged(read_documents((text, "test.yaml"))))

    def purge(self) -> Answer | None:
        """What `isochrone purge --unclaimed` asks for."""
        return self._ask(Purge())

    def delete(self, *names: str) -> Answer | None:
        """Delete intents by the same road."""
        return self.offer(self.snapshot.documents.without(intents=names))

    def proposal(self, documents: Documents) -> Proposal:
        """What the road makes of documents on the snapshot of now."""
        seen, watch = self.snapshot, Stopwatch()
        ground = Ground(self.network, seen.plan, seen.target, seen.actual, seen.down_links, seen.barred_labels)
        wanted, plan = planned(ground, documents, watch)
        way = built(ground, wanted, plan, watch)
        return Proposal(seen.revision, documents, way.plan, way.target, seen.reads)

    def offer(self, documents: Documents) -> Answer | None:
        """Propose documents in place of those that stand."""
        return self.submit(self.proposal(documents))

    def submit(self, proposal: Proposal) -> Answer | None:
        return self._ask(self.agent.prepare(proposal))

    def _ask(self, wish: Ready | Purge) -> Answer | None:
        self.now = round(self.now + STEP_S, 6)
        answer = self.agent.turn(self.fabric.passed(self.now), self.now, wish)
        self._notice()
        return answer

    def path(self, key: str) -> tuple[str, ...] | None:
        """The switches that the forward packets of a connection really pass, None if they do not arrive."""
        flow = _flows(self.network, self.snapshot.plan.placements[key])[0]
        trail = self._trail(self.fabric.whole(), flow, self.fabric.dead_ports())
        return tuple(port.switch for port in trail) if trail else None

    def arrives(self, key: str) -> bool:
        """Whether packets of a connection arrive, both ways."""
        return self.carries(self.snapshot.plan.placements[key])

    def carries(self, placement: Placement) -> bool:
        """Whether packets that a placement is for arrive, both ways, by whatever path."""
        flows, rules = _flows(self.network, placement), self.fabric.whole()
        return all(self._trail(rules, flow, self.fabric.dead_ports()) is not None for flow in flows)

    def sent_since(self, time: float) -> list[Change]:
        """The changes sent after a time, in order."""
        return [change for at, _, change in self.fabric.sent if at > time]

    def _notice(self) -> None:
        self.seen_alarms.update(self.snapshot.alarms)
        placements = self.snapshot.plan.placements
        for key, placement in placements.items():
            if key not in self._seen or self._seen[key][0].placement is not placement:
                self._seen[key] = _flows(self.network, placement)
            if self.snapshot.statuses[key] is Status.SATISFIED:
                self._serving[key] = self._seen[key]
        self._serving = {key: flows for key, flows in self._serving.items() if key in placements
                         and flows[0].selector == placements[key].connection.selector}

    def _watch(self) -> None:
        rules, down, silent = self.fabric.whole(), self.fabric.dead_ports(), frozenset(self.fabric.silent)
        load: Counter[PortId] = Counter()
        rates: dict[Packet, int] = {}
        for key, flows in self._seen.items():
            for flow in flows:
                trail = self._trail(rules, flow, down)
                if trail is None and key in self._serving and self._trail(rules, flow, silent) is None:
                    self.lost.append(f"{self.fabric.now:.3f} {key} from {flow.source}")
                promised = {each.packet: each.rate_bps for each in self._serving.get(key, ())}
                rate = promised.get(flow.packet, flow.rate_bps if trail == flow.trail else 0)
                more = rate - rates.get(flow.packet, 0)  # what two connections take is one packet
                if trail and more > 0:
                    rates[flow.packet] = rate
                    load.update(dict.fromkeys(trail, more))
        self.overbooked += [f"{self.fabric.now:.3f} {port}" for port, rate in sorted(load.items())
                            if rate > self._capacity[port]]

    def _trail(self, rules: RuleSet, flow: Flow, down: frozenset[PortId]) -> tuple[PortId, ...] | None:
        """The ports that a packet leaves switches by, None if it does not arrive."""
        ends = walk(self.network, rules, flow.packet, flow.source, down).ends
        assert all(end.what in ("delivered", "dropped") for end in ends), [str(end) for end in ends]
        return ends[0].trail if [end.at for end in ends] == [flow.target] else None


def _flows(network: Topology, placement: Placement) -> tuple[Flow, ...]:
    """The directions of a placement, forward first."""
    traffic = Traffic(network, {}, {placement.connection.key: placement})
    found = []
    for path in working_paths(placement):
        source, target = (network.host_by_name[path.nodes[end]].at for end in (0, -1))
        packet = next(sample.packet for sample in traffic.samples((path.nodes[0], path.nodes[-1])) if sample.after)
        out_ports = (network.arc_by_ends[link, node].out_port for link, node in zip(path.links[1:], path.nodes[1:-1],
                                                                                    strict=True))
        trail = tuple(PortId(node, port or 0) for node, port in zip(path.nodes[1:-1], out_ports, strict=True))
        found.append(Flow(placement, packet, source, target, path.reserved_bps, trail))
    return tuple(found)
