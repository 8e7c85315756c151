"""Runs a scenario: brings its network up, starts the controller, makes happen what is written, and keeps what was seen.

Everything here runs inside a sandbox; what was seen is judged elsewhere (`labs.judge`).
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from controller.northbound.isochrone.v1 import intents_pb2
from controller.shipped import shipped_profiles
from intents.documents import Documents, read_documents
from intents.model import Connection, LatencyBound, Plan
from intents.planner import plan
from intents.resolve import resolve
from topologies.model import Topology

from .backend import Backend
from .bare import bare_delay
from .child import Controller
from .errors import LabError
from .judge import NOTHING, Adopted, Evidence, Placed
from .measured import Count
from .network import EmulatedNetwork, running
from .notebook import Notebook
from .probe import Flow, Prober, probing
from .report import Outcome
from .scenario import Apply, End, Kill, Probe, Scenario
from .tables import count_of_ours, differences, ours

SETTLE_S = 20.0
"""Longest wait for the switches to hold what they should: Open vSwitch calls again after up to 8 s."""

Files = Mapping[str, str]
"""The texts of the scenario's document files by the names that it gives them."""


@dataclass
class _Stage:
    """A running scenario: what it plays on, and what the operator has applied so far."""

    scenario: Scenario
    files: Files
    network: EmulatedNetwork
    controller: Controller
    prober: Prober
    notes: Notebook
    documents: Documents = field(default_factory=shipped_profiles)
    planned_flows: int = 0
    adopted: Adopted | None = None

    def pairs(self, names: Sequence[str]) -> list[tuple[str, str]]:
        return [(self.files[name], name) for name in names]

    def connections(self) -> tuple[Connection, ...]:
        return resolve(self.documents, self.network.topology).connections


def run(scenario: Scenario, files: Files, topology: Topology, backend: Backend,
        tell: Callable[[float, str], None]) -> Outcome:
    """Run the scenario to its end and return what was seen. `tell` is called with seconds and words as things happen.
    Raises LabError where the lab itself fails, which says nothing about the intents."""
    begun = time.monotonic()
    with running(topology, backend) as network:
        bare = _bare(scenario, files, network)
        with Controller(topology) as controller, probing(network) as prober:
            controller.start()
            network.attach()
            _must_settle(controller)
            stage = _Stage(scenario, files, network, controller, prober, Notebook(network, tell))
            for event in scenario.spec.at:
                _await(stage.notes.begun + event.t / 1e9)
                _happen(stage, event)
            seen = Evidence(prober.stop(), stage.notes.spans, _placed(stage), stage.notes.drops, stage.notes.looped,
                            stage.adopted, bare)
    return Outcome(scenario, backend.words, time.monotonic() - begun, seen, stage.notes.events)


def _bare(scenario: Scenario, files: Files, network: EmulatedNetwork) -> Count:
    """The delay of the path that the first probe will take, without a controller."""
    documents = shipped_profiles().merged(read_documents(*((files[name], name) for name in scenario.spec.intents)))
    placements = plan(network.topology, Plan(), resolve(documents, network.topology)).placements.values()
    probe = next((event for event in scenario.spec.at if isinstance(event, Probe)), None)
    for placement in placements if probe else ():
        path = placement.working("forward")
        if probe and path and (path.nodes[0], path.nodes[-1]) == (probe.from_, probe.to):
            return bare_delay(network, path.nodes, path.links, frame_bytes=probe.size)
    return NOTHING


def _happen(stage: _Stage, event: Apply | Probe | Kill | End) -> None:
    match event:
        case Apply() if not stage.planned_flows:
            _apply(stage, event)
        case Apply():
            with stage.notes.span("moves"):
                _apply(stage, event)
        case Probe():
            _probe(stage, event)
        case Kill():
            with stage.notes.span("restart"):
                _kill(stage, event)
        case End():
            stage.notes.end_steady()
            stage.notes.note("end")


def _apply(stage: _Stage, event: Apply) -> None:
    names = event.files or stage.scenario.spec.intents
    stage.notes.note(f"apply {', '.join(names)}")
    answer = stage.controller.apply(stage.pairs(names))
    stage.documents = stage.documents.merged(read_documents(*stage.pairs(names)))
    stage.planned_flows = answer.rules.flows
    _must_settle(stage.controller)
    for connection in answer.connections:
        ways = [" ".join(path.nodes) for path in connection.paths]
        stage.notes.note(f"{connection.title}: {', back '.join(ways) or connection.message}")


def _probe(stage: _Stage, event: Probe) -> None:
    pair = {event.from_, event.to}
    named = (each.title for each in stage.connections() if {each.source, each.target} == pair)
    flow = Flow(next(named, f"{event.from_}-{event.to}"), event.from_, event.to, event.rate, event.size)
    stage.notes.note(f"probe {event.from_} {'<->' if event.both else '->'} {event.to}, "
                     f"{event.rate:,}/s of {event.size} bytes")
    for each in (flow, flow.mirrored()) if event.both else (flow,):
        stage.prober.start(each)
    stage.notes.begin_steady()


def _kill(stage: _Stage, event: Kill) -> None:
    switches = [switch.name for switch in stage.network.topology.switches]
    before = {switch: ours(stage.network, switch) for switch in switches}
    stage.notes.note(f"kill the controller with signal {event.signal}")
    stage.controller.kill(event.signal)
    time.sleep(event.back_after / 1e9)
    stage.notes.note("start the controller again")
    back = time.monotonic()
    stage.controller.start()
    took = time.monotonic() - back if stage.controller.await_settled(SETTLE_S) else None
    after = {switch: ours(stage.network, switch) for switch in switches}
    unplanned = abs(sum(map(count_of_ours, after.values())) - stage.planned_flows)
    changes = stage.controller.changes_sent()
    stage.adopted = Adopted(took, changes, differences(before, after) + unplanned)
    stage.notes.note(f"{len(switches)} switches adopted, {changes} changes sent" if took is not None
                     else "not all switches adopted")


def _placed(stage: _Stage) -> Mapping[str, Placed]:
    bounds = {each.title: each.latency for each in stage.connections()}
    return {each.title: _placed_as(each, bounds.get(each.title)) for each in stage.controller.connections()}


def _placed_as(connection: intents_pb2.Connection, bound: LatencyBound | None) -> Placed:
    """The worse direction's budget counts."""
    sums = {line.direction: 0 for line in connection.budget}
    for line in connection.budget:
        sums[line.direction] += (line.propagation_ns + line.serialisation_ns + line.blocking_ns + line.queueing_ns
                                 + line.switch_ns)
    is_placed = connection.verdict == intents_pb2.VERDICT_PLACED
    return Placed(max(sums.values(), default=None), bound, "" if is_placed else connection.message or "not placed")


def _must_settle(controller: Controller) -> None:
    if not controller.await_settled(SETTLE_S):
        raise LabError(f"the switches do not hold what they should after {SETTLE_S:g} s: {controller.troubles()}")


def _await(moment: float) -> None:
    wait = moment - time.monotonic()
    if wait > 0:
        time.sleep(wait)
