"""The command `isochrone`: its exit status is 0 done, 1 refused or failed, 2 bad input."""

import sys

from controller.cli.app import app
from controller.cli.extensions import extend
from controller.cli.stop import StopError


def main() -> None:
    """Runs the command line."""
    extend(app, sys.argv[1:])
    try:
        app(prog_name="isochrone")
    except StopError as stop:
        print(*stop.lines, sep="\n", file=sys.stderr)
        sys.exit(stop.status)


if __name__ == "__main__":
    main()
