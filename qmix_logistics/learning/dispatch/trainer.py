"""Training: rounds of days, gradient steps in between, validation, and the best policy kept."""

from __future__ import annotations

import dataclasses
import math
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from qmix_logistics.environment.codec import Codec
from qmix_logistics.episode import Policy
from qmix_logistics.learning.algorithms import OwnAlgorithm
from qmix_logistics.learning.checkpoint import load_checkpoint, save_checkpoint
from qmix_logistics.learning.dispatch.building import build_learner, replay_shape, reward_unit
from qmix_logistics.learning.dispatch.curve import CurvePoint
from qmix_logistics.learning.dispatch.keeping import KeptPolicy, agents_of, is_better
from qmix_logistics.learning.dispatch.replay import Replay
from qmix_logistics.learning.dispatch.rollout import BatchRollout
from qmix_logistics.learning.dispatch.sample import DispatchSample
from qmix_logistics.learning.dispatch.scorers import ExploringScorer, GreedyScorer
from qmix_logistics.learning.learner import UpdateStatistics
from qmix_logistics.learning.priorities import importance_exponent
from qmix_logistics.scenario.policies import Algorithm
from qmix_logistics.scenario.training import Training
from qmix_logistics.simulation import Day, DayKey, DemandModel, Simulator, Site, Split, StopKind

MIB = 2**20
SEED_KEY = 100
"""Keeps the seeds of trainings apart from those of days, whose keys begin with their split."""
MAX_DAYS = 1_000_000
"""Trainings have their own days as long as none needs more than this."""
DOUBT_OF_ADVISED = 1.0
"""Standard errors by which an advised policy must be better than the one it replaces, the adviser at first."""


