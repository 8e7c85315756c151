"""The commands and their options. Each parses words and calls one function, imported when called: `isochrone version`
answers at once.
"""

import re
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from controller.cli.stop import bad_input

if TYPE_CHECKING:
    from controller.reference import Reference
    from controller.southbound.library import Library

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
                  rich_markup_mode=None)


class Output(str, Enum):
    """How an answer is written."""

    TABLE = "table"
    JSON = "json"
    YAML = "yaml"


class Kind(str, Enum):
    """What can be asked for by name."""

    INTENT = "intent"
    SLICE = "slice"
    PROFILE = "profile"


class LogFormat(str, Enum):
    """How log lines are written."""

    TEXT = "text"
    JSON = "json"


class Autonomy(str, Enum):
    """What the agent may do by itself about links that are too full."""

    OBSERVE = "observe"
    RECOMMEND = "recommend"
    ACT = "act"


class Agent(str, Enum):
    """Whether the agent measures and decides anything about load."""

    ON = "on"
    OFF = "off"


Files = Annotated[list[str] | None, typer.Argument(help="Files of documents; - is standard input.", show_default=False)]
MoreFiles = Annotated[list[str] | None, typer.Option("--file", "-f", help="The same, as an option.", show_default=False)]
Named = typer.Option(show_default=False, help=(
    "A built-in topology, topohub:SET/NAME, or a file (YAML, GML, GraphML, node-link JSON)."))
Topology = Annotated[str | None, Named]
Capacity = Annotated[str | None, typer.Option(show_default=False, help=(
    "Of the links of a graph that says none, like '10 Gbps', which is assumed otherwise."))]
Server = Annotated[str, typer.Option(envvar="ISOCHRONE_SERVER", help="HOST:PORT or unix:/path of the controller.")]
Keys = Annotated[Path | None, typer.Option(envvar="ISOCHRONE_TLS", show_default=False, help=(
    "A folder with ca.pem, cert.pem and key.pem; needed for addresses beyond this machine."))]
Form = Annotated[Output, typer.Option("--output", "-o", help="How to write the answer.")]
OfKind = Annotated[Kind, typer.Option("--kind", "-k", help="What the names name.")]
LOCAL = "127.0.0.1:50051"


@app.command()
def run(  # noqa: PLR0913, PLR0917 - an argument an option
        topology: Annotated[str, Named],
        store: Annotated[Path, typer.Option(help="The file that keeps what is wanted; made if missing.")],
        openflow: Annotated[str, typer.Option(help="HOST:PORT that switches connect to.")] = "127.0.0.1:6653",
        grpc: Annotated[str, typer.Option(help="HOST:PORT or unix:/path that operators connect to.")] = LOCAL,
        tls: Keys = None, capacity: Capacity = None,
        autonomy: Annotated[Autonomy, typer.Option(help=(
            "About links that are too full: measure them, record what would help, or do it."))] = Autonomy.RECOMMEND,
        agent: Annotated[Agent, typer.Option(help="off: nothing is measured or decided about load.")] = Agent.ON,
        audit: Annotated[float, typer.Option(min=1, max=86_400, metavar="SECONDS", help=(
            "How often the tables of each switch are read again, to find and repair what others changed."))] = 10.0,
        log_format: Annotated[LogFormat, typer.Option(help="Log lines on stderr.")] = LogFormat.TEXT) -> None:
    """Run the controller until SIGTERM or SIGINT."""
    from controller.reference import Reference

    _library()  # before it is loaded
    from controller.run import Settings
    from controller.run import run as run_controller

    run_controller(Settings(Reference(topology, capacity), store, openflow, grpc, tls, log_format.value,
                            "off" if agent is Agent.OFF else autonomy.value, audit))


@app.command()
def check(files: Files = None, file: MoreFiles = None, topology: Topology = None, capacity: Capacity = None) -> None:
    """Read documents, and with a topology resolve them, without a controller."""
    from controller.cli import offline

    offline.check(_named(files, file), _reference(topology, capacity))


