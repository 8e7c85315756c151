"""What each verb of a scenario does to a running network and its controller.

Rules of this file: an act does what is due now and returns what is due later, each with its delay in ns; every act says
which span of time begins with it, so that each packet is judged by what was going on when it was sent.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from controller.northbound.isochrone.v1 import intents_pb2
from controller.shipped import shipped_profiles
from intents.documents import Documents, read_documents
from intents.model import Connection
from intents.resolve import resolve
from topologies.told import told

from .child import Controller
from .errors import LabError
from .judge import Adopted
from .network import EmulatedNetwork
from .notebook import Notebook
from .probe import Flow, Prober, load
from .scenario import Apply, Cut, Kill, Load, Probe, Scenario
from .tables import count_of_ours, differences, ours

SETTLE_S = 20.0
"""Longest wait for the switches to hold what they should: Open vSwitch calls again after up to 8 s."""

BEHIND_NS = 500_000_000
"""Packets sent this long after a change still count as its own: caches of switches forget late."""

WARM_UP_NS = 2_000_000_000
"""Steady time begins this long after a probe: its first packets wait for every switch to make up its mind (4 to 80 ms),
and ARP before them."""

CUT_NS = 500_000_000
"""What is lost this long after a cut is the cut's; later losses are charged to the moves that follow it."""

IN_FLIGHT_S = 0.05
"""What was sent this long before a cut has arrived: it is not the cut's, nor does the cut take it from the time before."""

LOOK_NS = 1_000_000_000
"""How often is looked whether traffic has moved: each look costs the controller time that load leaves it little of."""

Act = Callable[[], "Sequence[Later]"]
Later = tuple[int, Act]


@dataclass
class Stage:
    """A running scenario: what it plays on, what the operator has applied so far and what of it was turned back, and
    what is out of order."""

    scenario: Scenario
    files: Mapping[str, str]
    network: EmulatedNetwork
    controller: Controller
    prober: Prober
    notes: Notebook
    documents: Documents = field(default_factory=shipped_profiles)
    applied: Sequence[str] = ()
    rejected: dict[str, str] = field(default_factory=dict)
    pulled: list[str] = field(default_factory=list)
    adopted: Adopted | None = None
    is_controller_up: bool = True
    loads: set[int] = field(default_factory=set)
    cables: dict[str, tuple[str, ...]] = field(default_factory=dict)
    travelled: dict[str, frozenset[str]] = field(default_factory=dict)
    told: dict[str, str] = field(default_factory=dict)

    def pairs(self, names: Sequence[str]) -> list[tuple[str, str]]:
        """Files as (text, name)."""
        return [(self.files[name], name) for name in names]

    def connections(self) -> tuple[Connection, ...]:
        """What the operator wants at this moment."""
        return resolve(self.documents, self.network.topology).connections

    def routes(self) -> Mapping[str, str]:
        """Every connection's forward path in words, by its title. Its links between switches are remembered for when
        there is no controller to ask, and all the links of all its paths as travelled."""
        placed = [each for each in self.controller.connections() if each.paths]
        self.cables = {each.title: tuple(each.paths[0].links[1:-1]) for each in placed}
        for each in placed:
            links = {link for path in each.paths for link in path.links}
            self.travelled[each.title] = self.travelled.get(each.title, frozenset()) | links
        return {each.title: told(each.paths[0].nodes, each.paths[0].links) for each in placed}

    def tell_routes(self) -> bool:
        """Note the paths that are not as they were noted last, and whether there are any."""
        routes = self.routes()
        changed = {title: path for title, path in routes.items() if self.told.get(title) != path}
        changed |= dict.fromkeys(self.told.keys() - routes.keys(), "no path")
        for title, path in changed.items():
            self.notes.note(f"{title}: {path}")
        self.told = dict(routes)
        return bool(changed)


def apply(stage: Stage, event: Apply) -> Sequence[Later]:
    """The operator applies files and waits until the network is so. Not the first time, this is a move."""
    names = event.files or stage.scenario.spec.intents
    if stage.applied:
        stage.notes.enter("moves")
    stage.notes.note(f"apply {', '.join(names)}")
    answer = stage.controller.apply(stage.pairs(names))
    for change in answer.changes:
        stage.rejected.pop(change.name, None)
        if change.outcome == intents_pb2.OUTCOME_REJECTED:
            stage.rejected[change.name] = f"rejected: {change.why}"
            stage.notes.note(f"{change.name}: rejected: {change.why}")
    stage.documents = stage.documents.merged(read_documents(*stage.pairs(names)))
    stage.applied = names
    must_settle(stage.controller)
    stage.tell_routes()
    return [(BEHIND_NS, partial(_enter, stage, None, "moves"))]


