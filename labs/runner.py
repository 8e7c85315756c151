"""Runs a scenario: brings its network up, starts the controller, makes happen what is written, and keeps what was seen.

Everything here runs inside a sandbox; what was seen is judged elsewhere (`labs.judge`).
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from heapq import heapify, heappop, heappush
from itertools import count

from controller.northbound.isochrone.v1 import intents_pb2
from controller.shipped import shipped_profiles
from intents.documents import read_documents
from intents.model import LatencyBound, Plan
from intents.planner import plan
from intents.resolve import resolve
from topologies.model import Topology

from .acts import Act, Later, Stage, apply, cut, kill, mend, must_settle, press, probe
from .backend import Backend
from .bare import bare_delay
from .child import Controller
from .judge import NOTHING, Evidence, Placed
from .measured import Count
from .network import EmulatedNetwork, running
from .notebook import Notebook
from .probe import probing
from .relief import relieved
from .report import Outcome
from .scenario import Apply, Cut, End, Event, Kill, Load, Mend, Probe, Scenario
from .stalls import watching

Files = Mapping[str, str]
"""The texts of the scenario's document files by the names that it gives them."""


def run(scenario: Scenario, files: Files, topology: Topology, backend: Backend, is_agent_on: bool,
        tell: Callable[[float, str], None]) -> Outcome:
    """Run the scenario to its end and return what was seen. `tell` is called with seconds and words as things happen.

    Without its agent the controller does not look at load. Raises LabError where the lab itself fails, which says
    nothing about the intents."""
    begun = time.monotonic()
    with watching(backend) as watch, running(topology, backend) as network:
        bare = _bare(scenario, files, network)
        with (Controller(topology, scenario.spec.autonomy, is_agent_on) as controller, probing(network) as prober):
            controller.start()
            network.attach()
            must_settle(controller)
            stage = Stage(scenario, files, network, controller, prober, Notebook(network, tell))
            _take_place(stage)
            decisions = controller.decisions()
            # its packets come a little later, which makes relief look late, never early
            load_ns = next((span.start_ns for span in stage.notes.spans if span.name == "load"), None)
            seen = Evidence(prober.stop(), stage.notes.spans, _placed(stage), stage.notes.drops, stage.travelled,
                            stage.notes.looped, stage.adopted, relieved(decisions, load_ns), bare)
    seen = replace(seen, stalls=watch.stalls)
    return Outcome(scenario, backend.words, time.monotonic() - begun, seen, stage.notes.events, decisions)


def _bare(scenario: Scenario, files: Files, network: EmulatedNetwork) -> Count:
    """The delay of the path that the first probe will take, without a controller."""
    documents = shipped_profiles().merged(read_documents(*((files[name], name) for name in scenario.spec.intents)))
    placements = plan(network.topology, Plan(), resolve(documents, network.topology)).placements.values()
    first = next((event for event in scenario.spec.at if isinstance(event, Probe)), None)
    for placement in placements if first else ():
        path = placement.working("forward")
        if first and path and (path.nodes[0], path.nodes[-1]) == (first.from_, first.to):
            return bare_delay(network, path.nodes, path.links, frame_bytes=first.size)
    return NOTHING


def _take_place(stage: Stage) -> None:
    """Every event at its time, and what follows from it."""
    order = count()
    due: list[tuple[int, int, Act]] = [(event.t, next(order), partial(_happen, stage, event))
                                       for event in stage.scenario.spec.at]
    heapify(due)
    end = stage.scenario.spec.at[-1].t
    while due:
        at, _, act = heappop(due)
        if at > end:
            return
        time.sleep(max(stage.notes.begun + at / 1e9 - time.monotonic(), 0))
        later = act()
        # what follows counts from the end of the act, which may have waited for the network
        now = int((time.monotonic() - stage.notes.begun) * 1e9)
        for after, then in later:
            heappush(due, (now + after, next(order), then))


def _happen(stage: Stage, event: Event) -> Sequence[Later]:
    match event:
        case Apply():
            return apply(stage, event)
        case Probe():
            return probe(stage, event)
        case Load():
            return press(stage, event)
        case Cut():
            return cut(stage, event)
        case Mend():
            return mend(stage)
        case Kill():
            return kill(stage, event)
        case End():
            stage.notes.enter(None)
            stage.notes.note("end")
            return ()


def _placed(stage: Stage) -> Mapping[str, Placed]:
    bounds = {each.title: each.latency for each in stage.connections()}
    placed = {each.title: _placed_as(each, bounds.get(each.title)) for each in stage.controller.connections()}
    return {name: Placed(None, bounds.get(name), why) for name, why in stage.rejected.items()} | placed


def _placed_as(connection: intents_pb2.Connection, bound: LatencyBound | None) -> Placed:
    """The worse direction's budget counts."""
    sums = {line.direction: 0 for line in connection.budget}
    for line in connection.budget:
        sums[line.direction] += (line.propagation_ns + line.serialisation_ns + line.blocking_ns + line.queueing_ns
                                 + line.switch_ns)
    is_placed = connection.verdict == intents_pb2.VERDICT_PLACED
    return Placed(max(sums.values(), default=None), bound, "" if is_placed else connection.message or "not placed")
