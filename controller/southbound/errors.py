"""The one base of what can go wrong in the southbound: says what is wrong and what would be right."""


class SouthboundError(Exception):
    """Switches cannot be talked to as asked."""
