"""The one base of what can go wrong in a lab: says what is wrong and what would be right."""


class LabError(Exception):
    """A lab cannot be built or driven as asked."""
