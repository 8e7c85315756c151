"""Documents for the metro, as text."""

from controller.northbound.client import Client
from controller.northbound.isochrone.v1 import intents_pb2 as pb

SURGERY = """
apiVersion: isochrone/v1
kind: Intent
metadata: {name: surgery}
spec: sub-ms path for telemedicine slice
"""
TELEMEDICINE = """
apiVersion: isochrone/v1
kind: Slice
metadata: {name: telemedicine}
spec:
  profile: telemedicine-haptic
  connect: [{from: surgeon, to: robot}]
"""


def intent(name: str, source: str, target: str, rest: str = "") -> str:
    """An intent between two hosts; `rest` goes on in the spec's flow mapping."""
    return f"""
apiVersion: isochrone/v1
kind: Intent
metadata: {{name: {name}}}
spec: {{from: {source}, to: {target}{', ' if rest else ''}{rest}}}
"""


def slice_of(name: str, *pairs: str, profile: str = "telemedicine-haptic") -> str:
    """A slice of pairs written `a>b`."""
    connect = ", ".join("{{from: {}, to: {}}}".format(*pair.split(">")) for pair in pairs)
    return f"""
apiVersion: isochrone/v1
kind: Slice
metadata: {{name: {name}}}
spec: {{profile: {profile}, connect: [{connect}]}}
"""


def apply(client: Client, *texts: str, dry_run: bool = False) -> pb.ApplyResponse:
    """Applies texts as one change, each a file `1.yaml`, `2.yaml`..."""
    return client.apply([(text, f"{number}.yaml") for number, text in enumerate(texts, 1)], dry_run)


def verdicts(answer: pb.ApplyResponse) -> dict[str, str]:
    """By connection, PLACED or the reason of its refusal."""
    return {each.key: "PLACED" if each.verdict == pb.VERDICT_PLACED else
            pb.Reason.Name(each.reason).removeprefix("REASON_") for each in answer.connections}


def outcomes(answer: pb.ApplyResponse) -> dict[str, str]:
    """By document, what became of it."""
    return {each.name: pb.Outcome.Name(each.outcome).removeprefix("OUTCOME_") for each in answer.changes}


def statuses(client: Client) -> dict[str, str]:
    """By connection, its status now."""
    documents = client.list(pb.KIND_INTENT).documents
    return {each.key: pb.Status.Name(each.status).removeprefix("STATUS_")
            for document in documents for each in document.connections}


def stands(client: Client, name: str) -> str:
    """An intent as it stands, in canonical YAML."""
    return client.get(pb.Reference(kind=pb.KIND_INTENT, name=name)).document.yaml
