"""What documents want of a network: who wins, who is meant, what is refused, and what is bad input and where."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.shipped import shipped_profiles
from intents.documents import Documents, read_documents
from intents.model import Bandwidth, Connection, LatencyBound, Reason, Refusal, Selector, Wanted
from intents.resolve import resolve
from topologies.read import read_topology
from topologies.source import BadInput, emit

TOWN = read_topology("""
apiVersion: isochrone/v1
kind: Topology
metadata: {name: town}
spec:
  switches:
    - {name: s1, dpid: "0000000000000001", site: clinic, region: north}
    - {name: s2, dpid: "0000000000000002", site: hub, region: north, labels: {tier: "1"}}
    - {name: s3, dpid: "0000000000000003", site: hub, region: south, labels: {tier: "2"}}
    - {name: s4, dpid: "0000000000000004", site: archive}
  links:
    - {a: "s1:1", b: "s2:1", capacity: 1 Gbps, delay: 10 us}
    - {a: "s2:2", b: "s3:1", capacity: 1 Gbps, delay: 10 us}
    - {name: duct, a: "s3:2", b: "s4:1", capacity: 1 Gbps, delay: 10 us}
  hosts:
    - {name: surgeon, at: "s1:9", mac: "00:00:00:00:00:01", addresses: [10.0.0.1/24], capacity: 1 Gbps}
    - {name: robot, at: "s3:9", mac: "00:00:00:00:00:02", addresses: [10.0.1.2/24], capacity: 1 Gbps}
    - {name: camera, at: "s3:10", mac: "00:00:00:00:00:03", addresses: [10.0.1.3/24], capacity: 1 Gbps}
    - {name: archive, at: "s2:9", mac: "00:00:00:00:00:04", addresses: [10.0.2.4/24], capacity: 1 Gbps}
    - {name: store, at: "s4:9", mac: "00:00:00:00:00:05", addresses: [10.0.3.5/24], capacity: 1 Gbps}
  groups:
    - {name: theatre, members: [robot, camera]}
    - {name: desk, members: [surgeon]}
""", "town.yaml")

SLICE = """
apiVersion: isochrone/v1
kind: Slice
metadata: {name: telemedicine, aliases: [远程医疗]}
spec:
  profile: telemedicine-haptic
  connect: [{from: surgeon, to: robot}]
"""


def intent(spec: str | Mapping[str, Any], name: str = "surgery") -> str:
    """An intent's YAML: a phrase, or fields."""
    return emit({"apiVersion": "isochrone/v1", "kind": "Intent", "metadata": {"name": name}, "spec": spec})


def wanted(*texts: str) -> Wanted:
    files = [("---\n".join(texts), "wish.yaml")]
    return resolve(shipped_profiles().merged(read_documents(*files)), TOWN)


def only(*texts: str) -> Connection:
    found = wanted(*texts)
    assert (len(found.connections), found.refusals) == (1, ())
    return found.connections[0]


def refused(*texts: str) -> Refusal:
    found = wanted(*texts)
    assert (found.connections, len(found.refusals)) == ((), 1)
    return found.refusals[0]


def problems(*texts: str) -> list[str]:
    with pytest.raises(BadInput) as caught:
        wanted(*texts)
    return [str(problem) for problem in caught.value.problems]


def between(source: str, target: str, **spec: Any) -> str:
    return intent({"from": source, "to": target, **spec})


def test_the_shortest_intent() -> None:
    found = only(intent("sub-ms path for telemedicine slice"), SLICE)
    assert (found.key, found.title) == ("surgery/surgeon-robot", "surgery")
    assert (found.source, found.target) == ("surgeon", "robot")
    assert (found.service_class, found.slice, found.both_ways) == ("delay-critical", "telemedicine", True)
    assert found.latency == LatencyBound(1_000_000, strict=True)
    assert found.bandwidth == Bandwidth(5_000_000, None, 256, 256)


def test_the_same_in_chinese_by_the_alias() -> None:
    assert only(intent("为远程医疗切片提供亚毫秒路径"), SLICE).latency == LatencyBound(1_000_000, strict=True)


