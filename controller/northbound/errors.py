"""How a call ends that changes nothing."""


class NotDoneError(Exception):
    """Nothing was changed. `code` is gRPC's name for the reason."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
