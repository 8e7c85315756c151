"""Addresses: what they look like, and whether the way to them leaves the machine."""

import pytest

from controller.address import Address, parse_address


@pytest.mark.parametrize(("text", "host", "port", "stays_here"), [
    ("127.0.0.1:50051", "127.0.0.1", 50051, True),
    ("127.8.0.1:1", "127.8.0.1", 1, True),
    ("localhost:0", "localhost", 0, True),
    ("[::1]:50051", "::1", 50051, True),
    ("unix:/run/isochrone.sock", "/run/isochrone.sock", None, True),
    ("0.0.0.0:50051", "0.0.0.0", 50051, False),
    ("192.0.2.7:6653", "192.0.2.7", 6653, False),
    ("[2001:db8::1]:6653", "2001:db8::1", 6653, False),
    ("controller.example:50051", "controller.example", 50051, False),
])
def test_addresses(text: str, host: str, port: int | None, stays_here: bool) -> None:
    address = parse_address(text, unix=True)
    assert address == Address(host, port)
    assert str(address) == text
    assert address.stays_here is stays_here


@pytest.mark.parametrize("text", ["", "127.0.0.1", ":50051", "127.0.0.1:", "127.0.0.1:65536", "a:b", "a:-1", "unix:", "a:٣"])
def test_what_is_no_address_says_what_would_be(text: str) -> None:
    with pytest.raises(ValueError, match=r"write HOST:PORT, like 127\.0\.0\.1:50051, or unix:/path"):
        parse_address(text, unix=True)


def test_switches_do_not_connect_to_unix_sockets() -> None:
    with pytest.raises(ValueError, match="write HOST:PORT"):
        parse_address("unix:/run/x", unix=False)
