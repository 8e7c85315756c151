"""What the probe says of a network that misbehaves in known ways."""

import time
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from labs import backend
from labs.bare import bare_delay
from labs.errors import LabError
from labs.measured import Count, Span, Stream, count
from labs.network import EmulatedNetwork, running
from labs.probe import Flow, Prober, load, probing
from topologies.builders import linear

Seen = dict[str, Any]
LINE = linear(3)
NODES, LINKS = ("h1", "s1", "s2", "s3", "h3"), ("h1-s1", "s1-s2", "s2-s3", "h3-s3")


@pytest.fixture(scope="module")
def seen(in_sandbox: Callable[..., Any]) -> Seen:
    found: Seen = in_sandbox(look)
    return found


def look() -> Seen:
    with running(LINE, backend.attempt()) as network:
        found: Seen = {"bare": bare_delay(network, NODES, LINKS), "left": network.dump("s2")}
        join(network)
        with probing(network) as prober:
            probed(prober, 0.3)  # ARP and the switches' caches
            found["healthy"] = probed(prober, 1)
            network.lose("s1-s2", 0.05, seed=3, sent_from="s1")
            found["lossy"] = probed(prober, 1)
            found["lost on the wire"] = lost_on(network, "s1-s2")
            network.lose("s1-s2", 0, seed=3)
            network.ofctl("s2", "mod-flows", f"in_port={inner('s2', 's1-s2')},actions={out('s2', 's2-s3')},output:1")
            found["strayed"] = probed(prober, 0.5)
            network.ofctl("s2", "mod-flows", f"in_port={inner('s2', 's1-s2')},actions={out('s2', 's2-s3')},"
                                             f"{out('s2', 's2-s3')}")
            found["doubled"] = probed(prober, 0.5)
            found["looped"] = sum(passage.looped for passage in network.wires.passages())
            join(network)
            press = prober.press(load("load", "h1", "h3", 20e6))
            time.sleep(0.3)
            before, begun = carried(network), time.monotonic()
            time.sleep(1)
            found["load"] = (carried(network) - before) / (time.monotonic() - begun)
            found["beside load"] = probed(prober, 0.5)
            prober.stop(press)
            found["small"] = refused(prober, Flow("small", "h1", "h3", frame_bytes=60))
            found["nobody"] = refused(prober, Flow("nobody", "h1", "h9"))
    return found


def join(network: EmulatedNetwork) -> None:
    """Rules that join h1 and h3."""
    for before, switch, behind in zip(LINKS, NODES[1:-1], LINKS[1:], strict=False):
        for link, other in ((before, behind), (behind, before)):
            network.ofctl(switch, "add-flow", f"in_port={inner(switch, link)},actions={out(switch, other)}")


def inner(switch: str, link: str) -> int | None:
    return LINE.arc_by_ends[link, switch].out_port


def out(switch: str, link: str) -> str:
    return f"output:{inner(switch, link)}"


def probed(prober: Prober, seconds: float) -> tuple[Count, Count]:
    """A probe both ways of 1,000 packets a second: what became of them."""
    flow = Flow("probe", "h1", "h3")
    numbers = prober.start(flow), prober.start(flow.mirrored())
    time.sleep(seconds)
    there, back = (counted(stream) for stream in prober.stop(*numbers))
    return there, back


def counted(stream: Stream) -> Count:
    return count(stream, Span("all", stream.sent_ns[0], stream.sent_ns[-1] + 1))


def lost_on(network: EmulatedNetwork, link: str) -> int:
    return sum(drop.frames for drop in network.drops() if (drop.link, drop.cause) == (link, "loss"))


def carried(network: EmulatedNetwork) -> int:
    """Bits that s2 has sent towards s3, as its port's rate counts them."""
    said = network.run("s2", ("tc", "-s", "class", "show", "dev", f"s2-{inner('s2', 's2-s3')}"))
    return int(said.split("Sent ")[1].split()[0]) * 8


def refused(prober: Prober, flow: Flow) -> str:
    with pytest.raises(LabError) as caught:
        prober.start(flow)
    return str(caught.value)


def counts(found: Sequence[Count]) -> list[tuple[int, int, int, int]]:
    return [(each.lost, each.duplicated, each.reordered, each.misdelivered) for each in found]


def test_the_bare_emulation_is_quicker_than_a_millisecond(seen: Seen) -> None:
    bare = seen["bare"]
    assert bare.statistic_ns("p50") < 1_000_000
    assert bare.lost == bare.duplicated == bare.misdelivered == 0
    assert bare.sent > 3000


def test_the_bare_measure_leaves_no_rule(seen: Seen) -> None:
    assert "actions" not in seen["left"]


def test_a_healthy_network_loses_nothing(seen: Seen) -> None:
    assert counts(seen["healthy"]) == [(0, 0, 0, 0), (0, 0, 0, 0)]
    assert all(each.sent > 800 for each in seen["healthy"])


def test_every_packet_lost_on_a_wire_is_missed_by_the_probe(seen: Seen) -> None:
    there, back = seen["lossy"]
    assert there.lost == seen["lost on the wire"] > 10
    assert there.gap_ns >= 900_000
    assert back.lost == 0


def test_a_packet_at_the_wrong_host_is_seen(seen: Seen) -> None:
    there, back = seen["strayed"]
    assert there.misdelivered == there.sent > 300
    assert there.lost == there.duplicated == back.misdelivered == 0


def test_copies_are_seen_by_the_probe_and_on_the_wire(seen: Seen) -> None:
    there, _ = seen["doubled"]
    assert there.duplicated == there.sent == seen["looped"]
    assert there.lost == 0


def test_load_has_the_rate_that_was_asked_for(seen: Seen) -> None:
    there, _ = seen["beside load"]
    assert there.lost == 0
    assert seen["load"] == pytest.approx(20e6, rel=0.1)


@pytest.mark.parametrize(("case", "said"), [("small", "64 bytes at least, 60"), ("nobody", "no host 'h9'")])
def test_probes_that_cannot_be_are_refused(seen: Seen, case: str, said: str) -> None:
    assert said in seen[case]
