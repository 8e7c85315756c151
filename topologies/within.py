"""Where a character of a value stands in the YAML that the value was read from: what is wrong with a phrase is wrong
with one of its words.

Rules of this file: plain, quoted and block scalars are followed character by character, over line breaks and
indentation; where the source takes another road (an escape sequence), the answer is the place where the value begins.
"""

import re

_BLOCK_HEADER = re.compile(r"[|>][-+0-9]*[ \t]*(?:#[^\n]*)?\n *")
_FOLD = re.compile(r"[ \t]*\r?\n[ \t\r\n]*")


def mark_within(source: str, begin: tuple[int, int], value: str, offset: int) -> tuple[int, int]:
    """Line and column (from 1) of `value[offset]`, whose YAML begins at line and column `begin` of `source`."""
    line, column = begin
    at = sum(len(each) for each in source.splitlines(keepends=True)[:line - 1]) + column - 1
    if header := _BLOCK_HEADER.match(source, at):
        at = header.end()
    elif source[at:at + 1] in ('"', "'"):
        at += 1
    for character in value[:offset]:
        if character.isspace() and (fold := _FOLD.match(source, at)):
            at = fold.end()
        elif character == "\n" and source[at - 1].isspace():
            continue
        elif source[at:at + 1] == character:
            at += 2 if source.startswith("''", at) and character == "'" else 1
        else:
            return begin
    before = source[:at]
    return before.count("\n") + 1, at - before.rfind("\n")
