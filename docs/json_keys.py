"""What each command prints with ``--json``."""

from __future__ import annotations

from collections.abc import Mapping

_RUN = {
    "folder": "",
    "report": " (null without one)",
    "reference": "",
    "verdict": "",
    "alerts": " (each with `severity`, `text` and `remedy`)",
    "kpis": ", the rows of [kpis.csv](run-folder.md#kpiscsv)",
}
KEYS: Mapping[str, Mapping[str, str]] = {
    "init": {"template": "", "files": ""},
    "import": {"format": "", "note": "", "files": ""},
    "validate": {
        "is_sound": "",
        "files": ", each with `path`, `is_sound`, `summary` and `problems` (of `path`, `line`, `column`, `field`, "
        "`message`)",
    },
    "schema": {"schema": ", the file that was written; without `--output` the schema itself"},
    "policies": {"policies": " (each with `kinds` and `meaning`)", "installed": ", what installed packages offer"},
    "info": {
        "version": "", "python": "", "executable": "", "machine": "", "num_cores": "", "torch_threads": "",
        "has_gpu": "",
        "packages": " (version by name, null where it is missing)", "extras": " (`is_there`, `packages` and `install`)",
    },
    "run": _RUN,
    "train": {"folder": "", "trainings": " (each with `name`, `validation_cost` and `folder`)"},
    "evaluate": _RUN,
    "tune": {"scenario": "", "table": "", "chosen": " (each with `policy`, `settings` and `days`)"},
    "sweep": {
        "table": "",
        "report": "",
        "answers": "",
        "kpis": ", the rows of [kpis.csv](run-folder.md#kpiscsv) with a column for each axis",
    },
    "compare": {
        "runs": "",
        "reference": "",
        "scenario_differences": "",
        "comparisons": ", the rows of [comparisons.csv](run-folder.md#comparisonscsv)",
        "kpis": "",
        "failed": ", the gates that failed",
    },
    "report": {"report": "", "bytes": ""},
    "export": {"folder": "", "files": ""},
    "agents": {"lost": "", "in_one_process": "", "as_processes": "", "is_same": ""},
    "learn": {
        "folder": "",
        "summary": ", the last row of each algorithm in `summary.csv`",
        "alerts": " (each with `severity`, `text` and `remedy`)",
    },
}  # fmt: skip
"""What ``--json`` prints, and what is to be said of it."""
