"""Which OpenFlow library this environment has: the only module that names them.

Rules of this file: nothing of a library is imported, so that asking costs next to nothing; `framework.py` loads it.
"""

from dataclasses import dataclass
from importlib import metadata

from controller.southbound.errors import SouthboundError


@dataclass(frozen=True, slots=True)
class Library:
    """One that has Ryu's API: its name as a distribution, its root package, the class of its apps, and whether it loads a
    web server with them."""

    name: str
    package: str
    app: str
    has_web_server: bool

    @property
    def is_installed(self) -> bool:
        """Whether this environment has it."""
        return any(metadata.distributions(name=self.name))

    def __str__(self) -> str:
        """Its name and version, for reports."""
        return f"{self.name} {metadata.version(self.name)}"


LIBRARIES = (Library("os-ken", "os_ken", "OSKenApp", has_web_server=False),
             Library("Ryu", "ryu", "RyuApp", has_web_server=True))
"""In the order of preference: os-ken continues Ryu, whose last release is of 2020."""


class NoLibraryError(SouthboundError):
    """This environment has none of them."""


def installed() -> Library:
    """The library to run on. Raises `NoLibraryError`."""
    for library in LIBRARIES:
        if library.is_installed:
            return library
    raise NoLibraryError("no OpenFlow library is installed here: `pip install os-ken` brings the usual one, "
                         "`make setup-ryu` an environment with Ryu")
