"""The seam: the only module that loads the OpenFlow library, on threads of ours and with the guard before its parsers.

Rules of this file: the library is os-ken or Ryu, which os-ken continues under the same names (`library.py` says which).
Sockets and threads of Python stay as they are; two modules of the library's are ours (`hub.py`, `webless.py`), put in their
places before anything else of it is loaded. Everybody else takes the library's parts from here.
"""

import functools
import importlib
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable
from types import ModuleType
from typing import Any

import structlog

from controller.southbound import guard, hub, webless
from controller.southbound.library import installed

LIBRARY = installed()

log = structlog.get_logger(__name__)


def _part(name: str) -> Any:
    return importlib.import_module(f"{LIBRARY.package}.{name}")


def _stand_in(name: str, module: ModuleType) -> None:
    parent, _, last = name.rpartition(".")
    sys.modules[f"{LIBRARY.package}.{name}"] = module
    setattr(_part(parent), last, module)


_stand_in("lib.hub", hub)
if LIBRARY.has_web_server:
    _stand_in("app.wsgi", webless)

ofproto: Any = _part("ofproto.ofproto_v1_3")
parser: Any = _part("ofproto.ofproto_v1_3_parser")
manager: Any = _part("base.app_manager").AppManager
Datapath: Any = _part("controller.controller").Datapath
App: Any = getattr(_part("base.app_manager"), LIBRARY.app)
protocol: Any = _part("ofproto.ofproto_protocol").ProtocolDesc(guard.VERSION)
"""OpenFlow 1.3 without a switch: what the library's messages are serialised for."""

events: Any = _part("controller.ofp_event")
handler: Any = _part("controller.handler")
_OFPHandler: Any = _part("controller.ofp_handler").OFPHandler

HANDSHAKE: str = handler.HANDSHAKE_DISPATCHER
MAIN: str = handler.MAIN_DISPATCHER
DEAD: str = handler.DEAD_DISPATCHER


class Brick(_OFPHandler, ABC):  # type: ignore[misc]
    """The app that shakes hands with switches (`ofp_event`), without the library's own listener.

    Handlers that a subclass decorates with `on` run inline, in the receive thread of the switch they hear: so facts
    about one switch keep their order, and a slow switch delays no other.
    """

    OFP_VERSIONS = (guard.VERSION,)

    error_msg_handler = None
    """The library's only writes of errors into the log, as often as they come."""

    def start(self) -> None:
        """Start the app's event loop, which apps beside this one may use."""
        App.start(self)

    @abstractmethod
    def joined(self, connection: Any) -> None:
        """A connection finished its handshake; called in its receive thread."""

    @abstractmethod
    def lost(self, connection: Any) -> None:
        """A connection ended (its `why` says how); called in its receive thread, also if it never `joined`."""

    @abstractmethod
    def punted(self, connection: Any, message: bytes) -> None:
        """A packet came in, as a whole PACKET_IN whose length is right; called in the switch's receive thread."""

    @handler.set_ev_handler(events.EventOFPPortStatus, handler.CONFIG_DISPATCHER)  # type: ignore[untyped-decorator]
    def port_changed_early(self, heard: Any) -> None:
        """A port changed before the connection joined, which the library would have forgotten."""
        heard.msg.datapath.keep(heard.msg)

    def _hello_failed(self, connection: Any, _: str) -> None:
        connection.refuse_version()


def on(*messages: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Decorate a Brick's method as the handler of messages (named as the library's classes) after the handshake.

    An exception in it is logged with its traceback and ends nothing.
    """
    heard_of = [getattr(events, f"Event{message}") for message in messages]

    def decorate(method: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(method)
        def guarded(self: Any, heard: Any) -> None:
            try:
                method(self, heard.msg)
            except Exception:
                log.exception("handler failed", handler=method.__name__, dpid=heard.msg.datapath.id)

        # set_ev_handler, not register_handler: the receive loop looks at `.callers`, which only the decorator sets
        decorated: Callable[..., None] = handler.set_ev_handler(heard_of, MAIN)(guarded)
        return decorated

    return decorate


def mend() -> None:
    """Put the guard before the library's parsers, which loop for ever on a zero length. Doing it again is harmless.

    Of all its parsers 1.3's alone is left within reach, whatever version a message says it has: a HELLO or an error of any
    version reads the same in it (OpenFlow 1.3.5 sections 7.5.1 and 7.5.4).
    """
    register = _part("ofproto.ofproto_parser").register_msg_parser
    guarded = _guarded(parser.msg_parser)
    for version in range(256):
        register(version)(guarded)


class Ended(_part("exception").OFPTruncatedMessage):  # type: ignore[misc]
    """Nothing more is read on this connection. The library lets no other exception of a parser through: it would go on
    with what the peer has sent already, megabytes of it."""

    def __init__(self) -> None:
        super().__init__(None, b"", None)


def _guarded(parse: Callable[..., Any]) -> Callable[..., Any]:
    def parse_if_sound(datapath: Any, version: int, kind: int, length: int, xid: int, buffer: bytearray) -> Any:
        message = bytes(buffer)
        if not datapath.admits(message):
            raise Ended
        if kind == guard.PACKET_IN:
            datapath.ofp_brick.punted(datapath, message)
            return None
        if kind in guard.UNREAD:
            return None
        if guard.is_statistics(message):
            return _raw_part(datapath, message, version, kind, length, xid)
        return parse(datapath, version, kind, length, xid, message)

    return parse_if_sound


_PARTS = {
    guard.FLOWS: parser.OFPFlowStatsReply,
    guard.GROUPS: parser.OFPGroupDescStatsReply,
    guard.METERS: parser.OFPMeterConfigStatsReply,
    guard.PORT_COUNTS: parser.OFPPortStatsReply,
}


def _raw_part(datapath: Any, message: bytes, *header: int) -> Any:
    """The library's reply object with its bytes alone: the body is read by decode.py or counters.py."""
    part = _PARTS[int.from_bytes(message[8:10], "big")](datapath)
    part.set_headers(*header)
    part.set_buf(message)
    return part
