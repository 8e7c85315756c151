"""Commands that other packages add, through the entry-point group `isochrone.commands`: imported only when they are
called or listed, so that the controller never imports who extends it and `isochrone version` waits for nobody.
"""

from importlib.metadata import EntryPoint, entry_points

import typer

from controller.cli.stop import REFUSED, StopError

GROUP = "isochrone.commands"


def extend(app: typer.Typer, words: list[str]) -> None:
    """Adds the others' commands, unless the first of the words is a command of ours."""
    ours = {command.callback.__name__ for command in app.registered_commands if command.callback}
    if words and words[0] in ours:
        return
    for entry in sorted(entry_points(group=GROUP), key=lambda entry: entry.name):
        try:
            app.add_typer(entry.load(), name=entry.name)
        except ImportError as error:
            _add_missing(app, entry, error)


def _add_missing(app: typer.Typer, entry: EntryPoint, error: ImportError) -> None:
    """Stands in the help page for what cannot be imported, and says why when called."""
    why = f"isochrone {entry.name} needs what is not installed: {error}"

    def stop() -> None:
        raise StopError(REFUSED, why)

    app.command(entry.name, help="(not installed)", context_settings={
        "ignore_unknown_options": True, "allow_extra_args": True})(stop)
