"""Documents as written: every intent, slice, profile and topology of some files, checked each for itself.

Rules of this file: all that is wrong is said at once; names are unique within a kind; where a document stands is kept
beside its fields and counts in no comparison.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Annotated, Any, ClassVar, Final, Literal, TypeVar, cast

from pydantic import Discriminator, Field, Tag

from intents.language import FIELDS, WORDS, IntentSpec, ProfileSpec, SliceSpec, spec_tag
from intents.rubbish import uncollected
from topologies.document import TopologyDocument, topology_document
from topologies.fields import API_VERSION, Labels, Name, Part, Said, Text, described, one_of
from topologies.model import Topology
from topologies.nearest import nearest
from topologies.problems import shown
from topologies.read import topology_of
from topologies.source import BadInput, Origin, Path, Problem, Written, emit, read
from topologies.validate import validate

D = TypeVar("D")


class Metadata(Part):
    """Whose and which. `name` is the key: applying twice is once."""

    name: Name = Field(examples=["surgery"])
    tenant: Said[Name] = None
    labels: Said[Labels] = None


class Nicknamed(Metadata):
    """`aliases` are further names that phrases may use, in any script."""

    aliases: Said[tuple[Text, ...]] = None


_NOWHERE = Origin("", 0, "")


class _Document(Part):
    api_version: Literal["isochrone/v1"] = Field(alias="apiVersion", examples=[API_VERSION])
    kind: str
    metadata: Metadata = Field(examples=["{name: surgery}"])

    __slots__ = ("_origin",)
    _origin: ClassVar[Origin]  # a slot: a private attribute of pydantic's costs as much as the rest of a short intent

    def __getstate__(self) -> dict[Any, Any]:
        return {**super().__getstate__(), "origin": self._written_at}

    def __setstate__(self, state: dict[Any, Any]) -> None:
        super().__setstate__(state)
        object.__setattr__(self, "_origin", state["origin"])

    @property
    def _written_at(self) -> Origin:
        return getattr(self, "_origin", _NOWHERE)

    @property
    def name(self) -> str:
        """The document's name, unique within its kind."""
        return self.metadata.name

    def problem(self, path: Path, message: str) -> Problem:
        """A problem with the field at `path` (`("spec", "connect", 0, "to")`), placed in the file it was read from."""
        return self._written_at.problem(path, message)

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.__dict__ == other.__dict__

    __hash__ = None  # type: ignore[assignment]


class Intent(_Document):
    """A wish: a phrase, or its fields."""

    kind: Literal["Intent"]
    spec: Annotated[Annotated[Text, Tag(WORDS)] | Annotated[IntentSpec, Tag(FIELDS)],
                    Discriminator(spec_tag)] = Field(examples=["sub-ms path for telemedicine slice"])

    def problem_in_phrase(self, column: int, message: str) -> Problem:
        """A problem with a column (from 1) of the phrase that is this intent's spec."""
        return self._written_at.problem_within(("spec",), str(self.spec), column - 1, message)


class Slice(_Document):
    """Who belongs together. Installs nothing by itself."""

    kind: Literal["Slice"]
    metadata: Nicknamed = Field(examples=["{name: telemedicine}"])
    spec: SliceSpec


class Profile(_Document):
    """What a kind of traffic needs."""

    kind: Literal["Profile"]
    metadata: Nicknamed = Field(examples=["{name: telemedicine-haptic}"])
    spec: ProfileSpec


Document = Intent | Slice | Profile
_KINDS: Final[Mapping[str, type[Intent | Slice | Profile]]] = {"Intent": Intent, "Slice": Slice, "Profile": Profile}
MODELS: Final[Mapping[str, type[Part]]] = {**_KINDS, "Topology": TopologyDocument}
"""What documents look like, by their kind."""



