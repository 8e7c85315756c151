"""What phrases mean, what they must not be taken to mean, and that they read back as they were written."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.phrases import LossLimit, Names, Phrase, PhraseError, TimeLimit, parse_phrase, render
from intents.phrases.lexicon import LEXICON, UNITS
from topologies.units import parse_rate, parse_ratio, parse_time

SLICES = {"telemedicine": ("telemedicine",), "远程医疗": ("telemedicine",), "video": ("video-east", "video-west"),
          "video-east": ("video-east",), "video-west": ("video-west",), "haptic": ("haptic",)}
PROFILES = {"telemedicine-haptic": ("telemedicine-haptic",), "haptic": ("haptic",), "Bulk": ("Bulk",)}
NAMES = Names(SLICES, PROFILES, frozenset(("上海", "北京", "surgeon", "和平医院")))

SUB_MS = TimeLimit(1_000_000, strict=True)
UNDER_2_MS = TimeLimit(2_000_000, strict=True)
AT_MOST_2_MS = TimeLimit(2_000_000)
A_TO_B = {"noun": "path", "source": "a", "target": "b"}

MEANINGS: list[tuple[str, dict[str, Any]]] = [
    ("sub-ms path for telemedicine slice", {"noun": "path", "slice": "telemedicine", "latency": SUB_MS}),
    ("Sub-MS path FOR the telemedicine Slice", {"noun": "path", "slice": "telemedicine", "latency": SUB_MS}),
    ("a sub-millisecond path for telemedicine", {"noun": "path", "slice": "telemedicine", "latency": SUB_MS}),
    ("sub ms slice for telemedicine slice.", {"noun": "slice", "slice": "telemedicine", "latency": SUB_MS}),
    ("path for telemedicine-haptic profile", {"noun": "path", "profile": "telemedicine-haptic"}),
    ("path for telemedicine-haptic profile from a to b", A_TO_B | {"profile": "telemedicine-haptic"}),
    ("tunnel for Bulk", {"noun": "tunnel", "profile": "Bulk"}),
    ("path for haptic slice", {"noun": "path", "slice": "haptic"}),
    ("path for haptic profile", {"noun": "path", "profile": "haptic"}),
    ("path from a to b", A_TO_B),
    ("path between a and b", A_TO_B),
    ("link from A to An", {"noun": "link", "source": "A", "target": "An"}),
    ("under 2 ms path from a to b", A_TO_B | {"latency": UNDER_2_MS}),
    ("path from a to b below 2ms", A_TO_B | {"latency": UNDER_2_MS}),
    ("path from a to b < 2 milliseconds", A_TO_B | {"latency": UNDER_2_MS}),
    ("path from a to b with less than 2000 µs latency", A_TO_B | {"latency": UNDER_2_MS}),
    ("path ＜２㎳ between a and b", A_TO_B | {"latency": UNDER_2_MS}),
    ("2 ms path from a to b", A_TO_B | {"latency": AT_MOST_2_MS}),
    ("path from a to b within 2 ms", A_TO_B | {"latency": AT_MOST_2_MS}),
    ("path from a to b up to 2 ms", A_TO_B | {"latency": AT_MOST_2_MS}),
    ("path from a to b at most 2 ms", A_TO_B | {"latency": AT_MOST_2_MS}),
    ("path from a to b, latency ≤ 0.002 s", A_TO_B | {"latency": AT_MOST_2_MS}),
    ("path from a to b delay <= 2 ms", A_TO_B | {"latency": AT_MOST_2_MS}),
    ("p99.9 one-way under 2 ms", {"latency": UNDER_2_MS, "statistic": "p99.9", "kind": "one-way"}),
    ("median latency under 2 ms, round trip", {"latency": UNDER_2_MS, "statistic": "p50", "kind": "round-trip"}),
    ("worst case", {"statistic": "max"}),
    ("a 50 Mbps path from a to b", A_TO_B | {"guaranteed_bps": 50_000_000}),
    ("path from a to b at least 1.5Gbps", A_TO_B | {"guaranteed_bps": 1_500_000_000}),
    ("path from a to b with bandwidth >= 50 Mbps and up to 80 Mbps",
     A_TO_B | {"guaranteed_bps": 50_000_000, "max_bps": 80_000_000}),
    ("2 ms 50 Mbps path between a and b", A_TO_B | {"latency": AT_MOST_2_MS, "guaranteed_bps": 50_000_000}),
    ("path from a to b, jitter under 200 us", A_TO_B | {"jitter": TimeLimit(200_000, strict=True)}),
    ("path from a to b with at most 200 us jitter", A_TO_B | {"jitter": TimeLimit(200_000)}),
    ("loss under 1e-4", {"loss": LossLimit(Decimal("0.0001"), strict=True)}),
    ("packet loss at most 0.01 percent", {"loss": LossLimit(Decimal("0.0001"))}),
    ("99.99% availability", {"availability": Decimal("0.9999")}),
    ("protected path from a to b", A_TO_B | {"protected": True}),
    ("best effort path from a to b", A_TO_B | {"best_effort": True}),
    ("path from a to b via s1 and s2", A_TO_B | {"via": ("s1", "s2")}),
    ("path from a to b avoiding s1, s2, and s3, protected",
     A_TO_B | {"avoiding": ("s1", "s2", "s3"), "protected": True}),
    ("path from a to b avoiding s1, avoiding s2", A_TO_B | {"avoiding": ("s1", "s2")}),
    ("path for telemedicine slice, disjoint from surgery-2",
     {"noun": "path", "slice": "telemedicine", "disjoint_from": ("surgery-2",)}),
    ("path from host/robot to 10.0.0.0/24", {"noun": "path", "source": "host/robot", "target": "10.0.0.0/24"}),
    ("path from s1:2 to site/ward", {"noun": "path", "source": "s1:2", "target": "site/ward"}),
    ("path from surgeon to nearest surgery-ai", {"noun": "path", "source": "surgeon", "service": "surgery-ai"}),
    ("""path from "to" to 'the ward'""", {"noun": "path", "source": "to", "target": "the ward"}),
    ("从 A 到 B 的亚毫秒路径", {"noun": "path", "source": "A", "target": "B", "latency": SUB_MS}),
    ("从上海到北京的时延低于2毫秒的路径", {"noun": "path", "source": "上海", "target": "北京", "latency": UNDER_2_MS}),
    ("在上海与和平医院之间的路径", {"noun": "path", "source": "上海", "target": "和平医院"}),
    ("为远程医疗切片提供亚毫秒路径", {"noun": "path", "slice": "telemedicine", "latency": SUB_MS}),
    ("为远程医疗切片提供带宽至少 50 Mbps、受保护的路径",
     {"noun": "path", "slice": "telemedicine", "guaranteed_bps": 50_000_000, "protected": True}),
    ("从 a 到 b 的低于 2 ms 的时延，尽力而为",
     {"source": "a", "target": "b", "latency": UNDER_2_MS, "best_effort": True}),
]


@pytest.mark.parametrize(("text", "meaning"), MEANINGS)
def test_phrase_means(text: str, meaning: dict[str, Any]) -> None:
    assert parse_phrase(text, NAMES) == Phrase(**meaning)


@pytest.mark.parametrize(("text", "meaning"), MEANINGS)
def test_phrase_reads_back_as_rendered(text: str, meaning: dict[str, Any]) -> None:
    assert parse_phrase(render(parse_phrase(text, NAMES)), NAMES) == Phrase(**meaning)


CHOICES_AT_START = 'here may stand "sub-ms", "under", "at most", "at least", a time ("2 ms")'

ERRORS = [
    ("cheap path from a to b", 1,
     '"cheap" is vague; say what it may be instead: "best effort", "up to 10 Mbps" or "avoiding NAME"'),
    ("path from a to b and fast", 22,
     '"fast" is vague; say a latency, such as "sub-ms", "under 2 ms" or "at most 2 ms"'),
    ("about 1 ms path", 1, '"about" is vague; say a bound: "under", "at most" or "at least"'),
    ("path from a to b ~ 1 ms", 18, '"~" is vague; say a bound: "under", "at most" or "at least"'),
    ("undr 2 ms path", 1, f'"undr" is not a word of phrases; did you mean "under"?; {CHOICES_AT_START}'),
    ("path form a to b", 6, '"form" is not a word of phrases; did you mean "from"?'),
    ("path frm a to b", 6, '"frm" is not a word of phrases; did you mean "from"?'),
    ("", 1, f"the phrase is empty; {CHOICES_AT_START}"),
    ("path from a to ", 15, 'the phrase ends too early; here may stand "nearest", a name'),
    ("path from to b", 11, '"to" cannot stand here; here may stand a name'),
    ("sub-ms path for telemedecine slice", 17, 'no slice "telemedecine"; did you mean "telemedicine"?'),
    ("path for telemedicine-haptic slice", 10,
     'no slice "telemedicine-haptic", but a profile: say "for telemedicine-haptic profile"'),
    ("path for haptic", 10, '"haptic" may be several things; say "for haptic slice" or "for haptic profile"'),
    ("path for video slice", 10,
     '"video" may be several things; say "for video-east slice" or "for video-west slice"'),
    ("path for bulk profile", 10, 'no profile "bulk"; did you mean "Bulk"?'),
    ("path from a to b under 2", 24, '2 has no unit: "2 ms" or "2 Mbps"?'),
    ("path from a to b under 2 %", 24, '2 % of what? say "loss at most 2 %" or "availability at least 2 %"'),
    ("path from a to b at most 50 Mb/s", 29,
     '"Mb/s" is not a unit (ns, us, ms, s, min, h, bps, kbps, Mbps, Gbps, Tbps, %); did you mean "Mbps"?'),
    ("path from a to b at most 50mbps", 28, '"mbps" is not a unit'),
    ("path from a to b under 50 Mbps", 18, "bandwidth is bounded by"),
    ("path from a to b at least 2 ms", 18, 'latency is bounded by "under" or "at most"'),
    ("jitter under 50 Mbps", 14, 'jitter takes a time, such as "200 us", not "50 Mbps"'),
    ("under 0 ms path", 7, '"0 ms" can neither be kept nor measured; zero is not "unlimited"'),
    ("loss at most 120 %", 14, '"120 %" is more than the whole'),
    ("availability at least 100 %", 23, '"100 %" can never be shown by measuring; say less than the whole'),
    ("under 0.1 ns path", 7, '"0.1 ns" is not a whole number of ns; round it'),
    ("sub-ms path from a to b, at most 2 ms", 26, '"at most 2 ms" comes after "sub-ms"; say it once'),
    ("path from a to b avoiding s1 and s1", 34, '"s1" is named twice; once is enough'),
    ("p50 jitter under 2 ms", 1, '"p50" speaks of a latency, not of jitter; say it beside the latency'),
    ("under 2 ms jitter under 200 us", 19, '"under 200 us" may belong to the word before it; say "," between the two'),
    ("path from a to b $", 18, '"$" means nothing in a phrase; a name that holds it stands in quotes'),
    ("  路径 从 surgeon 去 b", 16, '"去" is not a word of phrases'),
]


@pytest.mark.parametrize(("text", "column", "message"), ERRORS)
def test_wrong_phrase_says_where_and_what_would_be_right(text: str, column: int, message: str) -> None:
    with pytest.raises(PhraseError) as caught:
        parse_phrase(text, NAMES)
    assert (caught.value.column, caught.value.message[:len(message)]) == (column, message)


def test_each_thing_said_points_at_its_words() -> None:
    said = dict(parse_phrase("p95  sub-ms path for the telemedicine slice avoiding s1, s2", NAMES).said)
    assert said["latency"] == ("sub-ms", 6)
    assert said["statistic"] == ("p95", 1)
    assert said["slice"] == ("for the telemedicine slice", 26)
    assert said["avoiding.1"] == ("avoiding s1, s2", 58)


def test_an_exact_name_beats_an_alias() -> None:
    names = Names(slices={"x": ("x",), "y": ("y",)})
    assert parse_phrase("path for x", names).slice == "x"


def test_every_unit_is_one_the_documents_know() -> None:
    for unit in {word.meaning for word in UNITS.values()}:
        assert any(_reads(parse, f"1 {unit}") for parse in (parse_time, parse_rate, parse_ratio))


def test_no_word_is_also_a_unit() -> None:
    assert not LEXICON.keys() & UNITS.keys()


def _reads(parse: Any, text: str) -> bool:
    try:
        return bool(parse(text))
    except ValueError:
        return False


name = st.one_of(
    st.from_regex(r"[A-Za-z0-9]([-A-Za-z0-9_./:]{0,8}[A-Za-z0-9])?", fullmatch=True),
    st.sampled_from(sorted(LEXICON)), st.sampled_from(["上海", "host/robot", "10.0.0.1", "2 ms", "two words", "5g"]))
name_list = st.lists(name, max_size=3, unique=True).map(tuple)
time_limit = st.builds(TimeLimit, st.integers(1, 10**15), st.booleans())
ratio = st.decimals("0.0000001", "0.9999999", places=7).map(Decimal.normalize)
phrases = st.builds(
    Phrase, noun=st.sampled_from([None, "path", "link", "tunnel", "slice"]),
    slice=st.sampled_from([None, "telemedicine", "haptic"]), profile=st.sampled_from([None, "Bulk", "haptic"]),
    source=name, target=name, latency=st.none() | time_limit,
    statistic=st.sampled_from([None, "p50", "p99.9", "max"]), kind=st.sampled_from([None, "one-way", "round-trip"]),
    jitter=st.none() | time_limit, loss=st.none() | st.builds(LossLimit, ratio, st.booleans()),
    availability=st.none() | ratio, guaranteed_bps=st.none() | st.integers(1, 10**15),
    max_bps=st.none() | st.integers(1, 10**15), best_effort=st.booleans(), protected=st.booleans(),
    avoiding=name_list, via=name_list, disjoint_from=name_list)


@given(phrases)
def test_what_is_rendered_reads_back_the_same(phrase: Phrase) -> None:
    assert parse_phrase(render(phrase), NAMES) == phrase


@given(st.one_of(st.text(max_size=60), st.lists(st.sampled_from(
    [*sorted(LEXICON), *sorted(UNITS), "1", "2.5", "surgeon", "telemedicine", '"', " "]), max_size=12).map(" ".join)))
def test_any_text_has_one_meaning_or_an_error_inside_it(text: str) -> None:
    try:
        meaning = parse_phrase(text, NAMES)
    except PhraseError as error:
        wrong = error
    else:
        assert parse_phrase(render(meaning), NAMES) == meaning
        return
    assert 1 <= wrong.column <= len(text) + 1
    assert wrong.message
