"""What all commands have in common: help, examples, what was probably meant, shared options."""

from __future__ import annotations

import shlex
import subprocess
import sys
from typing import Any

import pytest
from commands import call
from typer.main import get_command

from qmix_logistics.cli import app

COMMANDS: dict[str, Any] = get_command(app).commands  # type: ignore[attr-defined]
SHARED = {"--json", "--quiet", "--verbose", "--log-file", "--help"}
HEAVY = ("torch", "ortools", "pandas", "scipy", "simpy", "numpy", "networkx")


def options_of(command: str) -> set[str]:
    return {option for parameter in COMMANDS[command].params for option in parameter.opts} | {"--help"}


def test_every_command_that_was_asked_for_is_there() -> None:
    assert set(COMMANDS) == {
        "init", "import", "validate", "schema", "policies", "info", "run", "train", "evaluate", "tune", "sweep",
        "compare", "report", "export", "agents", "learn",
    }  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS)
def test_help_ends_with_examples_of_options_that_there_are(command: str) -> None:
    outcome = call(command, "--help")
    assert (outcome.status, outcome.err) == (0, "")
    examples = [line.strip() for line in outcome.out.partition("Examples:")[2].splitlines() if line.strip()]
    assert len(examples) >= 2
    for line in examples:
        program, name, *words = shlex.split(line.partition(" | ")[0])
        assert (program, name) == ("qmix-logistics", command)
        assert {word.partition("=")[0] for word in words if word.startswith("--")} <= options_of(command), line


@pytest.mark.parametrize("command", COMMANDS)
def test_all_commands_share_the_options_about_output(command: str) -> None:
    assert options_of(command) >= SHARED


@pytest.mark.parametrize("command", ["run", "train", "evaluate", "tune", "sweep", "learn"])
def test_what_takes_long_can_be_tried_and_gone_on_with(command: str) -> None:
    assert options_of(command) >= {"--dry-run", "--resume", "--jobs", "--out", "--set"} - (
        {"--set"} if command == "learn" else set()
    )


def test_no_help_imports_a_heavy_package() -> None:
    program = (
        "import sys\n"
        "from qmix_logistics.cli import main\n"
        f"for command in {sorted(COMMANDS)!r}:\n"
        "    sys.argv = ['qmix-logistics', command, '--help']\n"
        "    try: main()\n"
        "    except SystemExit as end: assert not end.code\n"
        f"print('LOADED', *set({HEAVY!r}) & set(sys.modules))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "LOADED"


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (["runn"], "Did you mean 'run'?"),
        (["complete"], "Did you mean 'compare'?"),
        (["run", "a.yaml", "--replicatons", "3"], "--replications"),
        (["init", "--template", "warehuose"], "Did you mean warehouse?"),
        (["compare", "runs/a", "--kpi", "total_cots"], "Did you mean total_cost"),
        (["compare", "runs/a", "--fail-if", "total_cots>1"], "Did you mean total_cost"),
        (["import", "solomn", "a.txt", "-o", "b.yaml"], "Did you mean solomon?"),
        (["learn", "game:two-step", "--out", "a", "--algorithm", "qmx"], "Did you mean qmix?"),
        (["sweep", "a.yaml", "--grid", "fleet.0.count=1..2", "--target", "on_time_pc>=95"], "Did you mean on_time_pct"),
    ],
)
def test_a_typing_mistake_is_answered_with_what_was_probably_meant(words: list[str], meant: str) -> None:
    outcome = call(*words)
    assert (outcome.status, outcome.out) == (2, "")
    assert meant in outcome.err
    assert "Traceback" not in outcome.err
