"""What a plan changes, as messages of the protocol."""

from controller.northbound.isochrone.v1 import intents_pb2 as pb
from intents.effects import Course, Difference, Edit, Effect, Turn
from intents.readable import rule_line
from intents.report import tally
from topologies.model import Topology


def differences_message(network: Topology, found: Difference, with_rules: bool) -> pb.Differences:
    """Whom a plan touches and how, and how many rules it takes; every one of them where asked for."""
    tallies = {kind: pb.Tally(**counts) for kind, counts in tally(found.edits).items()}
    edits = [_edit(network, edit) for edit in found.edits] if with_rules else ()
    return pb.Differences(connections=map(_effect, found.effects), untouched=found.untouched,
                          rules=pb.RuleTallies(**tallies), edits=edits)


def _effect(effect: Effect) -> pb.Effect:
    return pb.Effect(key=effect.key, title=effect.title, intent=effect.intent, what=f"WHAT_{effect.what.upper()}",
                     turns=map(_turn, effect.turns))


def _turn(turn: Turn) -> pb.Turn:
    return pb.Turn(direction=f"DIRECTION_{turn.direction.upper()}", before=_course(turn.before), after=_course(turn.after))


def _course(course: Course | None) -> pb.Course | None:
    if course is None:
        return None
    bound = course.bound
    return pb.Course(nodes=course.nodes, links=course.links, worst_ns=course.worst_ns,
                     latency_max_ns=bound.max_ns if bound else None, latency_strict=bound.strict if bound else False,
                     reserved_bps=course.reserved_bps, exposed=course.exposed)


def _edit(network: Topology, edit: Edit) -> pb.RuleEdit:
    before, after = (None if item is None else rule_line(network, item) for item in (edit.before, edit.after))
    return pb.RuleEdit(verb=edit.verb, kind=edit.kind, before=before, after=after)
