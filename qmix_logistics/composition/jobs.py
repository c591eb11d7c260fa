"""The jobs of a run: train a policy, let a policy play a day."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from qmix_logistics import __version__
from qmix_logistics.composition.building import build_adviser, build_baseline, world_of
from qmix_logistics.episode import Policy
from qmix_logistics.evaluation.decision_times import decision_times
from qmix_logistics.evaluation.jobs import Job, Report
from qmix_logistics.evaluation.kpis import PRIMARY_KPI
from qmix_logistics.evaluation.run_folder import RunFolder, UnitKey, committed
from qmix_logistics.evaluation.stored import stored_json
from qmix_logistics.evaluation.trained import validation_cost
from qmix_logistics.evaluation.units import play_unit
from qmix_logistics.scenario.advisers import adviser_of, teacher_of
from qmix_logistics.scenario.policies import CustomPolicy, LearnedPolicy, policy_name, trained_as

if TYPE_CHECKING:
    from qmix_logistics.learning.dispatch.trainer import Trainer

PLAYING, TRAINING = "playing", "training"
"""Stages of a run."""


@dataclass(frozen=True, slots=True)
class TrainJob(Job):
    """
    Train one policy; see ``Job``.

    Parameters
    ----------
    scenario
        The resolved scenario as JSON.
    folder
        The run's.
    index
        Number of the policy in the scenario.
    seed
        Which training, from 1.
    """

    scenario: str
    folder: Path
    index: int
    seed: int

    @property
    def name(self) -> str:
        """Name of the training."""
        return f"train {self._policy}-{self.seed}"

    @property
    def stage(self) -> str:
        """Training."""
        return TRAINING

    @property
    def subject(self) -> str:
        """The policy and the number of the training."""
        return f"{self._policy}-{self.seed}"

    @property
    def size(self) -> float:
        """The budget."""
        budget = world_of(self.scenario).spec.training.budget
        return budget.days or budget.seconds or 0.0

    @property
    def counted_in(self) -> str:
        """Days, or seconds of computing."""
        return "days" if world_of(self.scenario).spec.training.budget.is_repeatable else "s"

    def is_done(self) -> bool:
        """Return whether the policy is there."""
        return self._place.exists()

    def cost(self) -> float | None:
        """Return the lowest mean cost of the validation days."""
        return validation_cost(self._place)

    def run(self, report: Report) -> None:
        """Train, from the last checkpoint if there is one, and keep the best policy; see ``Job``."""
        from qmix_logistics.learning.dispatch.trainer import Trainer
        from qmix_logistics.learning.dispatch.training_run import save_training, train

        world, entry = world_of(self.scenario), self._entry
        adviser, teacher = adviser_of(world.spec, entry), teacher_of(world.spec, entry)
        training, run = world.spec.training, RunFolder(self.folder)
        saved, curve = run.checkpoint(self._policy, self.seed), run.curve(self._policy, self.seed)
        trainer = Trainer(
            world.site,
            world.demand,
            entry.kind,
            training,
            world.spec.experiment.seed,
            self.seed,
            world.num_validation_days,
            None if adviser is None else functools.partial(build_adviser, adviser),
            None if teacher is None else functools.partial(build_baseline, teacher),
        )
        train(trainer, saved, training.checkpoint_every_days, lambda share: report(share, _cost_so_far(trainer)))
        about = {
            "policy": self._policy,
            "algorithm": entry.kind,
            "information": entry.information,
            "adviser": None if adviser is None else adviser.model_dump(mode="json"),
            "teacher": None if teacher is None else teacher.model_dump(mode="json"),
            "scenario": world.spec.name,
            "training_seed": self.seed,
            "version": __version__,
        }
        with committed(self._place) as unfinished:
            save_training(trainer, unfinished, training.hidden, about)
        for path in (saved, curve):
            path.unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            saved.parent.rmdir()  # when the last training is done

    @property
    def _entry(self) -> LearnedPolicy:
        entry = world_of(self.scenario).spec.policies[self.index]
        assert isinstance(entry, LearnedPolicy)
        return entry

    @property
    def _policy(self) -> str:
        return policy_name(self._entry)

    @property
    def _place(self) -> Path:
        return RunFolder(self.folder).policy(self._policy, self.seed)


def _cost_so_far(trainer: Trainer) -> float | None:
    return None if trainer.best is None else float(trainer.best.costs.mean())


@dataclass(frozen=True, slots=True)
class PlayJob(Job):
    """
    Let one policy play one test day; see ``Job``.

    Parameters
    ----------
    scenario
        The resolved scenario as JSON.
    folder
        The run's.
    index
        Number of the policy in the scenario.
    unit
        Policy, training and day.
    """

    scenario: str
    folder: Path
    index: int
    unit: UnitKey

    @property
    def name(self) -> str:
        """Name of the unit."""
        return f"play {self.unit}"

    @property
    def stage(self) -> str:
        """Playing."""
        return PLAYING

    @property
    def subject(self) -> str:
        """The policy."""
        return self.unit.policy

    @property
    def after(self) -> Sequence[str]:
        """The training, for a policy that learns."""
        entry = world_of(self.scenario).spec.policies[self.index]
        if not isinstance(entry, LearnedPolicy) or entry.weights_in is not None:
            return ()
        return [f"train {trained_as(entry)}-{self.unit.training_seed}"]

    def is_done(self) -> bool:
        """Return whether the unit is there."""
        return RunFolder(self.folder).unit(self.unit).exists()

    def cost(self) -> float | None:
        """Return what the day cost."""
        cost: float = stored_json(RunFolder(self.folder).unit(self.unit) / "kpis.json")["kpis"][PRIMARY_KPI]
        return cost

    def run(self, report: Report) -> None:
        """Play; see ``Job``."""
        world, folder = world_of(self.scenario), RunFolder(self.folder)
        policy = _policy(self.scenario, self.folder, self.index, self.unit.training_seed)
        seed, records = world.spec.experiment.seed, world.spec.report.records
        times = decision_times(world.spec.decision_time, policy.information, self.unit)
        play_unit(folder.unit(self.unit), world.site, world.demand, policy, self.unit.day, seed, times, records=records)


def _policy(scenario: str, folder: Path, index: int, training_seed: int) -> Policy:
    """Return a policy; a user's own is built anew for every day, so that no day knows of another."""
    entry = world_of(scenario).spec.policies[index]
    return build_baseline(entry) if isinstance(entry, CustomPolicy) else _kept(scenario, folder, index, training_seed)


@functools.lru_cache(maxsize=2)
def _kept(scenario: str, folder: Path, index: int, training_seed: int) -> Policy:
    """Return a policy that plays several days in a process."""
    entry = world_of(scenario).spec.policies[index]
    if isinstance(entry, LearnedPolicy):
        from qmix_logistics.learning.dispatch.learned_policy import load_policy

        planner = adviser_of(world_of(scenario).spec, entry)
        adviser = None if planner is None else build_adviser(planner)
        place = entry.weights_in or RunFolder(folder).policy(trained_as(entry), training_seed)
        return load_policy(place, adviser, is_coordinated=entry.information == "coordinator")
    return build_baseline(entry)
