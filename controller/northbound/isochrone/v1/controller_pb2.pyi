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
    __slots__ = ("revision", "settled", "switches", "alarms", "down_links")
    REVISION_FIELD_NUMBER: _ClassVar[int]
    SETTLED_FIELD_NUMBER: _ClassVar[int]
    SWITCHES_FIELD_NUMBER: _ClassVar[int]
    ALARMS_FIELD_NUMBER: _ClassVar[int]
    DOWN_LINKS_FIELD_NUMBER: _ClassVar[int]
    revision: int
    settled: bool
    switches: _containers.RepeatedCompositeFieldContainer[Switch]
    alarms: _containers.RepeatedScalarFieldContainer[str]
    down_links: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, revision: _Optional[int] = ..., settled: _Optional[bool] = ..., switches: _Optional[_Iterable[_Union[Switch, _Mapping]]] = ..., alarms: _Optional[_Iterable[str]] = ..., down_links: _Optional[_Iterable[str]] = ...) -> None: ...

class Switch(_message.Message):
    __slots__ = ("name", "dpid", "connected", "tables_read", "adopted", "changes_sent")
    NAME_FIELD_NUMBER: _ClassVar[int]
    DPID_FIELD_NUMBER: _ClassVar[int]
    CONNECTED_FIELD_NUMBER: _ClassVar[int]
    TABLES_READ_FIELD_NUMBER: _ClassVar[int]
    ADOPTED_FIELD_NUMBER: _ClassVar[int]
    CHANGES_SENT_FIELD_NUMBER: _ClassVar[int]
    name: str
    dpid: int
    connected: bool
    tables_read: bool
    adopted: bool
    changes_sent: int
    def __init__(self, name: _Optional[str] = ..., dpid: _Optional[int] = ..., connected: _Optional[bool] = ..., tables_read: _Optional[bool] = ..., adopted: _Optional[bool] = ..., changes_sent: _Optional[int] = ...) -> None: ...
