"""What the wires need of the kernel and the standard library lacks: TAP interfaces, and a timer finer than epoll's.

`os.timerfd_create` came with Python 3.13, and epoll's timeout is rounded to whole milliseconds.
"""

import ctypes
import errno
import fcntl
import os
import struct

TUNSETIFF, TUNSETCARRIER = 0x400454CA, 0x400454E2
IFF_TAP, IFF_NO_PI = 0x0002, 0x1000

_libc = ctypes.CDLL(None, use_errno=True)
_CLOCK_MONOTONIC, _TFD_NONBLOCK, _TFD_TIMER_ABSTIME = 1, os.O_NONBLOCK, 1


def open_tap(name: str) -> int:
    """Create a TAP interface in this network namespace: a descriptor that reads and writes whole Ethernet frames,
    without blocking. The interface may move to another namespace and vanishes when the descriptor closes."""
    if len(name.encode()) > 15:
        raise ValueError(f"{name!r} is no interface name: at most 15 bytes")
    descriptor = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
    fcntl.ioctl(descriptor, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TAP | IFF_NO_PI))
    return descriptor


def set_carrier(descriptor: int, is_on: bool) -> None:
    """Plug (or pull) the cable of a TAP, as its owner sees it."""
    fcntl.ioctl(descriptor, TUNSETCARRIER, struct.pack("i", is_on))


class Timer:
    """A timer to be polled: its descriptor becomes readable at a time of `time.monotonic_ns()`."""

    def __init__(self) -> None:
        self.descriptor = _checked(_libc.timerfd_create(_CLOCK_MONOTONIC, _TFD_NONBLOCK | os.O_CLOEXEC))

    def set(self, at_ns: int) -> None:
        """Go off at `at_ns` (at once where that is past). Replaces the time set before."""
        when = struct.pack("qqqq", 0, 0, at_ns // 1_000_000_000, at_ns % 1_000_000_000)
        _checked(_libc.timerfd_settime(self.descriptor, _TFD_TIMER_ABSTIME, when, None))

    def clear(self) -> None:
        """Make the descriptor unreadable again."""
        try:
            os.read(self.descriptor, 8)
        except BlockingIOError:
            return


def _checked(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"timerfd: {errno.errorcode.get(number, number)}")
    return result
