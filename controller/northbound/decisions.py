"""The agent's decisions and what it measured, as messages of the protocol."""

from controller.agent.measuring import NS, rates_of
from controller.decisions import DecisionRecord, Outcome, Share
from controller.northbound.isochrone.v1 import controller_pb2 as pb_controller
from controller.northbound.isochrone.v1 import intents_pb2 as pb
from controller.snapshot import Snapshot
from topologies.model import Topology


def decision_message(record: DecisionRecord) -> pb.Decision:
    """One decision."""
    evidence = [pb.Sample(link=each.link, source=each.source, rate_bps=each.rate_bps, share=each.share,
                          since_s=each.since_s, until_s=each.until_s) for each in record.evidence]
    options = [pb.Option(connections=each.connections, would_do=each.would_do, why=each.why,
                         forecast=map(_share, each.forecast)) for each in record.options]
    moves = [pb.Move(connection=each.connection, intent=each.intent, direction=f"DIRECTION_{each.direction.upper()}",
                     before=each.before, after=each.after, links_before=each.links_before,
                     links_after=each.links_after) for each in record.moves]
    return pb.Decision(
        id=record.id, time=record.at, revision=record.revision,
        trigger=f"TRIGGER_{record.trigger.upper().replace('-', '_')}", links=record.links, autonomy=record.autonomy,
        done=f"DONE_{record.verdict.upper()}", why=record.why, evidence=evidence, options=options, moves=moves,
        forecast=map(_share, record.forecast), outcome=_result(record.outcome) if record.outcome else None)


def load_message(network: Topology, snapshot: Snapshot, now_ns: int) -> pb_controller.LoadResponse:
    """What links carry and connections send, seen at a time (ns, monotonic)."""
    links = [pb_controller.LinkLoad(link=link, source=source) if load is None else pb_controller.LinkLoad(
        link=link, source=source, rate_bps=load.rate_bps, share=load.share, age_ns=now_ns - load.at_ns)
             for (link, source), load in snapshot.loads.items()]
    rates = rates_of(network, snapshot.plan.placements, snapshot.history, now_ns / NS) if snapshot.loads else {}
    words = {way: f"DIRECTION_{way[1].upper()}" for way in rates}
    connections = [pb_controller.ConnectionRate(key=way[0], direction=words[way]) if sent is None else (
        pb_controller.ConnectionRate(key=way[0], direction=words[way], rate_bps=sent.rate_bps,
                                     age_ns=now_ns - sent.at_ns)) for way, sent in rates.items()]
    return pb_controller.LoadResponse(links=links, connections=connections)


def _share(share: Share) -> pb.Share:
    return pb.Share(link=share.link, source=share.source, share=share.share)


def _result(outcome: Outcome) -> pb.Result:
    return pb.Result(after_s=outcome.after_s, measured=map(_share, outcome.measured), kept=outcome.kept,
                     words=outcome.words)
