"""The closed list of words a phrase may use, English and Chinese: each word is a terminal of the grammar and a meaning.

Rules of this file: a word stands in one table only; words of several parts are matched longest first; case is folded
before the look-up; a word that is not here is a name where a name may stand, and an error everywhere else.
"""

from collections.abc import Mapping
from typing import NamedTuple


class Word(NamedTuple):
    """What a word is to the grammar and what it means."""

    terminal: str
    meaning: str


def _words(terminal: str, meaning: str, *spellings: str) -> dict[str, Word]:
    return dict.fromkeys(spellings, Word(terminal, meaning))


ENGLISH: Mapping[str, Word] = {
    **_words("NOUN", "path", "path"), **_words("NOUN", "link", "link"), **_words("NOUN", "tunnel", "tunnel"),
    **_words("SLICE", "slice", "slice"), **_words("PROFILE", "profile", "profile"),
    **_words("SUB_MS", "sub-ms", "sub-ms", "sub ms", "sub-millisecond", "sub millisecond"),
    **_words("COMPARATOR", "<", "<", "under", "below", "less than"),
    **_words("COMPARATOR", "<=", "<=", "≤", "at most", "within", "up to"),
    **_words("COMPARATOR", ">=", ">=", "≥", "at least"),
    **_words("SLO", "latency", "latency", "delay"), **_words("SLO", "jitter", "jitter"),
    **_words("SLO", "loss", "loss", "packet loss"), **_words("SLO", "availability", "availability"),
    **_words("SLO", "bandwidth", "bandwidth"),
    **_words("STATISTIC", "p50", "p50", "median"), **_words("STATISTIC", "p90", "p90"),
    **_words("STATISTIC", "p95", "p95"), **_words("STATISTIC", "p99", "p99"),
    **_words("STATISTIC", "p99.9", "p99.9"), **_words("STATISTIC", "max", "worst-case", "worst case"),
    **_words("KIND", "one-way", "one-way", "one way"), **_words("KIND", "round-trip", "round-trip", "round trip"),
    **_words("PROTECTED", "protected", "protected"),
    **_words("BEST_EFFORT", "best-effort", "best effort", "best-effort"),
    **_words("DISJOINT", "disjoint from", "disjoint from"), **_words("AVOIDING", "avoiding", "avoiding"),
    **_words("VIA", "via", "via"),
    **_words("FOR", "for", "for"), **_words("FROM", "from", "from"), **_words("TO", "to", "to"),
    **_words("NEAREST", "nearest", "nearest"), **_words("BETWEEN", "between", "between"),
    **_words("AND", "and", "and"), **_words("WITH", "with", "with"), **_words("COMMA", ",", ","),
    **_words("ARTICLE", "a", "a"), **_words("ARTICLE", "an", "an"), **_words("THE", "the", "the"),
}

CHINESE: Mapping[str, Word] = {
    **_words("NOUN", "path", "路径"), **_words("NOUN", "link", "链路"), **_words("NOUN", "tunnel", "隧道"),
    **_words("SLICE", "slice", "切片"), **_words("PROFILE", "profile", "模板"),
    **_words("SUB_MS", "sub-ms", "亚毫秒", "亚毫秒级"),
    **_words("COMPARATOR", "<", "低于", "小于", "少于"), **_words("COMPARATOR", "<=", "不超过", "不大于", "至多"),
    **_words("COMPARATOR", ">=", "至少", "不低于", "不少于", "不小于"),
    **_words("SLO", "latency", "时延", "延迟"), **_words("SLO", "jitter", "抖动"),
    **_words("SLO", "loss", "丢包率", "丢包"), **_words("SLO", "availability", "可用性"),
    **_words("SLO", "bandwidth", "带宽"),
    **_words("STATISTIC", "p50", "中位"), **_words("STATISTIC", "max", "最坏"),
    **_words("KIND", "one-way", "单向"), **_words("KIND", "round-trip", "往返"),
    **_words("PROTECTED", "protected", "受保护"), **_words("BEST_EFFORT", "best-effort", "尽力而为"),
    **_words("DISJOINT", "disjoint from", "不相交于"), **_words("AVOIDING", "avoiding", "避开"),
    **_words("VIA", "via", "经过", "经由"),
    **_words("FOR", "for", "为"), **_words("FROM", "from", "从"), **_words("TO", "to", "到", "至"),
    **_words("NEAREST", "nearest", "最近的"), **_words("BETWEEN", "between", "在"),
    **_words("AMID", "between", "之间"), **_words("OF", "of", "的"), **_words("PROVIDE", "provide", "提供"),
    **_words("AND", "and", "和", "与", "且"), **_words("COMMA", ",", "、"), **_words("ARTICLE", "a", "一条", "一个"),
}

