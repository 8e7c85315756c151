"""A rule set with every form of match, action, group and meter that the values of intents/rules.py can hold."""

from intents.rules import (
    CONTROLLER,
    GROUP_IDS,
    IN_PORT,
    METER_IDS,
    VLAN_NONE,
    Action,
    Bucket,
    CopyField,
    DecMplsTtl,
    Flow,
    Group,
    Item,
    Kind,
    Match,
    Meter,
    Output,
    PopMpls,
    PushMpls,
    RuleSet,
    SetField,
    SetMplsTtl,
    Table,
    ToGroup,
    cookie,
    match,
    rule_set,
)

IP, IPV6, ARP, MPLS = 0x0800, 0x86DD, 0x0806, 0x8847
ONE, PROTECTED, TRANSIT, NOTHING, DEAD = GROUP_IDS[:5]
SLOW, FAST = METER_IDS[0], METER_IDS[-1]


def every_form(dpid: int) -> RuleSet:
    """For a switch with ports 1, 2 and 3."""
    items: list[Item] = [*_groups(dpid), Meter(dpid, SLOW, 1, 1), Meter(dpid, FAST, 80_000, 512)]
    for number, (matched, actions, goto, meter) in enumerate(_FLOWS):
        items.append(Flow(dpid, number % 5, 100 + number, matched, actions, goto, meter, cookie(Kind.LABEL, number)))
    items.append(Flow(dpid, Table.ADMIT, 0, ()))
    items.append(Flow(dpid, 253, 0xFFFF, match(in_port=0xFFFFFFFE), cookie=(1 << 64) - 1))
    return rule_set(items)


def _groups(dpid: int) -> list[Group]:
    def pushed(label: int, port: int) -> tuple[Action, ...]:
        return PushMpls(), SetField("mpls_label", label), SetField("mpls_tc", 5), SetMplsTtl(64), Output(port)

    return [
        Group(dpid, ONE, "indirect", (Bucket(pushed(16, 2)),)),
        Group(dpid, PROTECTED, "fast-failover", (Bucket(pushed(17, 2), 2), Bucket(pushed(0xFFFFF, 3), 3))),
        Group(dpid, TRANSIT, "fast-failover", (
            Bucket((Output(2),), 2), Bucket((SetField("mpls_label", 18), Output(IN_PORT)), 3))),
        Group(dpid, NOTHING, "indirect", (Bucket(()),)),
        Group(dpid, DEAD, "fast-failover", ()),
    ]


_FLOWS: tuple[tuple[Match, tuple[Action, ...], int | None, int | None], ...] = (
    (match(in_port=1, vlan_vid=VLAN_NONE, eth_type=IP, eth_src=0x0A, ipv4_src=0x0A000001), (), 253, None),
    (match(in_port=1, vlan_vid=VLAN_NONE, eth_type=ARP, eth_src=0x0A, arp_spa=0x0A000001, arp_sha=0x0A), (), 253, None),
    (match(in_port=1, vlan_vid=VLAN_NONE, eth_type=IPV6, ipv6_src=0xFD << 120 | 5), (), 253, None),
    (match(in_port=2, eth_type=MPLS, mpls_bos=0), (), 253, None),
    (match(in_port=2, eth_type=MPLS, mpls_bos=1, mpls_label=13), (Output(CONTROLLER),), None, SLOW),
    (match(in_port=2, eth_type=0x88CC, eth_dst=0x0180C200000E), (Output(CONTROLLER),), None, SLOW),
    (match(eth_type=IP, ipv4_src=0x0A000001, ipv4_dst=0x0A000002), (ToGroup(ONE),), None, FAST),
    (match(eth_type=IP, ipv4_src=(0x0A000000, 0xFFFFFF00), ip_proto=17, udp_src=1, udp_dst=5004, ip_dscp=46),
     (ToGroup(PROTECTED),), None, FAST),
    (match(eth_type=IP, ip_proto=6, tcp_src=80, tcp_dst=(0x0100, 0xFF00)), (ToGroup(ONE),), None, None),
    (match(eth_type=IP, ip_proto=1), (SetField("ip_dscp", 46),), 253, None),
    (match(eth_type=IP, ip_proto=1, icmpv4_type=8, icmpv4_code=0), (), 253, None),
    (match(eth_type=IPV6, ip_proto=58, icmpv6_type=135, ipv6_nd_target=5), (), None, None),
    (match(eth_type=IPV6, ipv6_dst=(0xFE80 << 112, 0xFFFF << 112)), (SetField("ip_dscp", 10),), 253, None),
    (match(eth_type=MPLS, mpls_label=100), (DecMplsTtl(), ToGroup(TRANSIT)), None, None),
    (match(eth_type=MPLS, mpls_label=101, in_port=2), (DecMplsTtl(), Output(3)), None, None),
    (match(eth_type=MPLS, mpls_label=102, mpls_tc=7), (DecMplsTtl(), SetField("mpls_label", 99), Output(IN_PORT)),
     None, None),
    (match(eth_type=MPLS, mpls_label=103, mpls_bos=1), (PopMpls(IP), SetField("ip_dscp", 46)), 253, None),
    (match(eth_type=MPLS, mpls_label=104, mpls_bos=1), (PopMpls(IPV6),), 253, None),
    (match(eth_type=MPLS, mpls_label=105, mpls_bos=0), (PopMpls(MPLS), DecMplsTtl(), Output(1)), None, None),
    (match(eth_type=IP, ipv4_dst=0x0A000003), (PushMpls(), SetField("mpls_label", 20), SetMplsTtl(64), Output(2)),
     None, None),
    (match(eth_type=IP, ipv4_dst=0x0A000002), (SetField("eth_src", 0x0C), SetField("eth_dst", 0x0B), Output(1)), None, None),
    (match(eth_dst=(0x010000000000, 0x010000000000)), (Output(1), Output(2), Output(3)), None, None),
    (match(vlan_vid=(0x1000, 0x1000)), (), None, None),
    (match(vlan_vid=0x1005, vlan_pcp=3), (), None, None),
    (match(eth_type=ARP, arp_op=1, arp_tpa=0x0A0000FE),
     (CopyField("eth_src", "eth_dst", 48), SetField("eth_src", 0x0F), SetField("arp_op", 2),
      CopyField("arp_sha", "arp_tha", 48), CopyField("arp_spa", "arp_tpa", 32), SetField("arp_sha", 0x0F),
      SetField("arp_spa", 0x0A0000FE), Output(IN_PORT)), None, None),
)
