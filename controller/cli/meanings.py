"""What each field of a document means, for editors and for the page of all fields; what a whole part is about stands at its
model. Rules of this file: by the title of the part and the key; a test holds that none is missing, and none left over.
"""

from collections.abc import Mapping
from typing import Any

MEANINGS: Mapping[str, Mapping[str, str]] = {
    "Assurance": {
        "evidence": "The least class of evidence that counts.",
        "probe-rate": "How often a probe is sent along the path."},
    "Autonomy": {
        "mode": "Look, say what it would do, do it unless somebody objects in time, or do it.",
        "veto": "How long somebody may object."},
    "Availability": {
        "target": "Of the time.",
        "max-failover": "The longest pause when something fails."},
    "Avoid": {
        "links": "Links by name.",
        "switches": "Switches by name.",
        "labels": "Every switch and link that has one of these labels with this value."},
    "Bandwidth": {
        "guaranteed": "What every link of the path reserves (L2 with FCS), and of the way back where `reverse` is not said.",
        "max": "What is more than this is dropped where it enters, each direction by itself.",
        "burst": "The most that comes at once; it must find room in the queue of every link.",
        "max-packet": "The largest IP packet; the budget waits for one of them on each link.",
        "reverse": "What is guaranteed on the way back."},
    "Connect": {
        "from": "A host, SWITCH:PORT or address.",
        "to": "A host, SWITCH:PORT or address.",
        "direction": "Whether there is a way back, whose packets have addresses and ports swapped."},
    "Deadline": {
        "volume": "How much is to be moved.",
        "by": "When all of it must have arrived."},
    "Defaults": {
        "switch-delay": "The time through a switch that says none of its own."},
    "DiverseFrom": {
        "intents": "By name; they keep apart from this one as well.",
        "level": "What may not be shared: links, links and switches, or links and risk groups."},
    "GatewayEntry": {
        "address": "The address, with the length of its prefix."},
    "GroupEntry": {
        "name": "What the group is called.",
        "members": "Hosts by name."},
    "HostEntry": {
        "name": "What the host is called.",
        "at": "The port that it is plugged into.",
        "mac": "Its MAC address.",
        "addresses": "Its addresses, each with the length of its prefix.",
        "capacity": "Of its cable, each direction.",
        "delay": "Of its cable, one way; what is not said is unknown and meets no latency bound.",
        "mtu": "The largest IP packet that it sends or takes.",
        "labels": "Words of one's own; nothing is decided by them."},
    "IntentSpec": {
        "slice": "The slice whose profile holds here; without `from` and `to` it says between whom, too.",
        "from": "Where it begins: a host, SWITCH:PORT or address.",
        "to": "Where it ends: a host, SWITCH:PORT or address.",
        "service": "A service in place of `to`; which of its instances is left to the compiler.",
        "connectivity": "How many ends there are (RFC 9543).",
        "direction": "Whether there is a way back, whose packets have addresses and ports swapped.",
        "priority": "Who chooses first: 1 is before all others."},
    "Jitter": {
        "max": "The bound."},
    "Latency": {
        "max": "The bound on the worst case that is admitted, and on what is measured.",
        "strict": "Whether the bound itself is too slow already.",
        "kind": "Each direction by itself, or both together.",
        "statistic": "What is held against the bound when it is measured.",
        "window": "The time that the statistic is taken over.",
        "severe-above": "From here on a violation is a severe one (RFC 9544)."},
    "LinkEntry": {
        "name": "What the link is called: `a-b` where nothing is said, with `#2` for the next one beside it.",
        "a": "One end.",
        "b": "The other end.",
        "capacity": "Each direction.",
        "delay": "One way; what is not said is unknown and meets no latency bound.",
        "mtu": "The largest payload of a frame, labels included.",
        "srlg": "The risks that it shares with others: a duct, a bridge.",
        "cost": "What `min-cost` sums up.",
        "labels": "What `path.avoid.labels` may name it by."},
    "Loss": {
        "max": "The bound.",
        "window": "The time that it is counted over."},
    "Match": {
        "protocol": "By name or by its IP protocol number.",
        "source-port": "Of the forward direction; needs tcp or udp.",
        "destination-port": "Of the forward direction; needs tcp or udp.",
        "dscp": "By name or by number."},
    "Metadata": {
        "name": "What it is called.",
        "tenant": "Whose it is.",
        "labels": "Words of one's own; nothing is decided by them.",
        "role": "Which of the agent's roles is tried.",
        "actions": "What the agent may do meanwhile."},
    "Named": {
        "name": "What it is called."},
    "Nicknamed": {
        "name": "What it is called.",
        "tenant": "Whose it is.",
        "labels": "Words of one's own; nothing is decided by them.",
        "aliases": "What phrases may call it besides."},
    "PathWish": {
        "via": "Switches to pass, in this order.",
        "pinned": "The whole path, switch by switch, or link by link.",
        "co-routed": "Whether both directions take the same links.",
        "objective": "Of all paths that obey: the fastest, the cheapest, the one whose fullest link has the least reserved, "
                     "or the one over whose links the fewest pairs of hosts have their fastest way."},
    "Policy": {
        "if-infeasible": "Refuse, refuse with what could be had instead, or take the best there is.",
        "relax": "What may be given up, first things first."},
    "Preemption": {
        "may": "Whether less important intents, of a larger priority number, give way to it where it finds no place.",
        "by-others": "Whether it gives way to more important ones that may displace."},
    "ProfileSpec": {
        "reason": "Why this kind of traffic needs what it needs.",
        "class": "What its queue, traffic class and DSCP follow."},
    "Protection": {
        "mode": "None; a new path when it fails; a second path that the controller goes over to; or detours that switches "
                "turn to by themselves.",
        "level": "Whether any one link may fail, or any one switch between the first and the last, too.",
        "required": "Whether it is refused without."},
    "Queues": {
        "delay-critical": "The longest wait.",
        "guaranteed": "The longest wait.",
        "assured": "The longest wait.",
        "best-effort": "The longest wait."},
    "Regions": {
        "only": "Every switch of the path is in one of these.",
        "avoid": "No switch of the path is in one of these."},
    "Sle": {
        "isolation": "Links and queues shared with others, queues of its own, or links between switches of its own."},
    "SliceSpec": {
        "profile": "What the slice needs."},
    "SwitchEntry": {
        "name": "What the switch is called.",
        "dpid": "Its datapath id.",
        "delay": "The time through it, where it is not that of the defaults.",
        "site": "Where it stands.",
        "region": "The region of that place.",
        "labels": "What `path.avoid.labels` may name it by."},
    "TopologySpec": {
        "assumed": "What nobody has declared or measured of all that is written here."},
    "Valid": {
        "from": "When it begins to hold.",
        "until": "When it ends.",
        "schedule": "At which times it holds."},
}


def with_meanings(schema: Any) -> Any:
    """A JSON Schema in which every field that has words has them; words of its own stay."""
    if isinstance(schema, list):
        return [with_meanings(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: with_meanings(value) for key, value in schema.items()}
    told = MEANINGS.get(str(schema.get("title")), {})
    for key in told.keys() & schema.get("properties", {}).keys():
        found["properties"][key] = {"description": told[key], **found["properties"][key]}
    return found
