"""``train``: the trainings of a run, and nothing else."""

from __future__ import annotations

from qmix_logistics.cli.app import (
    DryRun,
    Jobs,
    Out,
    Policies,
    Resume,
    ScenarioFile,
    Seed,
    Sets,
    TrainBudget,
    TrainingSeeds,
    default_folder,
    load,
    num_cores,
)
from qmix_logistics.cli.talk import Talk


def train(
    talk: Talk,
    scenario: ScenarioFile,
    out: Out = None,
    resume: Resume = False,
    jobs: Jobs = None,
    dry_run: DryRun = False,
    sets: Sets = None,
    seed: Seed = None,
    policy: Policies = None,
    training_seeds: TrainingSeeds = None,
    train_budget: TrainBudget = None,
) -> None:
    """
    Train the learned policies of a scenario, and play no test day.

    With the same options, run --resume goes on in the same folder; evaluate plays what was trained in any scenario.
    """
    from qmix_logistics.composition import training_only

    spec = load(scenario, sets, policy, seed=seed, training_seeds=training_seeds, train_budget=train_budget)
    folder, workers = out or default_folder(f"{spec.name}-training"), jobs or num_cores()
    planned = training_only.plan_trainings(spec, folder)
    if dry_run:
        from qmix_logistics.cli.planned import answer_plan
        from qmix_logistics.composition.planning import check_folder, planned_files

        check_folder(spec, folder, resume=resume)
        what = f"train for {spec.name} on {workers} processes, seed {spec.experiment.seed}"
        answer_plan(talk, what, folder, planned, planned_files(spec, folder, planned))
        return
    from qmix_logistics.cli.progress import shown_progress
    from qmix_logistics_reports.numbers import short

    talk.folder = folder
    with shown_progress(planned, talk) as on_progress:
        trained = training_only.train_policies(
            spec, folder, resume=resume, num_workers=workers, on_progress=on_progress
        )
    lines = [f"{one.name:<24} {short(one.cost, 4):>10} on the validation days   {one.folder}" for one in trained]
    trainings = [{"name": one.name, "validation_cost": one.cost, "folder": one.folder} for one in trained]
    talk.answer(lines, {"folder": folder, "trainings": trainings})
    talk.say(f"Next: qmix-logistics evaluate {scenario} --policy-file {trained[0].folder}")