def probe(stage: Stage, event: Probe) -> Sequence[Later]:
    """Numbered packets until the end."""
    pair = {event.from_, event.to}
    named = (each.title for each in stage.connections() if {each.source, each.target} == pair)
    flow = Flow(next(named, f"{event.from_}-{event.to}"), event.from_, event.to, event.rate, event.size)
    stage.notes.note(f"probe {event.from_} {'<->' if event.both else '->'} {event.to}, "
                     f"{event.rate:,}/s of {event.size} bytes")
    for each in (flow, flow.mirrored()) if event.both else (flow,):
        stage.prober.start(each)
    stage.notes.enter(None)
    return [(WARM_UP_NS, partial(_enter, stage, "steady", None))]


def press(stage: Stage, event: Load) -> Sequence[Later]:
    """Traffic for a while. Once the controller has moved something away, the time is `relieved`."""
    stage.notes.enter("load")
    stage.notes.note(f"load {event.from_} -> {event.to}, {event.rate / 1e6:g} Mbps")
    number = stage.prober.press(load("load", event.from_, event.to, event.rate, event.size))
    stage.loads.add(number)
    return [(event.for_, partial(_release, stage, number)), (LOOK_NS, partial(_look, stage))]


def cut(stage: Stage, event: Cut) -> Sequence[Later]:
    """A cable is pulled, with or without a controller. Raises LabError where it is pulled already."""
    link = _link_of(stage, event)
    if link in stage.pulled:
        raise LabError(f"{link} is cut already; mend it first, or cut another")
    back_to = "after-cuts" if stage.is_controller_up else "restart"
    stage.notes.enter(None)
    time.sleep(IN_FLIGHT_S)
    stage.notes.enter("cuts")
    stage.network.cut(link)
    stage.pulled.append(link)
    stage.notes.note(f"cut {link}")
    return [(CUT_NS, partial(_after_cut, stage, back_to))]


def mend(stage: Stage) -> Sequence[Later]:
    """Every pulled cable is put back."""
    for link in stage.pulled:
        stage.network.mend(link)
        stage.notes.note(f"mend {link}")
    stage.pulled.clear()
    return ()


def kill(stage: Stage, event: Kill) -> Sequence[Later]:
    """The controller dies and comes back later."""
    begun = time.monotonic_ns()
    before = _tables(stage)
    stage.tell_routes()
    stage.notes.enter("restart")
    stage.notes.note(f"kill the controller with signal {event.signal}")
    stage.is_controller_up = False
    stage.controller.kill(event.signal)
    took = time.monotonic_ns() - begun  # `back_after` counts from the event, as the check of the scenario has it
    return [(max(event.back_after - took, 0), partial(_come_back, stage, before))]


def must_settle(controller: Controller) -> None:
    """Wait until every switch holds what it should. Raises LabError where that takes too long."""
    if not controller.await_settled(SETTLE_S):
        raise LabError(f"the switches do not hold what they should after {SETTLE_S:g} s: {controller.troubles()}")


def _enter(stage: Stage, name: str | None, only_from: str | None) -> Sequence[Later]:
    if stage.notes.during == only_from:
        stage.notes.enter(name)
    return ()


def _release(stage: Stage, number: int) -> Sequence[Later]:
    stage.prober.stop(number)
    stage.loads.discard(number)
    if stage.notes.during in ("load", "relieved") and not stage.loads:
        stage.notes.enter(None)
    stage.notes.note("the load ends")
    return ()


def _after_cut(stage: Stage, back_to: str) -> Sequence[Later]:
    _enter(stage, back_to, "cuts")
    if stage.is_controller_up:
        stage.tell_routes()
    return ()


def _look(stage: Stage) -> Sequence[Later]:
    if stage.notes.during != "load":
        return ()
    if not stage.tell_routes():
        return [(LOOK_NS, partial(_look, stage))]
    return [(2 * BEHIND_NS, partial(_enter, stage, "relieved", "load"))]


def _link_of(stage: Stage, event: Cut) -> str:
    if event.path_of is None:
        return event.link
    if stage.is_controller_up:
        stage.routes()
    links = stage.cables.get(event.path_of, ())
    hop = event.hop or 1
    if hop > len(links):
        raise LabError(f"{event.path_of} takes {len(links)} links between switches; it has no hop {hop}")
    return links[hop - 1]


def _come_back(stage: Stage, before: Mapping[str, frozenset[str]]) -> Sequence[Later]:
    stage.notes.note("start the controller again")
    back = time.monotonic()
    stage.controller.start()
    stage.is_controller_up = True
    stage.notes.note("it answers")
    took = time.monotonic() - back if stage.controller.await_settled(SETTLE_S) else None
    after = _tables(stage)
    planned = stage.controller.planned_flows(stage.pairs(stage.applied))
    unplanned = abs(sum(map(count_of_ours, after.values())) - planned)
    changes = stage.controller.changes_sent()
    stage.adopted = Adopted(took, changes, differences(before, after) + unplanned)
    stage.notes.note(f"{len(after)} switches adopted, {changes} changes sent" if took is not None
                     else "not all switches adopted")
    stage.tell_routes()
    return [(BEHIND_NS, partial(_enter, stage, None, "restart"))]


def _tables(stage: Stage) -> Mapping[str, frozenset[str]]:
    return {switch.name: ours(stage.network, switch.name) for switch in stage.network.topology.switches}
