from controller.northbound.isochrone.v1 import intents_pb2 as _intents_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class StatusRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class StatusResponse(_message.Message):
    __slots__ = ("revision", "settled", "switches", "alarms", "down_links", "autonomy")
    REVISION_FIELD_NUMBER: _ClassVar[int]
    SETTLED_FIELD_NUMBER: _ClassVar[int]
    SWITCHES_FIELD_NUMBER: _ClassVar[int]
    ALARMS_FIELD_NUMBER: _ClassVar[int]
    DOWN_LINKS_FIELD_NUMBER: _ClassVar[int]
    AUTONOMY_FIELD_NUMBER: _ClassVar[int]
    revision: int
    settled: bool
    switches: _containers.RepeatedCompositeFieldContainer[Switch]
    alarms: _containers.RepeatedScalarFieldContainer[str]
    down_links: _containers.RepeatedScalarFieldContainer[str]
    autonomy: str
    def __init__(self, revision: _Optional[int] = ..., settled: _Optional[bool] = ..., switches: _Optional[_Iterable[_Union[Switch, _Mapping]]] = ..., alarms: _Optional[_Iterable[str]] = ..., down_links: _Optional[_Iterable[str]] = ..., autonomy: _Optional[str] = ...) -> None: ...

class Switch(_message.Message):
    __slots__ = ("name", "dpid", "connected", "tables_read", "adopted", "changes_sent", "unclaimed")
    NAME_FIELD_NUMBER: _ClassVar[int]
    DPID_FIELD_NUMBER: _ClassVar[int]
    CONNECTED_FIELD_NUMBER: _ClassVar[int]
    TABLES_READ_FIELD_NUMBER: _ClassVar[int]
    ADOPTED_FIELD_NUMBER: _ClassVar[int]
    CHANGES_SENT_FIELD_NUMBER: _ClassVar[int]
    UNCLAIMED_FIELD_NUMBER: _ClassVar[int]
    name: str
    dpid: int
    connected: bool
    tables_read: bool
    adopted: bool
    changes_sent: int
    unclaimed: int
    def __init__(self, name: _Optional[str] = ..., dpid: _Optional[int] = ..., connected: _Optional[bool] = ..., tables_read: _Optional[bool] = ..., adopted: _Optional[bool] = ..., changes_sent: _Optional[int] = ..., unclaimed: _Optional[int] = ...) -> None: ...

class PurgeRequest(_message.Message):
    __slots__ = ("unclaimed",)
    UNCLAIMED_FIELD_NUMBER: _ClassVar[int]
    unclaimed: bool
    def __init__(self, unclaimed: _Optional[bool] = ...) -> None: ...

class PurgeResponse(_message.Message):
    __slots__ = ("rules",)
    RULES_FIELD_NUMBER: _ClassVar[int]
    rules: int
    def __init__(self, rules: _Optional[int] = ...) -> None: ...

class LoadRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class LoadResponse(_message.Message):
    __slots__ = ("links", "connections")
    LINKS_FIELD_NUMBER: _ClassVar[int]
    CONNECTIONS_FIELD_NUMBER: _ClassVar[int]
    links: _containers.RepeatedCompositeFieldContainer[LinkLoad]
    connections: _containers.RepeatedCompositeFieldContainer[ConnectionRate]
    def __init__(self, links: _Optional[_Iterable[_Union[LinkLoad, _Mapping]]] = ..., connections: _Optional[_Iterable[_Union[ConnectionRate, _Mapping]]] = ...) -> None: ...

class LinkLoad(_message.Message):
    __slots__ = ("link", "source", "rate_bps", "share", "age_ns")
    LINK_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    RATE_BPS_FIELD_NUMBER: _ClassVar[int]
    SHARE_FIELD_NUMBER: _ClassVar[int]
    AGE_NS_FIELD_NUMBER: _ClassVar[int]
    link: str
    source: str
    rate_bps: int
    share: float
    age_ns: int
    def __init__(self, link: _Optional[str] = ..., source: _Optional[str] = ..., rate_bps: _Optional[int] = ..., share: _Optional[float] = ..., age_ns: _Optional[int] = ...) -> None: ...

