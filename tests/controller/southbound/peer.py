"""The bare other end of a connection: says what it is told to and nothing by itself."""

import socket


class Peer:
    """Use it as a context manager."""

    def __init__(self, port: int, address: str = "127.0.0.1") -> None:
        """Connects to a controller on this machine from one of its addresses."""
        self._socket = socket.create_connection(("127.0.0.1", port), 5, (address, 0))
        self._stream = self._socket.makefile("rb")

    def __enter__(self) -> "Peer":
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()
        self._socket.close()

    def say(self, words: bytes) -> None:
        """Say it whole, or what of it the other side still takes."""
        try:
            self._socket.sendall(words)
        except (BrokenPipeError, ConnectionResetError):
            return

    def hear(self, kind: int) -> bytes:
        """The next message of this type; empty where the other side hangs up first."""
        try:
            while len(header := self._stream.read(8)) == 8:
                body = self._stream.read(int.from_bytes(header[2:4], "big") - 8)
                if header[1] == kind:
                    return header + body
        except ConnectionResetError:
            return b""
        return b""

    def wait_for_the_end(self) -> None:
        """Read until the other side hangs up, which it must within 5 s of its last word."""
        while self.hear(-1):
            pass
