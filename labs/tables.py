"""What the switches really hold of ours, read from them past the controller."""

import re
from collections.abc import Mapping

from intents.rules import GROUP_IDS, OWNER

from .network import EmulatedNetwork

_COUNTERS = re.compile(r"\b(duration|n_packets|n_bytes|idle_age|hard_age)=[^, ]+,? ?")
_COOKIE = re.compile(r"cookie=(0x[0-9a-f]+)")
_GROUP = re.compile(r"group_id=(\d+)")


def ours(network: EmulatedNetwork, switch: str) -> frozenset[str]:
    """A switch's flows and groups of ours as Open vSwitch prints them, without what counts."""
    found = (_COUNTERS.sub("", line).strip() for line in network.dump(switch).splitlines())
    return frozenset(line for line in found if _is_our_flow(line) or _is_our_group(line))


def count_of_ours(lines: frozenset[str]) -> int:
    """How many of these lines are flows."""
    return sum(map(_is_our_flow, lines))


def differences(before: Mapping[str, frozenset[str]], after: Mapping[str, frozenset[str]]) -> int:
    """How many rules are there that were not, or are gone that were."""
    return sum(len(lines ^ after[switch]) for switch, lines in before.items())


def _is_our_flow(line: str) -> bool:
    found = _COOKIE.search(line)
    return found is not None and int(found[1], 16) >> 56 == OWNER


def _is_our_group(line: str) -> bool:
    found = _GROUP.search(line)
    return found is not None and int(found[1]) in GROUP_IDS