@app.command()
def plan(  # noqa: PLR0913, PLR0917 - an argument an option
         files: Files = None, file: MoreFiles = None, topology: Topology = None, capacity: Capacity = None,
         output: Form = Output.TABLE,
         rules: Annotated[bool, typer.Option("--rules", help=(
             "Add every rule that changes; with --topology and -o json or yaml all rules too."))] = False,
         from_scratch: Annotated[bool, typer.Option("--from-scratch", help=(
             "What all that is wanted would get if nothing were placed yet, beside what it has."))] = False,
         server: Server = LOCAL, tls: Keys = None) -> None:
    """Show what documents would come to: offline on a topology, else as a dry run on the controller."""
    reference = _reference(topology, capacity)
    if reference is not None:
        from controller.cli import offline

        if from_scratch:
            raise bad_input(["--from-scratch is about what a controller has placed; with --topology nothing is"])
        offline.plan(_named(files, file), reference, output.value, rules)
    else:
        from controller.cli import remote

        named = [*(files or []), *(file or [])] if from_scratch else _named(files, file)
        remote.plan(named, remote.Door(server, tls), output.value, rules, from_scratch)


@app.command()
def apply(files: Files = None, file: MoreFiles = None, output: Form = Output.TABLE,
          plan: Annotated[str, typer.Option("--plan", metavar="HASH", show_default=False, help=(
              "Only if this still comes to the plan with this hash, as isochrone plan printed it."))] = "",
          server: Server = LOCAL, tls: Keys = None) -> None:
    """Apply documents as one change."""
    from controller.cli import remote

    if plan and not re.fullmatch("[0-9a-f]{32}", plan):
        raise bad_input([f'--plan: "{plan[:40]}" is no hash of a plan; write the 32 digits that isochrone plan prints'])
    remote.apply(_named(files, file), remote.Door(server, tls), output.value, plan)


@app.command()
def get(name: Annotated[str | None, typer.Argument(help="One by name; else all.", show_default=False)] = None,
        kind: OfKind = Kind.INTENT, output: Form = Output.TABLE, server: Server = LOCAL, tls: Keys = None) -> None:
    """Show what stands, and how it does."""
    from controller.cli import remote

    remote.get(name, kind.value, remote.Door(server, tls), output.value)


@app.command()
def watch(output: Form = Output.TABLE, server: Server = LOCAL, tls: Keys = None) -> None:
    """Show all intents, then what changes, until interrupted."""
    from controller.cli import remote

    remote.watch(remote.Door(server, tls), output.value)


@app.command()
def explain(name: Annotated[str, typer.Argument(help="An intent.")],
            file: Annotated[list[str] | None, typer.Option("--file", "-f", help=(
                "Files of documents, with --topology; - is standard input."), show_default=False)] = None,
            topology: Topology = None, capacity: Capacity = None, output: Form = Output.TABLE,
            server: Server = LOCAL, tls: Keys = None) -> None:
    """Show where an intent runs and why, what it rests on, and what was decided about it."""
    reference = _reference(topology, capacity)
    if (reference is None) != (not file):
        raise bad_input(["--topology and --file belong together: offline, what the files come to on the topology"])
    if reference is not None:
        from controller.cli import offline

        offline.explain(name, file or [], reference, output.value)
    else:
        from controller.cli import remote

        remote.explain(name, remote.Door(server, tls), output.value)