def test_each_value_has_its_source() -> None:
    source = dict(only(intent("p95 path for telemedicine slice under 2 ms, up to 8 Mbps"), SLICE).provenance)
    assert source["slo.latency.max"] == source["slo.latency.strict"] == 'phrase: "under 2 ms"'
    assert source["slo.latency.statistic"] == 'phrase: "p95"'
    assert source["slo.latency.window"] == "profile telemedicine-haptic"
    assert source["slo.bandwidth.max"] == 'phrase: "up to 8 Mbps"'
    assert source["profile"] == "slice telemedicine"
    assert source["priority"] == "default D-08"


def test_an_intent_wins_over_its_slice_and_the_slice_over_the_profile() -> None:
    strong = SLICE.replace("to: robot}", "to: robot, direction: forward, match: {protocol: udp, destination-port: 5004}}")
    assert only(intent({"slice": "telemedicine"}), strong).both_ways is False
    assert only(intent({"slice": "telemedicine"}), strong).selector == Selector("udp", None, 5004)
    said = only(intent({"slice": "telemedicine", "direction": "both", "match": {"dscp": "ef"},
                        "slo": {"bandwidth": {"guaranteed": "20 Mbps"}}}), strong)
    assert (said.both_ways, said.selector) == (True, Selector(dscp=46))
    assert said.bandwidth == Bandwidth(20_000_000, None, 256, 256)


def test_who_says_a_bound_says_how_strict_it_is() -> None:
    looser = only(intent({"slice": "telemedicine", "slo": {"latency": {"max": "3 ms"}}}), SLICE)
    assert looser.latency == LatencyBound(3_000_000, strict=False)


def test_a_profile_of_the_users_takes_the_place_of_the_shipped_one() -> None:
    ours = """
apiVersion: isochrone/v1
kind: Profile
metadata: {name: telemedicine-haptic}
spec: {reason: a slow robot, class: assured}
"""
    assert only(intent("path for telemedicine slice"), SLICE, ours).service_class == "assured"


@pytest.mark.parametrize(("phrase", "service_class"), [
    ("under 2 ms path from surgeon to robot, at least 5 Mbps", "delay-critical"),
    ("5 Mbps path from surgeon to robot", "guaranteed"),
    ("path from surgeon to robot up to 5 Mbps", "best-effort"),
    ("best effort path from surgeon to robot under 2 ms", "best-effort"),
    ("path for imaging profile from surgeon to robot", "best-effort"),
])
def test_the_class_follows_from_what_is_asked(phrase: str, service_class: str) -> None:
    assert only(intent(phrase)).service_class == service_class


def test_defaults() -> None:
    found = only(intent("2 ms 5 Mbps path from surgeon to robot"))
    assert found.latency == LatencyBound(2_000_000, False, "one-way", "p99", 10_000_000_000)
    assert found.bandwidth == Bandwidth(5_000_000, None, 1500, 1500)
    assert (found.objective, found.priority, found.both_ways) == ("min-latency", 50, True)


def test_a_slice_of_several_pairs_is_one_connection_each() -> None:
    many = SLICE.replace("[{", "[{from: store, to: robot}, {from: surgeon, to: robot, match: {protocol: tcp}}, {")
    found = wanted(intent("path for telemedicine slice"), many).connections
    assert [each.key for each in found] == ["surgery/store-robot", "surgery/surgeon-robot", "surgery/surgeon-robot#2"]
    assert [each.title for each in found] == [each.key for each in found]


@pytest.mark.parametrize(("end", "host"), [
    ("robot", "robot"), ("host/robot", "robot"), ("10.0.1.2", "robot"), ("10.0.1.2/32", "robot"), ("10.0.3.0/24", "store"),
    ("s3:9", "robot"), ("site/archive", "store"), ("host/archive", "archive"),
])
def test_an_end_is_one_host(end: str, host: str) -> None:
    assert only(between("surgeon", end)).target == host
    assert only(intent(f"path from surgeon to {end}")).target == host


