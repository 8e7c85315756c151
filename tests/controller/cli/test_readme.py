"""The documents of the README do on the metro what it says of them."""

import json
import re
from pathlib import Path

from tests.controller.cli.conftest import Isochrone
from tests.how_to import files

TOP = Path(__file__).parents[3]
SURGERY, VIDEO, STREAM = re.findall(r"^```yaml\n(.*?)^```$", (TOP / "README.md").read_text(), re.M | re.S)


def test_the_first_asks_for_its_slice_and_stands_with_it(isochrone: Isochrone) -> None:
    alone = isochrone("check", "--topology", "metro", "-", stdin=SURGERY)
    assert (alone.status, alone.err) == (
        2, '<stdin>:4:23: no slice "telemedicine"; none is defined, and a Slice of that name has to stand beside\n')
    slices = (TOP / "labs/scenarios/telemedicine/intents.yaml").read_text().split("---\n")
    (beside,) = [each for each in slices if "kind: Slice" in each and "name: telemedicine}" in each]
    assert isochrone("plan", "--topology", "metro", "-", stdin=f"{SURGERY}---\n{beside}").status == 0


def test_the_video_is_that_of_the_how_to_where_it_is_pinged(isochrone: Isochrone) -> None:
    assert files("try-your-own-intent.md")["video.yaml"] == VIDEO
    assert _classified(isochrone, VIDEO) == {False}


def test_the_stream_is_placed_and_takes_udp_alone(isochrone: Isochrone) -> None:
    assert _classified(isochrone, STREAM) == {True}


def _classified(isochrone: Isochrone, document: str) -> set[bool]:
    """Whether the rules that let a connection's packets in, one a direction, ask for UDP."""
    said = isochrone("plan", "--topology", "metro", "-", "--rules", "-o", "json", stdin=document)
    assert said.status == 0
    flows = [each for each in json.loads(said.out)["rules_list"]["flows"] if each["table"] == 1]
    return {"17" in str(each.get("match")) for each in flows}
