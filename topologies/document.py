"""A topology as a document: its fields with their types, and a topology written as one."""

import re
from collections.abc import Mapping
from ipaddress import IPv4Interface, IPv4Network
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import Field

from topologies.emit import Data
from topologies.fields import (
    API_VERSION,
    SCALAR,
    Labels,
    Name,
    Part,
    Rate,
    Said,
    Time,
    TimeOrZero,
    text_by,
    whole_number,
)
from topologies.model import D_03_SWITCH_DELAY_NS, D_04_QUEUES_NS, D_13_LINK_MTU, Host, Link, Switch, Topology
from topologies.units import render_rate, render_time


class End(NamedTuple):
    """Where a cable ends: a switch, and its port where one is said."""

    switch: str
    port: int | None


_END = re.compile(r"([A-Za-z0-9][-A-Za-z0-9_.]*)(?::([1-9][0-9]{0,9}))?")
_DPID = "[0-9a-fA-F]{16}"
_MAC = re.compile(r"[0-9a-f]{2}(:[0-9a-f]{2}){5}")
_LINK_NAME = re.compile(r"[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?(#[1-9][0-9]*)?")
_LONGEST_LINK_NAME = 2 * 128 + len("-#") + 9
"""Characters: the names of two switches, and the number of a parallel link."""

_NO_HOSTS = tuple(map(IPv4Network, ("0.0.0.0/8", "127.0.0.0/8", "224.0.0.0/4", "255.255.255.255/32")))
"""Addresses that no host has on a wire (RFC 6890, RFC 5771): unset, loopback, multicast, broadcast."""


def _end(text: str) -> End:
    found = _END.fullmatch(text)
    if not found or int(found[2] or 1) > 0xFFFFFF00:
        raise ValueError(f'"{text[:40]}" is not a port; write it like "s1:2" (1 to 4,294,967,040), or "s1" for any')
    return End(found[1], int(found[2]) if found[2] else None)


def _dpid(text: str) -> int:
    if not re.fullmatch(_DPID, text) or not int(text, 16):
        raise ValueError(f'"{text[:40]}" is not a datapath id; write 16 hexadecimal digits, not all zero, '
                         'like "0000000000000001"')
    return int(text, 16)


def _mac(text: str) -> str:
    mac = text.lower()
    if not _MAC.fullmatch(mac) or not int(mac.replace(":", ""), 16) or int(mac[1], 16) & 1:
        raise ValueError(f'"{text[:40]}" is not the MAC address of a host; write it like "00:00:00:00:00:01"')
    return mac


def _address(text: str) -> IPv4Interface:
    if ":" in text:
        raise ValueError(f'"{text[:40]}" is an IPv6 address, which no table of ours carries yet; give an IPv4 address')
    try:
        address = IPv4Interface(text if re.search(r"/[0-9]+$", text) else "")
    except ValueError:
        raise ValueError(f'"{text[:40]}" is not an address with its prefix; write it like 10.0.0.1/24') from None
    if any(address.ip in reserved for reserved in _NO_HOSTS):
        raise ValueError(f"{text} is not the address of a host (unset, loopback, multicast or broadcast); write it like "
                         "10.0.0.1/24")
    if address.network.prefixlen < 31 and address.ip in (address.network[0], address.network[-1]):
        raise ValueError(f"{text} names its whole network, not one end of it; write it like 10.0.0.1/24")
    return address


def _link_name(text: str) -> str:
    if len(text) > _LONGEST_LINK_NAME or not _LINK_NAME.fullmatch(text):
        raise ValueError(f'"{text[:40]}" is not the name of a link; write it like s1-s2')
    return str(text)


CableEnd = Annotated[End, text_by(_end, "a port", f"^{_END.pattern}$", SCALAR)]
Address = Annotated[IPv4Interface, text_by(_address, "an address", "^[0-9.]+/[0-9]+$")]
LinkName = Annotated[str, text_by(_link_name, "a name", f"^{_LINK_NAME.pattern}$", SCALAR)]
Datapath = Annotated[int, text_by(_dpid, "a datapath id", f"^{_DPID}$", ("string", "number"))]
Mac = Annotated[str, text_by(_mac, "a MAC address", "^[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){5}$")]
Mtu = Annotated[int | None, whole_number(68, 65535)]


class SwitchEntry(Part):
    """`delay` is the time through it in ns, where it is not the default's."""

    name: Name = Field(examples=["s1"])
    dpid: Datapath = Field(examples=['"0000000000000001"'])
    delay: Said[TimeOrZero] = None
    site: Said[Name] = None
    region: Said[Name] = None
    labels: Said[Labels] = None


class LinkEntry(Part):
    """A cable between two switches: bit/s, ns one way, bytes."""

    name: Said[LinkName] = None
    a: CableEnd = Field(examples=['"s1:2"'])
    b: CableEnd = Field(examples=['"s2:1"'])
    capacity: Rate = Field(examples=["100 Mbps"])
    delay: Said[TimeOrZero] = None
    mtu: Mtu = None
    srlg: Said[tuple[Name, ...]] = None
    cost: Annotated[int | None, whole_number(1, 2**31)] = None
    labels: Said[Labels] = None


