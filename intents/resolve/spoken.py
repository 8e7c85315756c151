"""What a phrase says, as the fields that a document would say it with."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final

from intents.documents import Documents, Intent, Profile, Slice
from intents.phrases import Names, Phrase, Said, parse_phrase
from topologies.model import Topology

from .layers import Leaf, Place

_FIELDS: Final[Mapping[str, str]] = {
    "slice": "slice", "profile": "profile", "source": "from", "target": "to", "service": "service",
    "statistic": "slo.latency.statistic", "kind": "slo.latency.kind", "availability": "slo.availability.target",
    "guaranteed_bps": "slo.bandwidth.guaranteed", "max_bps": "slo.bandwidth.max",
}
_LISTS: Final[Mapping[str, str]] = {
    "via": "path.via", "avoiding": "path.avoid.names", "disjoint_from": "sle.diverse-from.intents",
}


def phrase_leaves(intent: Intent, names: Names) -> dict[str, Leaf]:
    """The fields that the phrase of an intent says; PhraseError where it has no meaning.

    `path.avoid.names`, which documents lack, holds links, switches and sites by name.
    """
    phrase = parse_phrase(str(intent.spec), names)
    said = dict(phrase.said)
    found = {path: _leaf(intent, value, [said[name]]) for path, name, value in _values(phrase)}
    for name, path in _LISTS.items():
        if entries := getattr(phrase, name):
            found[path] = _leaf(intent, entries, [said[f"{name}.{number}"] for number in range(len(entries))])
    return found


def spoken_names(documents: Documents, network: Topology) -> Names:
    """What phrases may call by name."""
    others = (*documents.intents, *network.host_by_name, *network.switch_by_name, *network.link_by_name,
              *(name for name, _ in network.groups), *(switch.site for switch in network.switches if switch.site))
    return Names(_spellings(documents.slices.values()), _spellings(documents.profiles.values()), frozenset(others))


def _values(phrase: Phrase) -> Iterator[tuple[str, str, Any]]:
    """Path, field of the phrase, and value. A strict limit on whole nanoseconds is a limit one below."""
    for name, path in _FIELDS.items():
        if getattr(phrase, name) is not None:
            yield path, name, getattr(phrase, name)
    if phrase.latency:
        yield "slo.latency.max", "latency", phrase.latency.max_ns
        yield "slo.latency.strict", "latency", phrase.latency.strict
    if phrase.jitter:
        yield "slo.jitter.max", "jitter", phrase.jitter.max_ns - phrase.jitter.strict
    if phrase.loss:
        yield "slo.loss.max", "loss", phrase.loss.max
    if phrase.protected:
        yield "path.protection.mode", "protected", "fast-failover"
        yield "path.protection.required", "protected", True
    if phrase.best_effort:
        yield "class", "best_effort", "best-effort"


def _leaf(intent: Intent, value: Any, said: Sequence[Said]) -> Leaf:
    return Leaf(value, f'phrase: "{said[0].words}"', Place(intent, ("spec",), tuple(each.column for each in said)))


def _spellings(documents: Collection[Slice | Profile]) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    exact = {document.name: (document.name,) for document in documents}
    for document in documents:
        for alias in document.metadata.aliases or ():
            found[alias] = (*found.get(alias, ()), document.name)
    return found | exact
