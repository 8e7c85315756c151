"""`isochrone schema`."""

import json

from controller.cli.kinds import models
from tests.controller.cli.conftest import Isochrone
from topologies.schema import json_schema


def test_the_schema_of_every_kind_is_printed(isochrone: Isochrone):
    said = isochrone("schema")
    assert (said.status, said.err) == (0, "")
    assert json.loads(said.out) == json_schema(models())
