"""The index of what can be wrong: classes of errors, faults of scenarios, alerts of a report."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator

from scenario_schema import plain

from qmix_logistics import errors
from qmix_logistics.evaluation import alerts, training_alerts, warm_up_alert

FAULTS = (
    (
        "cannot be read",
        "The file is not there, may not be read, or is no text in UTF-8.",
        "Name another, or save it so.",
    ),
    ("is not YAML", "The text breaks a rule of YAML 1.2.", "Quote text with special characters; indent with spaces."),
    ("is empty", "There is nothing in the file.", "Begin with `qmix-logistics init`."),
    ("stands twice", "A key was set above already; the line is named.", "Remove one of the two."),
    ("is unknown", "There is no such field here.", "Take the field that was probably meant, or one of those listed."),
    ("is missing", "A field without a default is not there.", "Add it; what it means and its unit are said."),
    (
        "expected a number",
        "The value has another type or lies outside its range.",
        "Write one in the unit that is named.",
    ),
    ("expected one of", "The name is none of those that are known.", "Take the one that was probably meant."),
    ("cannot be reached", "No way leads to a place, or away from it.", "Open an arc, or take the place out."),
    ("is no file", "A file that the scenario names is not there.", "Paths begin at the folder of the scenario."),
    ("is not installed", "An optional package is missing.", "Run the `pip install` that is named."),
)
"""How messages about scenarios sound, what they mean, and what to do."""


def error_page(note: str) -> str:
    """
    Return the page.

    Parameters
    ----------
    note
        The comment that it begins with.
    """
    lines = [note, "", "# Messages", ""]
    lines += ["What the command line says when something is wrong, and what a report warns of; with what to do.", ""]
    lines += [
        "## Errors",
        "",
        "In Python they are in `qmix_logistics.errors`; all are a `QmixLogisticsError`. The command",
    ]
    lines += ["line prints them without a traceback and ends with the [status](command-line.md#exit-statuses).", ""]
    lines += ["| error | status | means | what to do |", "| --- | --- | --- | --- |", *_errors(), ""]
    lines += [
        "## Faults of scenarios",
        "",
        "Every fault is one line, and below it the line of the file with a mark:",
        "",
    ]
    lines += ["```", "site.yaml:9:25: fleet[0].speed_mp is unknown. Did you mean speed_mps (metres per second)?"]
    lines += ["     9 |   - {id: amr, count: 2, speed_mp: 1.5}", "       |                         ^^^^^^^^", "```", ""]
    lines += ["| says | means | what to do |", "| --- | --- | --- |"]
    lines += [f"| {' | '.join(fault)} |" for fault in FAULTS]
    lines += [
        "",
        "## Alerts of a report",
        "",
        "An `error` makes results worthless, a `warning` may mislead, a `note` says",
    ]
    lines += ["what limits them. They stand in the report, on standard error and under `alerts` with `--json`.", ""]
    return "\n".join([*lines, "| | says | what to do |", "| --- | --- | --- |", *_alerts(), ""])


def _errors() -> Iterator[str]:
    for name, error in vars(errors).items():
        if inspect.isclass(error) and issubclass(error, errors.QmixLogisticsError) and error.__doc__:
            parts = plain(error.__doc__.partition("Parameters\n")[0]).split("\n\n")
            status = {"JobError": "1", "QmixLogisticsError": ""}.get(name, "2")
            yield f"| `{name}` | {status} | {parts[0]} | {' '.join(parts[1:])} |"


def _alerts() -> Iterator[str]:
    """Yield a row for each alert that the code can give; what it fills in is three dots."""
    modules = (alerts, training_alerts, warm_up_alert)
    for function in (node for module in modules for node in ast.parse(inspect.getsource(module)).body):
        if isinstance(function, ast.FunctionDef):
            texts: dict[str, str] = {}
            for node in _in_order(function):
                if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                    texts[node.targets[0].id] = _text(node.value, texts)
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Alert":
                    yield _row(node, texts)


def _in_order(node: ast.AST) -> Iterator[ast.AST]:
    yield node
    for child in ast.iter_child_nodes(node):
        yield from _in_order(child)


def _row(call: ast.Call, texts: dict[str, str]) -> str:
    kind, severity, words = "", "", []
    for argument in call.args:
        owner = argument.value if isinstance(argument, ast.Attribute) else None
        if isinstance(argument, ast.IfExp):
            severity = "warning or note"
        elif isinstance(owner, ast.Name) and owner.id == "Severity" and isinstance(argument, ast.Attribute):
            severity = argument.attr.lower()
        elif isinstance(owner, ast.Name) and owner.id == "AlertKind" and isinstance(argument, ast.Attribute):
            kind = f"`{argument.attr.lower().replace('_', '-')}`, "
        elif owner is None:
            words.append(_text(argument, texts))
    return f"| {kind}{severity} | {' | '.join(words)} |"


def _text(node: ast.expr, texts: dict[str, str]) -> str:
    """Return a text with three dots for what is filled in."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=values):
            return "".join(_text(value, texts) for value in values)
        case ast.FormattedValue(value=ast.Name(id=name)) if name in texts:
            return texts[name]
        case ast.Name(id=name) if name in texts:
            return texts[name]
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _text(left, texts) + _text(right, texts)
    return "…"
