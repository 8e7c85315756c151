"""GraphML (Brandes et al. 2002): one undirected graph, its nodes and edges, and the data keyed to them.

Rules of this file: a document type is refused, so that no entity is ever expanded; what a key's `default` says holds where
nothing else is said; elements of other languages (where to draw it) are passed over; nothing recurses.
"""

from collections.abc import Mapping
from typing import Final
from xml.parsers import expat

from topologies.graphs.graph import MAX_DEPTH, Entry, Graph, bad_graph, check_length

STRUCTURE: Final = frozenset(("id", "source", "target"))
"""What the attributes of nodes and edges say, whatever data of the same name says (the Topology Zoo's does)."""


def read_graphml(text: str, file: str) -> Graph:
    """The one graph of a file. Raises BadInput."""
    check_length(text, file)
    try:
        return _Reader(file).read(text)
    except expat.ExpatError as error:
        raise bad_graph(file, f"not XML: {expat.ErrorString(error.code)}", error.lineno, error.offset + 1) from None


class _Reader:
    def __init__(self, file: str) -> None:
        self._file = file
        self._open: list[str] = []
        self._keys: dict[str, tuple[str, str] | None] = {}
        self._defaults: dict[str, dict[str, object]] = {"node": {}, "edge": {}}
        self._entries: dict[str, list[Entry]] = {"node": [], "edge": []}
        self._graphs = 0
        self._is_directed = False
        self._fields: dict[str, object] = {}
        """Of the node or edge that is open."""
        self._key: tuple[str, str] | None = None
        """Of the data or default that is open: for what, and its name."""
        self._text: list[str] = []

    def read(self, text: str) -> Graph:
        parser = self._parser = expat.ParserCreate("utf-8", " ")
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text.append
        # surrogates pass as bytes that expat then refuses, with their place
        parser.Parse(text.encode("utf-8", "surrogatepass"), True)
        if self._graphs != 1:
            raise bad_graph(self._file, f"expected one graph, found {self._graphs or 'none'}")
        nodes, edges = (tuple(self._completed(kind)) for kind in ("node", "edge"))
        return Graph(self._file, nodes, edges, self._is_directed)

    def _completed(self, kind: str) -> list[Entry]:
        return [Entry(self._defaults[kind] | dict(entry.fields), entry.line, entry.column) for entry in self._entries[kind]]

    def _doctype(self, *_: object) -> None:
        raise self._bad("a document type is not allowed, as it may define entities; leave it out")

    def _start(self, qualified: str, attributes: Mapping[str, str]) -> None:
        name, parent = qualified.rpartition(" ")[2], self._open[-1] if self._open else None
        self._open.append(name)
        if len(self._open) > MAX_DEPTH:
            raise self._bad(f"nested more than {MAX_DEPTH} deep")
        if parent is None and name != "graphml":
            raise self._bad(f'expected the element "graphml", found "{name[:40]}"')
        if name in ("hyperedge", "graph") and parent != "graphml":
            raise self._bad("a link joins two nodes, and a hyperedge more" if name == "hyperedge" else
                            "a graph stands within another; keep one, of switches and the links between them")
        self._text.clear()
        if name == "graph":
            self._graphs += 1
            self._is_directed |= attributes.get("edgedefault") != "undirected"
        elif name == "key":
            named = attributes.get("for", "all"), attributes.get("attr.name", "")
            self._key = self._keys[attributes.get("id", "")] = named if named[1] else None
        elif name in ("node", "edge") and parent == "graph":
            self._is_directed |= attributes.get("directed") in ("true", "1")
            self._fields = {key: attributes[key] for key in STRUCTURE if key in attributes}
            self._entries[name].append(Entry(self._fields, self._parser.CurrentLineNumber,
                                             self._parser.CurrentColumnNumber + 1))
        elif name == "data":
            self._key = self._keys.get(attributes.get("key", ""))

    def _end(self, qualified: str) -> None:
        name = self._open.pop()
        parent, text = self._open[-1] if self._open else None, "".join(self._text).strip()
        if name == "default" and parent == "key" and self._key is not None:
            for kind in ("node", "edge"):
                if self._key[0] in (kind, "all"):
                    self._defaults[kind][self._key[1]] = text
        elif name == "data" and parent in ("node", "edge") and self._key is not None and self._key[0] in (parent, "all"):
            if self._key[1] in self._fields.keys() - STRUCTURE:
                raise self._bad(f'"{self._key[1][:40]}" is written twice; keep one')
            self._fields.setdefault(self._key[1], text)
        self._text.clear()

    def _bad(self, message: str) -> Exception:
        return bad_graph(self._file, message, self._parser.CurrentLineNumber, self._parser.CurrentColumnNumber + 1)