class ConnectionRate(_message.Message):
    __slots__ = ("key", "direction", "rate_bps", "age_ns")
    KEY_FIELD_NUMBER: _ClassVar[int]
    DIRECTION_FIELD_NUMBER: _ClassVar[int]
    RATE_BPS_FIELD_NUMBER: _ClassVar[int]
    AGE_NS_FIELD_NUMBER: _ClassVar[int]
    key: str
    direction: _intents_pb2.Direction
    rate_bps: int
    age_ns: int
    def __init__(self, key: _Optional[str] = ..., direction: _Optional[_Union[_intents_pb2.Direction, str]] = ..., rate_bps: _Optional[int] = ..., age_ns: _Optional[int] = ...) -> None: ...

class DecisionsRequest(_message.Message):
    __slots__ = ("limit",)
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    limit: int
    def __init__(self, limit: _Optional[int] = ...) -> None: ...

class DecisionsResponse(_message.Message):
    __slots__ = ("decisions",)
    DECISIONS_FIELD_NUMBER: _ClassVar[int]
    decisions: _containers.RepeatedCompositeFieldContainer[_intents_pb2.Decision]
    def __init__(self, decisions: _Optional[_Iterable[_Union[_intents_pb2.Decision, _Mapping]]] = ...) -> None: ...

class TraceRequest(_message.Message):
    __slots__ = ("connection", "direction", "packet", "down_links", "with_network")
    CONNECTION_FIELD_NUMBER: _ClassVar[int]
    DIRECTION_FIELD_NUMBER: _ClassVar[int]
    PACKET_FIELD_NUMBER: _ClassVar[int]
    DOWN_LINKS_FIELD_NUMBER: _ClassVar[int]
    WITH_NETWORK_FIELD_NUMBER: _ClassVar[int]
    connection: str
    direction: _intents_pb2.Direction
    packet: PacketWish
    down_links: _containers.RepeatedScalarFieldContainer[str]
    with_network: bool
    def __init__(self, connection: _Optional[str] = ..., direction: _Optional[_Union[_intents_pb2.Direction, str]] = ..., packet: _Optional[_Union[PacketWish, _Mapping]] = ..., down_links: _Optional[_Iterable[str]] = ..., with_network: _Optional[bool] = ...) -> None: ...

class PacketWish(_message.Message):
    __slots__ = ("source", "target", "protocol", "source_port", "destination_port", "dscp")
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    TARGET_FIELD_NUMBER: _ClassVar[int]
    PROTOCOL_FIELD_NUMBER: _ClassVar[int]
    SOURCE_PORT_FIELD_NUMBER: _ClassVar[int]
    DESTINATION_PORT_FIELD_NUMBER: _ClassVar[int]
    DSCP_FIELD_NUMBER: _ClassVar[int]
    source: str
    target: str
    protocol: int
    source_port: int
    destination_port: int
    dscp: int
    def __init__(self, source: _Optional[str] = ..., target: _Optional[str] = ..., protocol: _Optional[int] = ..., source_port: _Optional[int] = ..., destination_port: _Optional[int] = ..., dscp: _Optional[int] = ...) -> None: ...

class TraceResponse(_message.Message):
    __slots__ = ("revision", "words", "connection", "direction", "planned", "installed", "difference", "down_links", "network")
    REVISION_FIELD_NUMBER: _ClassVar[int]
    WORDS_FIELD_NUMBER: _ClassVar[int]
    CONNECTION_FIELD_NUMBER: _ClassVar[int]
    DIRECTION_FIELD_NUMBER: _ClassVar[int]
    PLANNED_FIELD_NUMBER: _ClassVar[int]
    INSTALLED_FIELD_NUMBER: _ClassVar[int]
    DIFFERENCE_FIELD_NUMBER: _ClassVar[int]
    DOWN_LINKS_FIELD_NUMBER: _ClassVar[int]
    NETWORK_FIELD_NUMBER: _ClassVar[int]
    revision: int
    words: str
    connection: str
    direction: _intents_pb2.Direction
    planned: Walk
    installed: Walk
    difference: TraceDifference
    down_links: _containers.RepeatedScalarFieldContainer[str]
    network: Wiring
    def __init__(self, revision: _Optional[int] = ..., words: _Optional[str] = ..., connection: _Optional[str] = ..., direction: _Optional[_Union[_intents_pb2.Direction, str]] = ..., planned: _Optional[_Union[Walk, _Mapping]] = ..., installed: _Optional[_Union[Walk, _Mapping]] = ..., difference: _Optional[_Union[TraceDifference, _Mapping]] = ..., down_links: _Optional[_Iterable[str]] = ..., network: _Optional[_Union[Wiring, _Mapping]] = ...) -> None: ...