@pytest.mark.parametrize(("end", "message"), [
    ("robto", 'no host "robto" in topology "town"; did you mean "robot"?'),
    ("xyz", 'no host "xyz" in topology "town"; there is archive, camera, clinic, desk, hub, robot, store, surgeon '
            "and 1 more"),
    ("archive", '"archive" is a host and a site; write "host/archive" or "site/archive"'),
    ("theatre", 'group "theatre" has 2 hosts; name one: camera, robot'),
    ("site/hub", 'site "hub" has 3 hosts; name one: archive, camera, robot'),
    ("site/hab", 'no site "hab" in topology "town"; did you mean "hub"?'),
    ("10.0.1.0/24", 'address "10.0.1.0/24" has 2 hosts; name one: camera, robot'),
    ("10.9.9.9", 'address "10.9.9.9" has no host; name one that has'),
    ("10.0.1.2/24", '"10.0.1.2/24" is no IPv4 address or prefix; write it like 10.0.0.1 or 10.0.0.0/24'),
    ("s3:1", 'no host at "s3:1"; hosts there: "s3:10" (camera), "s3:9" (robot)'),
    ("s3", 'no host "s3" in topology "town"; it is a switch, hosts there: camera, robot'),
    ("s33:1", 'no switch "s33" in topology "town"; did you mean "s3"?'),
    ("desk", '"surgeon" and "desk" are the same host; a connection runs between two'),
])
def test_an_end_that_cannot_be_told(end: str, message: str) -> None:
    assert problems(between("surgeon", end))[0].endswith(f": {message}")
    phrase = intent(f"path from surgeon to {end}")
    column = phrase.splitlines()[4].index(end) + 1
    assert problems(phrase) == [f"wish.yaml:5:{column}: {message}"]


def test_all_problems_at_once_each_at_its_place() -> None:
    assert problems(intent("sub-ms path for telemedcine slice", "a"), intent("cheap path from surgeon to robot", "b"),
                    between("robto", "surgeon", path={"via": ["s1", "s9"], "avoid": {"links": ["dukt"]}}),
                    SLICE.replace("haptic", "haptics").replace("to: robot", "to: robo")) == [
        'wish.yaml:5:23: no slice "telemedcine"; did you mean "telemedicine"?',
        'wish.yaml:11:7: "cheap" is vague; say what it may be instead: "best effort", "up to 10 Mbps" or '
        '"avoiding NAME"',
        'wish.yaml:18:9: no host "robto" in topology "town"; did you mean "robot"?',
        'wish.yaml:23:9: no switch "s9" in topology "town"; there is archive, clinic, hub, s1, s2, s3, s4',
        'wish.yaml:26:11: no link "dukt" in topology "town"; did you mean "duct"?',
        'wish.yaml:33:12: no profile "telemedicine-haptics"; did you mean "telemedicine-haptic"?',
        'wish.yaml:34:33: no host "robo" in topology "town"; did you mean "robot"?',
    ]


def test_what_a_path_passes_and_avoids() -> None:
    found = only(between("surgeon", "store", path={
        "via": ["site/archive", "s2"], "avoid": {"links": ["duct"], "switches": ["s1"], "labels": {"tier": "2"}}}))
    assert found.via == ("s4", "s2")
    assert found.avoid_links == {"duct"}
    assert found.avoid_switches == {"s1", "s3"}
    assert only(intent("path from surgeon to store via s4 and s2")).via == ("s4", "s2")


def test_a_phrase_avoids_links_switches_and_sites() -> None:
    found = only(intent("path from surgeon to store avoiding duct and hub and s1"))
    assert found.avoid_links == {"duct"}
    assert found.avoid_switches == {"s1", "s2", "s3"}


def test_regions_leave_switches_out() -> None:
    assert only(between("surgeon", "host/archive", sle={"regions": {"only": ["north"]}})).avoid_switches == {"s3", "s4"}
    assert only(between("surgeon", "host/archive", sle={"regions": {"avoid": ["south"]}})).avoid_switches == {"s3", "s4"}
    assert only(between("surgeon", "robot", sle={"regions": {"avoid": []}})).avoid_switches == set()


def test_an_end_outside_of_the_regions_is_refused() -> None:
    found = refused(between("surgeon", "robot", sle={"regions": {"only": ["north"]}}))
    assert found.reason is Reason.REGION
    assert found.message == ('robot is at s3 in region south, which "sle.regions" leaves out; '
                             "change the regions or the end")


