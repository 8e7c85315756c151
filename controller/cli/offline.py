"""The commands that need no controller: the same road on a topology where nothing is placed yet, nothing sent."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import typer

from controller.cli.answer import say
from controller.cli.explanation import explain_lines
from controller.cli.files import read_file, read_files
from controller.cli.planned import plan_lines
from controller.cli.stop import BAD_INPUT, REFUSED, StopError, bad_input
from controller.door import Name, by_name
from controller.reference import Reference
from controller.road import Ground, Stopwatch, Way, built, offering, plan_hash, planned
from controller.shipped import shipped_profiles
from controller.snapshot import Snapshot
from intents.documents import Documents, read_documents
from intents.effects import difference
from intents.report import changes_document, plan_document
from intents.resolve import resolve
from intents.rubbish import uncollected
from topologies.nearest import nearest
from topologies.source import BadInput


def check(names: Sequence[str], reference: Reference | None) -> None:
    """Reads files, and resolves them on a topology where one is given."""
    with _problems():
        documents = read_documents(*read_files(names))
        if reference is not None:
            resolve(shipped_profiles().merged(documents), reference.load(read_file))
    phrases = sum(isinstance(intent.spec, str) for intent in documents.intents.values())
    typer.echo(f"ok: {_count(documents)}")
    if phrases and reference is None:
        typer.echo(f"{phrases} phrase{'s' if phrases > 1 else ''} not read: what is no name in them only --topology can "
                   "tell", err=True)


def plan(names: Sequence[str], reference: Reference, output: str, with_rules: bool) -> None:
    """Shows what files come to on a topology."""
    watch = Stopwatch()
    ground, documents, way = way_of(names, reference, watch)
    found = changes_document(ground.network, difference(ground.plan, way.plan, ground.target, way.target), with_rules)
    named = watch.timed("hash", lambda: plan_hash(ground, documents, way.plan))
    say(plan_document(way.plan, way.target, found, named, watch.seconds, with_rules), output, plan_lines)
    if any(refusal.is_undeclared for refusal in way.plan.refusals.values()):
        raise typer.Exit(BAD_INPUT)
    if way.plan.refusals:
        raise typer.Exit(REFUSED)


def explain(name: str, names: Sequence[str], reference: Reference, output: str) -> None:
    """Shows everything there is to say about one intent of files on a topology, but for what only switches could tell."""
    from controller.northbound.explain import explained
    from controller.northbound.isochrone.v1 import intents_pb2
    from controller.northbound.plain import plain

    ground, documents, way = way_of(names, reference, Stopwatch())
    if name not in documents.intents:
        raise bad_input([f'no intent "{name}" in {", ".join(names)}{nearest(name, documents.intents)}'])
    snapshot = Snapshot(0, documents, way.plan, way.target, way.target)
    answer = explained(ground.network, snapshot, documents.intents[name])
    answer.document.status = intents_pb2.STATUS_UNSPECIFIED
    for connection in answer.document.connections:
        connection.status, connection.why = intents_pb2.STATUS_UNSPECIFIED, ""
    say(plain(answer), output, explain_lines)
    if any(refusal.intent == name for refusal in way.plan.refusals.values()):
        raise typer.Exit(REFUSED)


@uncollected()
def way_of(names: Sequence[str], reference: Reference, watch: Stopwatch) -> tuple[Ground, Documents, Way]:
    """The road from files to proved rules on a topology where nothing is placed yet."""
    with _problems():
        ground = Ground(reference.load(read_file))
        files = read_files(names)
        documents = watch.timed("read", lambda: read_documents(*files))
        if documents.topologies:
            raise bad_input(f'{file}: holds topology "{name}"; the network is what --topology names'
                            for text, file in files for name in read_documents((text, file)).topologies)
        wanted, chosen = planned(ground, documents, watch)
    way = built(ground, wanted, offering(ground, wanted, chosen, watch), watch)
    if not way.proof.holds:
        raise StopError(REFUSED, f"the steps of this plan do not prove safe: {way.proof.counterexamples[0]}")
    return ground, documents, way


def names_in(files: Sequence[str]) -> list[Name]:
    """Kind and name of every document in files."""
    with _problems():
        return sorted(by_name(read_documents(*read_files(files))))


@contextmanager
def _problems() -> Iterator[None]:
    try:
        yield
    except BadInput as bad:
        raise bad_input(bad.problems) from bad


def _count(documents: Documents) -> str:
    kinds = (("intent", documents.intents), ("slice", documents.slices), ("profile", documents.profiles),
             ("topology", documents.topologies))
    found = [(len(named), kind if len(named) == 1 else "topologies" if kind == "topology" else f"{kind}s")
             for kind, named in kinds if named]
    return ", ".join(f"{number} {kind}" for number, kind in found) or "no documents"
