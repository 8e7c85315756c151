"""What was said of one connection, by whom: the intent over the slice, the slice over the profile, field by field.

Rules of this file: a field is named by its path in the document (`slo.latency.max`); fields that mean something only
together go together (`_UNITS`): whoever says one of them says them all.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from intents.documents import Intent, Profile, Slice
from topologies.fields import Part
from topologies.source import Path, Problem


@dataclass(frozen=True, slots=True)
class Place:
    """Where something was said: a field of a document and, in a phrase, the columns of its words."""

    document: Intent | Slice | Profile
    path: Path
    columns: tuple[int, ...] = ()

    def problem(self, message: str) -> Problem:
        """A problem with what stands here."""
        if self.columns and isinstance(self.document, Intent):
            return self.document.problem_in_phrase(self.columns[0], message)
        return self.document.problem(self.path, message)

    def entry(self, number: int) -> "Place":
        """The place of one entry of a list, counted from 0."""
        if self.columns:
            return replace(self, columns=self.columns[number:number + 1])
        return replace(self, path=(*self.path, number))


@dataclass(frozen=True, slots=True)
class Leaf:
    """The value of one field, its source as provenance shows it, and where it was said (None: it is a default)."""

    value: Any
    source: str
    place: Place | None


Leaves = Mapping[str, Leaf]

_UNITS: Final = {
    **dict.fromkeys(("slo.latency.max", "slo.latency.strict", "slo.latency.severe-above"), "slo.latency.max"),
    **dict.fromkeys(("match.protocol", "match.source-port", "match.destination-port", "match.dscp"), "match"),
    **dict.fromkeys(("sle.diverse-from.intents", "sle.diverse-from.level"), "sle.diverse-from"),
    **dict.fromkeys(("path.protection.mode", "path.protection.level", "path.protection.required"), "path.protection"),
}


def leaves_of(part: Part, source: str, place: Place) -> dict[str, Leaf]:
    """The fields that a mapping of a document says, whatever their depth. Lists and labels are one value."""
    found: dict[str, Leaf] = {}
    for name, field in type(part).model_fields.items():
        value = getattr(part, name)
        if value is None:
            continue
        key = field.alias or name
        here = Place(place.document, (*place.path, key))
        if isinstance(value, Part):
            found |= {f"{key}.{inner}": leaf for inner, leaf in leaves_of(value, source, here).items()}
        else:
            found[key] = Leaf(value, source, here)
    return found


def merged(layers: Sequence[Leaves]) -> dict[str, Leaf]:
    """The first layer that says a field (or one of its unit) wins. Fields stand in the order of their layers."""
    winners: dict[str, Leaf] = {}
    taken: set[str] = set()
    for layer in layers:
        new = {path: leaf for path, leaf in layer.items() if _UNITS.get(path, path) not in taken}
        taken |= {_UNITS.get(path, path) for path in new}
        winners |= new
    return winners