@pytest.mark.parametrize(("spec", "message"), [
    ({"path": {"avoid": {"labels": {"tier": "3"}}}},
     'no link or switch of topology "town" has the label tier: "3"; "tier" is 1, 2 here'),
    ({"path": {"avoid": {"labels": {"teir": "1"}}}},
     'no link or switch of topology "town" has the label teir: "1"; did you mean "tier"?'),
    ({"sle": {"regions": {"avoid": ["noth"]}}}, 'no region "noth" in topology "town"; did you mean "north"?'),
    ({"path": {"via": ["hub"]}}, 'site "hub" has 2 switches; name one: s2, s3'),
    ({"path": {"via": ["s2"], "avoid": {"switches": ["s2"]}}},
     'the path is to pass "s2" and to avoid it; keep one of the two'),
    ({"slo": {"bandwidth": {"guaranteed": "9 Mbps", "max": "8 Mbps"}}},
     "9 Mbps are guaranteed and at most 8 Mbps allowed; raise the one or lower the other"),
    ({"slo": {"bandwidth": {"burst": "64 B"}}},
     "a burst of 64 B does not hold one packet of 1500 B; make it as large as the largest packet"),
    ({"slo": {"latency": {"max": "2 ms", "severe-above": "1 ms"}}},
     "1 ms is severe and 2 ms still allowed; severe is what lies above the bound"),
    ({"slo": {"latency": {"max": "2 ms", "kind": "round-trip"}}, "direction": "forward"},
     'a round-trip needs both directions and "forward" is one; say one-way, or direction both'),
    ({"slo": {"bandwidth": {"reverse": "1 Mbps"}}, "direction": "forward"},
     'a reverse rate needs both directions and "forward" is one; say direction both'),
    ({"path": {"co-routed": True}, "direction": "forward"},
     'co-routed speaks of both directions and "forward" is one; say direction both'),
    ({"path": {"pinned": ["s1", "s2", "s3"], "protection": {"mode": "standby"}}},
     "a pinned path has no second one; say fast-failover, for detours that leave it, or drop one of the two"),
    ({"sle": {"regions": {"only": []}}}, "an empty list leaves no region; name one, or leave the key out"),
    ({"slice": "tele"}, 'no slice "tele"; none is defined, and a Slice of that name has to stand beside'),
])
def test_what_does_not_fit_together_is_bad_input(spec: dict[str, Any], message: str) -> None:
    assert [each.split(": ", 1)[1] for each in problems(between("surgeon", "robot", **spec))] == [message]


@pytest.mark.parametrize(("phrase", "message"), [
    ("sub-ms path", '5:7: between whom? add "from A to B" or "for NAME slice"'),
    ("path for imaging profile", '5:7: between whom? add "from A to B" or "for NAME slice"'),
    ("path to nearest surgery-ai", '5:23: from where? say "from NAME to nearest surgery-ai"'),
    ("p50 path from surgeon to robot", '5:7: this speaks of a latency and none is asked; say one, such as "under 2 ms"'),
])
def test_a_phrase_that_leaves_something_open_is_bad_input(phrase: str, message: str) -> None:
    assert problems(intent(phrase)) == [f"wish.yaml:{message}"]


def test_a_port_belongs_to_a_protocol() -> None:
    assert problems(between("surgeon", "robot", match={"destination-port": 80})) == [
        'wish.yaml:9:23: a port belongs to a protocol; say "protocol: udp" or "protocol: tcp"']
    assert only(between("surgeon", "robot", match={"protocol": 17, "source-port": 80})).selector == Selector("udp", 80)


def test_a_pair_listed_twice_with_one_match_is_bad_input() -> None:
    twice = SLICE.replace("[{", "[{from: surgeon, to: robot}, {").replace("to: robot}]", "to: s3:9}]")
    assert problems(twice) == ["wish.yaml:7:48: surgeon to s3:9 is listed twice with the same match; keep one"]


@pytest.mark.parametrize(("spec", "reason"), [
    ({"sle": {"isolation": "dedicated"}}, Reason.RESOURCE),
    ({"slo": {"jitter": {"max": "200 us"}}}, Reason.UNVERIFIABLE),
    ({"slo": {"loss": {"max": "1e-4"}}}, Reason.UNVERIFIABLE),
    ({"slo": {"availability": {"target": "99.99 %"}}}, Reason.UNVERIFIABLE),
    ({"connectivity": "p2mp"}, Reason.POLICY),
    ({"path": {"objective": "min-energy"}}, Reason.POLICY),
    ({"valid": {"from": "2026-12-01T00:00:00Z"}}, Reason.POLICY),
    ({"deadline": {"volume": "40 TB", "by": "2026-12-02T06:00:00+08:00"}}, Reason.POLICY),
    ({"policy": {"if-infeasible": "best-effort"}}, Reason.POLICY),
    ({"policy": {"relax": ["jitter"]}}, Reason.POLICY),
    ({"policy": {"autonomy": {"mode": "act"}}}, Reason.POLICY),
    ({"assurance": {"evidence": "data-plane"}}, Reason.UNVERIFIABLE),
])
def test_what_the_network_gives_no_ground_for_is_refused(spec: dict[str, Any], reason: Reason) -> None:
    found = refused(between("surgeon", "robot", **spec))
    assert (found.key, found.title, found.intent) == ("surgery/surgeon-robot", "surgery", "surgery")
    assert found.reason is reason
    assert "(intent): " in found.message


