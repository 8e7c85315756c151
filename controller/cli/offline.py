"""The commands that need no controller: the same road on a topology where nothing is placed yet, nothing sent."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import typer

from controller.cli.columns import plan_lines
from controller.cli.files import read_file, read_files
from controller.cli.stop import REFUSED, StopError, bad_input
from controller.door import Name, by_name
from controller.road import Ground, Stopwatch, built, planned
from controller.shipped import shipped_profiles
from intents.documents import Documents, read_documents
from intents.model import Plan
from intents.report import digest, plan_document
from intents.resolve import resolve
from topologies.catalog import load_topology
from topologies.source import BadInput, emit


def check(names: Sequence[str], reference: str | None) -> None:
    """Reads files, and resolves them on a topology where one is given."""
    with _problems():
        documents = read_documents(*read_files(names))
        if reference is not None:
            resolve(shipped_profiles().merged(documents), load_topology(reference, read_file))
    typer.echo(f"ok: {_count(documents)}")


def plan(names: Sequence[str], reference: str, output: str, with_rules: bool) -> None:
    """Shows what files come to on a topology."""
    watch = Stopwatch()
    with _problems():
        ground = Ground(load_topology(reference, read_file))
        files = read_files(names)
        documents = watch.timed("read", lambda: read_documents(*files))
        if documents.topologies:
            raise bad_input(f'{file}: holds topology "{name}"; the network is what --topology names'
                            for text, file in files for name in read_documents((text, file)).topologies)
        wanted, chosen = planned(ground, documents, watch)
    way = built(ground, wanted, chosen, watch)
    if not way.proof.holds:
        raise StopError(REFUSED, f"the steps of this plan do not prove safe: {way.proof.counterexamples[0]}")
    document = plan_document(way.plan, way.target, digest(documents, ground.network, Plan()), way.seconds, with_rules)
    match output:
        case "json":
            typer.echo(json.dumps(document, indent=2, ensure_ascii=False))
        case "yaml":
            typer.echo(emit(document), nl=False)
        case _:
            typer.echo("\n".join(plan_lines(document)))
    if way.plan.refusals:
        raise typer.Exit(REFUSED)


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
