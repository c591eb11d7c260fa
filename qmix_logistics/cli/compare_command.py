"""``compare``: statistics of finished runs, and gates on them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from qmix_logistics.cli.app import RunFolders
from qmix_logistics.cli.speaking import GATE_FAILED
from qmix_logistics.cli.talk import Talk
from qmix_logistics.errors import ComparisonError

if TYPE_CHECKING:
    from qmix_logistics.cli.gates import Gate
    from qmix_logistics.composition.comparing import Comparison

GATE = "Gate"
"""Heading of options."""


def compare(
    talk: Talk,
    runs: RunFolders,
    reference: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Compare with this policy, POLICY or RUN/POLICY; by default with the run's reference, or across runs "
            "every policy with itself in the first run.",
        ),
    ] = None,
    kpi: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="An indicator, or all; by default total_cost. May be repeated."),
    ] = None,
    policy: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Show only this policy; may be repeated.")
    ] = None,
    common_days: Annotated[
        bool, typer.Option("--common-days", help="Leave out days that not all runs have played.")
    ] = False,
    fail_if: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KPI>+N%",
            help="End with status 3 if the mean difference of a policy shown lies beyond this bound: a share of the "
            "reference's mean, or without % in the indicator's unit. May be repeated.",
            rich_help_panel=GATE,
        ),
    ] = None,
    surely: Annotated[
        bool, typer.Option("--surely", help="... only if its whole interval does.", rich_help_panel=GATE)
    ] = False,
) -> None:
    """
    Compare the policies of a run, or of several runs that played the same days.

    Differences are paired by day; intervals, adjusted p-values and verdicts are those of the report. Runs may differ
    in anything but their days, such as the fleet; which settings differ is said.
    """
    from qmix_logistics.cli.gates import gates_of
    from qmix_logistics.composition.comparing import compare_across, compare_within

    gates = gates_of(fail_if or [])
    kpis = _kpis(kpi or ["total_cost"], gates)
    found = (
        compare_within(runs[0], reference)
        if len(runs) == 1
        else compare_across(runs, reference, common_days=common_days)
    )
    rows = _rows(found, kpis, policy or [])
    failed, sentences = _judge(found, gates, rows, surely=surely)
    _answer(talk, runs, found, kpis, rows, sentences, failed)
    if failed:
        raise typer.Exit(GATE_FAILED)


def _answer(
    talk: Talk,
    runs: Sequence[Path],
    found: Comparison,
    kpis: Sequence[str],
    rows: Sequence[dict[str, Any]],
    sentences: Sequence[str],
    failed: Sequence[dict[str, Any]],
) -> None:
    for line in found.scenario_differences:
        talk.say(f"differs: {line}")
    if not talk.as_json and not talk.is_quiet:
        from qmix_logistics.cli.tables import print_comparisons

        print_comparisons([row for row in rows if row["training_seed"] == "all"], _means(found), found.confidence_pct)
    for sentence in sentences:
        talk.warn(sentence)
    values = {
        "runs": runs,
        "reference": found.reference,
        "scenario_differences": found.scenario_differences,
        "comparisons": rows,
        "kpis": [row for row in found.kpis.to_dict("records") if row["kpi"] in kpis],
        "failed": failed,
    }
    talk.answer([], values)


def _kpis(names: Sequence[str], gates: Sequence[Gate]) -> list[str]:
    from qmix_logistics.errors import Problem, ScenarioError
    from qmix_logistics.evaluation.kpis import KPIS, Better
    from qmix_logistics.scenario.messages import did_you_mean

    known = [kpi.name for kpi in KPIS if kpi.better is not Better.NEITHER]
    if "all" in names:
        return known
    problems = []
    for name in names:
        if name not in known:
            message = f"is no indicator with a direction.{did_you_mean(name, known) or ' Known: ' + ', '.join(known)}"
            problems.append(Problem(f"--kpi {name}", 0, 0, "", message))
    if problems:
        raise ScenarioError(problems)
    return list(dict.fromkeys([*names, *(gate.kpi for gate in gates)]))


def _rows(found: Comparison, kpis: Sequence[str], policies: Sequence[str]) -> list[dict[str, Any]]:
    rows = [
        {str(name): value for name, value in row.items()}
        for row in found.comparisons.to_dict("records")
        if row["kpi"] in kpis and (not policies or row["policy"] in policies or _short(row["policy"]) in policies)
    ]
    if found.reference is not None:
        rows = [row for row in rows if row["reference"] == found.reference]
    if rows:
        return rows
    known = sorted({str(name) for name in found.comparisons["policy"]})
    prices = [line for line in found.scenario_differences if line.startswith("objective.")]
    if prices:
        raise ComparisonError(
            f"The runs have other prices ({prices[0]}), so their costs cannot be compared; name another indicator, "
            "such as --kpi on_time_pct"
        )
    raise ComparisonError(f"There is nothing to compare; policies are {', '.join(known)}, indicators {', '.join(kpis)}")


def _short(policy: str) -> str:
    return policy.rpartition("/")[2]


def _means(found: Comparison) -> dict[tuple[str, str], float]:
    return {(row["policy"], row["kpi"]): row["mean"] for row in found.kpis.to_dict("records")}


def _judge(
    found: Comparison, gates: Sequence[Gate], rows: Sequence[dict[str, Any]], *, surely: bool
) -> tuple[list[dict[str, Any]], list[str]]:
    """Return which comparisons fail which gate, and a sentence for every comparison that a gate looks at."""
    means, failed, sentences = _means(found), [], []
    for gate in gates:
        looked_at = [row for row in rows if row["kpi"] == gate.kpi and row["training_seed"] == "all"]
        if not looked_at:
            raise ComparisonError(f"--fail-if {gate.text}: no comparison has this indicator")
        for row in looked_at:
            level = means[row["reference"], gate.kpi]
            is_failed = gate.fails(row, level, surely=surely)
            sentences.append(f"{'FAILED' if is_failed else 'passed'} {gate.text}: {gate.sentence(row, level)}")
            if is_failed:
                failed.append({"gate": gate.text, "policy": row["policy"], "reference": row["reference"]})
    return failed, sentences
