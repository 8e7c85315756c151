"""The seam: the only module that names the OpenFlow library, and where its native hub is mended.

Rules of this file: the library is os-ken, which continues Ryu under the same names; another root package is chosen by
`LIBRARY` and `_APP` alone. Sockets and threads of Python stay as they are; only the library's own objects are replaced,
by `mend`. Everybody else takes the library's parts from here.
"""

import functools
import importlib
import os
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

import structlog

from controller.southbound import guard

LIBRARY = "os_ken"
_APP = "OSKenApp"

os.environ["OSKEN_HUB_TYPE"] = "native"  # read once, on import; eventlet's green threads would starve gRPC

log = structlog.get_logger(__name__)


def _part(name: str) -> Any:
    return importlib.import_module(f"{LIBRARY}.{name}")


hub: Any = _part("lib.hub")
ofproto: Any = _part("ofproto.ofproto_v1_3")
parser: Any = _part("ofproto.ofproto_v1_3_parser")
manager: Any = _part("base.app_manager").AppManager
Datapath: Any = _part("controller.controller").Datapath
App: Any = getattr(_part("base.app_manager"), _APP)
protocol: Any = _part("ofproto.ofproto_protocol").ProtocolDesc(guard.VERSION)
"""OpenFlow 1.3 without a switch: what the library's messages are serialised for."""

_events: Any = _part("controller.ofp_event")
_handler: Any = _part("controller.handler")
_OFPHandler: Any = _part("controller.ofp_handler").OFPHandler
_HubThread: Any = hub.HubThread

MAIN: str = _handler.MAIN_DISPATCHER
DEAD: str = _handler.DEAD_DISPATCHER


class Brick(_OFPHandler, ABC):  # type: ignore[misc]
    """The app that shakes hands with switches (`ofp_event`), without the library's own listener.

    Handlers that a subclass decorates with `on` run inline, in the receive thread of the switch they hear: so facts
    about one switch keep their order, and a slow switch delays no other.
    """

    OFP_VERSIONS = (guard.VERSION,)

    def start(self) -> None:
        """Start the app's event loop, which apps beside this one may use."""
        App.start(self)

    @abstractmethod
    def joined(self, connection: Any) -> None:
        """A connection finished its handshake; called in its receive thread."""

    @abstractmethod
    def lost(self, connection: Any) -> None:
        """A connection ended (its `why` says how); called in its receive thread, also if it never `joined`."""


def on(*messages: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Decorate a Brick's method as the handler of messages (named as the library's classes) after the handshake.

    An exception in it is logged with its traceback and ends nothing.
    """
    events = [getattr(_events, f"Event{message}") for message in messages]

    def decorate(method: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(method)
        def guarded(self: Any, heard: Any) -> None:
            try:
                method(self, heard.msg)
            except Exception:
                log.exception("handler failed", handler=method.__name__, dpid=heard.msg.datapath.id)

        # set_ev_handler, not register_handler: the receive loop looks at `.callers`, which only the decorator sets
        decorated: Callable[..., None] = _handler.set_ev_handler(events, MAIN)(guarded)
        return decorated

    return decorate


def mend() -> None:
    """Put right what the library's native hub does wrong, and the guard before its parsers. Doing it again is harmless.

    - `Event.wait(timeout)` never timed out: Python's own event does.
    - `TaskExit` was `Exception`, so one failing handler ended its app's event loop without a log line.
    - Threads kept a stopped process alive.
    """
    hub.Event = threading.Event
    hub.TaskExit = TaskExit
    hub.HubThread = DaemonThread
    register = _part("ofproto.ofproto_parser").register_msg_parser
    for constants, messages in _part("ofproto").get_ofp_modules().values():
        register(constants.OFP_VERSION)(_guarded(messages.msg_parser))


class TaskExit(BaseException):
    """What ends a thread of the hub on purpose: nothing that a handler raises by mistake."""


class DaemonThread(_HubThread):  # type: ignore[misc]
    """A thread of the hub that does not keep the process alive."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.daemon = True


def _guarded(parse: Callable[..., Any]) -> Callable[..., Any]:
    def parse_if_sound(datapath: Any, version: int, kind: int, length: int, xid: int, buffer: bytearray) -> Any:
        message = bytes(buffer)
        datapath.hear()
        wrong = guard.fault(message)
        if wrong is not None:
            datapath.end(f"sent {wrong}")
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
