"""Rules as a large switch of ours holds them: those of a whole network, moved to one."""

from dataclasses import replace

from controller.reference import Reference
from intents.compiler import compile_rules
from intents.model import Connection, Plan, Selector, Wanted
from intents.planner import plan
from intents.rules import RuleSet, Table, rule_set

NETWORK = "topohub:gabriel/25/0"


def one_switch(count: int, dpid: int = 1) -> RuleSet:
    """That many flows, and the groups and meters that there are. All flows of the pipeline's other tables are among them,
    one in ten or so; the rest are classify flows, two a connection."""
    network = Reference(NETWORK, "100 Gbps").load(lambda name: name)
    hosts = [host.name for host in network.hosts]
    wishes = tuple(_wish(number, hosts) for number in range(count // 2))
    everywhere = compile_rules(network, plan(network, Plan(), Wanted(wishes)).placements, RuleSet())
    moved = rule_set([replace(item, dpid=dpid) for kind in (everywhere.flows, everywhere.groups, everywhere.meters)
                      for item in kind.values()])
    flows = sorted(moved.flows.items(), key=lambda pair: pair[1].table == Table.CLASSIFY)
    assert len(flows) >= count
    return RuleSet(dict(flows[:count]), moved.groups, moved.meters)


def _wish(number: int, hosts: list[str]) -> Connection:
    """Connections of all pairs, each with a port of its own."""
    one, other = sorted((hosts[number % 25], hosts[(number + 1 + number // 25 % 24) % 25]))
    return Connection(f"i{number}/{one}-{other}", f"i{number}", f"i{number}", one, other,
                      selector=Selector("udp", None, 1 + number))
