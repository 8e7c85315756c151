from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Kind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    KIND_UNSPECIFIED: _ClassVar[Kind]
    KIND_INTENT: _ClassVar[Kind]
    KIND_SLICE: _ClassVar[Kind]
    KIND_PROFILE: _ClassVar[Kind]

class Verdict(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    VERDICT_UNSPECIFIED: _ClassVar[Verdict]
    VERDICT_PLACED: _ClassVar[Verdict]
    VERDICT_REFUSED: _ClassVar[Verdict]

class Status(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    STATUS_UNSPECIFIED: _ClassVar[Status]
    STATUS_PENDING: _ClassVar[Status]
    STATUS_SATISFIED: _ClassVar[Status]
    STATUS_DEGRADED: _ClassVar[Status]
    STATUS_UNSATISFIABLE: _ClassVar[Status]

class Reason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    REASON_UNSPECIFIED: _ClassVar[Reason]
    REASON_NO_PATH: _ClassVar[Reason]
    REASON_LATENCY: _ClassVar[Reason]
    REASON_BANDWIDTH: _ClassVar[Reason]
    REASON_DIVERSITY: _ClassVar[Reason]
    REASON_PROTECTION: _ClassVar[Reason]
    REASON_REGION: _ClassVar[Reason]
    REASON_NO_INSTANCE: _ClassVar[Reason]
    REASON_CONFLICT: _ClassVar[Reason]
    REASON_POLICY: _ClassVar[Reason]
    REASON_RESOURCE: _ClassVar[Reason]
    REASON_MTU: _ClassVar[Reason]
    REASON_UNVERIFIABLE: _ClassVar[Reason]

class Role(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ROLE_UNSPECIFIED: _ClassVar[Role]
    ROLE_WORKING: _ClassVar[Role]
    ROLE_STANDBY: _ClassVar[Role]
    ROLE_DETOUR: _ClassVar[Role]

class Direction(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    DIRECTION_UNSPECIFIED: _ClassVar[Direction]
    DIRECTION_FORWARD: _ClassVar[Direction]
    DIRECTION_REVERSE: _ClassVar[Direction]

class Outcome(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    OUTCOME_UNSPECIFIED: _ClassVar[Outcome]
    OUTCOME_CREATED: _ClassVar[Outcome]
    OUTCOME_CHANGED: _ClassVar[Outcome]
    OUTCOME_UNCHANGED: _ClassVar[Outcome]
    OUTCOME_REJECTED: _ClassVar[Outcome]

class Trigger(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    TRIGGER_UNSPECIFIED: _ClassVar[Trigger]
    TRIGGER_CONGESTION: _ClassVar[Trigger]
    TRIGGER_LINK_DOWN: _ClassVar[Trigger]
    TRIGGER_LINK_UP: _ClassVar[Trigger]

class Done(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    DONE_UNSPECIFIED: _ClassVar[Done]
    DONE_MOVED: _ClassVar[Done]
    DONE_RECOMMENDED: _ClassVar[Done]
    DONE_NONE: _ClassVar[Done]

class What(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    WHAT_UNSPECIFIED: _ClassVar[What]
    WHAT_PLACED: _ClassVar[What]
    WHAT_MOVED: _ClassVar[What]
    WHAT_CHANGED: _ClassVar[What]
    WHAT_REMOVED: _ClassVar[What]
    WHAT_REFUSED: _ClassVar[What]
KIND_UNSPECIFIED: Kind
KIND_INTENT: Kind
KIND_SLICE: Kind
KIND_PROFILE: Kind
VERDICT_UNSPECIFIED: Verdict
VERDICT_PLACED: Verdict
VERDICT_REFUSED: Verdict
STATUS_UNSPECIFIED: Status
STATUS_PENDING: Status
STATUS_SATISFIED: Status
STATUS_DEGRADED: Status
STATUS_UNSATISFIABLE: Status
REASON_UNSPECIFIED: Reason
REASON_NO_PATH: Reason
REASON_LATENCY: Reason
REASON_BANDWIDTH: Reason
REASON_DIVERSITY: Reason
REASON_PROTECTION: Reason
REASON_REGION: Reason
REASON_NO_INSTANCE: Reason
REASON_CONFLICT: Reason
REASON_POLICY: Reason
REASON_RESOURCE: Reason
REASON_MTU: Reason
REASON_UNVERIFIABLE: Reason
ROLE_UNSPECIFIED: Role
ROLE_WORKING: Role
ROLE_STANDBY: Role
ROLE_DETOUR: Role
DIRECTION_UNSPECIFIED: Direction
DIRECTION_FORWARD: Direction
DIRECTION_REVERSE: Direction
OUTCOME_UNSPECIFIED: Outcome
OUTCOME_CREATED: Outcome
OUTCOME_CHANGED: Outcome
OUTCOME_UNCHANGED: Outcome
OUTCOME_REJECTED: Outcome
TRIGGER_UNSPECIFIED: Trigger
TRIGGER_CONGESTION: Trigger
TRIGGER_LINK_DOWN: Trigger
TRIGGER_LINK_UP: Trigger
DONE_UNSPECIFIED: Done
DONE_MOVED: Done
DONE_RECOMMENDED: Done
DONE_NONE: Done
WHAT_UNSPECIFIED: What
WHAT_PLACED: What
WHAT_MOVED: What
WHAT_CHANGED: What
WHAT_REMOVED: What
WHAT_REFUSED: What

class File(_message.Message):
    __slots__ = ("name", "yaml")
    NAME_FIELD_NUMBER: _ClassVar[int]
    YAML_FIELD_NUMBER: _ClassVar[int]
    name: str
    yaml: str
    def __init__(self, name: _Optional[str] = ..., yaml: _Optional[str] = ...) -> None: ...

class Reference(_message.Message):
    __slots__ = ("kind", "name")
    KIND_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    kind: Kind
    name: str
    def __init__(self, kind: _Optional[_Union[Kind, str]] = ..., name: _Optional[str] = ...) -> None: ...

class Problem(_message.Message):
    __slots__ = ("file", "line", "column", "message")
    FILE_FIELD_NUMBER: _ClassVar[int]
    LINE_FIELD_NUMBER: _ClassVar[int]
    COLUMN_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    file: str
    line: int
    column: int
    message: str
    def __init__(self, file: _Optional[str] = ..., line: _Optional[int] = ..., column: _Optional[int] = ..., message: _Optional[str] = ...) -> None: ...

class Path(_message.Message):
    __slots__ = ("role", "direction", "nodes", "links", "delay_ns", "reserved_bps", "protects")
    ROLE_FIELD_NUMBER: _ClassVar[int]
    DIRECTION_FIELD_NUMBER: _ClassVar[int]
    NODES_FIELD_NUMBER: _ClassVar[int]
    LINKS_FIELD_NUMBER: _ClassVar[int]
    DELAY_NS_FIELD_NUMBER: _ClassVar[int]
    RESERVED_BPS_FIELD_NUMBER: _ClassVar[int]
    PROTECTS_FIELD_NUMBER: _ClassVar[int]
    role: Role
    direction: Direction
    nodes: _containers.RepeatedScalarFieldContainer[str]
    links: _containers.RepeatedScalarFieldContainer[str]
    delay_ns: int
    reserved_bps: int
    protects: str
    def __init__(self, role: _Optional[_Union[Role, str]] = ..., direction: _Optional[_Union[Direction, str]] = ..., nodes: _Optional[_Iterable[str]] = ..., links: _Optional[_Iterable[str]] = ..., delay_ns: _Optional[int] = ..., reserved_bps: _Optional[int] = ..., protects: _Optional[str] = ...) -> None: ...

class BudgetLine(_message.Message):
    __slots__ = ("direction", "link", "propagation_ns", "serialisation_ns", "blocking_ns", "queueing_ns", "switch_ns")
    DIRECTION_FIELD_NUMBER: _ClassVar[int]
    LINK_FIELD_NUMBER: _ClassVar[int]
    PROPAGATION_NS_FIELD_NUMBER: _ClassVar[int]
    SERIALISATION_NS_FIELD_NUMBER: _ClassVar[int]
    BLOCKING_NS_FIELD_NUMBER: _ClassVar[int]
    QUEUEING_NS_FIELD_NUMBER: _ClassVar[int]
    SWITCH_NS_FIELD_NUMBER: _ClassVar[int]
    direction: Direction
    link: str
    propagation_ns: int
    serialisation_ns: int
    blocking_ns: int
    queueing_ns: int
    switch_ns: int
    def __init__(self, direction: _Optional[_Union[Direction, str]] = ..., link: _Optional[str] = ..., propagation_ns: _Optional[int] = ..., serialisation_ns: _Optional[int] = ..., blocking_ns: _Optional[int] = ..., queueing_ns: _Optional[int] = ..., switch_ns: _Optional[int] = ...) -> None: ...

class Provenance(_message.Message):
    __slots__ = ("field", "source", "value")
    FIELD_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    field: str
    source: str
    value: str
    def __init__(self, field: _Optional[str] = ..., source: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...

class Shortcoming(_message.Message):
    __slots__ = ("reason", "sentence")
    REASON_FIELD_NUMBER: _ClassVar[int]
    SENTENCE_FIELD_NUMBER: _ClassVar[int]
    reason: Reason
    sentence: str
    def __init__(self, reason: _Optional[_Union[Reason, str]] = ..., sentence: _Optional[str] = ...) -> None: ...

class Alternative(_message.Message):
    __slots__ = ("direction", "nodes", "links", "worst_ns", "cost", "lacks", "why")
    DIRECTION_FIELD_NUMBER: _ClassVar[int]
    NODES_FIELD_NUMBER: _ClassVar[int]
    LINKS_FIELD_NUMBER: _ClassVar[int]
    WORST_NS_FIELD_NUMBER: _ClassVar[int]
    COST_FIELD_NUMBER: _ClassVar[int]
    LACKS_FIELD_NUMBER: _ClassVar[int]
    WHY_FIELD_NUMBER: _ClassVar[int]
    direction: Direction
    nodes: _containers.RepeatedScalarFieldContainer[str]
    links: _containers.RepeatedScalarFieldContainer[str]
    worst_ns: int
    cost: int
    lacks: _containers.RepeatedCompositeFieldContainer[Shortcoming]
    why: str
    def __init__(self, direction: _Optional[_Union[Direction, str]] = ..., nodes: _Optional[_Iterable[str]] = ..., links: _Optional[_Iterable[str]] = ..., worst_ns: _Optional[int] = ..., cost: _Optional[int] = ..., lacks: _Optional[_Iterable[_Union[Shortcoming, _Mapping]]] = ..., why: _Optional[str] = ...) -> None: ...

class FieldChange(_message.Message):
    __slots__ = ("field", "value", "intent")
    FIELD_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    INTENT_FIELD_NUMBER: _ClassVar[int]
    field: str
    value: _struct_pb2.Value
    intent: str
    def __init__(self, field: _Optional[str] = ..., value: _Optional[_Union[_struct_pb2.Value, _Mapping]] = ..., intent: _Optional[str] = ...) -> None: ...

class CounterOffer(_message.Message):
    __slots__ = ("sentence", "changes")
    SENTENCE_FIELD_NUMBER: _ClassVar[int]
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    sentence: str
    changes: _containers.RepeatedCompositeFieldContainer[FieldChange]
    def __init__(self, sentence: _Optional[str] = ..., changes: _Optional[_Iterable[_Union[FieldChange, _Mapping]]] = ...) -> None: ...

class Connection(_message.Message):
    __slots__ = ("key", "title", "intent", "verdict", "reason", "message", "counter_offers", "paths", "budget", "status", "why", "provenance", "latency_max_ns", "latency_strict", "offers", "alternatives")
    KEY_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    INTENT_FIELD_NUMBER: _ClassVar[int]
    VERDICT_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    COUNTER_OFFERS_FIELD_NUMBER: _ClassVar[int]
    PATHS_FIELD_NUMBER: _ClassVar[int]
    BUDGET_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    WHY_FIELD_NUMBER: _ClassVar[int]
    PROVENANCE_FIELD_NUMBER: _ClassVar[int]
    LATENCY_MAX_NS_FIELD_NUMBER: _ClassVar[int]
    LATENCY_STRICT_FIELD_NUMBER: _ClassVar[int]
    OFFERS_FIELD_NUMBER: _ClassVar[int]
    ALTERNATIVES_FIELD_NUMBER: _ClassVar[int]
    key: str
    title: str
    intent: str
    verdict: Verdict
    reason: Reason
    message: str
    counter_offers: _containers.RepeatedScalarFieldContainer[str]
    paths: _containers.RepeatedCompositeFieldContainer[Path]
    budget: _containers.RepeatedCompositeFieldContainer[BudgetLine]
    status: Status
    why: str
    provenance: _containers.RepeatedCompositeFieldContainer[Provenance]
    latency_max_ns: int
    latency_strict: bool
    offers: _containers.RepeatedCompositeFieldContainer[CounterOffer]
    alternatives: _containers.RepeatedCompositeFieldContainer[Alternative]
    def __init__(self, key: _Optional[str] = ..., title: _Optional[str] = ..., intent: _Optional[str] = ..., verdict: _Optional[_Union[Verdict, str]] = ..., reason: _Optional[_Union[Reason, str]] = ..., message: _Optional[str] = ..., counter_offers: _Optional[_Iterable[str]] = ..., paths: _Optional[_Iterable[_Union[Path, _Mapping]]] = ..., budget: _Optional[_Iterable[_Union[BudgetLine, _Mapping]]] = ..., status: _Optional[_Union[Status, str]] = ..., why: _Optional[str] = ..., provenance: _Optional[_Iterable[_Union[Provenance, _Mapping]]] = ..., latency_max_ns: _Optional[int] = ..., latency_strict: _Optional[bool] = ..., offers: _Optional[_Iterable[_Union[CounterOffer, _Mapping]]] = ..., alternatives: _Optional[_Iterable[_Union[Alternative, _Mapping]]] = ...) -> None: ...

class Document(_message.Message):
    __slots__ = ("kind", "name", "yaml", "status", "connections")
    KIND_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    YAML_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    CONNECTIONS_FIELD_NUMBER: _ClassVar[int]
    kind: Kind
    name: str
    yaml: str
    status: Status
    connections: _containers.RepeatedCompositeFieldContainer[Connection]
    def __init__(self, kind: _Optional[_Union[Kind, str]] = ..., name: _Optional[str] = ..., yaml: _Optional[str] = ..., status: _Optional[_Union[Status, str]] = ..., connections: _Optional[_Iterable[_Union[Connection, _Mapping]]] = ...) -> None: ...

class Change(_message.Message):
    __slots__ = ("kind", "name", "outcome", "why")
    KIND_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    WHY_FIELD_NUMBER: _ClassVar[int]
    kind: Kind
    name: str
    outcome: Outcome
    why: str
    def __init__(self, kind: _Optional[_Union[Kind, str]] = ..., name: _Optional[str] = ..., outcome: _Optional[_Union[Outcome, str]] = ..., why: _Optional[str] = ...) -> None: ...

class RuleCounts(_message.Message):
    __slots__ = ("flows", "groups", "meters", "queues")
    FLOWS_FIELD_NUMBER: _ClassVar[int]
    GROUPS_FIELD_NUMBER: _ClassVar[int]
    METERS_FIELD_NUMBER: _ClassVar[int]
    QUEUES_FIELD_NUMBER: _ClassVar[int]
    flows: int
    groups: int
    meters: int
    queues: int
    def __init__(self, flows: _Optional[int] = ..., groups: _Optional[int] = ..., meters: _Optional[int] = ..., queues: _Optional[int] = ...) -> None: ...

class Step(_message.Message):
    __slots__ = ("kind", "changes")
    KIND_FIELD_NUMBER: _ClassVar[int]
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    kind: str
    changes: int
    def __init__(self, kind: _Optional[str] = ..., changes: _Optional[int] = ...) -> None: ...

class Course(_message.Message):
    __slots__ = ("nodes", "links", "worst_ns", "latency_max_ns", "latency_strict", "reserved_bps", "exposed")
    NODES_FIELD_NUMBER: _ClassVar[int]
    LINKS_FIELD_NUMBER: _ClassVar[int]
    WORST_NS_FIELD_NUMBER: _ClassVar[int]
    LATENCY_MAX_NS_FIELD_NUMBER: _ClassVar[int]
    LATENCY_STRICT_FIELD_NUMBER: _ClassVar[int]
    RESERVED_BPS_FIELD_NUMBER: _ClassVar[int]
    EXPOSED_FIELD_NUMBER: _ClassVar[int]
    nodes: _containers.RepeatedScalarFieldContainer[str]
    links: _containers.RepeatedScalarFieldContainer[str]
    worst_ns: int
    latency_max_ns: int
    latency_strict: bool
    reserved_bps: int
    exposed: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, nodes: _Optional[_Iterable[str]] = ..., links: _Optional[_Iterable[str]] = ..., worst_ns: _Optional[int] = ..., latency_max_ns: _Optional[int] = ..., latency_strict: _Optional[bool] = ..., reserved_bps: _Optional[int] = ..., exposed: _Optional[_Iterable[str]] = ...) -> None: ...

class Turn(_message.Message):
    __slots__ = ("direction", "before", "after")
    DIRECTION_FIELD_NUMBER: _ClassVar[int]
    BEFORE_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    direction: Direction
    before: Course
    after: Course
    def __init__(self, direction: _Optional[_Union[Direction, str]] = ..., before: _Optional[_Union[Course, _Mapping]] = ..., after: _Optional[_Union[Course, _Mapping]] = ...) -> None: ...

class Effect(_message.Message):
    __slots__ = ("key", "title", "intent", "what", "turns")
    KEY_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    INTENT_FIELD_NUMBER: _ClassVar[int]
    WHAT_FIELD_NUMBER: _ClassVar[int]
    TURNS_FIELD_NUMBER: _ClassVar[int]
    key: str
    title: str
    intent: str
    what: What
    turns: _containers.RepeatedCompositeFieldContainer[Turn]
    def __init__(self, key: _Optional[str] = ..., title: _Optional[str] = ..., intent: _Optional[str] = ..., what: _Optional[_Union[What, str]] = ..., turns: _Optional[_Iterable[_Union[Turn, _Mapping]]] = ...) -> None: ...

class Tally(_message.Message):
    __slots__ = ("add", "change", "remove")
    ADD_FIELD_NUMBER: _ClassVar[int]
    CHANGE_FIELD_NUMBER: _ClassVar[int]
    REMOVE_FIELD_NUMBER: _ClassVar[int]
    add: int
    change: int
    remove: int
    def __init__(self, add: _Optional[int] = ..., change: _Optional[int] = ..., remove: _Optional[int] = ...) -> None: ...

class RuleTallies(_message.Message):
    __slots__ = ("flows", "groups", "meters", "queues")
    FLOWS_FIELD_NUMBER: _ClassVar[int]
    GROUPS_FIELD_NUMBER: _ClassVar[int]
    METERS_FIELD_NUMBER: _ClassVar[int]
    QUEUES_FIELD_NUMBER: _ClassVar[int]
    flows: Tally
    groups: Tally
    meters: Tally
    queues: Tally
    def __init__(self, flows: _Optional[_Union[Tally, _Mapping]] = ..., groups: _Optional[_Union[Tally, _Mapping]] = ..., meters: _Optional[_Union[Tally, _Mapping]] = ..., queues: _Optional[_Union[Tally, _Mapping]] = ...) -> None: ...

class RuleEdit(_message.Message):
    __slots__ = ("verb", "kind", "before", "after")
    VERB_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    BEFORE_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    verb: str
    kind: str
    before: str
    after: str
    def __init__(self, verb: _Optional[str] = ..., kind: _Optional[str] = ..., before: _Optional[str] = ..., after: _Optional[str] = ...) -> None: ...

class Differences(_message.Message):
    __slots__ = ("connections", "untouched", "rules", "edits")
    CONNECTIONS_FIELD_NUMBER: _ClassVar[int]
    UNTOUCHED_FIELD_NUMBER: _ClassVar[int]
    RULES_FIELD_NUMBER: _ClassVar[int]
    EDITS_FIELD_NUMBER: _ClassVar[int]
    connections: _containers.RepeatedCompositeFieldContainer[Effect]
    untouched: int
    rules: RuleTallies
    edits: _containers.RepeatedCompositeFieldContainer[RuleEdit]
    def __init__(self, connections: _Optional[_Iterable[_Union[Effect, _Mapping]]] = ..., untouched: _Optional[int] = ..., rules: _Optional[_Union[RuleTallies, _Mapping]] = ..., edits: _Optional[_Iterable[_Union[RuleEdit, _Mapping]]] = ...) -> None: ...

class ApplyRequest(_message.Message):
    __slots__ = ("files", "dry_run", "plan_hash", "from_scratch", "with_rules")
    FILES_FIELD_NUMBER: _ClassVar[int]
    DRY_RUN_FIELD_NUMBER: _ClassVar[int]
    PLAN_HASH_FIELD_NUMBER: _ClassVar[int]
    FROM_SCRATCH_FIELD_NUMBER: _ClassVar[int]
    WITH_RULES_FIELD_NUMBER: _ClassVar[int]
    files: _containers.RepeatedCompositeFieldContainer[File]
    dry_run: bool
    plan_hash: str
    from_scratch: bool
    with_rules: bool
    def __init__(self, files: _Optional[_Iterable[_Union[File, _Mapping]]] = ..., dry_run: _Optional[bool] = ..., plan_hash: _Optional[str] = ..., from_scratch: _Optional[bool] = ..., with_rules: _Optional[bool] = ...) -> None: ...

class ApplyResponse(_message.Message):
    __slots__ = ("revision", "changes", "connections", "plan_hash", "rules", "steps", "seconds", "warnings", "differences")
    class SecondsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: float
        def __init__(self, key: _Optional[str] = ..., value: _Optional[float] = ...) -> None: ...
    REVISION_FIELD_NUMBER: _ClassVar[int]
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    CONNECTIONS_FIELD_NUMBER: _ClassVar[int]
    PLAN_HASH_FIELD_NUMBER: _ClassVar[int]
    RULES_FIELD_NUMBER: _ClassVar[int]
    STEPS_FIELD_NUMBER: _ClassVar[int]
    SECONDS_FIELD_NUMBER: _ClassVar[int]
    WARNINGS_FIELD_NUMBER: _ClassVar[int]
    DIFFERENCES_FIELD_NUMBER: _ClassVar[int]
    revision: int
    changes: _containers.RepeatedCompositeFieldContainer[Change]
    connections: _containers.RepeatedCompositeFieldContainer[Connection]
    plan_hash: str
    rules: RuleCounts
    steps: _containers.RepeatedCompositeFieldContainer[Step]
    seconds: _containers.ScalarMap[str, float]
    warnings: _containers.RepeatedScalarFieldContainer[str]
    differences: Differences
    def __init__(self, revision: _Optional[int] = ..., changes: _Optional[_Iterable[_Union[Change, _Mapping]]] = ..., connections: _Optional[_Iterable[_Union[Connection, _Mapping]]] = ..., plan_hash: _Optional[str] = ..., rules: _Optional[_Union[RuleCounts, _Mapping]] = ..., steps: _Optional[_Iterable[_Union[Step, _Mapping]]] = ..., seconds: _Optional[_Mapping[str, float]] = ..., warnings: _Optional[_Iterable[str]] = ..., differences: _Optional[_Union[Differences, _Mapping]] = ...) -> None: ...

class DeleteRequest(_message.Message):
    __slots__ = ("documents",)
    DOCUMENTS_FIELD_NUMBER: _ClassVar[int]
    documents: _containers.RepeatedCompositeFieldContainer[Reference]
    def __init__(self, documents: _Optional[_Iterable[_Union[Reference, _Mapping]]] = ...) -> None: ...

class DeleteResponse(_message.Message):
    __slots__ = ("revision",)
    REVISION_FIELD_NUMBER: _ClassVar[int]
    revision: int
    def __init__(self, revision: _Optional[int] = ...) -> None: ...

class GetRequest(_message.Message):
    __slots__ = ("document",)
    DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    document: Reference
    def __init__(self, document: _Optional[_Union[Reference, _Mapping]] = ...) -> None: ...

class GetResponse(_message.Message):
    __slots__ = ("revision", "document")
    REVISION_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    revision: int
    document: Document
    def __init__(self, revision: _Optional[int] = ..., document: _Optional[_Union[Document, _Mapping]] = ...) -> None: ...

class ListRequest(_message.Message):
    __slots__ = ("kind",)
    KIND_FIELD_NUMBER: _ClassVar[int]
    kind: Kind
    def __init__(self, kind: _Optional[_Union[Kind, str]] = ...) -> None: ...

class ListResponse(_message.Message):
    __slots__ = ("revision", "documents")
    REVISION_FIELD_NUMBER: _ClassVar[int]
    DOCUMENTS_FIELD_NUMBER: _ClassVar[int]
    revision: int
    documents: _containers.RepeatedCompositeFieldContainer[Document]
    def __init__(self, revision: _Optional[int] = ..., documents: _Optional[_Iterable[_Union[Document, _Mapping]]] = ...) -> None: ...

class ExplainRequest(_message.Message):
    __slots__ = ("intent",)
    INTENT_FIELD_NUMBER: _ClassVar[int]
    intent: str
    def __init__(self, intent: _Optional[str] = ...) -> None: ...

class ExplainResponse(_message.Message):
    __slots__ = ("revision", "document", "assumptions", "proof", "decisions")
    REVISION_FIELD_NUMBER: _ClassVar[int]
    DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    ASSUMPTIONS_FIELD_NUMBER: _ClassVar[int]
    PROOF_FIELD_NUMBER: _ClassVar[int]
    DECISIONS_FIELD_NUMBER: _ClassVar[int]
    revision: int
    document: Document
    assumptions: _containers.RepeatedScalarFieldContainer[str]
    proof: Proof
    decisions: _containers.RepeatedCompositeFieldContainer[Decision]
    def __init__(self, revision: _Optional[int] = ..., document: _Optional[_Union[Document, _Mapping]] = ..., assumptions: _Optional[_Iterable[str]] = ..., proof: _Optional[_Union[Proof, _Mapping]] = ..., decisions: _Optional[_Iterable[_Union[Decision, _Mapping]]] = ...) -> None: ...

class Proof(_message.Message):
    __slots__ = ("holds", "walks", "counterexamples")
    HOLDS_FIELD_NUMBER: _ClassVar[int]
    WALKS_FIELD_NUMBER: _ClassVar[int]
    COUNTEREXAMPLES_FIELD_NUMBER: _ClassVar[int]
    holds: bool
    walks: int
    counterexamples: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, holds: _Optional[bool] = ..., walks: _Optional[int] = ..., counterexamples: _Optional[_Iterable[str]] = ...) -> None: ...

class Decision(_message.Message):
    __slots__ = ("id", "time", "revision", "trigger", "links", "autonomy", "done", "why", "evidence", "options", "moves", "forecast", "outcome")
    ID_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    TRIGGER_FIELD_NUMBER: _ClassVar[int]
    LINKS_FIELD_NUMBER: _ClassVar[int]
    AUTONOMY_FIELD_NUMBER: _ClassVar[int]
    DONE_FIELD_NUMBER: _ClassVar[int]
    WHY_FIELD_NUMBER: _ClassVar[int]
    EVIDENCE_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    MOVES_FIELD_NUMBER: _ClassVar[int]
    FORECAST_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    id: int
    time: str
    revision: int
    trigger: Trigger
    links: _containers.RepeatedScalarFieldContainer[str]
    autonomy: str
    done: Done
    why: str
    evidence: _containers.RepeatedCompositeFieldContainer[Sample]
    options: _containers.RepeatedCompositeFieldContainer[Option]
    moves: _containers.RepeatedCompositeFieldContainer[Move]
    forecast: _containers.RepeatedCompositeFieldContainer[Share]
    outcome: Result
    def __init__(self, id: _Optional[int] = ..., time: _Optional[str] = ..., revision: _Optional[int] = ..., trigger: _Optional[_Union[Trigger, str]] = ..., links: _Optional[_Iterable[str]] = ..., autonomy: _Optional[str] = ..., done: _Optional[_Union[Done, str]] = ..., why: _Optional[str] = ..., evidence: _Optional[_Iterable[_Union[Sample, _Mapping]]] = ..., options: _Optional[_Iterable[_Union[Option, _Mapping]]] = ..., moves: _Optional[_Iterable[_Union[Move, _Mapping]]] = ..., forecast: _Optional[_Iterable[_Union[Share, _Mapping]]] = ..., outcome: _Optional[_Union[Result, _Mapping]] = ...) -> None: ...

class Sample(_message.Message):
    __slots__ = ("link", "source", "rate_bps", "share", "since_s", "until_s")
    LINK_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    RATE_BPS_FIELD_NUMBER: _ClassVar[int]
    SHARE_FIELD_NUMBER: _ClassVar[int]
    SINCE_S_FIELD_NUMBER: _ClassVar[int]
    UNTIL_S_FIELD_NUMBER: _ClassVar[int]
    link: str
    source: str
    rate_bps: int
    share: float
    since_s: float
    until_s: float
    def __init__(self, link: _Optional[str] = ..., source: _Optional[str] = ..., rate_bps: _Optional[int] = ..., share: _Optional[float] = ..., since_s: _Optional[float] = ..., until_s: _Optional[float] = ...) -> None: ...

class Share(_message.Message):
    __slots__ = ("link", "source", "share")
    LINK_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    SHARE_FIELD_NUMBER: _ClassVar[int]
    link: str
    source: str
    share: float
    def __init__(self, link: _Optional[str] = ..., source: _Optional[str] = ..., share: _Optional[float] = ...) -> None: ...

class Option(_message.Message):
    __slots__ = ("connections", "would_do", "why", "forecast")
    CONNECTIONS_FIELD_NUMBER: _ClassVar[int]
    WOULD_DO_FIELD_NUMBER: _ClassVar[int]
    WHY_FIELD_NUMBER: _ClassVar[int]
    FORECAST_FIELD_NUMBER: _ClassVar[int]
    connections: _containers.RepeatedScalarFieldContainer[str]
    would_do: bool
    why: str
    forecast: _containers.RepeatedCompositeFieldContainer[Share]
    def __init__(self, connections: _Optional[_Iterable[str]] = ..., would_do: _Optional[bool] = ..., why: _Optional[str] = ..., forecast: _Optional[_Iterable[_Union[Share, _Mapping]]] = ...) -> None: ...

class Move(_message.Message):
    __slots__ = ("connection", "intent", "direction", "before", "after", "links_before", "links_after")
    CONNECTION_FIELD_NUMBER: _ClassVar[int]
    INTENT_FIELD_NUMBER: _ClassVar[int]
    DIRECTION_FIELD_NUMBER: _ClassVar[int]
    BEFORE_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    LINKS_BEFORE_FIELD_NUMBER: _ClassVar[int]
    LINKS_AFTER_FIELD_NUMBER: _ClassVar[int]
    connection: str
    intent: str
    direction: Direction
    before: _containers.RepeatedScalarFieldContainer[str]
    after: _containers.RepeatedScalarFieldContainer[str]
    links_before: _containers.RepeatedScalarFieldContainer[str]
    links_after: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, connection: _Optional[str] = ..., intent: _Optional[str] = ..., direction: _Optional[_Union[Direction, str]] = ..., before: _Optional[_Iterable[str]] = ..., after: _Optional[_Iterable[str]] = ..., links_before: _Optional[_Iterable[str]] = ..., links_after: _Optional[_Iterable[str]] = ...) -> None: ...

class Result(_message.Message):
    __slots__ = ("after_s", "measured", "kept", "words")
    AFTER_S_FIELD_NUMBER: _ClassVar[int]
    MEASURED_FIELD_NUMBER: _ClassVar[int]
    KEPT_FIELD_NUMBER: _ClassVar[int]
    WORDS_FIELD_NUMBER: _ClassVar[int]
    after_s: float
    measured: _containers.RepeatedCompositeFieldContainer[Share]
    kept: bool
    words: str
    def __init__(self, after_s: _Optional[float] = ..., measured: _Optional[_Iterable[_Union[Share, _Mapping]]] = ..., kept: _Optional[bool] = ..., words: _Optional[str] = ...) -> None: ...

class WatchRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class WatchResponse(_message.Message):
    __slots__ = ("revision", "settled", "whole", "intents", "gone", "alarms")
    REVISION_FIELD_NUMBER: _ClassVar[int]
    SETTLED_FIELD_NUMBER: _ClassVar[int]
    WHOLE_FIELD_NUMBER: _ClassVar[int]
    INTENTS_FIELD_NUMBER: _ClassVar[int]
    GONE_FIELD_NUMBER: _ClassVar[int]
    ALARMS_FIELD_NUMBER: _ClassVar[int]
    revision: int
    settled: bool
    whole: bool
    intents: _containers.RepeatedCompositeFieldContainer[Document]
    gone: _containers.RepeatedScalarFieldContainer[str]
    alarms: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, revision: _Optional[int] = ..., settled: _Optional[bool] = ..., whole: _Optional[bool] = ..., intents: _Optional[_Iterable[_Union[Document, _Mapping]]] = ..., gone: _Optional[_Iterable[str]] = ..., alarms: _Optional[_Iterable[str]] = ...) -> None: ...
