"""What runs inside the sandbox of a lab: one scenario, told as it happens, then its report.

Called as `python -m labs.inside NAME sole|beside on|off [DESCRIPTOR]`: beside another lab it takes no real-time
priorities; the controller's agent is on or off; the descriptor is where the JSON report goes.
"""

import json
import os
import sys
from dataclasses import replace

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from controller.northbound.client import ClientError

from . import backend, catalog
from .errors import LabError
from .report import document, show
from .runner import run

PASSED, FAILED, INTERRUPTED = 0, 1, 130


def main(name: str, is_sole: bool, is_agent_on: bool, descriptor: int | None) -> int:
    """Run the scenario: the exit status."""
    console = Console()
    staged = catalog.load(name)
    means = backend.attempt()
    if not is_sole:
        means = replace(means, has_realtime=False)
    console.print(str(means), soft_wrap=True)
    length = staged.scenario.spec.at[-1].t / 1e9
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    try:
        with Progress(*columns, console=console, transient=True) as progress:
            task = progress.add_task("starting the network", total=length)

            def tell(at: float, what: str) -> None:
                progress.console.print(f"{at:7.2f} s  {what}", highlight=False, soft_wrap=True)
                progress.update(task, completed=at, description=what[:40])

            outcome = run(staged.scenario, staged.files, staged.topology, means, is_agent_on, tell)
    except (LabError, ClientError) as error:
        console.print(f"[bold red]the lab failed[/]: {error}", soft_wrap=True, highlight=False)
        return FAILED
    except KeyboardInterrupt:
        console.print("interrupted; nothing is left behind")
        return INTERRUPTED
    if descriptor is not None:
        with os.fdopen(descriptor, "w") as report:
            json.dump(document(outcome), report, indent=2)
            report.write("\n")
    show(outcome, console)
    return PASSED if outcome.passed else FAILED


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2] == "sole", sys.argv[3] == "on",
                  int(sys.argv[4]) if len(sys.argv) > 4 else None))