@pytest.mark.parametrize("spec", [
    {"path": {"protection": {"mode": "none"}}}, {"path": {"protection": {"mode": "restore", "required": True}}},
    {"path": {"pinned": None}}, {"sle": {"isolation": "shared"}}, {"connectivity": "p2p"},
    {"preemption": {"may": True, "by-others": False}}, {"sle": {"isolation": "exclusive"}},
    {"valid": {"until": None}}, {"policy": {"relax": []}},
    {"policy": {"if-infeasible": "refuse", "autonomy": {"mode": "recommend"}}}, {"assurance": {"evidence": "model"}},
])
def test_what_asks_for_nothing_special_is_not_refused(spec: dict[str, Any]) -> None:
    assert only(between("surgeon", "robot", **spec))


def test_phrases_are_refused_as_fields_are() -> None:
    both = wanted(intent("path from surgeon to robot with at most 2 ms jitter, availability at least 99.99 %", "a"),
                  intent("path from surgeon to nearest surgery-ai", "b"),
                  intent("path from surgeon to camera, disjoint from a", "c"), intent("path from store to camera", "d"))
    assert [(each.key, each.reason) for each in both.refusals] == [
        ("a/surgeon-robot", Reason.UNVERIFIABLE), ("b/surgeon-surgery-ai", Reason.NO_INSTANCE)]
    assert [each.key for each in both.connections] == ["c/surgeon-camera", "d/store-camera"]
    assert both.refusals[0].message.startswith('slo.jitter.max (phrase: "at most 2 ms jitter"): no queue')
    assert 'slo.availability.target (phrase: "availability at least 99.99 %"): ' in both.refusals[0].message


@pytest.mark.parametrize(("protection", "meaning"), [
    (None, ("none", True)), ({"mode": "none"}, ("none", True)), ({"mode": "restore"}, ("none", True)),
    ({"mode": "fast-failover"}, ("link", True)), ({"mode": "fast-failover", "level": "link"}, ("link", True)),
    ({"mode": "fast-failover", "level": "node"}, ("node", True)), ({"mode": "standby"}, ("link", True)),
    ({"mode": "fast-failover", "required": False}, ("link", False))])
def test_protection(protection: dict[str, Any] | None, meaning: tuple[str, bool]) -> None:
    wish = only(between("surgeon", "robot", **({"path": {"protection": protection}} if protection else {})))
    assert (wish.protection, wish.protection_required) == meaning


def test_a_standby_is_another_mode_of_protection() -> None:
    protection = {"mode": "standby", "level": "node", "required": False}
    wish = only(between("surgeon", "robot", path={"protection": protection}))
    assert (wish.protection, wish.protection_mode, wish.protection_required) == ("node", "standby", False)
    assert only(between("surgeon", "robot")).protection_mode == "fast-failover"


def test_protected_is_a_word_for_detours_around_links() -> None:
    wish = only(intent("protected path from surgeon to robot", "a"))
    assert (wish.protection, wish.protection_required) == ("link", True)
    sources = dict(wish.provenance)
    assert sources["path.protection.mode"] == 'phrase: "protected"'
    assert sources["path.protection.level"] == "default D-11"


def test_who_keeps_apart_from_whom() -> None:
    apart = {"diverse-from": {"intents": ["b"], "level": "srlg"}}
    both = wanted(intent({"from": "surgeon", "to": "robot", "sle": apart}, "a"),
                  intent("path from surgeon to robot, disjoint from a", "b")).connections
    assert [(each.diverse_from, each.diverse_level) for each in both] == [({"b"}, "srlg"), ({"a"}, "link")]
    assert dict(both[1].provenance)["sle.diverse-from.level"] == "default D-16"


