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
