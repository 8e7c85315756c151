"""A wish with something changed."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from intents.model import but
from tests.intents.wishes import connections, networks


@given(st.data())
def test_what_is_changed_is_as_dataclasses_have_it(data: st.DataObject):
    wish = data.draw(networks().flatmap(connections))
    assert but(wish, priority=7, via=("s9",)) == replace(wish, priority=7, via=("s9",))