class TraceDifference(_message.Message):
    __slots__ = ("switch", "table", "words")
    SWITCH_FIELD_NUMBER: _ClassVar[int]
    TABLE_FIELD_NUMBER: _ClassVar[int]
    WORDS_FIELD_NUMBER: _ClassVar[int]
    switch: str
    table: int
    words: str
    def __init__(self, switch: _Optional[str] = ..., table: _Optional[int] = ..., words: _Optional[str] = ...) -> None: ...

class Walk(_message.Message):
    __slots__ = ("visits", "ends")
    VISITS_FIELD_NUMBER: _ClassVar[int]
    ENDS_FIELD_NUMBER: _ClassVar[int]
    visits: _containers.RepeatedCompositeFieldContainer[Visit]
    ends: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, visits: _Optional[_Iterable[_Union[Visit, _Mapping]]] = ..., ends: _Optional[_Iterable[str]] = ...) -> None: ...

class Visit(_message.Message):
    __slots__ = ("switch", "in_port", "packet", "looks", "copies", "what", "why")
    SWITCH_FIELD_NUMBER: _ClassVar[int]
    IN_PORT_FIELD_NUMBER: _ClassVar[int]
    PACKET_FIELD_NUMBER: _ClassVar[int]
    LOOKS_FIELD_NUMBER: _ClassVar[int]
    COPIES_FIELD_NUMBER: _ClassVar[int]
    WHAT_FIELD_NUMBER: _ClassVar[int]
    WHY_FIELD_NUMBER: _ClassVar[int]
    switch: str
    in_port: int
    packet: PacketSeen
    looks: _containers.RepeatedCompositeFieldContainer[Look]
    copies: _containers.RepeatedCompositeFieldContainer[Copy]
    what: str
    why: str
    def __init__(self, switch: _Optional[str] = ..., in_port: _Optional[int] = ..., packet: _Optional[_Union[PacketSeen, _Mapping]] = ..., looks: _Optional[_Iterable[_Union[Look, _Mapping]]] = ..., copies: _Optional[_Iterable[_Union[Copy, _Mapping]]] = ..., what: _Optional[str] = ..., why: _Optional[str] = ...) -> None: ...

class PacketSeen(_message.Message):
    __slots__ = ("fields", "labels")
    class FieldsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: int
        def __init__(self, key: _Optional[str] = ..., value: _Optional[int] = ...) -> None: ...
    FIELDS_FIELD_NUMBER: _ClassVar[int]
    LABELS_FIELD_NUMBER: _ClassVar[int]
    fields: _containers.ScalarMap[str, int]
    labels: _containers.RepeatedCompositeFieldContainer[LabelSeen]
    def __init__(self, fields: _Optional[_Mapping[str, int]] = ..., labels: _Optional[_Iterable[_Union[LabelSeen, _Mapping]]] = ...) -> None: ...

class LabelSeen(_message.Message):
    __slots__ = ("label", "tc", "ttl")
    LABEL_FIELD_NUMBER: _ClassVar[int]
    TC_FIELD_NUMBER: _ClassVar[int]
    TTL_FIELD_NUMBER: _ClassVar[int]
    label: int
    tc: int
    ttl: int
    def __init__(self, label: _Optional[int] = ..., tc: _Optional[int] = ..., ttl: _Optional[int] = ...) -> None: ...

