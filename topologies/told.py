"""A path in words: its nodes, and by which link where that has a name of its own.

Between two nodes there may be several links; one that is not named after its ends says which it is.
"""

from collections.abc import Iterator, Sequence
from itertools import zip_longest


def told(nodes: Sequence[str], links: Sequence[str]) -> str:
    """`surgeon s1 [s1-s2-south] s2 archive`: nodes in order, and between them in brackets each link that is not called
    `a-b` or `b-a` after its ends. Both are empty where there is no path; of links that are not known nothing is said."""
    return " ".join(_parts(nodes, links))


def _parts(nodes: Sequence[str], links: Sequence[str]) -> Iterator[str]:
    yield from nodes[:1]
    for source, link, target in zip_longest(nodes[:-1], links, nodes[1:]):
        if link not in (None, f"{source}-{target}", f"{target}-{source}"):
            yield f"[{link}]"
        yield target
