from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.main import get_command

from qmix_logistics.cli import app
from qmix_logistics.scenario import load_scenario, parse_override

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "docs"))
import generate_reference  # noqa: E402

PAGES = sorted([*ROOT.glob("docs/**/*.md"), ROOT / "README.md"])
LESSONS = sorted([*ROOT.glob("docs/guides/*.md"), *ROOT.glob("docs/tutorial/*.md")])
FENCE = re.compile(r"^```(\w+)[ ]*(.*?)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


@dataclass(frozen=True)
class Snippet:
    """A fenced block: its language, the words after it, and its text."""

    language: str
    words: tuple[str, ...]
    text: str

    @property
    def file(self) -> str:
        return next((word.removeprefix("file=") for word in self.words if word.startswith("file=")), "snippet.yaml")


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


def snippets(page: Path) -> list[Snippet]:
    found = FENCE.findall(page.read_text(encoding="utf-8"))
    return [Snippet(language, tuple(words.split()), text) for language, words, text in found]


def anchors(page: Path) -> set[str]:
    """Return the anchors that GitHub gives to a page's headings."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def commands() -> Iterator[tuple[str, list[str]]]:
    for page in PAGES:
        for snippet in snippets(page):
            if snippet.language in ("sh", "bash", "console"):
                for line in snippet.text.replace("\\\n", " ").splitlines():
                    words = shlex.split(line.removeprefix("$ "), comments=True)
                    if words[:1] == ["qmix-logistics"]:
                        yield name_of(page), words[1:]


def test_generated_pages_are_what_the_code_says() -> None:
    for path, text in generate_reference.pages().items():
        assert path.read_text(encoding="utf-8") == text, f"run python docs/generate_reference.py: {name_of(path)}"


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_resolve(page: Path) -> None:
    for link in LINK.findall(FENCE.sub("", page.read_text(encoding="utf-8"))):
        if "://" in link or link.startswith("mailto:"):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert not anchor or target.suffix != ".md" or anchor in anchors(target), link


@pytest.mark.parametrize("page", LESSONS, ids=name_of)
def test_snippets_work_from_top_to_bottom(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A scenario marked complete is valid and lies in the folder in which the page's Python runs."""
    (tmp_path / "scenarios").symlink_to(ROOT / "scenarios")
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {"__name__": "__main__"}
    for snippet in snippets(page):
        if snippet.language == "yaml" and "complete" in snippet.words:
            Path(snippet.file).write_text(snippet.text, encoding="utf-8")
            load_scenario(Path(snippet.file))
        elif snippet.language == "python":
            if any(word.startswith("file=") for word in snippet.words):
                Path(snippet.file).write_text(snippet.text, encoding="utf-8")
            exec(compile(snippet.text, name_of(page), "exec"), names)


def test_commands_have_the_options_that_pages_use() -> None:
    known = {name: command.params for name, command in get_command(app).commands.items()}  # type: ignore[attr-defined]
    seen = 0
    for page, words in commands():
        if words and words[0] in known:
            seen += 1
            options = {option for parameter in known[words[0]] for option in parameter.opts} | {"--help"}
            used = {word.partition("=")[0] for word in words if word.startswith("--")}
            assert used <= options, f"{page}: {' '.join(words)}"
    assert seen


def test_overrides_in_pages_fit_the_shipped_scenarios() -> None:
    for page, words in commands():
        shipped = [word for word in words if word.startswith("scenarios/") and (ROOT / word).is_file()]
        sets = [words[index + 1] for index, word in enumerate(words) if word == "--set"]
        shown = [text for text in sets if not text.startswith("demand.path=") and "policy_class" not in text]
        overrides = [parse_override(text) for text in shown]  # without files of the reader's
        if shipped:
            assert load_scenario(ROOT / shipped[0], overrides), page
