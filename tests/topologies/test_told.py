"""A path in words says which of several links it takes."""

from topologies.told import told


def test_links_named_after_their_ends_go_without_saying():
    assert told(("h1", "s1", "s2", "h2"), ("h1-s1", "s1-s2", "h2-s2")) == "h1 s1 s2 h2"


def test_another_link_between_the_same_nodes_is_named():
    assert told(("h1", "s1", "s2", "h2"), ("h1-s1", "s1-s2#2", "h2-s2")) == "h1 s1 [s1-s2#2] s2 h2"
    assert told(("h2", "s2", "s1", "h1"), ("h2-s2", "duct-3", "h1-s1")) == "h2 s2 [duct-3] s1 h1"


def test_of_links_that_are_not_known_nothing_is_said():
    assert told(("h1", "s1", "h2"), ()) == "h1 s1 h2"


def test_no_path_is_no_word():
    assert told((), ()) == ""
