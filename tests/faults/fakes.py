"""A controller without gRPC, and switches that speak OpenFlow to it over loopback: what cases of the channel stand on."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from controller.agent.agent import Answer
from controller.agent.loop import Loop
from controller.road import Ground, Stopwatch, built, planned
from controller.snapshot import Committed, Proposal, Snapshot
from controller.southbound.channel import Southbound
from controller.store.sqlite import open_store
from intents.documents import Documents, read_documents
from intents.rules import Item
from tests.fake_network import wire
from tests.fake_switch import FakeSwitch
from topologies.builders import diamond
from topologies.model import Topology

NETWORK = diamond()


@dataclass
class World:
    """The loop, the port it listens on, and the switches by datapath id."""

    network: Topology
    loop: Loop
    port: int
    switches: dict[int, FakeSwitch]

    def apply(self, text: str) -> None:
        """Have these documents stand in place of those that did."""
        self.offer(read_documents((text, "test.yaml")))

    def offer(self, documents: Documents) -> None:
        answer = self.answer_to(documents)
        assert isinstance(answer, Committed), answer

    def answer_to(self, documents: Documents) -> Answer:
        seen, watch = self.loop.snapshot, Stopwatch()
        ground = Ground(self.network, seen.plan, seen.target, seen.actual, seen.down_links, seen.barred_labels)
        way = built(ground, *planned(ground, documents, watch), watch)
        return self.loop.submit(Proposal(seen.revision, documents, way.plan, way.target, seen.reads)).result(10)

    def settle(self, seconds: float = 20) -> Snapshot:
        """Wait until nothing is left to do."""
        is_settled = self.loop.wait_for(lambda snapshot: snapshot.settled, seconds)
        assert is_settled, (self.loop.snapshot.alarms, self.loop.snapshot.why)
        return self.loop.snapshot


@contextmanager
def switched_on(without: dict[int, frozenset[type[Item]]] | None = None, store: str = ":memory:") -> Iterator[World]:
    """The diamond, its four switches connected; some know no meters or groups."""
    southbound = Southbound()
    loop = Loop(NETWORK, open_store(store), southbound)
    port = southbound.start("127.0.0.1", 0, loop.tell)
    loop.start()
    with ExitStack() as stack:
        stack.callback(loop.stop)
        stack.callback(southbound.stop)
        switches = {switch.dpid: FakeSwitch(switch.dpid, range(1, 6)) for switch in NETWORK.switches}
        wire(NETWORK, switches)
        for dpid, switch in switches.items():
            switch.without = (without or {}).get(dpid, frozenset())
            stack.enter_context(switch.connect(port))
        yield World(NETWORK, loop, port, switches)
