"""Node-link JSON, as networkx and topohub write it: `nodes` with an id, `edges` (or `links`) with a source and a target."""

import json
from collections import Counter
from typing import NoReturn

from topologies.fields import described
from topologies.graphs.graph import Entry, Graph, bad_graph, check_length


class _UnreadableError(ValueError):
    pass


def read_node_link(text: str, file: str) -> Graph:
    """The graph of a file. Raises BadInput."""
    check_length(text, file)
    try:
        data = json.loads(text, parse_int=str, parse_float=str, parse_constant=_no_number, object_pairs_hook=_unique)
    except json.JSONDecodeError as error:
        raise bad_graph(file, f"not JSON: {error.msg}", error.lineno, error.colno) from None
    except _UnreadableError as error:
        raise bad_graph(file, str(error)) from None
    except RecursionError:
        raise bad_graph(file, "nested too deep for a graph") from None
    if not isinstance(data, dict):
        raise bad_graph(file, f"expected a mapping with nodes and edges, found {described(data)}")
    if "edges" in data and "links" in data:
        raise bad_graph(file, 'both "edges" and "links" are said; keep one')
    edges = "links" if "links" in data else "edges"
    return Graph(file, _entries(data, "nodes", file), _entries(data, edges, file), data.get("directed") is True)


def _no_number(text: str) -> NoReturn:
    raise _UnreadableError(f"{text} is no number of JSON; leave it out where nothing is known")


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice, _ = Counter(key for key, _ in pairs).most_common(1)[0]
        raise _UnreadableError(f'"{twice[:40]}" is written twice in a mapping; keep one')
    return found


def _entries(data: dict[str, object], key: str, file: str) -> tuple[Entry, ...]:
    entries = data.get(key)
    if not isinstance(entries, list):
        raise bad_graph(file, f'expected a list "{key}", found {described(entries)}')
    for number, entry in enumerate(entries):
        if not isinstance(entry, dict):
            raise bad_graph(file, f"{key}[{number}]: expected a mapping, found {described(entry)}")
    return tuple(Entry(entry, called=f"{key}[{number}]") for number, entry in enumerate(entries))
