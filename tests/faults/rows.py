"""The faults and what is promised of each. A test says by `@pytest.mark.fault(ROW)` that it is a case of one.

Rules of this file: the numbers are those of the whole list of faults, which has more;
a row stands here once a case tries it.
"""

from typing import NamedTuple


class Row(NamedTuple):
    """What happens, and what is promised of it."""

    fault: str
    promise: str


ROWS: dict[int, Row] = {
    1: Row("a link goes down", "protected moved in 50 ms, others in 300 ms; who finds no place says why"),
    2: Row("it comes up again", "no loss; groups go back at once, paths only after the hold time"),
    3: Row("a link flaps ten times a second", "it moves what it carried once, then three times a minute at most"),
    6: Row("a switch dies and comes back empty", "traffic goes round it where its ports go dark; filled before it is used"),
    7: Row("kill -9 of ovs-vswitchd, and a restart", "1,000 flows are back within 1 s of its reconnect"),
    8: Row("ovsdb-server restarts", "no rule and no channel changes; packets pass again by themselves"),
    9: Row("kill -9 of the controller, or its store is lost", "no packet lost; only what is missing is sent"),
    10: Row("the controller is stopped, and goes on", "no packet lost; nothing is done twice"),
    11: Row("the channel is half open", "found within 5 s; rules stay; in order again after"),
    12: Row("all switches reconnect, 100 times", "no thread, descriptor or memory is left over; the same tables in the end"),
    13: Row("a switch answers after 2 s", "the others are as fast as ever"),
    14: Row("a barrier is never answered", "the move stops there; the switch is read again; the loop goes on from there"),
    15: Row("a table is full", "RESOURCE is said; the old path stays and carries; goes on once there is room"),
    16: Row("a switch has no meters, or no groups", "who needs them is refused with the switch's words; others are served"),
    17: Row("somebody deletes or changes our rules", "found within an audit's period, put right, said"),
    18: Row("rules of others", "never touched; those that take our packets are an alarm"),
    19: Row("two switches of one datapath id", "the second is refused, the first untouched"),
    21: Row("malformed messages", "their connection ends, no other does, within 100 ms of the processor"),
    23: Row("a store is torn, flipped, cut, of another format", "loaded whole, or the start is refused in words"),
    24: Row("the disk is full or read-only", "a change is refused and the network as it was; heals when there is space"),
    25: Row("the wall clock jumps a day", "no timer moves; the journal keeps its order"),
}
