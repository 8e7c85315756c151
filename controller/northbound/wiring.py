"""What joins what in a network, as a message and read back: all that a walk through real switches has to know of it."""

from controller.northbound.isochrone.v1 import controller_pb2 as pb
from topologies.model import Dpid, Host, Link, PortId, Switch, Topology

_NO_MAC = "00:00:00:00:00:00"


def wiring_message(network: Topology) -> pb.Wiring:
    """The names, numbers and cables of a network."""
    return pb.Wiring(
        name=network.name, switches=[pb.WiredSwitch(name=each.name, dpid=each.dpid) for each in network.switches],
        links=[pb.WiredLink(name=each.name, a=_port_message(each.a), b=_port_message(each.b)) for each in network.links],
        hosts=[pb.WiredHost(name=each.name, at=_port_message(each.at)) for each in network.hosts])


def network_of(wiring: pb.Wiring) -> Topology:
    """A network with these cables; of capacities, delays and addresses it knows nothing."""
    return Topology(
        wiring.name, tuple(Switch(each.name, Dpid(each.dpid)) for each in wiring.switches),
        tuple(Link(each.name, _port(each.a), _port(each.b), 0, None) for each in wiring.links),
        tuple(Host(each.name, _port(each.at), _NO_MAC, (), 0, None) for each in wiring.hosts))


def _port_message(port: PortId) -> pb.WiredPort:
    return pb.WiredPort(switch=port.switch, number=port.number)


def _port(message: pb.WiredPort) -> PortId:
    return PortId(message.switch, message.number)
