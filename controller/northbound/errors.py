"""How a call ends that changes nothing."""

from collections.abc import Collection

from controller.door import Name
from topologies.nearest import nearest

ALL_PROBLEMS = ("isochrone-problems", "all")
"""What a caller sends with a call, as metadata, who takes trailing metadata of any size: then all problems come."""


class NotDoneError(Exception):
    """Nothing was changed. `code` is gRPC's name for the reason."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def missing(name: Name, standing: Collection[Name]) -> NotDoneError:
    """That a document does not stand, and what does: one of that name and another kind, or of that kind and a near name."""
    kind, title = name
    kinds = sorted(of for of, other in standing if other == title)
    hint = f"; there is a {' and a '.join(kinds)} of that name: say its kind" if kinds else nearest(
        title, [other for of, other in standing if of == kind])
    return NotDoneError("NOT_FOUND", f'no {kind} "{title}"{hint}')
