"""`isochrone lab`: try the controller on an emulated network, in a sandbox that leaves nothing behind."""

import os
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Literal, Optional

import typer

from controller.cli.app import Agent, Autonomy, Capacity
from controller.cli.stop import bad_input
from topologies.problems import BadInput

from .errors import LabError

app = typer.Typer(no_args_is_help=True)

Named = typer.Argument(help=(
    "A built-in one (metro, diamond, ring:6, linear:4), topohub:SET/NAME, or a file (YAML, GML, GraphML, node-link JSON)."))


@app.callback()
def _lab() -> None:
    """Try intents with real packets on a private emulated network."""
    if sys.stdin is None:
        # closed: nobody may find something else in its place
        os.set_inheritable(os.open(os.devnull, os.O_RDONLY), True)


@app.command("list")
def list_scenarios() -> None:
    """List the scenarios that can be run."""
    from .catalog import names, story

    for name in names():
        typer.echo(f"{name:16} {story(name)}")


@app.command("run")
def run_scenario(
    name: Annotated[str, typer.Argument(help="A scenario of `isochrone lab list`, or a scenario file.")],
    json: Annotated[Optional[Path], typer.Option(help="Write the report as JSON to this file.")] = None,  # noqa: UP045
    agent: Annotated[Literal["on", "off"], typer.Option(help="off: the controller does not look at load.")] = "on",
) -> None:
    """Run a scenario to its table and PASS or FAIL (exit status 0 or 1; 2 where it cannot be run, or where the
    machine stood still too often for its times to tell). Needs root."""
    from . import sandbox
    from .catalog import load

    with _said_plainly():
        staged = load(name)
        sandbox.require()
        with (_report_file(json) as report, _sole_lab() as is_sole,
              sandbox.parcel((staged, is_sole, agent == "on", report)) as order):
            kept = (order,) if report is None else (order, report)
            status = sandbox.run([sys.executable, "-m", "labs.inside", str(order)], kept)
    raise typer.Exit(status)


@app.command("up")
def up(
    topology: Annotated[str, Named],
    capacity: Capacity = None,
    autonomy: Annotated[Autonomy, typer.Option(help=(
        "About links that are too full: measure them, record what would help, or do it."))] = Autonomy.RECOMMEND,
    agent: Annotated[Agent, typer.Option(help="off: the controller does not look at load.")] = Agent.ON,
) -> None:
    """Leave a network running with its controller, and prompt for Mininet's commands until `exit` or the end of the input.

    The controller is reached from other terminals by the --server that is printed. Needs root."""
    from controller.cli.files import read_file
    from controller.reference import Reference

    from . import sandbox, terminal
    from .doorway import doorway

    with _said_plainly():
        found = Reference(topology, capacity).load(read_file)
        sandbox.require()
        with (terminal.as_it_was(), _sole_lab() as is_sole, doorway() as folder,
              sandbox.parcel((found, folder, is_sole, autonomy.value, agent is Agent.ON)) as order,
              sandbox.Sandbox([sys.executable, "-m", "labs.standing", str(order)], (order,), folder) as inside,
              terminal.signals_to(lambda: inside.send(signal.SIGINT))):
            status = inside.wait()
    raise typer.Exit(status)


@contextmanager
def _said_plainly() -> Iterator[None]:
    """What keeps a lab from beginning, as lines for the person who started it."""
    try:
        yield
    except BadInput as bad:
        raise bad_input(bad.problems) from bad
    except LabError as error:
        raise bad_input([f"isochrone lab: {error}"]) from error
    except OSError as error:
        raise bad_input([f"isochrone lab: {error.filename or ''}: {error.strerror}"]) from error


@contextmanager
def _report_file(path: Path | None) -> Iterator[int | None]:
    """The descriptor of the report. Opened before the run, so that a path that cannot be written is known at once."""
    if path is None:
        yield None
        return
    with path.open("w") as report:
        yield report.fileno()


@contextmanager
def _sole_lab() -> Iterator[bool]:
    """Whether no other lab of this machine runs at real-time priorities; while it is so, others are told that one does.

    Two at once would leave nothing of two cores to anybody else, their own controllers included. An abstract socket's
    name is free again when its process ends, however it ends."""
    with socket.socket(socket.AF_UNIX) as name:
        try:
            name.bind("\0isochrone-lab")
        except OSError:
            yield False
        else:
            yield True
