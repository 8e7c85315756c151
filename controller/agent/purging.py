"""Rules that look like ours and that no store knows, given up on an operator's word.

Rules of this file: what is claimed is ours, and what is ours and wanted by nobody is retired like the former path of a
connection: after nothing leads to it, with a proof. So to purge is to claim, and the loop does the rest.
"""

from dataclasses import replace

from controller.agent.gaps import Gaps, compared
from controller.agent.world import World


def purged(world: World, before: Gaps) -> World:
    """The world in which all that is unclaimed in known tables is ours."""
    strange = frozenset().union(*(gap.owners.strange for gap in compared(world, before).by_dpid.values()))
    record = replace(world.record, claims=world.record.claims | strange)
    return replace(world, record=record, edition=world.edition + 1)
