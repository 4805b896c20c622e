"""What a Dockerfile says: its stages, their instructions in order, and the files that its context holds."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

_KNOWN = frozenset({"ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "HEALTHCHECK", "RUN", "USER", "WORKDIR"})


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction, its lines joined: « RUN », and what is to be run."""

    name: str
    text: str

    def split_words(self) -> list[str]:
        """The words of its exec form (a list in JSON), or those between spaces."""
        # Ruche's own health check and entry point have no shell around them: signals reach the program.
        words: list[str] = json.loads(self.text) if self.text.startswith("[") else self.text.split()
        return words

    def split_options(self) -> tuple[dict[str, str], Instruction]:
        """Its options (`--from=…`), and the instruction without them."""
        options, rest = {}, self.text
        while found := re.match(r"--([a-z-]+)=(\S+)\s+", rest):
            options[found[1]], rest = found[2], rest[found.end() :]
        return options, Instruction(self.name, rest)


@dataclass(frozen=True, slots=True)
class Stage:
    """What follows one FROM: the image that it starts from, the name that others copy from, its instructions."""

    image: str
    name: str
    instructions: tuple[Instruction, ...]

    def find(self, name: str) -> list[Instruction]:
        """The stage's instructions of one name, in order."""
        return [each for each in self.instructions if each.name == name]


def read_recipe(text: str) -> tuple[Stage, ...]:
    """Read the stages of a Dockerfile. Raises ValueError at what is not understood: nothing of it is passed over."""
    stages: list[Stage] = []
    for each in _read_instructions(text):
        if each.name == "FROM":
            image, *named = each.text.split()
            stages.append(Stage(image, named[1] if named else "", ()))
        elif each.name not in _KNOWN:
            raise ValueError(f"not understood: {each.name}")
        elif stages:
            last = stages[-1]
            stages[-1] = Stage(last.image, last.name, (*last.instructions, each))
    return tuple(stages)


def _read_instructions(text: str) -> Iterator[Instruction]:
    # A comment is a whole line, even between the lines of one instruction.
    lines = re.sub(r"(?m)^\s*#.*\n", "", text)
    for line in re.sub(r"\\\n\s*", "", lines).splitlines():
        if line.strip():
            name, _, rest = line.strip().partition(" ")
            yield Instruction(name.upper(), rest.strip())


def read_ignored(text: str) -> tuple[tuple[bool, re.Pattern[str]], ...]:
    """Read a .dockerignore: for each line whether it leaves out, and the paths that it is about."""
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return tuple((not line.startswith("!"), _compile_pattern(line.removeprefix("!"))) for line in lines)


def _compile_pattern(pattern: str) -> re.Pattern[str]:
    known = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", pattern.strip("/"))
    # What is in a folder that is named goes with it.
    return re.compile("".join(known.get(part, re.escape(part)) for part in parts) + "(?:/.*)?")


def list_context(root: Path, ignored: Sequence[tuple[bool, re.Pattern[str]]]) -> Iterator[str]:
    """The files that a build is sent, as paths from the root; the last line that names one decides."""
    # The environment and the history are large, and left out by any rule that this repository could have.
    for top in sorted(each for each in root.iterdir() if each.name not in {".git", ".venv"}):
        for path in [top] if top.is_file() else sorted(top.rglob("*")):
            name = path.relative_to(root).as_posix()
            decided = [leaves_out for leaves_out, pattern in ignored if pattern.fullmatch(name)]
            if path.is_file() and not (decided and decided[-1]):
                yield name
