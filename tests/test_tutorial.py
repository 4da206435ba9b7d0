"""The tutorial does what it says: its commands are run, and every line it shows is looked for."""

import re
import shlex
from pathlib import Path

import pytest

from cases.commands.main import main

TUTORIAL = Path(__file__).parents[1] / "docs" / "tutorial.md"


def blocks(text: str) -> list[tuple[str, str]]:
    """The fenced blocks of a page, as (language, content)."""
    return re.findall(r"^```(\w+)\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)


def as_pattern(line: str) -> str:
    """The line as it may be printed: spaces are free, and an ellipsis stands for anything."""
    words = [r".*".join(map(re.escape, word.split("…"))) for word in line.split()]
    return r"\s+".join(words)


def test_the_tutorial_runs_and_prints_what_it_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    output = ""
    for language, content in blocks(TUTORIAL.read_text(encoding="utf-8")):
        if language == "yaml":
            name = re.match(r"# (\S+\.yaml)\n", content)
            assert name, "a YAML block names its file in the first line"
            Path(name[1]).write_text(content, encoding="utf-8")
        elif language == "sh":
            output = ""
            for line in content.splitlines():
                program, *arguments = shlex.split(line)
                assert program == "sacrofix", line
                code = main(arguments)
                printed = capsys.readouterr()
                output += printed.out + printed.err
                assert code == (3 if "wrong" in line else 0), f"{line} ended with {code}: {output}"
        elif language == "text":
            for line in filter(None, map(str.strip, content.splitlines())):
                assert re.search(as_pattern(line), output), f"not printed: {line}\nbut: {output}"


def test_a_line_that_is_not_printed_is_noticed() -> None:
    assert re.search(as_pattern("stiffness … N/mm"), "stiffness  8123 N/mm")
    assert not re.search(as_pattern("stiffness … N/mm"), "no such line")
