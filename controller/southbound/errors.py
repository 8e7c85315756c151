"""What can go wrong in the southbound: each says what is wrong and what would be right."""


class SouthboundError(Exception):
    """Switches cannot be talked to as asked."""


class MalformedError(SouthboundError):
    """A report whose lengths do not fit together."""
