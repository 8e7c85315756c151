"""Packets that are taken for alike go alike: what is told of each is what a walk of its own finds."""

from functools import partial

from hypothesis import given
from hypothesis import strategies as st

from intents.compiler import compile_rules
from intents.failures import followed
from intents.pending import Pending
from intents.proof import Foreseen
from intents.reach import Reach
from intents.rules import IPV4, Flow, RuleSet, Table, match
from intents.steps import diff
from intents.tables import Tables
from intents.traffic import Traffic
from tests.intents.worlds import disturbed_steps, network_of, networks, plans


@given(st.data())
def test_what_is_told_of_a_packet_is_what_its_own_walk_finds(data: st.DataObject):
    network = data.draw(networks())
    before, after = data.draw(plans(network)), data.draw(plans(network))
    installed = compile_rules(network, before, RuleSet())
    steps = data.draw(disturbed_steps(diff(installed, compile_rules(network, after, installed))))
    tables, traffic = Tables(installed), Traffic(network, before, after)
    reach = Reach(network, traffic.pairs, tables, steps)
    for step in steps:
        pending = Pending(tables, step.changes)
        foreseen = Foreseen(network, pending)
        for pair in sorted(traffic.pairs):
            for sample in traffic.samples(pair, reach.rules_of(pair)):
                for failure in sample.failures:
                    own = [*pending.ways(partial(followed, network, pending, sample.packet, sample.source.at, failure))]
                    assert foreseen.ways(sample, failure) == own
        for change in step.changes:
            tables.apply(change)


def test_a_walk_serves_for_all_that_differ_in_nothing_asked_and_for_no_others():
    network = network_of(2, [(1, 2)], [1, 2])
    rules = compile_rules(network, {}, RuleSet())
    kinds = [(), (("ip_proto", 6),), (("ip_dscp", 7),)]

    def walks(rules: RuleSet) -> int:
        foreseen = Foreseen(network, Pending(Tables(rules), ()))
        samples = Traffic(network, {}, {}).samples(("h1", "h2"), kinds)
        assert len(samples) == 4
        for sample in samples:
            foreseen.ways(sample, frozenset())
        return foreseen.walks

    asking = Flow(1, Table.CLASSIFY, 300, match(eth_type=IPV4, ip_dscp=7))
    assert walks(RuleSet()) == walks(rules) == 2  # TCP has ports, which the others have not
    assert walks(RuleSet({**rules.flows, asking.key: asking})) == 4
