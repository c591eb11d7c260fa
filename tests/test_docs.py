"""Documentation that is executed: snippets run, fragments are valid, commands are parsed, links and names resolve."""

from __future__ import annotations

import ast
import contextlib
import doctest
import importlib
import io
import itertools
import re
import shlex
import sys
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import typer
from commands import call
from ruamel.yaml import YAML
from typer.main import get_command

from qmix_logistics.cli import app
from qmix_logistics.scenario import load_scenario, parse_override

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "docs"))
import generate_reference  # noqa: E402

pytestmark = pytest.mark.usefixtures("shapes_on_trust")

PAGES = sorted([*ROOT.glob("docs/**/*.md"), ROOT / "README.md"])
TUTORIALS, GUIDES = sorted(ROOT.glob("docs/tutorial/*.md")), sorted(ROOT.glob("docs/guides/*.md"))
API = ROOT / "docs" / "reference" / "python-api.md"
FENCE = re.compile(r"^```(\w*)[ ]*(.*?)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`(qmix-logistics \w[^`]* scenarios/[^`]*)`")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
LANGUAGES = {"sh", "python", "pycon", "yaml", "toml", "text"}
"""Of blocks in guides and tutorials: ``text`` is what programs print, or code for elsewhere; all else is checked."""
SMALL = (
    "--train-budget", "1days", "--set", "training.envs_per_batch=1", "--set", "training.epochs_before_learning=20",
    "--set", "experiment.validation_days=1", "--set", "experiment.hindsight_moves=0", "--jobs", "1", "--quiet",
)  # fmt: skip
"""Makes a run of a tutorial quick; nothing in it depends on how good policies are."""
SMALL_QUICKSTART = ("--replications", "2", "--set", "horizon.demand_s=2 min")
FEW_POLICIES = ("--policy", "nearest", "--policy", "matching-anticipatory")


@dataclass(frozen=True)
class Snippet:
    """A fenced block: its language, the words after it, and its text."""

    language: str
    words: tuple[str, ...]
    text: str

    def word(self, key: str) -> str | None:
        """Return the value of ``key=value`` after the language."""
        return next((word.removeprefix(f"{key}=") for word in self.words if word.startswith(f"{key}=")), None)

    def lines(self) -> list[list[str]]:
        """Return the commands of a shell block as words, without comments and what they are piped to."""
        joined = self.text.replace("\\\n", " ").splitlines()
        found = [shlex.split(line.removeprefix("$ "), comments=True) for line in joined]
        alone = [list(itertools.takewhile(lambda word: word != "|", words)) for words in found]
        return [[words[0].removeprefix(".venv/bin/"), *words[1:]] for words in alone if words]


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


def snippets(page: Path) -> list[Snippet]:
    found = FENCE.findall(page.read_text(encoding="utf-8"))
    return [Snippet(language, tuple(words.split()), text) for language, words, text in found]


def without_code(page: Path) -> str:
    return FENCE.sub("", page.read_text(encoding="utf-8"))


