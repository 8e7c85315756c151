"""What asks for fields, found by their values: of a thousand selectors the few that a packet meets, not one after the other.

Rules of this file: who asks for fields of the same names stands in one table by their values, so that a search costs as
much as there are sets of names (sixteen at most) and answers; these keep the order in which they were given.
"""

from collections.abc import Iterable, Iterator, Mapping
from operator import itemgetter
from typing import Generic, TypeVar

from intents.reach import Fields

T = TypeVar("T")
_Names = tuple[str, ...]
_Table = dict[tuple[int, ...], list[tuple[int, T]]]


class Askers(Generic[T]):
    """Things, each with the fields that it asks for (no name twice)."""

    def __init__(self, things: Iterable[tuple[Fields, T]]) -> None:
        self._asking: dict[_Names, list[tuple[Mapping[str, int], int, T]]] = {}
        self._tables: dict[tuple[_Names, _Names], _Table[T]] = {}
        for number, (fields, thing) in enumerate(things):
            asked = dict(sorted(fields))
            self._asking.setdefault(tuple(asked), []).append((asked, number, thing))

    @property
    def all(self) -> Iterator[T]:
        """Everything, in no order."""
        return (thing for askers in self._asking.values() for _, _, thing in askers)

    def taking(self, fields: Mapping[str, int]) -> tuple[T, ...]:
        """Those that find all that they ask for in these fields."""
        return _in_order(each for names in self._asking if fields.keys() >= {*names}
                         for each in self._found(names, names, fields))

    def meeting(self, fields: Mapping[str, int]) -> tuple[T, ...]:
        """Those that can be met together with these fields: they ask for no other value of any."""
        return _in_order(each for names in self._asking
                         for each in self._found(names, tuple(name for name in names if name in fields), fields))

    def _found(self, names: _Names, common: _Names, fields: Mapping[str, int]) -> list[tuple[int, T]]:
        """Those that ask for fields of these names, and for the same values of those in common."""
        table = self._tables.get((names, common))
        if table is None:
            table = self._tables[names, common] = {}
            for asked, number, thing in self._asking[names]:
                table.setdefault(tuple(asked[name] for name in common), []).append((number, thing))
        return table.get(tuple(fields[name] for name in common), [])


def _in_order(found: Iterator[tuple[int, T]]) -> tuple[T, ...]:
    return tuple(thing for _, thing in sorted(found, key=itemgetter(0)))