class Trainer:
    """
    Trains one policy.

    All that decides the result is in ``training``, the seed and the days; a round begins with every simulator
    anew, so that the state between rounds can be saved and restored exactly.

    Parameters
    ----------
    site
        The site.
    demand
        Where days come from.
    algorithm
        Which mixer.
    training
        Settings.
    root_seed
        Of all that chance decides in the experiment.
    number
        Which of several trainings: each has its own weights, exploration and training days.
    num_validation_days
        Days on which the policy to keep is chosen.
    make_adviser
        Returns a new planner whose advice the vehicles know, at work too; None: there is none.
    make_teacher
        Returns a new planner that shows in training what it would do; None: the adviser does, if there is one.
    """

    def __init__(
        self,
        site: Site,
        demand: DemandModel,
        algorithm: Algorithm | OwnAlgorithm,
        training: Training,
        root_seed: int,
        number: int,
        num_validation_days: int,
        make_adviser: Callable[[], Policy] | None = None,
        make_teacher: Callable[[], Policy] | None = None,
    ) -> None:
        self._demand, self._training, self._number = demand, training, number
        of_exploration, of_weights = np.random.SeedSequence(root_seed, spawn_key=(SEED_KEY, number)).spawn(2)
        self._rng = np.random.default_rng(of_exploration)
        weights_seed = int(of_weights.generate_state(1)[0])
        self._tau_s = training.discount_time_constant_s
        self._reward_unit = reward_unit(site, self._tau_s)
        self._demand_s = site.horizon.demand_s
        self.learner = build_learner(algorithm, training, weights_seed, site.fleet.num_vehicles)
        self.replay = Replay(replay_shape(site), training.replay_mib * MIB, training.priority_exponent)
        self._is_advised = make_adviser is not None
        self._doubt = DOUBT_OF_ADVISED if self._is_advised else 0.0
        num = max(training.envs_per_batch, num_validation_days)
        self._rollout = _rollout(site, training, num, make_adviser, make_teacher)
        self._validation = [demand.realise(DayKey(Split.VALIDATION, index)) for index in range(num_validation_days)]
        self.curve: list[CurvePoint] = []
        self.best: KeptPolicy | None = None
        self._days = self._epochs = 0
        self.is_over = False
        """Whether the budget was used up when the last round ended; that round is validated."""
        self._started_s = time.monotonic()

    @property
    def num_days(self) -> int:
        """Days trained on."""
        return self._days

    @property
    def training_s(self) -> float:
        """Computing time, that before an interruption included."""
        return time.monotonic() - self._started_s

    @property
    def progress(self) -> float:
        """Share of the budget that is used, in [0, 1]."""
        budget = self._training.budget
        if budget.days is not None:
            return min(self._days / budget.days, 1.0)
        assert budget.seconds is not None
        return min(self.training_s / budget.seconds, 1.0)

    def train_round(self, report: Callable[[float], None] = lambda share: None) -> CurvePoint:
        """
        Play a batch of training days, learning meanwhile; validate if it is time.

        Parameters
        ----------
        report
            Told the share of the budget that is used.
        """
        if self._is_advised and self.best is None:
            self._validate()  # at first it does as it is advised: what it learns must be better
        days = self._next_days()
        guided_share = self._guided_share()
        statistics: list[UpdateStatistics] = []
        policy = GreedyScorer(agents_of(self.learner.network))
        scorer = ExploringScorer(policy, self._training.exploration, guided_share, self._rng)
        due = self._updates_due()

        def after_step(num_epochs: int, share_of_day: float) -> None:
            self._epochs += num_epochs
            while self.learner.num_updates < due() and self.replay.can_sample:
                statistics.append(self._update())
            report(self._progress_within(len(days), share_of_day))

        result = self._rollout.play(days, scorer, self.replay, after_step)
        before = self._days
        self._days += len(days)
        every = self._training.validate_every_days
        self.is_over = self.progress >= 1.0
        is_due = self.is_over or self._days // every > before // every
        greedy_cost, is_best = self._validate() if is_due else (None, False)
        point = self._point(guided_share, float(result.costs.mean()), greedy_cost, is_best, statistics, result.kinds)
        self.curve.append(point)
        return point

    def _progress_within(self, num_days: int, share_of_day: float) -> float:
        budget = self._training.budget
        return self.progress if budget.days is None else (self._days + share_of_day * num_days) / budget.days

    def _next_days(self) -> list[Day]:
        budget, available = self._training.budget, self._demand.num_days(Split.TRAINING)
        number = self._training.envs_per_batch
        if budget.days is not None:
            number = min(number, budget.days - self._days)
        first = self._number * MAX_DAYS + self._days
        indices = range(first, first + number)
        return [
            self._demand.realise(DayKey(Split.TRAINING, index % available if available else index)) for index in indices
        ]

    def _guided_share(self) -> float:
        guide_days, budget = self._training.exploration.guide_days, self._training.budget
        if budget.days is not None:
            guide_days = min(guide_days, max(budget.days // 2, 1))
        return max(1.0 - self._days / guide_days, 0.0)

    def _updates_due(self) -> Callable[[], int]:
        training = self._training

        def due() -> int:
            return max(0, int((self._epochs - training.epochs_before_learning) / training.epochs_per_update))

        return due

    def _update(self) -> UpdateStatistics:
        training = self._training
        self.learner.set_learning_rate(training.learning_rate * (1.0 - 0.9 * self.progress))
        horizon_s, importance = training.summed_s, importance_exponent(self.progress)
        drawn = self.replay.sample(training.batch_epochs, self._tau_s, horizon_s, self._rng, importance)
        statistics, errors = self.learner.update(DispatchSample(drawn))
        if errors is not None:
            self.replay.set_errors(drawn.numbers, errors)
        return statistics

    def _validate(self) -> tuple[float, bool]:
        """Play the validation days greedily; keep the policy if it is better on them, day by day."""
        costs = self._rollout.play(self._validation, GreedyScorer(agents_of(self.learner.target))).costs
        is_best = self.best is None or is_better(costs, self.best.costs, self._doubt)
        if is_best:
            self.best = KeptPolicy.copied(self.learner.target, self._training.hidden, costs)
        return float(costs.mean()), is_best

    def save(self, path: Path) -> None:
        """
        Save all of its state; between two rounds.

        Parameters
        ----------
        path
            The file.
        """
        values = {
            "days": self._days,
            "is_over": self.is_over,
            "epochs": self._epochs,
            "seconds": self.training_s,
            "rng": self._rng.bit_generator.state,
            "curve": [dataclasses.asdict(point) for point in self.curve],
        }
        best = {} if self.best is None else self.best.tensors()
        save_checkpoint(path, self.learner, self.replay.state(), values, best)

    def restore(self, path: Path) -> None:
        """
        Return to where it was saved; what it then does equals what it would have done.

        Parameters
        ----------
        path
            The file.
        """
        replay, values, best = load_checkpoint(path, self.learner)
        self.replay.restore(replay)
        self.best = KeptPolicy.restored(best, self._training.hidden) if best else None
        self._days, self._epochs, self.is_over = values["days"], values["epochs"], values["is_over"]
        self._started_s = time.monotonic() - values["seconds"]
        self._rng.bit_generator.state = values["rng"]
        self.curve = [CurvePoint(**point) for point in values["curve"]]

    def _point(
        self,
        guided_share: float,
        exploring_cost: float,
        greedy_cost: float | None,
        is_best: bool,
        statistics: Sequence[UpdateStatistics],
        kinds: np.ndarray,
    ) -> CurvePoint:
        def mean(field: str) -> float | None:
            values = [getattr(entry, field) for entry in statistics]
            return math.fsum(values) / len(values) if values else None

        shares = kinds / max(kinds.sum(), 1)
        return CurvePoint(
            days=self._days,
            epochs=self._epochs,
            updates=self.learner.num_updates,
            guided_share=guided_share,
            exploring_cost=exploring_cost,
            greedy_cost=greedy_cost,
            is_best=is_best,
            loss=mean("loss"),
            td_error=mean("td_error"),
            mean_value=mean("mean_value"),
            mean_return=mean("mean_return"),
            gradient_norm=mean("gradient_norm"),
            realised_return=-exploring_cost * self._tau_s / self._demand_s / self._reward_unit,
            shares={kind.name.lower(): float(share) for kind, share in zip(StopKind, shares, strict=True)},
        )


def _rollout(
    site: Site,
    training: Training,
    num: int,
    make_adviser: Callable[[], Policy] | None,
    make_teacher: Callable[[], Policy] | None,
) -> BatchRollout:
    """Return what plays so many days side by side."""
    tau_s = training.discount_time_constant_s
    simulators = [
        Simulator(site, discount_time_constant_s=tau_s, travel_weight=training.travel_weight, is_recording=False)
        for _ in range(num)
    ]
    advisers, teachers = ([] if make is None else [make() for _ in range(num)] for make in (make_adviser, make_teacher))
    return BatchRollout(
        simulators,
        Codec(site),
        tau_s,
        reward_unit(site, tau_s),
        advisers,
        teachers,
        battery_potential=training.battery_potential,
    )
