"""The job that looks at what a learned policy does on one test day, and what a planner would have done there."""

from __future__ import annotations

import dataclasses
import functools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qmix_logistics.composition.building import World, build_adviser, build_baseline, world_of
from qmix_logistics.composition.contending import contenders
from qmix_logistics.episode import Policy
from qmix_logistics.evaluation.decision_times import decision_times
from qmix_logistics.evaluation.jobs import Job, Report
from qmix_logistics.evaluation.run_folder import RunFolder, UnitKey, committed
from qmix_logistics.evaluation.stored import stored_json
from qmix_logistics.scenario import ScenarioSpec
from qmix_logistics.scenario.advisers import adviser_of
from qmix_logistics.scenario.choosing import reference_of
from qmix_logistics.scenario.policies import Baseline, LearnedPolicy, RollingHorizonPolicy, policy_name, trained_as
from qmix_logistics.simulation import DayKey, Purpose, Simulator, Split, day_stream

if TYPE_CHECKING:
    from qmix_logistics.evaluation.insight import InsightHead
    from qmix_logistics.evaluation.shown.choosing import Choice
    from qmix_logistics.learning.dispatch.learned_policy import LearnedPolicy as LearnedDispatchPolicy

Tables = dict[str, list[dict[str, Any]]]
INSIGHT = "insight"
"""Stage of a run."""
ADVISED_PRICE, ROUTED_PRICE = 2, 10
"""What asking an adviser costs beside a joint decision without one, matching or routing."""


def why_no_insight(spec: ScenarioSpec) -> str:
    """
    Return why a run does not look at what a learned policy does; empty if it does.

    Parameters
    ----------
    spec
        The scenario.
    """
    learned = [policy for policy in contenders(spec) if policy.is_learned and policy.name != reference_of(spec)]
    if not learned:
        return "no policy here is learned, other than the reference"
    if all(policy.is_learned for policy in contenders(spec)):
        return "there is no planner to compare with"
    if not spec.report.insight_decisions:
        return "the scenario says report.insight_decisions: 0"
    if spec.decision_time.kind in ("measured", "recorded"):
        return (
            f"decision times are {spec.decision_time.kind}: what happens depends on how long each decision took, so "
            "the day cannot be played again with another one"
        )
    return ""


@dataclass(frozen=True, slots=True)
class InsightJob(Job):
    """
    Look at the cheapest learned policy on the day of the replay; see ``Job``.

    Parameters
    ----------
    scenario
        The resolved scenario as JSON.
    folder
        The run's.
    units
        All policies on all test days: they decide which day and which policies.
    """

    scenario: str
    folder: Path
    units: tuple[UnitKey, ...]

    @property
    def name(self) -> str:
        """Its name."""
        return INSIGHT

    @property
    def stage(self) -> str:
        """Insight."""
        return INSIGHT

    @property
    def subject(self) -> str:
        """The day."""
        return INSIGHT

    @property
    def after(self) -> Sequence[str]:
        """All policies on all days."""
        return [f"play {unit}" for unit in self.units]

    def is_done(self) -> bool:
        """Return whether the tables are there."""
        return RunFolder(self.folder).insight.exists()

    def run(self, report: Report) -> None:
        """Watch the day, play deviations, and write tables; see ``Job``."""
        from qmix_logistics.environment.schema import STOP
        from qmix_logistics.evaluation.insight import write_insight
        from qmix_logistics.evaluation.result import collect_replications
        from qmix_logistics.evaluation.shown.choosing import choose

        world, run = world_of(self.scenario), RunFolder(self.folder)
        policies, num_days = contenders(world.spec), 1 + max(unit.day for unit in self.units)
        replications = collect_replications(run, policies, world.spec.experiment.training_seeds, num_days)
        choice = choose(replications, policies, reference_of(world.spec))
        head, tables = _look(world, run, choice, report)
        with committed(run.insight) as unfinished:
            write_insight(unfinished, head, tables, [feature.name for feature in STOP])


def _look(world: World, run: RunFolder, choice: Choice, report: Callable[[float], None]) -> tuple[InsightHead, Tables]:
    """Return what was seen on the chosen day; nothing if it cannot be played again."""
    from qmix_logistics.evaluation.insight import InsightHead
    from qmix_logistics.learning.dispatch.mixing import load_mixing
    from qmix_logistics.learning.insight.tables import DayTabulator
    from qmix_logistics.learning.insight.watching import watch_day

    assert choice.baseline is not None, "there is a planner to compare with"
    spec, key = world.spec, DayKey(Split.TEST, choice.day)
    unit, seed = UnitKey(choice.focus, choice.training_seed, choice.day), spec.experiment.seed
    entry, planner = _entry(spec, choice.focus), _entry(spec, choice.baseline)
    assert isinstance(entry, LearnedPolicy) and not isinstance(planner, LearnedPolicy)
    adviser = adviser_of(spec, entry)
    make_adviser = None if adviser is None else functools.partial(build_adviser, adviser)
    policy, day = _learned(entry, run, unit, make_adviser), world.demand.realise(key)
    rngs = day_stream(seed, key, Purpose.POLICY), day_stream(seed, key, Purpose.POLICY)
    times = decision_times(spec.decision_time, policy.information, unit)
    simulator = Simulator(world.site, is_recording=False)
    watched = watch_day(simulator, policy, build_baseline(planner), day, rngs, times)
    head = InsightHead(
        policy=choice.focus,
        training_seed=choice.training_seed,
        algorithm=entry.kind,
        information=entry.information,
        day=choice.day,
        label=day.label,
        planner=choice.baseline,
        cost=watched.cost,
        num_epochs=len(watched.epochs),
        budget=spec.report.insight_decisions,
    )
    recorded = stored_json(run.unit(unit) / "kpis.json")["kpis"]["total_cost"]
    if not math.isclose(recorded, watched.cost, rel_tol=1e-9, abs_tol=1e-9):
        absent = (
            f"played again, the day cost {watched.cost:.6g} instead of {recorded:.6g}: the run was made by another "
            "version, or on another machine"
        )
        return dataclasses.replace(head, absent=absent), {}
    mixing = None if entry.weights_in else load_mixing(_place(entry, run, unit), entry.kind, spec.training)
    rng, price = day_stream(seed, key, Purpose.INSIGHT), _price(adviser)
    tabulator = DayTabulator(world.site, day, policy, mixing, watched, spec.training.discount_time_constant_s)
    made = tabulator.tabulate(spec.report.insight_decisions, price, rng, make_adviser, report)
    return dataclasses.replace(head, num_disagreeing=made.num_disagreeing), made.rows


def _learned(
    entry: LearnedPolicy, run: RunFolder, unit: UnitKey, make_adviser: Callable[[], Policy] | None
) -> LearnedDispatchPolicy:
    from qmix_logistics.learning.dispatch.learned_policy import load_policy

    place, adviser = _place(entry, run, unit), make_adviser() if make_adviser else None
    return load_policy(place, adviser, is_coordinated=entry.information == "coordinator")


def _place(entry: LearnedPolicy, run: RunFolder, unit: UnitKey) -> Path:
    return entry.weights_in or run.policy(trained_as(entry), unit.training_seed)


def _entry(spec: ScenarioSpec, name: str) -> Baseline | LearnedPolicy:
    return next(entry for entry in spec.policies if policy_name(entry) == name)


def _price(adviser: Baseline | None) -> int:
    if adviser is None:
        return 0
    return ROUTED_PRICE if isinstance(adviser, RollingHorizonPolicy) else ADVISED_PRICE