LEXICON: Mapping[str, Word] = {**ENGLISH, **CHINESE}

LONGEST = max(len(spelling.split()) for spelling in ENGLISH)
"""Parts of the longest English word."""

def _units(terminal: str, *symbols: str) -> dict[str, Word]:
    return {symbol: Word(terminal, symbol) for symbol in symbols}


UNITS: Mapping[str, Word] = {
    **_units("TIME", "ns", "us", "ms", "s", "min", "h"), **_units("RATE", "bps", "kbps", "Mbps", "Gbps", "Tbps"),
    **_units("RATIO", "%"),
    **_words("TIME", "ns", "nanosecond", "nanoseconds", "纳秒"),
    **_words("TIME", "us", "microsecond", "microseconds", "微秒"),
    **_words("TIME", "ms", "millisecond", "milliseconds", "毫秒"), **_words("TIME", "s", "second", "seconds", "秒"),
    **_words("RATIO", "%", "percent", "per cent"),
}
"""What makes a number a quantity. The symbols are those of topologies/units.py; their case counts."""

VAGUE: Mapping[str, str] = {
    **dict.fromkeys(("fast", "quick", "low-latency", "slow", "real-time", "realtime", "快速", "快"),
                    'a latency, such as "sub-ms", "under 2 ms" or "at most 2 ms"'),
    **dict.fromkeys(("cheap", "affordable", "便宜"),
                    'what it may be instead: "best effort", "up to 10 Mbps" or "avoiding NAME"'),
    **dict.fromkeys(("wide", "big", "high-bandwidth", "broadband", "guaranteed"),
                    'a bandwidth, such as "at least 50 Mbps" or "up to 80 Mbps"'),
    **dict.fromkeys(("reliable", "robust", "safe", "secure", "stable", "可靠"),
                    'what it must keep: "protected", "loss at most 0.01 %" or "availability at least 99.99 %"'),
    **dict.fromkeys(("about", "around", "roughly", "approximately", "nearly", "almost", "~", "大约", "约"),
                    'a bound: "under", "at most" or "at least"'),
}
"""Words that mean something different to everybody, with what can be said in their place."""

CHOICES: Mapping[str, str] = {
    "SUB_MS": '"sub-ms"', "COMPARATOR": '"under", "at most", "at least"', "TIME": 'a time ("2 ms")',
    "RATE": 'a rate ("50 Mbps")', "RATIO": 'a ratio ("99.99 %")', "NOUN": '"path", "link", "tunnel"',
    "SLICE": '"slice"', "PROFILE": '"profile"', "SLO": '"latency", "jitter", "loss", "availability", "bandwidth"',
    "STATISTIC": '"p50", "p90", "p95", "p99", "p99.9", "worst case"', "KIND": '"one-way", "round-trip"',
    "PROTECTED": '"protected"', "BEST_EFFORT": '"best effort"', "FOR": '"for NAME slice"', "FROM": '"from A to B"',
    "TO": '"to"', "NEAREST": '"nearest"', "BETWEEN": '"between A and B"', "AVOIDING": '"avoiding NAME"',
    "VIA": '"via NAME"', "DISJOINT": '"disjoint from INTENT"', "NAME": "a name", "COMMA": '","', "AND": '"and"',
    "WITH": '"with"', "$END": "the end",
}
"""How an error names what may stand at a place, in the order it lists them."""
