"""A line that anybody can cause is said so often and no more; how often it was not said, the next one tells."""

from typing import Any

from controller.southbound.seldom import EVERY_S, Seldom


def test_lines_beyond_the_most_are_counted_until_their_time_is_over() -> None:
    said: list[tuple[str, dict[str, Any]]] = []
    line = Seldom(lambda words, **fields: said.append((words, fields)), "refused", most=2)
    for number in range(1_000):
        line.say(100 + number * EVERY_S / 1_000, peer=number)
    line.say(100 + EVERY_S, peer="next")
    line.say(100 + EVERY_S, peer="another")
    assert said == [("refused", {"peer": 0}), ("refused", {"peer": 1}), ("refused", {"peer": "next", "unsaid": 998}),
                    ("refused", {"peer": "another"})]
