"""What runs inside the sandbox of a lab: one scenario, told as it happens, then its report.

Called as `python -m labs.inside DESCRIPTOR`: of a parcel with the arguments of `main`.
"""

import json
import os
import sys
from dataclasses import replace

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from controller.northbound.client import ClientError

from . import backend, sandbox
from .catalog import Staged
from .errors import LabError
from .report import document, show
from .runner import run

STATUS = {True: 0, False: 1, None: 2}
FAILED, INTERRUPTED = 1, 130


def main(staged: Staged, is_sole: bool, is_agent_on: bool, descriptor: int | None) -> int:
    """Run the scenario: the exit status. Beside another lab it takes no real-time priorities; the descriptor is where the
    JSON report goes."""
    console = Console()
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
                progress.console.print(f"{at:7.2f} s  {what}", highlight=False, markup=False, soft_wrap=True)
                progress.update(task, completed=at, description=what[:40])

            outcome = run(staged.scenario, staged.files, staged.topology, means, is_agent_on, tell)
    except (LabError, ClientError) as error:
        console.print(f"[bold red]the lab failed[/]: {escape(str(error))}", soft_wrap=True, highlight=False)
        return FAILED
    except KeyboardInterrupt:
        console.print("interrupted; nothing is left behind")
        return INTERRUPTED
    if descriptor is not None:
        with os.fdopen(descriptor, "w") as report:
            json.dump(document(outcome), report, indent=2)
            report.write("\n")
    show(outcome, console)
    return STATUS[outcome.passed]


if __name__ == "__main__":
    sys.exit(main(*sandbox.unpacked(int(sys.argv[1]))))