def anchors(page: Path) -> set[str]:
    """Return the anchors that GitHub gives to a page's headings."""
    headings = re.findall(r"^#+ (.+)$", without_code(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def shell_lines() -> Iterator[tuple[str, list[str]]]:
    """Yield every line of every shell block; README.md has blocks without a language."""
    for page in PAGES:
        for snippet in snippets(page):
            if snippet.language in ("sh", "bash", "console") or (page.name == "README.md" and not snippet.language):
                for words in snippet.lines():
                    yield name_of(page), words


def commands() -> Iterator[tuple[str, list[str]]]:
    """Yield the words behind ``qmix-logistics``: in shell blocks, and in text where a shipped scenario is named."""
    for page, words in shell_lines():
        if words[0] == "qmix-logistics":
            yield page, words[1:]
    for file in PAGES:
        for text in INLINE.findall(without_code(file)):
            yield name_of(file), shlex.split(text)[1:]


def parse(words: Sequence[str]) -> None:
    """Parse a command as the command line does, and run nothing."""
    known = get_command(app).commands  # type: ignore[attr-defined]
    if words[0].startswith("--"):
        assert call(*words).status == 0
        return
    with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(typer.Exit):  # --help, --formats
        known[words[0]].make_context(words[0], list(words[1:]))


def test_generated_pages_are_what_the_code_says() -> None:
    for path, text in generate_reference.pages().items():
        assert path.read_text(encoding="utf-8") == text, f"run python docs/generate_reference.py: {name_of(path)}"


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_resolve(page: Path) -> None:
    for link in LINK.findall(without_code(page)):
        if "://" in link or link.startswith("mailto:"):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert not anchor or target.suffix != ".md" or anchor in anchors(target), link


def test_every_page_is_in_the_index() -> None:
    index = ROOT / "docs" / "README.md"
    linked = {(index.parent / link.partition("#")[0]).resolve() for link in LINK.findall(index.read_text("utf-8"))}
    assert {page for page in PAGES if page.parent.parent == index.parent} <= linked


@pytest.mark.parametrize("page", [*TUTORIALS, *GUIDES], ids=name_of)
def test_every_block_has_a_language_that_is_checked(page: Path) -> None:
    assert {snippet.language for snippet in snippets(page)} <= LANGUAGES


@pytest.mark.parametrize("page", [*TUTORIALS, *GUIDES], ids=name_of)
def test_snippets_work_from_top_to_bottom(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Python runs, in the folder in which a complete scenario lies; a fragment is valid in the scenario that it changes.

    The commands of tutorials run too, each made quick.
    """
    (tmp_path / "scenarios").symlink_to(ROOT / "scenarios")
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {"__name__": "__main__"}
    for snippet in snippets(page):
        if snippet.language == "yaml":
            check_yaml(snippet)
        if snippet.language == "toml":
            assert tomllib.loads(snippet.text)
        elif snippet.language == "python":
            if file := snippet.word("file"):
                Path(file).write_text(snippet.text, encoding="utf-8")
            with contextlib.redirect_stdout(io.StringIO()):
                exec(compile(snippet.text, name_of(page), "exec"), names)
        elif snippet.language == "sh" and page in TUTORIALS:
            for words in snippet.lines():
                run_small(words)


def check_yaml(snippet: Snippet) -> None:
    """Validate a scenario, or a shipped one with some of its parts replaced."""
    file, document = Path(snippet.word("file") or "snippet.yaml"), YAML().load(snippet.text)
    if "complete" in snippet.words:
        file.write_text(snippet.text, encoding="utf-8")
    else:
        base = YAML().load(Path("scenarios", snippet.word("in") or "quickstart.yaml"))
        assert set(document) <= {"experiment", "report", "disruptions", *base}, "a fragment has sections of a scenario"
        with file.open("w", encoding="utf-8") as stream:
            YAML().dump({**base, **document}, stream)
    load_scenario(file)


def run_small(words: list[str]) -> None:
    """Run a command of a tutorial, made quick; others than ours are looked at only."""
    if words[0] == "python":
        assert Path(words[1]).is_file()
    if words[0] != "qmix-logistics":
        return
    command, rest = words[1], list(words[2:])
    if command == "run":
        is_quickstart = "scenarios/quickstart.yaml" in rest
        rest += [*SMALL, *(SMALL_QUICKSTART if is_quickstart else ("--replications", "1"))]
        rest += [] if "--policy" in rest or not is_quickstart else FEW_POLICIES
        rest += [] if "--out" in rest else ["--out", f"runs/{len(list(Path().glob('runs/*')))}"]
    elif command == "sweep":
        rest = [re.sub(r"=(\d)\.\.\d$", r"=\1,3", word) for word in rest]  # two points of the grid
        rest += ["--replications", "1", "--jobs", "1", "--quiet"]
    outcome = call(command, *rest)
    assert outcome.status == 0, f"{' '.join(words)}\n{outcome.err}"


def test_the_python_api_does_what_its_page_shows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "scenarios").symlink_to(ROOT / "scenarios")
    monkeypatch.chdir(tmp_path)
    text = "\n".join(snippet.text for snippet in snippets(API) if snippet.language == "pycon")
    shown = doctest.DocTestParser().get_doctest(text, {}, "python-api", str(API), 0)
    said = io.StringIO()
    result = doctest.DocTestRunner(verbose=False).run(shown, out=said.write)
    assert result.attempted > 30
    assert result.failed == 0, said.getvalue()


def test_what_the_page_on_the_python_api_names_is_offered() -> None:
    """Every module with ``__all__`` names what is there, once; the page shows all of it for those that it is about."""
    modules = [
        importlib.import_module(".".join(path.parent.relative_to(ROOT).parts))
        for path in ROOT.glob("qmix_logistics/**/__init__.py")
    ]
    text = API.read_text(encoding="utf-8")
    shown = {module for module, names in re.findall(r"<!-- names of ([\w.]+)(:?)", text) if not names}
    assert {"qmix_logistics.scenario", "qmix_logistics.composition", "qmix_logistics.simulation"} <= shown
    for module in modules:
        offered = getattr(module, "__all__", [])
        assert len(set(offered)) == len(offered)
        assert all(hasattr(module, name) for name in offered), module.__name__
        assert module.__file__ is not None
        tree = ast.parse(Path(module.__file__).read_text(encoding="utf-8"))
        made_here = {n.name for n in tree.body if isinstance(n, ast.ClassDef | ast.FunctionDef) and n.name[0] != "_"}
        assert made_here <= set(offered), module.__name__
        if module.__name__ in shown:
            assert all(f"`{name}`" in text for name in offered), module.__name__


def test_commands_are_ones_that_the_command_line_takes() -> None:
    seen = 0
    for page, words in commands():
        try:
            parse(words)
        except Exception as error:  # whatever the parser finds, the page must be named
            raise AssertionError(f"{page}: qmix-logistics {' '.join(words)}: {error}") from error
        seen += 1
    assert seen > 40


def test_overrides_in_pages_fit_the_shipped_scenarios() -> None:
    for page, words in commands():
        shipped = [word for word in words if word.startswith("scenarios/")]
        assert all(list(ROOT.glob(word)) for word in shipped), page
        sets = [words[index + 1] for index, word in enumerate(words) if word == "--set"]
        shown = [text for text in sets if not text.startswith("demand.path=") and "policy_class" not in text]
        overrides = [parse_override(text) for text in shown]  # without files of the reader's
        if shipped:
            assert all(load_scenario(file, overrides) for word in shipped for file in ROOT.glob(word)), page


def test_other_lines_of_shell_blocks_name_what_there_is() -> None:
    """Targets of the Makefile, extras of the package, programs of this repository."""
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    for page, words in shell_lines():
        match words:
            case ["make", target, *_]:
                assert target in targets, page
            case ["pip", "install", package]:
                assert re.fullmatch(r"qmix-logistics\[(\w+)\]", package)[1] in extras, page  # type: ignore[index]
            case [".", ".venv/bin/activate"] | ["qmix-logistics", *_]:
                pass
            case ["python", file]:
                assert file == "make_orders.py" or (ROOT / file).is_file(), page
            case _:
                raise AssertionError(f"{page}: {' '.join(words)} is no command that this test knows")


def test_extras_that_pages_name_are_there() -> None:
    extras: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for page in PAGES:
        named = re.findall(r"qmix-logistics\[(\w+)\]", page.read_text(encoding="utf-8"))
        assert set(named) <= set(extras["optional-dependencies"]), page
