"""Who asks for what is found as by looking at each: Askers against the plain sentence."""

from hypothesis import given
from hypothesis import strategies as st

from intents.askers import Askers

NAMES = ("ip_dscp", "ip_proto", "udp_dst", "udp_src")
fields = st.dictionaries(st.sampled_from(NAMES), st.integers(0, 2))


@given(st.lists(fields, max_size=9), fields)
def test_those_are_found_that_a_look_at_each_would_find_in_their_order(asked: list[dict[str, int]],
                                                                       seen: dict[str, int]) -> None:
    askers = Askers((tuple(sorted(each.items())), number) for number, each in enumerate(asked))
    assert askers.taking(seen) == tuple(number for number, each in enumerate(asked) if each.items() <= seen.items())
    assert askers.meeting(seen) == tuple(number for number, each in enumerate(asked) if all(
        seen.get(name, value) == value for name, value in each.items()))
    assert sorted(askers.all) == [*range(len(asked))]