class HostEntry(Part):
    """An end system and its cable."""

    name: Name = Field(examples=["surgeon"])
    at: CableEnd = Field(examples=['"s1:1"'])
    mac: Mac = Field(examples=['"00:00:00:00:00:01"'])
    addresses: Annotated[tuple[Address, ...], Field(min_length=1, examples=["[10.0.0.1/24]"])]
    capacity: Rate = Field(examples=["1 Gbps"])
    delay: Said[TimeOrZero] = None
    mtu: Mtu = None
    labels: Said[Labels] = None


class GatewayEntry(Part):
    """An address that the network itself answers for."""

    address: Address = Field(examples=["10.0.0.254/24"])


class GroupEntry(Part):
    """Hosts under one name."""

    name: Name = Field(examples=["ward"])
    members: Annotated[tuple[Name, ...], Field(min_length=1, examples=["[surgeon]"])]


class Queues(Part):
    """The longest each class's queue may get on a link, in ns at the link's rate."""

    delay_critical: Said[Time] = None
    guaranteed: Said[Time] = None
    assured: Said[Time] = None
    best_effort: Said[Time] = None


class Defaults(Part):
    """What holds where nothing else is said."""

    switch_delay: Said[TimeOrZero] = None
    queues: Said[Queues] = None


class TopologySpec(Part):
    """A network. The order of entries matters only where ports are left out. `assumed` names what is written here and
    nobody has declared or measured: capacities, delays that follow from a length."""

    assumed: Said[tuple[Literal["capacity", "length"], ...]] = None
    defaults: Said[Defaults] = None
    switches: Annotated[tuple[SwitchEntry, ...],
                        Field(min_length=1, examples=['[{name: s1, dpid: "0000000000000001"}]'])]
    links: Said[tuple[LinkEntry, ...]] = None
    hosts: Said[tuple[HostEntry, ...]] = None
    gateways: Said[tuple[GatewayEntry, ...]] = None
    groups: Said[tuple[GroupEntry, ...]] = None


class Named(Part):
    """Metadata of what is known by its name alone."""

    name: Name = Field(examples=["metro"])


class TopologyDocument(Part):
    """The whole document."""

    api_version: Literal["isochrone/v1"] = Field(alias="apiVersion", examples=[API_VERSION])
    kind: Literal["Topology"]
    metadata: Named = Field(examples=["{name: metro}"])
    spec: TopologySpec


def topology_document(topology: Topology) -> Data:
    """A topology as plain data for `emit`. Law: `read_topology(emit(topology_document(x)), "") == x`."""
    common = _common_delay(topology)
    switch_delay = None if "switch-delay" in topology.assumed else common
    declared = {name: render_time(time) for name, time in topology.queues_ns
                if "queues" not in topology.assumed or (name, time) not in D_04_QUEUES_NS}
    return {
        "apiVersion": API_VERSION, "kind": "Topology", "metadata": {"name": topology.name},
        "spec": _said({
            "assumed": [each for each in topology.assumed if each in ("capacity", "length")],
            "defaults": _said({"switch-delay": _time(switch_delay), "queues": declared}),
            "switches": [_switch(each, common) for each in topology.switches],
            "links": [_link(each, "mtu" in topology.assumed) for each in topology.links],
            "hosts": [_host(each) for each in topology.hosts],
            "gateways": [{"address": str(each)} for each in topology.gateways],
            "groups": [{"name": name, "members": list(members)} for name, members in topology.groups]})}


def _common_delay(topology: Topology) -> int | None:
    """The delay that a switch need not declare, None where each declares its own."""
    if "switch-delay" in topology.assumed:
        return D_03_SWITCH_DELAY_NS
    delays = {switch.delay_ns for switch in topology.switches}
    return delays.pop() if len(delays) == 1 else None


def _switch(switch: Switch, common: int | None) -> Data:
    return _said({"name": switch.name, "dpid": f"{switch.dpid:016x}",
                  "delay": None if switch.delay_ns == common else _time(switch.delay_ns),
                  "site": switch.site, "region": switch.region, "labels": dict(switch.labels)})


def _link(link: Link, is_mtu_assumed: bool) -> Data:
    return _said({"name": link.name, "a": str(link.a), "b": str(link.b), "capacity": render_rate(link.capacity_bps),
                  "delay": _time(link.delay_ns),
                  "mtu": None if is_mtu_assumed and link.mtu == D_13_LINK_MTU else link.mtu,
                  "srlg": list(link.srlg), "cost": link.cost,
                  "labels": dict(link.labels)})


def _host(host: Host) -> Data:
    return _said({"name": host.name, "at": str(host.at), "mac": host.mac,
                  "addresses": [str(each) for each in host.addresses], "capacity": render_rate(host.capacity_bps),
                  "delay": _time(host.delay_ns), "mtu": host.mtu, "labels": dict(host.labels)})


def _time(time_ns: int | None) -> str | None:
    return None if time_ns is None else render_time(time_ns)


def _said(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Without what says nothing."""
    return {key: value for key, value in fields.items() if value not in (None, [], {})}
