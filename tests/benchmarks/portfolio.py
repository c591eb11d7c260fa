"""
Every shipped scenario: all baselines tuned, QMIX local, coordinated and advised, on the same held-out days.

``make portfolio`` runs what is missing in ``runs/portfolio`` and writes each finished scenario's rows into
``docs/background/portfolio.csv`` and ``portfolio.md``; it may be interrupted at any time. Names of scenarios
restrict it to these.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
from ruamel.yaml import YAML

from qmix_logistics.scenario.advisers import FEW_SOLUTIONS

ROOT = Path(__file__).parents[2]
WORK, BACKGROUND = ROOT / "runs" / "portfolio", ROOT / "docs" / "background"
WEAK = ("random", "fifo", "earliest_due_date")
"""Rules that are nowhere near the best."""
SHOWN = ("warehouse-peak", "planner-outage")
"""Scenarios of the README: five trainings."""
TRAINING_DAYS = {
    "warehouse-charging": 32,
    "warehouse-congested": 32,
    "warehouse-trace": 16,
    "delivery-time-windows": 16,
    "hub-two-echelon": 16,
    "delivery-same-day": 32,
}
TRAININGS, MORE_TRAININGS, TEST_DAYS, HINDSIGHT_MOVES = 3, 5, 30, 20
MOST_TRAINING_DAYS, DAYS_A_ROUND = 64, 8
"""In rounds of 32, half of so few days or all of them would be the guide's."""
GUIDED_ALONE = ("warehouse-charging",)
"""Where a policy's own days did harm (docs/background/learned-policies.md): all are of one round, the guide's."""
BASELINES_TO_LEARNER = 2
"""Each baseline is tuned on so many times the days that a learner gets: with fewer, chance decides among settings."""
ON_VEHICLES = (
    {"kind": "atc", "information": "local"},
    {"kind": "matching", "anticipatory": True, "information": "local"},
)
"""Rules that decide on what learned policies know, besides routes: whether it pays to learn is seen beside them."""
ORDER = (
    "planner-outage", "warehouse-peak", "quickstart", "delivery-same-day", "warehouse-charging", "drones-and-robots",
    "hub-two-echelon", "delivery-time-windows", "warehouse-trace", "warehouse-congested",
)  # fmt: skip
SAME = 1e-12
"""Differences by less are of rounding alone."""
COLUMNS = (
    "scenario", "policy", "information", "best_baseline", "relative_cost", "ci_low", "ci_high", "verdict",
    "best_on_vehicles", "relative_cost_on_vehicles", "ci_low_on_vehicles", "ci_high_on_vehicles", "regret",
    "latency_p50_ms", "latency_p99_ms", "training_seeds", "days", "root_seed", "commit",
)  # fmt: skip


def prepare(name: str) -> Path:
    """Write the scenario as the portfolio runs it; return the file."""
    source, place = ROOT / "scenarios" / f"{name}.yaml", WORK / name / "scenario.yaml"
    if not place.exists():
        yaml = YAML()
        document = yaml.load(source.read_text(encoding="utf-8"))
        baselines = [
            entry
            for entry in document["policies"]
            if entry["kind"] not in (*WEAK, "qmix") and entry.get("information") != "local"
        ]
        for entry in baselines:
            entry.pop("tuning", None)  # all are tuned anew, on as many days
        routes = [
            entry | {"information": "local", "solution_limit": FEW_SOLUTIONS}
            for entry in baselines
            if entry["kind"] == "rolling_horizon"
        ]
        document["policies"] = [*baselines, *ON_VEHICLES, *routes, *learned(document["policies"])]
        experiment = document.setdefault("experiment", {})
        experiment["training_seeds"] = MORE_TRAININGS if name in SHOWN else TRAININGS
        experiment["hindsight_moves"] = HINDSIGHT_MOVES
        if document["demand"]["kind"] != "trace":
            experiment["replications"] = TEST_DAYS
        days = TRAINING_DAYS.get(name, MOST_TRAINING_DAYS)
        document["training"]["budget"] = f"{days} days"
        document["training"]["envs_per_batch"] = days if name in GUIDED_ALONE else DAYS_A_ROUND
        if "path" in document["demand"]:
            document["demand"]["path"] = str((source.parent / document["demand"]["path"]).resolve())
        place.parent.mkdir(parents=True, exist_ok=True)
        with place.open("w", encoding="utf-8") as file:
            yaml.dump(document, file)
    return place


