"""A trained policy of a run, packed for use on vehicles."""

from __future__ import annotations

import csv
import hashlib
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from qmix_logistics import __version__
from qmix_logistics.composition.stored_scenario import stored_scenario
from qmix_logistics.deployment import runtime
from qmix_logistics.errors import DeploymentError
from qmix_logistics.evaluation.run_folder import RunFolder, committed, write_json
from qmix_logistics.evaluation.stored import sound, stored_json
from qmix_logistics.evaluation.trained import CARD as POLICY
from qmix_logistics.evaluation.trained import validation_cost
from qmix_logistics.scenario import ScenarioSpec
from qmix_logistics.scenario.policies import LearnedPolicy, policy_name
from qmix_logistics.simulation import compile_site

CARD, MODEL_CARD, ONNX = "card.json", "MODEL_CARD.md", "policy.onnx"
KPIS = ("total_cost", "regret_pct", "on_time_pct", "lead_time_mean_s", "distance_km", "mask_violations", "strandings")
"""What the model card shows of a policy's test days."""


def export_policy(run: Path, out: Path, policy: str | None = None, training_seed: int | None = None) -> Path:
    """
    Pack a trained policy: ONNX, numpy weights with a runtime of one file, the schema of features, a model card.

    Parameters
    ----------
    run
        Folder of a finished run.
    out
        The new folder.
    policy
        Name of the policy; None: the only one that learned.
    training_seed
        Which of its trainings; None: the one that did best on the validation days.

    Returns
    -------
    The new folder.

    Raises
    ------
    DeploymentError
        If there is no such policy, or the folder exists.
    """
    from qmix_logistics.learning.dispatch.learned_policy import WEIGHTS, network_of, schema_of, weights_of
    from qmix_logistics.learning.dispatch.onnx_file import OPSET, write_onnx

    spec, place = chosen_training(run, policy, training_seed)
    if out.exists():
        raise DeploymentError(f"{out} exists; name another folder with -o")
    about = stored_json(place / POLICY)
    with sound(place / POLICY):
        told = {name: about[name] for name in ("policy", "algorithm", "information", "adviser", "training_seed")}
    out.parent.mkdir(parents=True, exist_ok=True)
    with committed(out) as folder:
        network = network_of(place)
        shutil.copyfile(runtime.__file__, folder / "runtime.py")
        weights_of(network, folder / runtime.WEIGHTS)
        write_json(folder / runtime.SCHEMA, schema_of(compile_site(spec)))
        write_onnx(network, folder / ONNX)
        files = sorted(path.name for path in folder.iterdir())
        card = {
            "made_by": f"qmix-logistics {__version__}",
            **told,
            "scenario": spec.name,
            "onnx_opset": OPSET,
            "kpis": _kpis(run, place.name.rpartition("-")[0]),
            "sha256": {name: _sha256(folder / name) for name in files} | {WEIGHTS: _sha256(place / WEIGHTS)},
        }
        write_json(folder / CARD, card)
        (folder / MODEL_CARD).write_text(_model_card(card, spec), encoding="utf-8")
    return out


def chosen_training(
    run: Path, policy: str | None = None, training_seed: int | None = None
) -> tuple[ScenarioSpec, Path]:
    """
    Return a run's scenario and the folder of one of its trainings.

    Parameters
    ----------
    run, policy, training_seed
        As for ``export_policy``.

    Raises
    ------
    RunFolderError
        If it is no run folder.
    DeploymentError
        If there is no such training.
    """
    folder, spec = RunFolder(run), stored_scenario(run)
    learned = [entry for entry in spec.policies if isinstance(entry, LearnedPolicy)]
    borrowed = {policy_name(entry): _source(entry) for entry in learned if entry.weights_in or entry.weights_of}
    names = [policy_name(entry) for entry in learned if policy_name(entry) not in borrowed]
    if not names:
        raise DeploymentError(f"{run} has no policy that learned")
    if policy is None and len(names) > 1:
        raise DeploymentError(f"{run} has several policies that learned; name one with --policy: {', '.join(names)}")
    name = policy or names[0]
    if name in borrowed:
        raise DeploymentError(f"{name} uses what {borrowed[name]}")
    if name not in names:
        raise DeploymentError(f"{run} has no learned policy {name}; it has {', '.join(names)}")
    seeds = [seed for seed in range(1, spec.experiment.training_seeds + 1) if folder.policy(name, seed).is_dir()]
    if training_seed is None and seeds:
        training_seed = min(seeds, key=lambda seed: validation_cost(folder.policy(name, seed)))
    if training_seed not in seeds:
        which = "" if training_seed is None else f" {training_seed}"
        raise DeploymentError(f"{run} has no finished training{which} of {name}; go on with run --resume")
    return spec, folder.policy(name, training_seed)