class Look(_message.Message):
    __slots__ = ("table", "priority", "match", "cookie", "owner", "does", "group", "bucket", "bucket_does")
    TABLE_FIELD_NUMBER: _ClassVar[int]
    PRIORITY_FIELD_NUMBER: _ClassVar[int]
    MATCH_FIELD_NUMBER: _ClassVar[int]
    COOKIE_FIELD_NUMBER: _ClassVar[int]
    OWNER_FIELD_NUMBER: _ClassVar[int]
    DOES_FIELD_NUMBER: _ClassVar[int]
    GROUP_FIELD_NUMBER: _ClassVar[int]
    BUCKET_FIELD_NUMBER: _ClassVar[int]
    BUCKET_DOES_FIELD_NUMBER: _ClassVar[int]
    table: int
    priority: int
    match: str
    cookie: int
    owner: str
    does: str
    group: int
    bucket: int
    bucket_does: str
    def __init__(self, table: _Optional[int] = ..., priority: _Optional[int] = ..., match: _Optional[str] = ..., cookie: _Optional[int] = ..., owner: _Optional[str] = ..., does: _Optional[str] = ..., group: _Optional[int] = ..., bucket: _Optional[int] = ..., bucket_does: _Optional[str] = ...) -> None: ...

class Copy(_message.Message):
    __slots__ = ("port", "packet", "to", "what", "why")
    PORT_FIELD_NUMBER: _ClassVar[int]
    PACKET_FIELD_NUMBER: _ClassVar[int]
    TO_FIELD_NUMBER: _ClassVar[int]
    WHAT_FIELD_NUMBER: _ClassVar[int]
    WHY_FIELD_NUMBER: _ClassVar[int]
    port: int
    packet: PacketSeen
    to: str
    what: str
    why: str
    def __init__(self, port: _Optional[int] = ..., packet: _Optional[_Union[PacketSeen, _Mapping]] = ..., to: _Optional[str] = ..., what: _Optional[str] = ..., why: _Optional[str] = ...) -> None: ...

class Wiring(_message.Message):
    __slots__ = ("name", "switches", "links", "hosts")
    NAME_FIELD_NUMBER: _ClassVar[int]
    SWITCHES_FIELD_NUMBER: _ClassVar[int]
    LINKS_FIELD_NUMBER: _ClassVar[int]
    HOSTS_FIELD_NUMBER: _ClassVar[int]
    name: str
    switches: _containers.RepeatedCompositeFieldContainer[WiredSwitch]
    links: _containers.RepeatedCompositeFieldContainer[WiredLink]
    hosts: _containers.RepeatedCompositeFieldContainer[WiredHost]
    def __init__(self, name: _Optional[str] = ..., switches: _Optional[_Iterable[_Union[WiredSwitch, _Mapping]]] = ..., links: _Optional[_Iterable[_Union[WiredLink, _Mapping]]] = ..., hosts: _Optional[_Iterable[_Union[WiredHost, _Mapping]]] = ...) -> None: ...

class WiredSwitch(_message.Message):
    __slots__ = ("name", "dpid")
    NAME_FIELD_NUMBER: _ClassVar[int]
    DPID_FIELD_NUMBER: _ClassVar[int]
    name: str
    dpid: int
    def __init__(self, name: _Optional[str] = ..., dpid: _Optional[int] = ...) -> None: ...

class WiredLink(_message.Message):
    __slots__ = ("name", "a", "b")
    NAME_FIELD_NUMBER: _ClassVar[int]
    A_FIELD_NUMBER: _ClassVar[int]
    B_FIELD_NUMBER: _ClassVar[int]
    name: str
    a: WiredPort
    b: WiredPort
    def __init__(self, name: _Optional[str] = ..., a: _Optional[_Union[WiredPort, _Mapping]] = ..., b: _Optional[_Union[WiredPort, _Mapping]] = ...) -> None: ...

class WiredHost(_message.Message):
    __slots__ = ("name", "at")
    NAME_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    name: str
    at: WiredPort
    def __init__(self, name: _Optional[str] = ..., at: _Optional[_Union[WiredPort, _Mapping]] = ...) -> None: ...

class WiredPort(_message.Message):
    __slots__ = ("switch", "number")
    SWITCH_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    switch: str
    number: int
    def __init__(self, switch: _Optional[str] = ..., number: _Optional[int] = ...) -> None: ...