def learned(policies: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return QMIX as the scenario has it on local information, coordinated, and advised by the teacher."""
    local = next(dict(entry) for entry in policies if entry["kind"] == "qmix" and "information" not in entry)
    coordinated = local | {"information": "coordinator", "weights_of": "qmix"}
    return [local, coordinated, {"kind": "qmix", "information": "advised"}]


def call(*words: object) -> None:
    """Run a command of the program; its own words go to the terminal."""
    subprocess.run([Path(sys.executable).parent / "qmix-logistics", *map(str, words)], check=True)


def play(name: str) -> None:
    """Tune, then train and compare what is not finished."""
    place, folder = prepare(name), WORK / name
    tuned = folder / "tuned.yaml"
    if not tuned.exists():
        resume = ["--resume"] if (folder / "tuning").exists() else []
        days = BASELINES_TO_LEARNER * TRAINING_DAYS.get(name, MOST_TRAINING_DAYS)
        call("tune", place, "-o", tuned, "--out", folder / "tuning", "--days", days, *resume)
    if not (folder / "run" / "report.html").exists():
        call("run", tuned, "--out", folder / "run", *(["--resume"] if (folder / "run").exists() else []))


def rows(name: str, commit: str) -> list[dict[str, Any]]:
    """Return the rows of a finished scenario: each learned policy against the best baseline."""
    run = WORK / name / "run"
    kpis, pairs, timings = (pd.read_csv(run / f"{table}.csv") for table in ("kpis", "comparisons", "timings"))
    costs = kpis[kpis["kpi"] == "total_cost"].set_index("policy")
    learned = [policy for policy in costs.index if policy.startswith("qmix")]
    baselines = costs.drop(learned)
    best = baselines["mean"].idxmin()
    on_vehicles = baselines[baselines["information"] == "local"]["mean"].idxmin()
    regret = kpis[kpis["kpi"] == "regret_pct"].set_index("policy")["mean"]
    seed = YAML(typ="safe").load((run / "scenario.yaml").read_text(encoding="utf-8"))["experiment"]["seed"]
    found = []
    for policy in costs.index:
        latency = timings[(timings["policy"] == policy) & (timings["what"] == "decision")][["p50_ms", "p99_ms"]].mean()
        row: dict[str, Any] = {
            "scenario": name, "policy": policy, "information": costs.loc[policy, "information"], "best_baseline": best,
            "relative_cost": costs.loc[policy, "mean"] / costs.loc[best, "mean"] - 1, "regret": regret.get(policy),
            "latency_p50_ms": latency["p50_ms"], "latency_p99_ms": latency["p99_ms"],
            "training_seeds": costs.loc[policy, "num_training_seeds"], "days": costs.loc[policy, "num_days"],
            "root_seed": seed, "commit": commit,
        }  # fmt: skip
        if policy in learned:
            pair = _against(pairs, policy, best, costs)
            row |= {"ci_low": pair["ci_low"], "ci_high": pair["ci_high"], "verdict": pair["verdict"]}
            pair = _against(pairs, policy, on_vehicles, costs)
            row |= {"best_on_vehicles": on_vehicles, "relative_cost_on_vehicles": pair["difference"],
                    "ci_low_on_vehicles": pair["ci_low"], "ci_high_on_vehicles": pair["ci_high"]}  # fmt: skip
        found.append(row)
    return found


def _against(pairs: pd.DataFrame, policy: str, reference: str, costs: pd.DataFrame) -> dict[str, Any]:
    """Return a comparison of total cost over all trainings, in shares of the reference's."""
    is_it = (pairs["policy"] == policy) & (pairs["reference"] == reference) & (pairs["kpi"] == "total_cost")
    (pair,) = pairs[is_it & (pairs["training_seed"] == "all")].to_dict("records")
    scale = costs.loc[reference, "mean"]
    return pair | {column: pair[column] / scale for column in ("difference", "ci_low", "ci_high")}


def table(found: pd.DataFrame) -> str:
    """Return the learned policies' rows as a table, and how many scenarios each verdict has."""
    lines = ["# Portfolio: learned policies against the best tuned baseline", "",
             "Written by `make portfolio` from `runs/portfolio`; every row is in [portfolio.csv](portfolio.csv).", "",
             "| scenario | policy | best baseline | cost against it | verdict "
             "| best rule on vehicles | cost against it | regret | decision p50, p99 |",
             "| --- | --- | --- | --- | --- | --- | --- | --- | --- |"]  # fmt: skip
    shown = found[found["verdict"].notna()]
    for row in shown.to_dict("records"):
        cost, on_vehicles = (
            f"{_percent(row[f'relative_cost{end}'])} % "
            f"({_percent(row[f'ci_low{end}'])} to {_percent(row[f'ci_high{end}'])})"
            if pd.notna(row[f"relative_cost{end}"])
            else "not compared"
            for end in ("", "_on_vehicles")
        )
        decision = f"{row['latency_p50_ms']:.2f}, {row['latency_p99_ms']:.2f} ms"
        rule = row["best_on_vehicles"] if pd.notna(row["best_on_vehicles"]) else "none"
        cells = [row["scenario"], row["policy"], row["best_baseline"], cost, row["verdict"], rule, on_vehicles]
        lines.append(f"| {' | '.join(cells)} | {row['regret']:.1f} % | {decision} |")
    lines.append("")
    for policy, group in shown.groupby("policy", sort=False):
        verdicts = group["verdict"].value_counts()
        said = ", ".join(f"{verdict} in {number}" for verdict, number in verdicts.items())
        lines.append(f"- {policy}: of {len(group)} scenarios {said}.")
    return "\n".join(lines) + "\n"


def _percent(share: float) -> str:
    return "0.0" if abs(share) < SAME else f"{100 * share:+.1f}"


def main() -> None:
    """Run what is missing of the scenarios that are named, or of all; then write the tables."""
    asked = sys.argv[1:] or list(ORDER)
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    for name in asked:
        play(name)
        note(pd.DataFrame(rows(name, commit.stdout.strip()), columns=list(COLUMNS)))


def note(found: pd.DataFrame) -> None:
    """Put a scenario's rows in the place of those that it had; write the tables."""
    file = BACKGROUND / "portfolio.csv"
    known = pd.read_csv(file) if file.exists() else found.iloc[:0]
    kept = known[~known["scenario"].isin(found["scenario"])]
    every = pd.concat([table for table in (kept, found) if len(table)], ignore_index=True)
    every = every.sort_values("scenario", key=lambda names: names.map(ORDER.index), kind="stable")
    every.to_csv(file, index=False, float_format="%.6g", lineterminator="\n")
    (BACKGROUND / "portfolio.md").write_text(table(pd.read_csv(file)), encoding="utf-8")


if __name__ == "__main__":
    main()
