"""Where something listens: `host:port`, or `unix:/path` for what never leaves the machine."""

from dataclasses import dataclass
from ipaddress import ip_address


class AddressError(ValueError):
    """A text that is no address; says what would be."""


@dataclass(frozen=True, slots=True)
class Address:
    """A listening place. `host` is a unix socket's path where `port` is None."""

    host: str
    port: int | None

    def __str__(self) -> str:
        if self.port is None:
            return f"unix:{self.host}"
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def stays_here(self) -> bool:
        """Whether nothing beyond this machine can reach it."""
        return self.port is None or self.host == "localhost" or _is_loopback(self.host)


def parse_address(text: str, unix: bool = False) -> Address:
    """The address that a text names; raises AddressError."""
    if unix and text.startswith("unix:") and len(text) > len("unix:"):
        return Address(text[len("unix:"):], None)
    host, colon, port = text.rpartition(":")
    host = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    is_port = port.isascii() and port.isdigit() and int(port) < 1 << 16
    if not (colon and host and is_port) or host.startswith("unix:"):
        raise AddressError(f'"{text}" is no address; write HOST:PORT, like 127.0.0.1:50051' + (
            ", or unix:/path" if unix else ""))
    return Address(host, int(port))


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
