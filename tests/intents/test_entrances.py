"""What a host could send: whatever rules let in that belongs to nobody is found, and nothing else."""

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.base_rules import mac_number
from intents.compiler import compile_rules
from intents.forwarding import walk
from intents.packets import LabelEntry, Packet
from intents.proof import Proof, prove
from intents.rules import ARP, IPV4, MPLS, Change, Flow, Output, RuleSet, Step, Table, match
from intents.steps import diff
from tests.intents.worlds import by_key, network_of, networks, placed, plans
from topologies.model import Host, Topology

NOTHING = RuleSet()
RING = network_of(3, [(1, 2), (2, 3), (3, 1)], [1, 2, 1, 3])
H1, H2, H3, H4 = RING.hosts
PLAN = by_key(placed(RING, "h3", "h2", ("l1",), ("l1",)))
RULES = compile_rules(RING, PLAN, NOTHING)
LABEL = next(field.value for flow in RULES.flows.values() if flow.dpid == 1 for field in flow.match
             if field.name == "mpls_label")


def admission(host: Host) -> Flow:
    """The rule that hears a host's packets."""
    return next(flow for flow in RULES.flows.values() if flow.table == Table.ADMIT and flow.goto == Table.CLASSIFY
                and flow.dpid == RING.switch_by_name[host.at.switch].dpid
                and ("in_port", host.at.number) in {(field.name, field.value) for field in flow.match})


def without(flow: Flow, *names: str) -> Flow:
    """A rule that asks for less."""
    return replace(flow, match=tuple(field for field in flow.match if field.name not in names))


def installed(*wrong: Flow) -> Proof:
    """The proof of an installation in which some rules are added."""
    steps = diff(NOTHING, RULES)
    return prove(RING, NOTHING, (*steps, Step("prepare", tuple(Change("add", flow) for flow in wrong))), {}, PLAN)


def test_what_the_compiler_lets_in_is_what_connections_want():
    assert installed().holds


@pytest.mark.parametrize(("wrong", "source", "target", "sent"), [
    (without(admission(H1), "ipv4_src"), "h1", "h2", {"ipv4_src": 0x0A000003}),
    (without(admission(H1), "ipv4_src", "eth_src"), "h1", "h2", {"ipv4_src": 0x0A000003}),
    (replace(admission(H1), priority=200, goto=Table.DELIVER), "h1", "h3", {"ipv4_dst": 0x0A000003}),
    (replace(without(admission(H3), "vlan_vid"), priority=200), "h3", "h2", {"vlan_vid": 0x1FFE}),
    (Flow(1, Table.ADMIT, 9, match(in_port=H1.at.number, eth_type=MPLS), goto=Table.LABEL), "h1", "h3", {}),
    (Flow(1, Table.ADMIT, 9, match(in_port=H1.at.number), (Output(H3.at.number),)), "h1", "h3", {}),
    (Flow(1, Table.ANSWER, 200, match(eth_type=ARP, arp_op=2), (Output(H3.at.number),)), "h1", "h3", {"arp_op": 2}),
    (Flow(1, Table.CLASSIFY, 9, match(eth_type=IPV4, ip_proto=6, tcp_dst=80), (Output(H3.at.number),)), "h1", "h3",
     {"tcp_dst": 80}),
])
def test_a_rule_that_lets_in_more_is_a_leak(wrong: Flow, source: str, target: str, sent: dict[str, int]):
    found = [each for each in installed(wrong).counterexamples if each.source == source]
    assert {(each.violation, each.connection) for each in found} == {("leak", None)}
    assert target in {each.target for each in found}
    assert any(sent.items() <= each.packet.fields.items() for each in found)


def test_a_label_that_a_host_pushes_itself_carries_it_nowhere():
    wrong = Flow(1, Table.ADMIT, 9, match(in_port=H1.at.number, eth_type=MPLS, mpls_label=LABEL), goto=Table.LABEL)
    (leak, *_) = installed(wrong).counterexamples
    assert (leak.packet.stack[0].label, leak.source, leak.step) == (LABEL, "h1", len(diff(NOTHING, RULES)))


def test_a_door_that_stands_open_for_a_part_of_a_step_alone_is_found():
    wide = without(admission(H1), "ipv4_src")
    step = Step("prepare", (Change("add", wide), Change("delete", wide)))
    proof = prove(RING, RULES, (step,), PLAN, PLAN)
    assert {(each.step, len(each.arrived), len(each.missing)) for each in proof.counterexamples} == {(0, 1, 1)}


