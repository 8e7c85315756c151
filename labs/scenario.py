"""A scenario as written: a network, its intents, what happens when, what must be seen. Checked before anything runs."""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import islice, pairwise
from typing import Annotated, Any, Final, Literal, get_args

from pydantic import Field

from topologies.fields import Flag, Frequency, Name, Part, Rate, Said, Size, Text, Time, TimeOrZero, text_by, whole_number
from topologies.problems import MOST_PROBLEMS, BadInput, Problem, shown
from topologies.source import Origin, Path, read
from topologies.units import TIME, parse_time, render_time
from topologies.validate import validate


def _bound(sign: str) -> Callable[[str], int]:
    def parse(text: str) -> int:
        found = re.fullmatch(rf"{sign} *([^\s=].*)", text)
        if not found:
            raise ValueError(f'"{text[:40]}" is not an upper bound; write it like "{sign} 1 ms"')
        return parse_time(found[1])
    return parse


Below = Annotated[int, text_by(_bound("<"), 'an upper bound like "< 1 ms"', f"^< *{TIME[1:]}")]
"""Nanoseconds that a measured time must stay under."""

AtMost = Annotated[int, text_by(_bound("<="), 'an upper bound like "<= 50 ms"', f"^<= *{TIME[1:]}")]
"""Nanoseconds that a measured time may reach."""

Whole = Annotated[int, whole_number(0, 2**31)]
Statistic = Literal["p50", "p90", "p95", "p99", "p99.9", "max"]
During = Literal["steady", "moves", "load", "relieved", "cuts", "after-cuts", "restart"]
PATH_OF: Final = "working-path-of "

HARMLESS: Final = frozenset((13, 17, 18, 19, 20, 21, 22, 23, 25, 28))
"""Signals that end no process (signal(7)): they are ignored (by Python 13 and 25 too), or stop it, or go on with it."""

START_NS: Final = 2_000_000_000
"""What a controller needs, at least, to die and to be back, beside the time between."""


class Apply(Part):
    """The operator applies files: the scenario's intents, or others beside it."""

    t: TimeOrZero = Field(examples=["2 s"])
    do: Literal["apply"]
    files: Said[tuple[Text, ...]] = None


class Probe(Part):
    """Numbered packets from one host to another until the end; `both`: and back. `size` is the L2 frame with FCS."""

    t: TimeOrZero = Field(examples=["2 s"])
    do: Literal["probe"]
    from_: Name
    to: Name
    rate: Frequency = Field(examples=["1000/s"])
    size: Size = Field(examples=["128 B"])
    both: Flag = False


class Load(Part):
    """Traffic of this rate from one host to another, for a while. Rate and `size` are those of L2 frames with FCS."""

    t: TimeOrZero = Field(examples=["2 s"])
    do: Literal["load"]
    from_: Name
    to: Name
    rate: Rate = Field(examples=["95 Mbps"])
    size: Size = 1_400
    for_: Time = Field(examples=["20 s"])


class Cut(Part):
    """The cable of a link between switches is pulled: one by its name, or hop 1, 2... of the path that an intent takes at
    this moment. The next `mend` puts it back."""

    t: TimeOrZero = Field(examples=["2 s"])
    do: Literal["cut"]
    link: Text = Field(examples=["working-path-of surgery"])
    hop: Annotated[int | None, whole_number(1, 64)] = None

    @property
    def path_of(self) -> str | None:
        """The intent whose path is cut, None where the link is named."""
        return self.link.removeprefix(PATH_OF) if self.link.startswith(PATH_OF) else None


class Mend(Part):
    """Every cable that was pulled is put back."""

    t: TimeOrZero = Field(examples=["2 s"])
    do: Literal["mend"]


class Kill(Part):
    """The controller gets a signal and is started again after a while."""

    t: TimeOrZero = Field(examples=["2 s"])
    do: Literal["kill"]
    what: Literal["controller"] = Field(examples=["controller"])
    signal: Annotated[int, whole_number(1, 31)] = Field(examples=["9"])
    back_after: Time = Field(examples=["3 s"])


class End(Part):
    """The last event."""

    t: TimeOrZero = Field(examples=["2 s"])
    do: Literal["end"]


Event = Annotated[Apply | Probe | Load | Cut | Mend | Kill | End, Field(discriminator="do")]


class Latency(Part):
    """Upper bounds on the one-way delay, both directions together."""

    p50: Said[Below] = None
    p99: Said[Below] = None


class Adoption(Part):
    """What a controller that comes back may take and do."""

    adopted_within: Time = Field(examples=["12 s"])
    changes: Whole = Field(examples=["0"])
    orphans: Whole = Field(examples=["0"])


class Relief(Part):
    """Upper bounds on how soon the first load was moved aside: from the first poll of the ports whose whole interval saw it
    to the barrier behind the move, and from there until the median delay keeps its bound for good."""

    confirmed_within: Time = Field(examples=["1.2 s"])
    recovered_within: Time = Field(examples=["1 s"])


class Gap(Part):
    """Upper bounds on the time without an arrival after each cut, either direction."""

    median: Said[AtMost] = None
    max: Said[AtMost] = None


