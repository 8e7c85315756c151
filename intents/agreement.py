"""Whether two walks of one packet go alike; where not, at which switch they part, and which rule is missing or too much.

Rules of this file: only the first difference tells anything, what follows it is its consequence; what is unknown differs
from nothing. A rule is known by its table, priority and cookie. Of a table that two switches ask about the same packet, a
rule of higher priority that only one has is too much there, else the one that takes the packet elsewhere is missing.
Real rules are in words of their own: what they do is told by what leaves the switch, words only say which one it was.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from intents.packets import Packet
from intents.rules import Table
from intents.walks import Look, Visit, Walk

Source = Literal["planned", "installed", "real"]
"""Of which tables a walk is: those that switches should hold, those that they told the controller, those that they have."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Where two walks part. `table` is `None` where no single table does it."""

    switch: str
    table: int | None
    words: str

    def __str__(self) -> str:
        place = "" if self.table is None else f", {table_words(self.table)}"
        return f"{self.switch}{place}: {self.words}"


def difference(one: tuple[Source, Walk], other: tuple[Source, Walk]) -> Difference | None:
    """The first difference of the second walk from the first; `None` where they agree as far as both are known."""
    for mine, theirs in zip(one[1].visits, other[1].visits, strict=False):
        if "unknown" in (mine.what, theirs.what):
            return None
        found = _parting(one[0], mine, other[0], theirs)
        if found is not None:
            return found
    return None


def table_words(table: int) -> str:
    """`table 1 classify`; one behind the pipeline has no name."""
    return f"table {table} {Table(table).name.lower()}" if table in list(Table) else f"table {table}"


def rule_words(look: Look) -> str:
    """The rule that took the packet: `priority 100 ipv4_dst=10.0.0.4 (delivers to h4)`."""
    return f"priority {look.priority} {look.match} ({look.owner})"


def deed(look: Look) -> str:
    """What the rule does, and the bucket that its group took."""
    if look.group is None:
        return look.does
    bucket = "no bucket" if look.bucket is None else f"bucket {look.bucket}: {look.bucket_does}"
    return f"{look.does}, {bucket}"


def _parting(here: Source, mine: Visit, there: Source, theirs: Visit) -> Difference | None:
    strict = "real" not in (here, there)
    for look, other in _pairs(mine, theirs):
        if look != other and (words := _words(here, look, there, other, strict)):
            return Difference(mine.at.switch, look.table, words)
    if _leaving(mine) == _leaving(theirs):
        return None
    return _otherwise(here, mine, there, theirs)


def _pairs(mine: Visit, theirs: Visit) -> Iterator[tuple[Look, Look]]:
    return zip(mine.looks, theirs.looks, strict=False)


def _words(here: Source, look: Look, there: Source, other: Look, strict: bool) -> str:
    """How two looks of one table differ, empty where they do not."""
    if look.table != other.table:
        return f"the {there} tables go on with {table_words(other.table)} instead"
    if look.priority is None and other.priority is None:
        return ""
    if look.priority is None or (other.priority is not None and other.priority > look.priority):
        return f"the {there} table has a rule more, which takes the packet: {rule_words(other)} does {deed(other)}"
    if other.priority is None:
        return f"the {there} table lacks the rule {rule_words(look)}; nothing there takes the packet"
    if other.priority < look.priority:
        return f"the {there} table lacks the rule {rule_words(look)}; {rule_words(other)} takes the packet"
    if look.cookie != other.cookie or (strict and look.match != other.match):
        return f"the {there} table has {rule_words(other)} where the {here} one has {rule_words(look)}"
    if (look.group, look.bucket) != (other.group, other.bucket) or (strict and deed(look) != deed(other)):
        return _changed(here, look, there, other)
    return ""


def _changed(here: Source, look: Look, there: Source, other: Look) -> str:
    return f"the {there} rule {rule_words(look)} does {deed(other)}; the {here} one does {deed(look)}"


def _leaving(visit: Visit) -> list[tuple[int, list[tuple[str, int]], tuple[object, ...]]]:
    """What leaves a switch, by port: what it drops at its own port is not sent, whoever says so."""
    return sorted((copy.port, *_key(copy.packet)) for copy in visit.copies if copy.what != "dropped")


def _key(packet: Packet) -> tuple[list[tuple[str, int]], tuple[object, ...]]:
    return sorted(packet.fields.items()), packet.stack


def _otherwise(here: Source, mine: Visit, there: Source, theirs: Visit) -> Difference:
    """The same rules, and something else leaves the switch: the first rule whose words differ did it."""
    for look, other in _pairs(mine, theirs):
        if (look.does, look.bucket_does) != (other.does, other.bucket_does):
            return Difference(mine.at.switch, look.table, _changed(here, look, there, other))
    ports = [", ".join(str(copy.port) for copy in visit.copies) or "nowhere" for visit in (mine, theirs)]
    return Difference(mine.at.switch, None, f"by the {there} tables the packet leaves by {ports[1]}, by the {here} ones by "
                                            f"{ports[0]}, or as another packet")
