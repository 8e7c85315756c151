"""An intent to its connections: between whom, under which profile, and what is refused at once."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import islice
from typing import NamedTuple, TypeVar

from intents.documents import Documents, Intent, Profile, Slice
from intents.language import IntentSpec
from intents.model import Connection, Reason, Refusal
from intents.phrases import Names, PhraseError
from topologies.model import Topology
from topologies.nearest import nearest
from topologies.source import Problem

from .ground import groundless
from .inventory import Inventory
from .layers import Leaf, Leaves, Place, leaves_of, merged
from .pin import Pin, pin
from .spoken import phrase_leaves, spoken_names
from .way import Way, told, way
from .wish import Named, connection, misfits, selector, with_defaults

D = TypeVar("D")

NAMED_AT_MOST = 8
"""Names that a message lists where none is near."""


@dataclass
class Scene:
    """What intents are resolved against. What is wrong with them is gathered in `problems`, so that all of it shows."""

    documents: Documents
    network: Topology
    problems: list[Problem] = field(default_factory=list)

    @cached_property
    def inventory(self) -> Inventory:
        """The names of the network."""
        return Inventory(self.network)

    @cached_property
    def names(self) -> Names:
        """The names that phrases may use."""
        return spoken_names(self.documents, self.network)

    @cached_property
    def profiles(self) -> Mapping[str, Leaves]:
        """What each profile says."""
        return {name: _profile_leaves(profile) for name, profile in self.documents.profiles.items()}


class _Pair(NamedTuple):
    """The ends of a connection as written, and what the slice says of it."""

    source: Leaf
    target: Leaf
    leaves: Leaves


def slice_problems(slice_: Slice, scene: Scene) -> None:
    """Check the profile and the pairs of a slice."""
    _known("profile", _slice_layer(slice_)["profile"], scene.documents.profiles, scene)
    seen: set[object] = set()
    for pair in _listed_pairs(slice_):
        ends = _ends(pair, pair.leaves, scene)
        if ends and (*ends, selector(pair.leaves)) in seen:
            _note(scene, pair.source, f"{pair.source.value} to {pair.target.value} is listed twice with the same match; "
                                      "keep one")
        seen.add((*(ends or ()), selector(pair.leaves)))


def expand(intent: Intent, scene: Scene) -> list[Connection | Refusal]:
    """The connections of an intent, each as a wish, or refused for what no plan could change."""
    try:
        said = _intent_leaves(intent, scene)
    except PhraseError as error:
        scene.problems.append(intent.problem_in_phrase(error.column, error.message))
        return []
    slice_ = _known("slice", said.get("slice"), scene.documents.slices, scene)
    pairs = _pairs(intent, said, slice_, scene)
    found: list[Connection | Refusal] = []
    keys: dict[str, int] = {}
    for pair in pairs:
        leaves = _leaves(said, pair, slice_, scene)
        wished = way(leaves, scene.inventory, scene.problems)
        scene.problems += misfits(leaves)
        _check_others(intent, leaves, scene)
        if ends := _ends(pair, leaves, scene):
            key = _unique(f"{intent.name}/{ends[0]}-{ends[1]}", keys)
            named = Named(key, intent.name if len(pairs) == 1 else key, intent.name, *ends,
                          slice_.name if slice_ else None, intent.metadata.tenant)
            pinned = pin(leaves.get("path.pinned"), ends, wished, scene.inventory, scene.problems)
            found.append(_wish(named, leaves, wished, pinned, scene.network))
    return found


def _intent_leaves(intent: Intent, scene: Scene) -> Leaves:
    if isinstance(intent.spec, IntentSpec):
        return leaves_of(intent.spec, "intent", Place(intent, ("spec",)))
    return phrase_leaves(intent, scene.names)


def _profile_leaves(profile: Profile) -> Leaves:
    said = leaves_of(profile.spec, f"profile {profile.name}", Place(profile, ("spec",)))
    del said["reason"]
    return said


def _slice_layer(slice_: Slice) -> Leaves:
    return {"profile": Leaf(slice_.spec.profile, f"slice {slice_.name}", Place(slice_, ("spec", "profile")))}


def _known(kind: str, leaf: Leaf | None, known: Mapping[str, D], scene: Scene) -> D | None:
    """The document of that name; a problem where there is none."""
    if leaf is not None and leaf.value not in known:
        more = f" and {len(known) - NAMED_AT_MOST} more" if len(known) > NAMED_AT_MOST else ""
        there_is = f"; there is {', '.join(islice(known, NAMED_AT_MOST))}{more}" if known else (
            f"; none is defined, and a {kind.capitalize()} of that name has to stand beside")
        _note(scene, leaf, f'no {kind} "{leaf.value}"{nearest(leaf.value, known) or there_is}')
    return None if leaf is None else known.get(leaf.value)


def _note(scene: Scene, leaf: Leaf, message: str) -> None:
    if leaf.place:
        scene.problems.append(leaf.place.problem(message))


def _pairs(intent: Intent, said: Leaves, slice_: Slice | None, scene: Scene) -> Sequence[_Pair]:
    """The pairs that an intent joins: its own, else those of its slice."""
    target = said.get("to", said.get("service"))
    if "from" in said and target is not None:
        return [_Pair(said["from"], target, {})]
    if target is not None:
        _note(scene, target, f'from where? say "from NAME to nearest {target.value}"')
    elif "slice" not in said:
        scene.problems.append(intent.problem(("spec",), 'between whom? add "from A to B" or "for NAME slice"'))
    return list(_listed_pairs(slice_)) if slice_ and target is None else []


def _listed_pairs(slice_: Slice) -> Iterator[_Pair]:
    for number, entry in enumerate(slice_.spec.connect):
        leaves = leaves_of(entry, f"slice {slice_.name}", Place(slice_, ("spec", "connect", number)))
        yield _Pair(leaves.pop("from"), leaves.pop("to"), leaves)


def _leaves(said: Leaves, pair: _Pair, slice_: Slice | None, scene: Scene) -> Leaves:
    """All that is said of one connection, by whoever wins, and the defaults."""
    layers = [said, pair.leaves, _slice_layer(slice_) if slice_ else {}]
    profile = merged(layers).get("profile")
    return with_defaults(merged([*layers, scene.profiles.get(profile.value, {}) if profile else {}]))


def _ends(pair: _Pair, leaves: Leaves, scene: Scene) -> tuple[str, str] | None:
    """The two hosts, None where one cannot be told. As written where no two hosts are asked for (which is refused)."""
    if "connectivity" in leaves and leaves["connectivity"].value != "p2p":
        return str(pair.source.value), str(pair.target.value)
    source = _host(pair.source, scene)
    target = pair.target.value if "service" in leaves else _host(pair.target, scene)
    if source is None or target is None:
        return None
    if source == target and "service" not in leaves:
        _note(scene, pair.target, f'"{pair.source.value}" and "{pair.target.value}" are the same host; '
                                  "a connection runs between two")
        return None
    return source, target


def _check_others(intent: Intent, leaves: Leaves, scene: Scene) -> None:
    """Whether the intents to keep apart from are there, and are others. A profile may name who follows it himself."""
    leaf = leaves.get("sle.diverse-from.intents")
    if leaf is None or leaf.place is None:
        return
    for number, name in enumerate(leaf.value):
        entry = replace(leaf, value=name, place=leaf.place.entry(number))
        _known("intent", entry, scene.documents.intents, scene)
        if name == intent.name and leaf.place.document is intent:
            _note(scene, entry, f'"{name}" is this intent itself, which keeps apart from others only; name another')


def _host(leaf: Leaf, scene: Scene) -> str | None:
    return told(scene.inventory.host, leaf.value, leaf.place, scene.problems) if leaf.place else None


def _unique(key: str, keys: dict[str, int]) -> str:
    """The key, `#2` for the next of the same pair (with another match), as for parallel links."""
    keys[key] = keys.get(key, 0) + 1
    return key if keys[key] == 1 else f"{key}#{keys[key]}"


def _wish(named: Named, leaves: Leaves, wished: Way, pinned: Pin, network: Topology) -> Connection | Refusal:
    refused = [*groundless(leaves), *_outside(named, wished, network)]
    if pinned.fault is not None:
        refused.append((Reason.NO_PATH, f"path.pinned ({leaves['path.pinned'].source}): {pinned.fault}"))
    if not refused:
        return connection(named, leaves, replace(wished, pinned=pinned.hops))
    return Refusal(named.key, named.title, named.intent, refused[0][0], "; ".join(sentence for _, sentence in refused))


def _outside(named: Named, wished: Way, network: Topology) -> Iterator[tuple[Reason, str]]:
    """An end that lies outside of the regions wished: no path could stay inside."""
    for end in (named.source, named.target):
        host = network.host_by_name.get(end)
        if host and host.at.switch in wished.outside:
            region = network.switch_by_name[host.at.switch].region
            yield Reason.REGION, (f'{end} is at {host.at.switch} in {f"region {region}" if region else "no known region"}, '
                                  'which "sle.regions" leaves out; change the regions or the end')