class Expectation(Part):
    """What must be seen of an intent, or of the controller. `lost`, `duplicated` and `looped` are upper bounds;
    `p99-within` is how many times the steady p99 the p99 may be."""

    intent: Said[Name] = None
    controller: Said[Adoption] = None
    during: Said[During] = None
    placed: Said[Flag] = None
    budget: Said[Below] = None
    latency: Said[Latency] = None
    lost: Said[Whole] = None
    duplicated: Said[Whole] = None
    looped: Said[Whole] = None
    gap: Said[Gap] = None
    relief: Said[Relief] = None
    p99_within: Annotated[int | None, whole_number(1, 1000)] = None


class ScenarioSpec(Part):
    """`capacity` is that of links of which a graph says none; `statistic` what latency bounds are judged by here,
    where an emulation cannot carry their own; `autonomy` what the controller's agent may do by itself about load."""

    topology: Text = Field(examples=["metro"])
    capacity: Said[Rate] = None
    intents: Annotated[tuple[Text, ...], Field(min_length=1, examples=["[intents.yaml]"])]
    statistic: Said[Statistic] = None
    autonomy: Said[Literal["observe", "recommend", "act"]] = None
    at: Annotated[tuple[Event, ...], Field(min_length=1, examples=["[{t: 0 s, do: apply}, {t: 20 s, do: end}]"])]
    expect: tuple[Expectation, ...] = ()


class Metadata(Part):
    """`role` and `actions`: which agent role and action classes the scenario exercises."""

    name: Name = Field(examples=["telemedicine"])
    role: Said[Literal["operation", "construction", "maintenance", "management"]] = None
    actions: Said[tuple[Literal["re-place"], ...]] = None


class Scenario(Part):
    """The whole document."""

    api_version: Literal["isochrone/v1"] = Field(alias="apiVersion", examples=["isochrone/v1"])
    kind: Literal["Scenario"]
    metadata: Metadata = Field(examples=["{name: telemedicine}"])
    spec: ScenarioSpec


def read_scenario(text: str, file: str) -> Scenario:
    """The one scenario of a file. Raises BadInput with all that is wrong."""
    return read_located(text, file)[0]


def read_located(text: str, file: str) -> tuple[Scenario, Origin]:
    """The same with the place of everything in it."""
    found = list(read(text, file))
    problems = [each for each in found if isinstance(each, Problem)]
    if not problems and len(found) != 1:
        problems = [Problem(file, 1, 1, f"expected one Scenario, found {len(found)} documents")]
    if problems:
        raise BadInput(*shown(problems, file))
    written: Any = found[0]
    scenario = validate(Scenario, written)
    if not isinstance(scenario, Scenario):
        raise BadInput(*shown(scenario, file))
    senseless = islice(_senseless(scenario.spec), MOST_PROBLEMS + 1)
    wrong = written.origin.problems([(path, said, False) for path, said in senseless])
    if wrong:
        raise BadInput(*shown(wrong, file))
    return scenario, written.origin


def _senseless(spec: ScenarioSpec) -> Iterator[tuple[Path, str]]:
    """What the types cannot say: order of time, one end, who is there when, expectations that say something."""
    for place, (earlier, later) in enumerate(pairwise(spec.at), 1):
        if later.t < earlier.t:
            yield ("spec", "at", place, "t"), "is earlier than the event before it; sort the events by t"
    if [event.do for event in spec.at].count("end") != 1 or spec.at[-1].do != "end":
        yield ("spec", "at"), "must end in {t: ..., do: end}, once"
    yield from _absences(spec.at)
    yield from _idle(spec.at)
    for place, event in enumerate(spec.at):
        if isinstance(event, Cut) and event.hop is not None and event.path_of is None:
            yield ("spec", "at", place, "hop"), f"counts the links of a path: write link: {PATH_OF}INTENT, or leave hop out"
    for place, expected in enumerate(spec.expect):
        if complaint := _vague(expected):
            yield ("spec", "expect", place), complaint


def _absences(events: Sequence[Event]) -> Iterator[tuple[Path, str]]:
    """What cannot be asked of a controller that is dead, and one that does not die or come back."""
    back = 0
    for place, event in enumerate(events):
        path = ("spec", "at", place)
        if event.t < back and isinstance(event, Apply | Load | Kill | End):
            yield (*path, "t"), f"comes while the controller is dead or starts, until {render_time(back)}"
        if isinstance(event, Kill):
            back = max(back, event.t + event.back_after + START_NS)
            if event.signal in HARMLESS:
                yield (*path, "signal"), f"{event.signal} ends no process; 9 and 15 do"


def _idle(events: Sequence[Event]) -> Iterator[tuple[Path, str]]:
    """A cable that is pulled twice, and a mend with nothing to mend."""
    pulled: set[str] = set()
    for place, event in enumerate(events):
        if isinstance(event, Cut):
            if event.link in pulled and event.path_of is None:
                yield ("spec", "at", place, "link"), f"{event.link} is cut already; mend it first, or cut another"
            pulled.add(event.link)
        if isinstance(event, Mend):
            if not pulled:
                yield ("spec", "at", place), "nothing is cut that could be mended"
            pulled.clear()


def _vague(expected: Expectation) -> str | None:
    if (expected.intent is None) == (expected.controller is None):
        return "must speak of an intent or of the controller"
    counted = (expected.latency, expected.lost, expected.duplicated, expected.looped, expected.gap, expected.p99_within,
               expected.relief, expected.controller)
    if any(each is not None for each in counted) and expected.during is None:
        return f"must say when: add during, one of {', '.join(get_args(During))}"
    if all(each is None for each in (*counted, expected.placed, expected.budget)):
        return "expects nothing; add lost: 0, or latency, placed, budget"
    return None
