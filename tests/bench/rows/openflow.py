"""Flows as the bytes of OpenFlow 1.3 and back: 20,000 written, 3,000 of a switch's report read, their counters as well.

The peer is the OpenFlow library, whose classes the messages would be made of: it makes an object of each field and action.
A report comes in parts of 64 kB, and nothing of an earlier one is known.
"""

from collections.abc import Callable, Iterator

from controller.southbound import counters, decode, encode
from controller.southbound.framework import parser
from intents.rules import Change, Flow, Table
from tests import fake_switch
from tests.bench.flows import one_switch
from tests.bench.row import Row
from tests.controller.southbound import oracle

WRITTEN, READ = 20_000, 3_000
PART = 500
"""Flows of ours in 64 kB."""


def rows() -> Iterator[Row]:
    """The rows."""
    changes = [Change("add", flow) for flow in one_switch(WRITTEN).flows.values()]
    yield Row(f"{WRITTEN:,} flows to flow-mods", lambda: b"".join(encode.batch(changes, 7)), lambda: b"".join(
        [*(oracle.message(change, 7) for change in changes), oracle.barrier(7)]), "os-ken's classes", least=15)
    flows = list(one_switch(READ).flows.values())
    classify = [change.item for change in changes if change.item.table == Table.CLASSIFY][:READ]
    yield _read("flows of a report", flows, _flows)
    yield _read("classify flows' counters of a report", classify, _counters)


def _read(what: str, flows: list[Flow], ours: Callable[[list[bytes]], object]) -> Row:
    parts = [fake_switch.report(fake_switch.FLOWS, flows[start:start + PART]) for start in range(0, len(flows), PART)]
    assert all(len(part) < 1 << 16 for part in parts)
    return Row(f"{len(flows):,} {what} to values", lambda: ours(parts), lambda: _library(parts), "os-ken's classes",
               least=50)


def _flows(parts: list[bytes]) -> tuple[int, int]:
    """How many flows there are, and the last one's cookie."""
    report = decode.FlowReport(1)
    found = [flow for part in parts for flow in report.part(part)[0]]
    return len(found), found[-1].cookie


def _counters(parts: list[bytes]) -> tuple[int, int]:
    found = [count for part in parts for count in counters.flows(part)]
    return len(found), found[-1].cookie


def _library(parts: list[bytes]) -> tuple[int, int]:
    found = []
    for part in parts:
        at = 0
        while at < len(part):
            found.append(parser.OFPFlowStats.parser(part, at))
            at += found[-1].length
    return len(found), found[-1].cookie
