"""``tune``: settings of the baselines, chosen on training days."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from qmix_logistics.cli.app import (
    DryRun,
    Jobs,
    Out,
    Policies,
    Resume,
    ScenarioFile,
    Sets,
    default_folder,
    load,
    num_cores,
    restrict,
)
from qmix_logistics.cli.talk import Talk


def tune(
    talk: Talk,
    scenario: ScenarioFile,
    target: Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help="The tuned scenario to write.")],
    days: Annotated[
        int | None, typer.Option(min=4, help="Training days that each baseline may play; by default the learner's.")
    ] = None,
    out: Out = None,
    resume: Resume = False,
    jobs: Jobs = None,
    dry_run: DryRun = False,
    policy: Policies = None,
    sets: Sets = None,
) -> None:
    """
    Choose the settings of the baselines on training days, with the budget that the learner gets.

    Every candidate plays the same days; those that are clearly worse leave. What was chosen is written as a scenario.
    """
    from qmix_logistics.composition import planning, tuning

    spec = load(scenario, sets)
    folder, budget = out or default_folder(f"{spec.name}-tuning"), days or tuning.budget_days(spec)
    tried, workers = restrict(spec, policy) if policy else spec, jobs or num_cores()
    planned = tuning.plan_trials(tried, folder, budget)
    if dry_run:
        from qmix_logistics.cli.planned import answer_plan

        planning.check_folder(tried, folder, resume=resume)
        what = f"tune {spec.name} on {workers} processes, at most {budget} training days for each baseline"
        note = "these are the first trials; how many follow shows under way"
        answer_plan(talk, what, folder, planned, tuning.planned_files(folder, target, planned), note)
        return
    from qmix_logistics.cli.progress import shown_progress

    talk.folder = folder
    with shown_progress(planned, talk) as on_progress:
        tuned = tuning.tune(tried, folder, budget, resume=resume, num_workers=workers, on_progress=on_progress)
    tuning.write_tuned(tuning.with_tuned(spec, tuned, budget), target)
    values = {
        "scenario": target,
        "table": folder / "tuning.csv",
        "chosen": [
            {"policy": one.policy, "settings": one.candidates[one.chosen].model_dump(mode="json")} for one in tuned
        ],
    }
    talk.answer([*tuning.lines_of(spec, tuned), str(folder / "tuning.csv"), str(target)], values)
    talk.say(f"Next: qmix-logistics run {target}")