@pytest.mark.parametrize(("names", "hops"), [
    (["s1", "s2", "s3"], (("s1-s2",), ("s2-s3",))), (["s1-s2", "s2-s3"], (("s1-s2",), ("s2-s3",))),
    (["s1", "s1-s2", "s2", "s2-s3", "s3"], (("s1-s2",), ("s2-s3",))), (["s1-s2", "s3"], (("s1-s2",), ("s2-s3",))),
])
def test_a_pinned_path_is_named_by_its_switches_or_links(names: list[str], hops: tuple[tuple[str, ...], ...]) -> None:
    assert only(between("surgeon", "robot", path={"pinned": names})).pinned == hops


def test_a_pinned_path_between_hosts_of_one_switch_is_that_switch() -> None:
    assert only(between("robot", "camera", path={"pinned": ["s3"]})).pinned == ()


@pytest.mark.parametrize(("names", "message"), [
    (["s1", "s3"], "path.pinned (intent): no link joins s1 and s3"),
    (["s2", "s3"], "path.pinned (intent): it begins at s2, and surgeon is at s1; name the whole path"),
    (["s1", "s2"], "path.pinned (intent): it ends at s2, and robot is at s3; name the whole path"),
    (["s1-s2", "duct"], "path.pinned (intent): link duct joins s3 and s4 and does not lead on from s2"),
])
def test_a_pinned_path_that_the_network_has_not_is_refused(names: list[str], message: str) -> None:
    found = refused(between("surgeon", "robot", path={"pinned": names}))
    assert (found.reason, found.message) == (Reason.NO_PATH, message)


@pytest.mark.parametrize(("path", "message"), [
    ({"pinned": []}, "an empty list is no path; name its switches or links, or leave the key out"),
    ({"pinned": ["s1", "s9", "s3"]}, 'no switch "s9" in topology "town"; there is duct, s1, s1-s2, s2, s2-s3, s3, s4'),
    ({"pinned": ["s1", "s2", "s1-s2", "s2", "s3"]}, "the path comes by s1 twice; a path passes a switch once"),
    ({"pinned": ["s1", "s2", "s2", "s3"]}, "the path comes by s2 twice; a path passes a switch once"),
    ({"pinned": ["s1", "s2", "s3"], "avoid": {"switches": ["s2"]}},
     'the path is pinned to "s2" and to avoid it; keep one of the two'),
    ({"pinned": ["s1", "s2", "s3"], "via": ["s4"]},
     'the path is to pass "s4", which the pinned one does not in that order; keep one of the two'),
])
def test_a_pinned_path_that_makes_no_sense_is_bad_input(path: dict[str, Any], message: str) -> None:
    assert [each.split(": ", 1)[1] for each in problems(between("surgeon", "robot", path=path))] == [message]


def test_a_profile_may_keep_all_who_follow_it_apart() -> None:
    profile = """
apiVersion: isochrone/v1
kind: Profile
metadata: {name: twin}
spec: {reason: two ways, class: assured, sle: {diverse-from: {intents: [a, b], level: node}}}
"""
    both = wanted(intent("path from surgeon to robot for twin profile", "a"),
                  intent("path from surgeon to camera for twin profile", "b"), profile).connections
    assert [(each.diverse_from, each.diverse_level) for each in both] == [({"b"}, "node"), ({"a"}, "node")]


def test_an_intent_keeps_apart_from_other_intents_that_are_there() -> None:
    assert problems(between("surgeon", "robot", sle={"diverse-from": {"intents": ["surgary", "surgery"]}})) == [
        'wish.yaml:11:11: no intent "surgary"; did you mean "surgery"?',
        'wish.yaml:12:11: "surgery" is this intent itself, which keeps apart from others only; name another']
    assert problems(intent("path from surgeon to robot, disjoint from nobody")) == [
        'wish.yaml:5:50: no intent "nobody"; there is surgery']


texts = st.permutations([intent("sub-ms path for telemedicine slice", "a"), intent("path from store to robot", "b"),
                         between("surgeon", "store", priority=10), SLICE])


@given(texts)
@settings(max_examples=12, deadline=None)
def test_the_order_of_documents_changes_nothing(order: list[str]) -> None:
    assert wanted(*order) == wanted(*sorted(order))


def test_shipped_profiles_read_and_install_nothing() -> None:
    assert sorted(shipped_profiles().profiles) == ["imaging", "telemedicine-haptic"]
    assert resolve(shipped_profiles(), TOWN) == Wanted()
    assert resolve(Documents(), TOWN) == Wanted()
