"""An answer in the form that was asked for: columns for people, JSON or YAML for programs."""

import json
from collections.abc import Callable
from typing import Any

import typer

from topologies.source import emit


def say(answer: Any, output: str, lines: Callable[[Any], list[str]]) -> None:
    """Writes plain data; `lines` makes what people read."""
    match output:
        case "json":
            typer.echo(json.dumps(answer, indent=2, ensure_ascii=False))
        case "yaml":
            typer.echo(emit(answer), nl=False)
        case _:
            typer.echo("\n".join(lines(answer)))
