"""20,000 flows into one Open vSwitch (netdev, in a sandbox), from the first that is sent to the answer to the barrier.

The peers are Open vSwitch's own ovs-ofctl, written in C, which reads the same flows from a file: one by one as ever, and in
one transaction (`--bundle`). Each begins with tables that hold the groups and no flow; how many flows the switch has
afterwards is asked of it each time.
"""

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

from controller.facts import Confirmed
from intents.rules import Change
from tests.bench.flows import one_switch
from tests.bench.row import Row
from tests.emulated.ofctl_text import flow_text
from tests.emulated.test_southbound import joined
from topologies.builders import linear

IN_SANDBOX = True
FLOWS = 20_000


def rows() -> Iterator[Row]:
    """The rows."""
    rules = one_switch(FLOWS)
    changes = [Change("add", flow) for flow in rules.flows.values()]
    with joined(linear(2)) as loop, tempfile.TemporaryDirectory() as folder:
        loop.send(*(Change("add", item) for kind in (rules.groups, rules.meters) for item in kind.values()))
        text = Path(folder, "flows")
        text.write_text("".join(f"{flow_text(flow)}\n" for flow in rules.flows.values()), encoding="ascii")

        def ours() -> None:
            loop.southbound.send(1, changes, token=1)
            loop.next(Confirmed)

        def ofctl(*options: str) -> None:
            loop.network.ofctl("s1", "add-flows", str(text), *options)

        def held() -> None:
            told = loop.network.ofctl("s1", "dump-aggregate")
            assert f"flow_count={FLOWS}" in told.split(), told

        row = Row(f"{FLOWS:,} flows into one Open vSwitch", ours, ofctl, "ovs-ofctl add-flows", least=4, by_the_wall=True,
                  before=lambda: loop.network.ofctl("s1", "del-flows"), outcome=held)
        yield row
        yield replace(row, peer=partial(ofctl, "--bundle"), peer_is="ovs-ofctl --bundle add-flows", least=0.9)
