"""Documents and a network to what is wanted of it: one located wish per connection, each value with its source.

What the intent says wins over the slice, the slice over the profile, the profile over the defaults (intents/defaults.py).
A name that stands for nothing is bad input; a wish that this network gives no ground for is a refusal (ground.py).
"""

from intents.documents import Documents
from intents.model import Connection, Refusal, Wanted
from topologies.model import Topology
from topologies.source import BadInput

from .expand import Scene, expand, slice_problems

__all__ = ["resolve"]


def resolve(documents: Documents, network: Topology) -> Wanted:
    """What the documents want of the network, sorted by key. Raises BadInput with every problem of the documents.

    The documents hold every profile that may be named, the shipped ones too. Slices are checked even where no intent
    speaks of them.
    """
    scene = Scene(documents, network)
    for each in documents.slices.values():
        slice_problems(each, scene)
    found = [one for intent in documents.intents.values() for one in expand(intent, scene)]
    if scene.problems:
        raise BadInput(*sorted(set(scene.problems)))
    found.sort(key=lambda one: one.key)
    return Wanted(tuple(one for one in found if isinstance(one, Connection)),
                  tuple(one for one in found if isinstance(one, Refusal)))
