"""The page of all fields, made from the models, the defaults, and what is not honoured yet: docs/reference.md."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from controller.cli.kinds import schema as schema_of_all
from intents import defaults
from intents.resolve.ground import GROUNDLESS

FORMS = {
    "(ns|us|ms": "time", "(/s)": "frequency", "*%?": "ratio", "(bps|": "rate", "(B|kB": "size", "]{2}(:": "MAC address",
    "T[0-9]{2}": "date and time", "[0-9.]+/[0-9]+": "address/prefix", "(?::": "SWITCH:PORT", "{16}": "16 hex digits",
    "(mean|max|p": "statistic"}
"""What texts of a pattern are called, by a part of it."""

HEAD = """# All fields

Made from the models by `pytest tests/test_reference.py --regenerate`, and held to them by a test. Editors get the same from
`isochrone schema`. A field in **bold** must be said where its part is. Times have a unit (`ns us ms s min h`), and so have
rates (`bps kbps Mbps Gbps Tbps`), sizes (`B kB MB GB TB`) and frequencies (`/s`); a ratio is `1e-4` or `0.01 %`.
"""

Schema = Mapping[str, Any]


def page() -> str:
    """The page as it should be."""
    schema = schema_of_all()
    kinds = [each["then"]["$ref"].rpartition("/")[2] for each in schema["allOf"]]
    parts = [HEAD, *(_kind(schema, kind) for kind in kinds), _defaults(), _groundless()]
    return "\n".join(parts)


def _kind(schema: Schema, name: str) -> str:
    found = schema["$defs"][name]
    title = found["properties"]["kind"]["const"]
    lines = [f"## {title}", "", _sentence(found), "", "| Field | Form | |", "|---|---|---|"]
    for part in ("metadata", "spec"):
        lines += (f"| {field} | {form} | {said} |" for field, form, said in _fields(schema, found["properties"][part], part))
    return "\n".join(lines) + "\n"


def _fields(schema: Schema, of: Schema, path: str) -> Iterator[tuple[str, str, str]]:
    """Each field below a path: what it is called, its form, and what is said of its part where that begins."""
    for option in _options(schema, of):
        needed = option.get("required", ())
        if "properties" in option and (sentence := _sentence(option)):
            yield f"`{path}`", "", sentence
        for name, field in option.get("properties", {}).items():
            below = f"{path}.{name}"
            if name != "do" and any("properties" in each for each in _options(schema, field)):
                yield from _fields(schema, field, below)
            else:
                told = f"**`{below}`**" if name in needed else f"`{below}`"
                yield told, _form(schema, field), _sentence(field)


def _options(schema: Schema, field: Schema) -> Iterator[Schema]:
    """What a field may be, references followed; of a list, what is in it."""
    if "$ref" in field:
        yield from _options(schema, schema["$defs"][field["$ref"].rpartition("/")[2]])
    elif "oneOf" in field or "anyOf" in field:
        for each in field.get("oneOf", field.get("anyOf", ())):
            yield from _options(schema, each)
    elif field.get("type") == "array" and isinstance(field.get("items"), dict):
        yield from _options(schema, field["items"])
    else:
        yield field


def _form(schema: Schema, field: Schema) -> str:
    options = [*_options(schema, field)]
    has_words = any("enum" in each for each in options)  # a pattern beside them is the same in capitals
    forms = " or ".join(dict.fromkeys(_named(each) for each in options if not (has_words and "pattern" in each)))
    is_list = any(each.get("type") == "array" for each in (field, *field.get("anyOf", ())))
    return f"list of {forms.replace(' or `null`', ', or `null`')}" if is_list else forms


def _named(field: Schema) -> str:
    if "const" in field:
        return f"`{field['const']}`"
    if "enum" in field:
        return ", ".join(f"`{each}`" for each in field["enum"])
    if "pattern" in field:
        sign = re.match(r"\^(<=?) ", field["pattern"])
        kind = next((form for part, form in FORMS.items() if part in field["pattern"]), "name")
        return f"`{sign[1]}` and a {kind}" if sign else kind
    if field.get("type") == "integer":
        return f"{field.get('minimum', '')} to {field.get('maximum', '')}"
    return {"boolean": "`true` or `false`", "null": "`null`", "object": "names with values", "array": "list"}.get(
        str(field.get("type")), "text")


def _sentence(field: Schema) -> str:
    return " ".join(str(field.get("description", "")).split())


def _defaults() -> str:
    """The table that the module of defaults begins with."""
    table = "\n".join(line for line in (defaults.__doc__ or "").splitlines() if line.startswith("|"))
    return f"## Defaults\n\nWhat is taken where nobody said anything; `get` and `explain` show the number.\n\n{table}\n"


def _groundless() -> str:
    lines = ["## Not honoured yet", "", "What may be written and is refused, for nothing here can keep it.", "",
             "| Field | Honoured | Refused with |", "|---|---|---|"]
    for ground in GROUNDLESS:
        honoured = ", ".join(f"`{str(each).lower()}`" for each in ground.honoured if each != ()) or "nothing"
        sentence = ground.sentence.replace('"{value}"', "it")
        lines.append(f"| `{ground.field}` | {honoured} | {ground.reason.value}: {sentence} |")
    return "\n".join(lines) + "\n"
