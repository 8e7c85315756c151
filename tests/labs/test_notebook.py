"""What a run's notes excuse."""

from labs.notebook import excused
from labs.queues import Drop


def test_what_goes_into_a_pulled_cable_or_to_a_dead_interface_is_no_excuse() -> None:
    found = excused([Drop("s1", "s1-s2", "queue", 2), Drop("s1", "s1-s2", "cut", 1357), Drop("s2", "s1-s2", "refused", 5),
                     Drop("s2", "s1-s2", "receive", 3), Drop("s1", "s1-s3", "ring", 1)])
    assert found == {"s1-s2": 5, "s1-s3": 1}