@dataclass(frozen=True, slots=True)
class Documents:
    """Documents by name, sorted by it."""

    intents: Mapping[str, Intent] = field(default_factory=dict)
    slices: Mapping[str, Slice] = field(default_factory=dict)
    profiles: Mapping[str, Profile] = field(default_factory=dict)
    topologies: Mapping[str, Topology] = field(default_factory=dict)

    def merged(self, newer: "Documents") -> "Documents":
        """These and the newer ones, which take the place of those with their name."""
        return Documents(_sorted({**self.intents, **newer.intents}), _sorted({**self.slices, **newer.slices}),
                         _sorted({**self.profiles, **newer.profiles}), _sorted({**self.topologies, **newer.topologies}))

    def without(self, intents: Collection[str] = (), slices: Collection[str] = (),
                profiles: Collection[str] = ()) -> "Documents":
        """These but for the ones named; names that are not here change nothing."""
        return replace(self, intents=_but(self.intents, intents), slices=_but(self.slices, slices),
                       profiles=_but(self.profiles, profiles))


_BATCH: Final = 64
"""Documents that are read before they are validated: in turn, each throws the other out of the processor's memory, and both
take a fifth longer."""


def read_documents(*files: tuple[str, str]) -> Documents:
    """The documents of some files, each given as (text, name of the file). Raises BadInput with all their problems."""
    documents: dict[str, dict[str, Any]] = {kind: {} for kind in (*_KINDS, "Topology")}
    places: dict[tuple[str, str], Origin] = {}
    problems: list[Problem] = []
    with uncollected():
        for text, file in files:
            problems += shown(_file_problems(text, file, documents, places), file)
        if problems:
            raise BadInput(*problems)
        return Documents(*(_sorted(named) for named in documents.values()))


def canonical(document: Document | Topology) -> str:
    """The one way to write a document: `read_documents` gives an equal one for it."""
    if isinstance(document, Topology):
        return emit(topology_document(document))
    return emit(document.model_dump(by_alias=True, exclude_none=True))


def _file_problems(text: str, file: str, documents: dict[str, dict[str, Any]],
                   places: dict[tuple[str, str], Origin]) -> Iterator[Problem]:
    """The problems of one file; its documents that have none are put with the others."""
    found = read(text, file)
    while batch := tuple(islice(found, _BATCH)):
        for each, document in [(each, _document(each)) for each in batch]:
            if isinstance(document, tuple):
                yield from document
                continue
            kind, origin = "Topology" if isinstance(document, Topology) else document.kind, cast(Written, each).origin
            first = places.setdefault((kind, document.name), origin)
            if first is not origin:
                there = first.problem(("metadata", "name"), "")
                message = f'{kind} "{document.name}" is at {there.file}:{there.line}:{there.column} already; rename one'
                yield origin.problem(("metadata", "name"), message)
            documents[kind][document.name] = document


def _document(written: Written | Problem) -> Document | Topology | tuple[Problem, ...]:
    if isinstance(written, Problem):
        return (written,)
    data = written.data
    if not isinstance(data, dict):
        message = f"expected a document (apiVersion, kind, metadata, spec), found {described(data)}"
        return (written.origin.problem((), message),)
    kind = data.get("kind")
    if kind == "Topology":
        return topology_of(written)
    if not isinstance(kind, str) or kind not in _KINDS:
        kinds = (*_KINDS, "Topology")
        near = nearest(kind, kinds) if isinstance(kind, str) else ""
        message = f"expected kind {one_of(kinds)}, found {described(kind)}{near}"
        return (written.origin.problem(("kind",), message),)
    document = validate(_KINDS[kind], written)
    if not isinstance(document, tuple):
        object.__setattr__(document, "_origin", written.origin)
    return document


def _sorted(named: Mapping[str, D]) -> Mapping[str, D]:
    return dict(sorted(named.items()))


def _but(named: Mapping[str, D], names: Collection[str]) -> Mapping[str, D]:
    return {name: document for name, document in named.items() if name not in names}
