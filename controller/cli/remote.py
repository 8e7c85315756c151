"""The commands that speak to a running controller."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer

from controller.address import AddressError, parse_address
from controller.cli.answer import say
from controller.cli.columns import document_lines, provenance_lines, watch_lines
from controller.cli.explanation import explain_lines
from controller.cli.files import read_files
from controller.cli.planned import plan_lines
from controller.cli.stop import REFUSED, StopError, bad_input
from controller.northbound.client import CallRefusedError, Client, NoAnswerError
from controller.northbound.isochrone.v1 import intents_pb2 as pb
from controller.northbound.plain import plain
from controller.northbound.tls import read_keys
from topologies.source import emit

PLACED_FIELDS = ("paths", "budget")
REFUSED_FIELDS = ("reason", "message", "counter_offers", "offers")
"""What the contract tells of a connection."""

KINDS = {"intent": pb.KIND_INTENT, "slice": pb.KIND_SLICE, "profile": pb.KIND_PROFILE}


@dataclass(frozen=True, slots=True)
class Door:
    """Where the controller is, as typed, and the folder of the keys to it."""

    server: str
    tls: Path | None


def apply(names: Sequence[str], door: Door, output: str, plan_hash: str) -> None:
    """Applies files and says what became of each document; only if they come to the plan of that hash, where one is
    given."""
    files = read_files(names)
    with client_at(door) as client:
        answer = plain(client.apply(files, plan_hash=plan_hash))
    say(answer, output, _apply_lines)
    _end(answer)


def plan(names: Sequence[str], door: Door, output: str, with_rules: bool, from_scratch: bool) -> None:
    """Shows what applying files would come to."""
    files = read_files(names)
    with client_at(door) as client:
        answer = plain(client.apply(files, dry_run=True, with_rules=with_rules, from_scratch=from_scratch))
    say(plan_document(answer, with_rules), output, plan_lines)
    _end(answer)


def get(name: str | None, kind: str, door: Door, output: str) -> None:
    """Shows one document, or all of a kind."""
    with client_at(door) as client:
        if name is None:
            documents = plain(client.list(KINDS[kind]))["documents"]
        else:
            documents = [plain(client.get(pb.Reference(kind=KINDS[kind], name=name)))["document"]]
    if output == "yaml":
        typer.echo("---\n".join(document["yaml"] for document in documents), nl=False)
    else:
        say(documents, output, document_lines)
    if output == "table" and name is not None:
        typer.echo("\n".join(["", *provenance_lines(documents[0]), "", documents[0]["yaml"]]), nl=False)


def explain(name: str, door: Door, output: str) -> None:
    """Shows everything there is to say about one intent."""
    with client_at(door) as client:
        answer = plain(client.explain(name))
    say(answer, output, explain_lines)


def watch(door: Door, output: str) -> None:
    """Shows all intents, then what changes, until interrupted; as JSON one line a change."""
    with client_at(door) as client:
        try:
            for message in client.watch():
                told = plain(message)
                if output == "json":
                    typer.echo(json.dumps(told, ensure_ascii=False))
                elif output == "yaml":
                    typer.echo(f"---\n{emit(told)}", nl=False)
                else:
                    typer.echo("\n".join(watch_lines(told)))
        except KeyboardInterrupt:
            return


def delete(names: Sequence[str], files: Sequence[str], kind: str, door: Door) -> None:
    """Deletes documents by name, and those that files hold."""
    wanted = [pb.Reference(kind=KINDS[kind], name=name) for name in names]
    if files:
        from controller.cli.offline import names_in

        wanted += [pb.Reference(kind=KINDS[kind], name=name) for kind, name in names_in(files)]
    with client_at(door) as client:
        revision = client.delete(wanted).revision
    words = {number: word for word, number in KINDS.items()}
    for reference in wanted:
        typer.echo(f"{words[reference.kind]} {reference.name}: deleted")
    typer.echo(f"revision {revision}")


def plan_document(answer: dict[str, Any], with_rules: bool = False) -> dict[str, Any]:
    """The contract of LANGUAGE.md from a plain ApplyResponse; with the rules that change, where they were asked for."""
    by_verdict: dict[str, dict[str, Any]] = {"PLACED": {}, "REFUSED": {}}
    for connection in answer["connections"]:
        fields = PLACED_FIELDS if connection["verdict"] == "PLACED" else REFUSED_FIELDS
        told = {field: connection[field] for field in fields}
        if "paths" in told:  # as offline, only a detour says what it protects
            told["paths"] = [_without_null(path, "protects") for path in told["paths"]]
        if "offers" in told:  # and only another intent's change whose it is
            told["offers"] = [{**offer, "changes": [_without_null(change, "intent") for change in offer["changes"]]}
                              for offer in told["offers"]]
        by_verdict[connection["verdict"]][connection["title"]] = told
    changes = {field: value for field, value in answer["differences"].items() if field != "edits" or with_rules}
    return {"placements": by_verdict["PLACED"], "refusals": by_verdict["REFUSED"], "rules": answer["rules"],
            "changes": changes, "hash": answer["plan_hash"], "seconds": answer["seconds"]}


def _without_null(told: dict[str, Any], name: str) -> dict[str, Any]:
    return {field: value for field, value in told.items() if field != name or value is not None}


def purge(door: Door) -> None:
    """Has rules retired that look like the controller's own and that its store does not know."""
    with client_at(door) as client:
        count = client.purge().rules
    typer.echo(f"{count or 'no'} unclaimed rule{'' if count == 1 else 's'}{' given up' if count else ''}")


def _apply_lines(answer: dict[str, Any]) -> list[str]:
    changes = [f"{change['kind']} {change['name']}: {change['outcome']}" + (f", {change['why']}" if change["why"] else "")
               for change in answer["changes"]]
    return [*changes, "", *plan_lines(plan_document(answer)), f"revision {answer['revision']}"]


def _end(answer: dict[str, Any]) -> None:
    for warning in answer["warnings"]:
        typer.echo(f"warning: {warning}", err=True)
    rejected = any(change["outcome"] == "rejected" for change in answer["changes"])
    if rejected or any(connection["verdict"] == "REFUSED" for connection in answer["connections"]):
        raise typer.Exit(REFUSED)


@contextmanager
def client_at(door: Door) -> Iterator[Client]:
    """The controller there; what goes wrong in a call ends the command."""
    try:
        address = parse_address(door.server, unix=True)
        keys = read_keys(door.tls) if door.tls else None
    except AddressError as error:
        raise bad_input([f"--server: {error}"]) from error
    except OSError as error:
        raise bad_input([f"--tls: {error.filename}: {error.strerror}"]) from error
    if keys is None and not address.stays_here:
        raise bad_input([f"--server: {address} is not on this machine; give --tls a folder of keys"])
    try:
        with Client(address, keys) as client:
            yield client
    except NoAnswerError as error:
        advice = ("start one with: isochrone run --topology metro --store metro.db" if address.port is not None else
                  "if a lab made that socket, it has ended; the next isochrone lab up names its own")
        raise StopError(REFUSED, f"{error}; {advice}") from error
    except CallRefusedError as error:
        if error.code != "INVALID_ARGUMENT":
            raise StopError(REFUSED, str(error)) from error
        raise bad_input([f"{at.file}:{at.line}:{at.column}: {at.message}" for at in error.problems] or [error]) from error
