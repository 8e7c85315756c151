"""The profiles that come with Isochrone, read from the installed package.

A profile of the user's with the same name takes the place of ours: `shipped_profiles().merged(documents)`.
"""

from functools import cache
from importlib.resources import files

from intents.documents import Documents, read_documents


@cache
def shipped_profiles() -> Documents:
    """Every profile of intents/profiles."""
    found = sorted((each for each in files("intents.profiles").iterdir() if each.name.endswith(".yaml")),
                   key=lambda each: each.name)
    return read_documents(*((each.read_text(encoding="utf-8"), f"intents/profiles/{each.name}") for each in found))