def test_what_stands_is_proved_for_the_hosts_of_its_connections():
    wide = without(admission(H3), "ipv4_src")
    assert prove(RING, RULES, (), {}, PLAN).holds
    broken = RuleSet({**RULES.flows, wide.key: wide}, RULES.groups)
    other = by_key(*PLAN.values(), placed(RING, "h1", "h4", ("l3",), name="other"))
    rules = compile_rules(RING, other, broken)
    (leak, *_) = prove(RING, RuleSet({**rules.flows, wide.key: wide}, rules.groups), (), {}, other).counterexamples
    assert (leak.violation, leak.source, leak.target, leak.packet.fields["ipv4_src"]) == ("leak", "h3", "h4", 0x0A000001)


# exactness: against many packets of every sort, walked one by one


def every_frame(network: Topology, rules: RuleSet):
    macs = [*(mac_number(host.mac) for host in network.hosts), 7]
    addresses = [*(int(host.addresses[0].ip) for host in network.hosts), 9]
    labels = sorted({field.value for flow in rules.flows.values() for field in flow.match if field.name == "mpls_label"})
    for mac, vlan, source, target in product(macs, (0, 0x1005), addresses, addresses):
        ethernet = {"eth_src": mac, "eth_dst": 1, "vlan_vid": vlan}
        for proto, ports in ((17, {"udp_src": 9, "udp_dst": 5004}), (6, {"tcp_src": 80, "tcp_dst": 9}), (50, {})):
            ip = {**ethernet, "eth_type": IPV4, "ipv4_src": source, "ipv4_dst": target, "ip_proto": proto, "ip_dscp": 46}
            yield Packet({**ip, **ports})
        for label, more in product(labels, (0, 1)):
            yield Packet({**ip, **ports}, (LabelEntry(label), *[LabelEntry(99)] * more))
        for op in (1, 2):
            yield Packet({**ethernet, "eth_type": ARP, "arp_op": op, "arp_spa": source, "arp_tpa": target, "arp_sha": mac,
                          "arp_tha": 0})


def leaks(network: Topology, rules: RuleSet, plan) -> set[tuple[str, str]]:
    """Who reaches whom with what is no connection's of theirs."""
    found = set()
    ends = {(path.nodes[0], path.nodes[-1]) for each in plan.values() for path in each.paths}
    for host, sent in product(network.hosts, every_frame(network, rules)):
        for end in walk(network, rules, sent, host.at).ends:
            target = network.host_at.get(end.at)
            is_own = not sent.stack and sent.fields["vlan_vid"] == 0 and target is not None and (
                host.name, target.name) in ends and sent.fields["eth_src"] == mac_number(host.mac) and (
                    sent.fields.get("ipv4_src") == int(host.addresses[0].ip))
            if end.what == "delivered" and end.at != host.at and not is_own:
                found.add((host.name, target.name))
    return found


@st.composite
def loosened(draw: st.DrawFn, rules: RuleSet) -> RuleSet:
    """Rules of which one of those that hear, answer or classify asks for less, or leads elsewhere."""
    flows = [flow for _, flow in sorted(rules.flows.items()) if flow.table in (Table.ADMIT, Table.CLASSIFY, Table.ANSWER)]
    flow = draw(st.sampled_from(flows))
    names = draw(st.sets(st.sampled_from([field.name for field in flow.match if field.name not in ("eth_type", "in_port")]
                                         or [""]), max_size=2))
    less = replace(without(flow, *names), priority=draw(st.sampled_from((50, flow.priority, 200))))
    if draw(st.booleans()):
        later = [table for table in (Table.CLASSIFY, Table.DELIVER) if table > less.table]
        less = replace(less, actions=(), goto=draw(st.sampled_from((*later, None))))
    return RuleSet({**rules.flows, less.key: less}, rules.groups, rules.meters)


@pytest.mark.slow
@given(st.data())
def test_whoever_reaches_whom_against_all_wishes_is_found(data: st.DataObject):
    network = data.draw(networks(most_switches=3, most_hosts=3))
    plan = data.draw(plans(network, most=2))
    rules = data.draw(loosened(compile_rules(network, plan, NOTHING)))
    proof = prove(network, NOTHING, diff(NOTHING, rules), {}, plan)
    found = {(each.source, each.target) for each in proof.counterexamples if each.violation == "leak"}
    assert leaks(network, rules, plan) <= found
