"""A controller of the metro without switches, its real loop and store behind real gRPC, for each test."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from controller.address import Address
from controller.agent.loop import Loop
from controller.northbound.client import Client
from controller.northbound.server import serve
from controller.store.sqlite import open_store
from intents.probes import Probe
from intents.rules import Change
from topologies.metro import metro


class NoSwitches:
    """A southbound that nobody ever connects to."""

    def read(self, dpid: int, token: int) -> None:
        raise AssertionError(f"switch {dpid} is not there")

    def send(self, dpid: int, changes: Sequence[Change], token: int) -> None:
        raise AssertionError(f"switch {dpid} is not there")

    def probe(self, probe: Probe, token: int) -> None:
        raise AssertionError(f"switch {probe.dpid} is not there")


@pytest.fixture
def loop(tmp_path: Path) -> Iterator[Loop]:
    made = Loop(metro(), open_store(str(tmp_path / "store.db")), NoSwitches())
    made.start()
    yield made
    made.stop()


@pytest.fixture
def address(loop: Loop) -> Iterator[Address]:
    northbound = serve(Address("127.0.0.1", 0), None, metro(), loop)
    yield northbound.address
    northbound.stop()


@pytest.fixture
def client(address: Address) -> Iterator[Client]:
    with Client(address) as made:
        yield made
