"""The bare other end of a connection: says what it is told to and nothing by itself."""

import socket


class Peer:
    """Use it as a context manager."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=5)
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
        """The next message of this type."""
        while len(header := self._stream.read(8)) == 8:
            body = self._stream.read(int.from_bytes(header[2:4], "big") - 8)
            if header[1] == kind:
                return header + body
        raise AssertionError(f"hung up on before a message of type {kind}")

    def wait_for_the_end(self) -> None:
        """Read until the other side hangs up, for no longer than 5 s a message."""
        try:
            while self._stream.read(8):
                pass
        except ConnectionResetError:
            return
