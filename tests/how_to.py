"""The how-to pages as something to be run: their files, and their commands with what these say.

Rules of the pages: a block in a language is a file, named by the line before it (`` `name`: ``); a `console` block holds
commands behind their prompts, each with its output, in which `...` stands for anything; numbers of another run
differ, those in names (`s1`) do not.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PAGES = Path(__file__).parent.parent / "docs/how-to"
BLOCK = re.compile(r"(?:^`(?P<name>[^`\n]+)`:\n\n)?^```(?P<language>\w+)\n(?P<text>.*?)^```$", re.M | re.S)
PROMPT = re.compile(r"^(\$|mininet>) (.*)$")


@dataclass(frozen=True)
class Command:
    """What is typed at a prompt, and what should be said."""

    prompt: str
    line: str
    output: str

    def agrees(self, said: str) -> bool:
        """Whether this is what it should say, but for numbers."""
        parts = re.split(r"(\.\.\.|(?<![A-Za-z])\d+(?:\.\d+)?)", self.output.strip())
        pattern = "".join(re.escape(part) if index % 2 == 0 else ".*" if part == "..." else r"\d+(\.\d+)?"
                          for index, part in enumerate(parts))
        return re.fullmatch(pattern, said.strip(), re.S) is not None


def files(page: str) -> dict[str, str]:
    """The page's files by name."""
    return {found["name"]: found["text"] for found in BLOCK.finditer(_text(page)) if found["name"]}


def commands(page: str) -> Iterator[Command]:
    """The page's commands in their order."""
    for found in BLOCK.finditer(_text(page)):
        if found["language"] == "console":
            yield from _commands(found["text"].splitlines())


def _commands(lines: list[str]) -> Iterator[Command]:
    starts = [index for index, line in enumerate(lines) if PROMPT.match(line)]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        typed = PROMPT.match(lines[start])
        assert typed
        yield Command(typed[1], typed[2], "\n".join(lines[start + 1:end]))


def _text(page: str) -> str:
    return (PAGES / page).read_text()