def _source(entry: LearnedPolicy) -> str:
    if entry.weights_in is not None:
        return f"{entry.weights_in} holds; export from the run that trained it"
    return f"{entry.weights_of} learned; export that: --policy {entry.weights_of}"


def _kpis(run: Path, policy: str) -> Mapping[str, Mapping[str, str]]:
    path = run / "kpis.csv"
    if not path.is_file():
        return {}
    columns = ("unit", "mean", "ci_low", "ci_high", "num_training_seeds", "num_days")
    with sound(path), path.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["policy"] == policy and row["kpi"] in KPIS]
        return {row["kpi"]: {name: row[name] for name in columns} for row in rows}


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _model_card(card: Mapping[str, Any], spec: ScenarioSpec) -> str:
    classes = ", ".join(f"{entry.count} x {entry.id}" for entry in spec.fleet)
    needs = "its own state, the order board within range, the vehicles within radio range"
    if card["information"] == "advised":
        needs += f", and the advice of a central planner ({card['adviser']['kind']}), or else of its own in an outage"
    elif card["adviser"] is not None:
        needs += f", and what a planner of its own ({card['adviser']['kind']}) makes of them"
    lines = [
        f"# {card['policy']}, trained on {spec.name}",
        "",
        f"**Intended use.** Chooses the next stop of each vehicle of a fleet like the one below, on {needs}. It scores "
        "the stops that a safety layer has found feasible; it is no safety layer, and no collision avoidance.",
        "",
        f"**Training.** {card['algorithm']}, {spec.training.budget}, training {card['training_seed']}, root seed "
        f"{spec.experiment.seed}. Fleet: {classes}. Demand: {spec.demand.kind}, "
        f"{spec.horizon.demand_s:g} s a day. {' '.join(spec.description.split())}",
        "",
        *_kpi_table(card["kpis"], spec.experiment.confidence_pct),
        "**Limits.** Nothing is promised for other maps, rates, fleets or costs than those of the scenario; try them "
        "in the simulator first. Intervals cover the chance of the days described, not whether they describe your "
        "site.",
        "",
        "**Files.** `runtime.py` (Python and numpy) reads `weights.npz` and `schema.json`; `policy.onnx` (opset "
        f"{card['onnx_opset']}) takes `vehicle` (feature), `stops` (stop, feature) and `neighbours` (neighbour, "
        "feature), any number of stops and neighbours, and returns `advantages` (stop): the largest is the best. "
        "Features, units and scales are in `schema.json`, in that order.",
        "",
        f"Made by {card['made_by']}. SHA-256 of every file is in `{CARD}`.",
    ]
    return "\n".join(lines) + "\n"


def _kpi_table(kpis: Mapping[str, Mapping[str, str]], confidence_pct: float) -> Sequence[str]:
    if not kpis:
        return ["**Results.** The run has no results yet.", ""]
    first = next(iter(kpis.values()))
    rows = [
        f"| {name} | {float(row['mean']):.4g} {row['unit']} | {_figure(row['ci_low'])} to {_figure(row['ci_high'])} |"
        for name, row in kpis.items()
        if row["mean"]
    ]
    what = f"{first['num_training_seeds']} trainings, {first['num_days']} held-out days"
    return [
        f"**Results.** {what}.",
        "",
        f"| KPI | mean | {confidence_pct:g} % interval |",
        "| --- | --- | --- |",
        *rows,
        "",
    ]


def _figure(text: str) -> str:
    return f"{float(text):.4g}" if text else "-"