@app.command()
def trace(  # noqa: PLR0913, PLR0917 - an argument an option
        name: Annotated[str | None, typer.Argument(show_default=False, help=(
            "An intent, or one connection of it (INTENT/FROM-TO), whose packet to follow."))] = None,
        reverse: Annotated[bool, typer.Option("--reverse", help="A packet of its way back.")] = False,
        source: Annotated[str | None, typer.Option("--from", metavar="HOST", show_default=False, help=(
            "In place of an intent: who sends a packet of your own."))] = None,
        target: Annotated[str | None, typer.Option("--to", metavar="HOST", show_default=False, help="Whom to.")] = None,
        protocol: Annotated[str | None, typer.Option(show_default=False, help=(
            "tcp, udp, icmp or a number; icmp where nothing is said."))] = None,
        source_port: Annotated[int | None, typer.Option(show_default=False, help="With --protocol udp or tcp.")] = None,
        destination_port: Annotated[int | None, typer.Option(show_default=False, help="The same.")] = None,
        dscp: Annotated[int | None, typer.Option(show_default=False, help="0 to 63; 0 where nothing is said.")] = None,
        link_down: Annotated[list[str] | None, typer.Option(metavar="LINK", show_default=False, help=(
            "As if this link failed, too; may be repeated. Real switches cannot be asked that."))] = None,
        ovs: Annotated[list[Path] | None, typer.Option(metavar="RUNDIR", envvar="ISOCHRONE_OVS", show_default=False, help=(
            "Ask real switches, too: the run directory of an Open vSwitch on this machine, or a folder of several. "
            "Needs the rights of ovs-appctl."))] = None,
        file: Annotated[list[str] | None, typer.Option("--file", "-f", help=(
            "Files of documents, with --topology; - is standard input."), show_default=False)] = None,
        topology: Topology = None, capacity: Capacity = None, output: Form = Output.TABLE,
        server: Server = LOCAL, tls: Keys = None) -> None:
    """Follow one packet through the tables that switches should hold, that they told, and that they have.

    Exit status 0 where all agree, 1 where they differ, with the switch and the rule that is missing or too much, or where
    some could not be asked."""
    reference = _reference(topology, capacity)
    if (reference is None) != (not file):
        raise bad_input(["--topology and --file belong together: offline, what the files come to on the topology"])
    from controller.cli import tracing

    asked = tracing.asked(name, reverse, source, target, (protocol, source_port, destination_port, dscp), link_down or [])
    if reference is not None:
        tracing.offline(asked, file or [], reference, ovs or [], output.value)
    else:
        from controller.cli.remote import Door

        tracing.remote(asked, Door(server, tls), ovs or [], output.value)


@app.command()
def delete(names: Annotated[list[str] | None, typer.Argument(show_default=False)] = None,
           file: Annotated[list[str] | None, typer.Option("--file", "-f", help="Delete what this file holds.",
                                                   show_default=False)] = None,
           kind: OfKind = Kind.INTENT, server: Server = LOCAL, tls: Keys = None) -> None:
    """Delete documents as one change: all of them or none."""
    from controller.cli import remote

    if not names and not file:
        raise bad_input(["name what to delete, or give a file of it with -f"])
    remote.delete(names or [], file or [], kind.value, remote.Door(server, tls))


@app.command()
def purge(unclaimed: Annotated[bool, typer.Option("--unclaimed", help=(
        "Rules that look like the controller's own and that its store does not know."))] = False,
          server: Server = LOCAL, tls: Keys = None) -> None:
    """Have rules retired that nobody answers for, such as those of a store that was lost."""
    from controller.cli import remote

    if not unclaimed:
        raise bad_input(["say what to purge: --unclaimed"])
    remote.purge(remote.Door(server, tls))


@app.command()
def schema() -> None:
    """Show the JSON Schema of documents of every kind, with which editors complete and check them."""
    from controller.cli.kinds import schema_text

    typer.echo(schema_text())


@app.command()
def version() -> None:
    """Show the version, and that of the OpenFlow library it runs on."""
    from importlib.metadata import version as installed

    typer.echo(f"{installed('isochrone')} on {_library()}")


def _version(is_asked: bool) -> None:
    if is_asked:
        version()
        raise typer.Exit


@app.callback()
def _isochrone(version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True,
                                                     help="Show the version.")] = False) -> None:
    """Intent-based SDN: YAML intents become proved OpenFlow paths."""


def _library() -> "Library":
    from controller.southbound.library import NoLibraryError, installed

    try:
        return installed()
    except NoLibraryError as error:
        raise bad_input([error]) from None


def _reference(topology: str | None, capacity: str | None) -> "Reference | None":
    if topology is None:
        if capacity is not None:
            raise bad_input(["--capacity needs --topology"])
        return None
    from controller.reference import Reference

    return Reference(topology, capacity)


def _named(files: list[str] | None, more: list[str] | None) -> list[str]:
    named = [*(files or []), *(more or [])]
    if not named:
        raise bad_input(["name a file of documents, or - for standard input"])
    return named
