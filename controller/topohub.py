"""The graphs of the package topohub, an optional extra, as text: the only importer of it.

The data sets in it have terms of their own and are read where the package installed them, never copied.
"""

from collections.abc import Callable, Iterable, Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final

from topologies.catalog import TOPOHUB
from topologies.nearest import nearest
from topologies.problems import BadInput, Problem

ENDING: Final = ".json"


def or_topohub(read_file: Callable[[str], str]) -> Callable[[str], str]:
    """Reads what a reference names: a graph of topohub (node-link JSON) where it begins with `topohub:`, else a file."""
    return lambda ref: graph_text(ref.removeprefix(TOPOHUB)) if ref.startswith(TOPOHUB) else read_file(ref)


def graph_text(name: str) -> str:
    """The node-link JSON of a graph, by SET/NAME. Raises BadInput where there is none, or no topohub."""
    found = _all(name)
    if name not in found:
        raise _bad(name, _unknown(name, found))
    return found[name].read_text(encoding="utf-8")


def graph_names() -> Iterable[str]:
    """SET/NAME of every graph there is. Raises BadInput where there is no topohub."""
    return _all("").keys()


def _all(wanted: str) -> dict[str, Traversable]:
    try:
        import topohub
    except ModuleNotFoundError:
        raise _bad(wanted, "topohub is not installed; it is an extra: pip install 'isochrone[topologies]'") from None
    return dict(_graphs(files(topohub) / "data", ""))


def _graphs(folder: Traversable, prefix: str) -> Iterator[tuple[str, Traversable]]:
    """All graphs by SET/NAME; a name may have a slash in it (`gabriel/25/0`)."""
    for place in folder.iterdir():
        if place.is_dir():
            yield from _graphs(place, f"{prefix}{place.name}/")
        elif place.name.endswith(ENDING):
            yield prefix + place.name.removesuffix(ENDING), place


def _unknown(name: str, known: Iterable[str]) -> str:
    """The sets there are where the set is unknown, the nearest names where the name is."""
    sets = sorted({each.partition("/")[0] for each in known})
    chosen, _, rest = name.partition("/")
    if chosen not in sets:
        return f'topohub has no set "{chosen[:40]}"{nearest(chosen, sets)} (sets: {", ".join(sets)}; write it SET/NAME)'
    inside = sorted(each.partition("/")[2] for each in known if each.startswith(f"{chosen}/"))
    return (f'topohub\'s set {chosen} has no graph "{rest[:40]}"'
            + (nearest(rest, inside, 3) or f"; it has {len(inside)}, like {', '.join(inside[:3])}"))


def _bad(name: str, message: str) -> BadInput:
    return BadInput(Problem(f"topology {TOPOHUB}{name}", 0, 0, message))
