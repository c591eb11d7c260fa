from __future__ import annotations

from pathlib import Path
from typing import get_args

import numpy as np
import pytest
import torch
from documents import scenario
from playing import test_day

from qmix_logistics.composition import build_demand
from qmix_logistics.episode import play
from qmix_logistics.errors import PolicyFileError
from qmix_logistics.evaluation.trained import CARD, validation_cost
from qmix_logistics.learning.dispatch.curve import CurvePoint
from qmix_logistics.learning.dispatch.entity_network import UtilityNetwork
from qmix_logistics.learning.dispatch.keeping import is_better
from qmix_logistics.learning.dispatch.learned_policy import LearnedPolicy, load_policy, save_policy
from qmix_logistics.learning.dispatch.mixing import load_mixing, save_mixing, state_of_mixing
from qmix_logistics.learning.dispatch.trainer import Trainer
from qmix_logistics.learning.dispatch.training_run import save_training, train
from qmix_logistics.scenario.policies import Algorithm
from qmix_logistics.scenario.training import Budget
from qmix_logistics.simulation import DayKey, Simulator, Split, compile_site

pytestmark = pytest.mark.usefixtures("shapes_on_trust")

SPEC = scenario(
    horizon__demand_s=600,
    horizon__drain_s=600,
    demand__rate_per_h=240,
    training={
        "budget": "12 days",
        "envs_per_batch": 3,
        "hidden": 8,
        "mixer_hidden": 4,
        "epochs_before_learning": 20,
        "epochs_per_update": 8,
        "batch_epochs": 16,
        "validate_every_days": 6,
        "checkpoint_every_days": 3,
        "replay_mib": 0.1,
    },
)


def trainer(algorithm: Algorithm = "qmix", seed: int = 0, **settings: float | Budget) -> Trainer:
    site, training = compile_site(SPEC), SPEC.training.model_copy(update=settings)
    return Trainer(site, build_demand(SPEC, site), algorithm, training, SPEC.experiment.seed, seed, 2)


def rounds(trainer: Trainer, number: int) -> list[CurvePoint]:
    torch.set_num_threads(1)
    return [trainer.train_round() for _ in range(number)]


def weights(trainer: Trainer) -> bytes:
    modules = (trainer.learner.network, trainer.learner.target)
    return b"".join(value.numpy().tobytes() for module in modules for value in module.state_dict().values())


@pytest.mark.parametrize("algorithm", get_args(Algorithm))
def test_stopped_and_resumed_equals_never_stopped(algorithm: Algorithm, tmp_path: Path) -> None:
    """Networks, targets, optimiser, replay, schedules, random state: all of it, to the last bit."""
    straight, stopped = trainer(algorithm), trainer(algorithm)
    rounds(straight, 4)
    rounds(stopped, 2)
    stopped.save(tmp_path / "checkpoint")
    resumed = trainer(algorithm)
    resumed.restore(tmp_path / "checkpoint")
    rounds(resumed, 2)
    assert resumed.curve == straight.curve
    assert weights(resumed) == weights(straight)
    assert straight.best is not None and resumed.best is not None
    assert np.array_equal(resumed.best.costs, straight.best.costs)
    for mine, theirs in zip(resumed.best.network.parameters(), straight.best.network.parameters(), strict=True):
        assert torch.equal(mine, theirs)
    assert resumed.best.mixing.keys() == straight.best.mixing.keys()
    assert all(torch.equal(resumed.best.mixing[name], value) for name, value in straight.best.mixing.items())


@pytest.mark.parametrize("algorithm", ["qmix", "ow_qmix", "iql"])
def test_what_mixed_the_kept_policy_is_saved_beside_it(algorithm: Algorithm, tmp_path: Path) -> None:
    """The mixer of the round that was kept, not of the last one."""
    each = trainer(algorithm)
    rounds(each, 2)
    kept = each.best
    assert kept is not None
    save_training(each, tmp_path, SPEC.training.hidden, {})
    loaded = load_mixing(tmp_path, algorithm, SPEC.training)
    assert loaded is not None
    found = state_of_mixing(loaded)
    assert found.keys() == kept.mixing.keys()
    assert all(torch.equal(found[name], value) for name, value in kept.mixing.items())
    rounds(each, 2)
    assert all(torch.equal(found[name], value) for name, value in kept.mixing.items())


def test_a_policy_without_a_mixer_has_none_and_that_of_another_algorithm_is_refused(tmp_path: Path) -> None:
    assert load_mixing(tmp_path, "qmix", SPEC.training) is None
    save_mixing(state_of_mixing(trainer("qmix").learner.target), tmp_path)
    with pytest.raises(ValueError, match="another algorithm"):
        load_mixing(tmp_path, "qplex", SPEC.training)


def test_priorities_and_hard_targets_are_resumed_too(tmp_path: Path) -> None:
    settings = {"priority_exponent": 0.6, "polyak": 1.0, "target_every_updates": 7}
    straight, stopped, resumed = (trainer(**settings) for _ in range(3))
    rounds(straight, 4)
    rounds(stopped, 2)
    stopped.save(tmp_path / "checkpoint")
    resumed.restore(tmp_path / "checkpoint")
    rounds(resumed, 2)
    assert resumed.curve == straight.curve and weights(resumed) == weights(straight)
    assert weights(straight) != weights(trainer_after(4))


def trainer_after(number: int) -> Trainer:
    """One without priorities, whose targets follow slowly."""
    each = trainer()
    rounds(each, number)
    return each


def test_the_same_seed_gives_the_same_policy_and_another_seed_another() -> None:
    first, again, other = trainer(seed=1), trainer(seed=1), trainer(seed=2)
    for each in (first, again, other):
        rounds(each, 3)
    assert weights(first) == weights(again) != weights(other)
    assert first.curve == again.curve != other.curve


def test_an_interrupted_run_goes_on_from_its_checkpoint(tmp_path: Path) -> None:
    class StopError(Exception):
        pass

    def stop_late(share: float) -> None:
        if share > 0.6:
            raise StopError

    straight, interrupted, resumed = trainer(), trainer(), trainer()
    path = tmp_path / "checkpoint"
    train(straight, tmp_path / "other", 3, lambda share: None)
    with pytest.raises(StopError):
        train(interrupted, path, 3, stop_late)
    train(resumed, path, 3, lambda share: None)
    assert resumed.curve == straight.curve
    assert weights(resumed) == weights(straight)


def test_greedy_and_exploring_costs_are_both_logged_and_the_best_is_kept() -> None:
    each = trainer()
    points = rounds(each, 4)
    assert [point.days for point in points] == [3, 6, 9, 12]
    assert [point.greedy_cost is not None for point in points] == [False, True, False, True]
    assert all(point.exploring_cost > 0 for point in points)
    assert [point.guided_share for point in points] == pytest.approx([1.0, 0.5, 0.0, 0.0])
    assert each.best is not None and each.progress == 1.0
    kept = [point for point in points if point.is_best]
    assert each.best.costs.mean() == pytest.approx(kept[-1].greedy_cost)


def test_training_never_plays_a_validation_day() -> None:
    """Other splits, other random streams: no day of one is a day of the other."""
    site = compile_site(SPEC)
    demand = build_demand(SPEC, site)
    training = {demand.realise(DayKey(Split.TRAINING, index)).orders.tobytes() for index in range(30)}
    held_out = {
        demand.realise(DayKey(split, index)).orders.tobytes()
        for split in (Split.VALIDATION, Split.TEST)
        for index in range(30)
    }
    assert len(training) == 30 and len(held_out) == 60 and not training & held_out


def test_a_saved_policy_plays_the_same_day(tmp_path: Path) -> None:
    torch.manual_seed(3)
    network = UtilityNetwork(8)
    torch.nn.init.normal_(network.advantage.weight)
    save_policy(network, tmp_path, 8, {"algorithm": "qmix"})
    site, day = compile_site(SPEC), test_day(SPEC)
    costs = [
        play(Simulator(site), policy, day, np.random.default_rng(0)).records.total_cost
        for policy in (LearnedPolicy(network), load_policy(tmp_path))
    ]
    assert costs[0] == costs[1]


def test_a_policy_of_other_observations_is_refused(tmp_path: Path) -> None:
    save_policy(UtilityNetwork(8), tmp_path, 8, {})
    card = tmp_path / CARD
    card.write_text(card.read_text().replace('"arrival"', '"distance"'))
    with pytest.raises(PolicyFileError, match="trained on other observations"):
        load_policy(tmp_path)
    card.unlink()
    with pytest.raises(PolicyFileError, match="holds no whole policy"):
        load_policy(tmp_path)


def test_who_is_advised_needs_evidence_to_leave_its_adviser() -> None:
    """Ratios of costs of -4, -2, 0 and +2 %: mean -1, standard error 1.3; better at face value, not beyond doubt."""
    before = np.full(4, 100.0)
    after = before * np.exp([-0.04, -0.02, 0.0, 0.02])
    assert is_better(after, before, 0.0) and not is_better(after, before, 1.0)
    assert is_better(after * 0.99, before, 1.0) and not is_better(before, before, 0.0)


def test_one_day_that_costs_next_to_nothing_does_not_decide() -> None:
    """Nothing against a cent on one day, twice as much on the four others."""
    cheap, dear = np.array([0.01, 5.0, 5.0, 5.0, 5.0]), np.array([0.0, 10.0, 10.0, 10.0, 10.0])
    assert is_better(cheap, dear, 0.0) and not is_better(dear, cheap, 0.0)
    assert not is_better(np.zeros(3), np.zeros(3), 0.0)


def test_a_budget_in_seconds_ends_with_a_round_that_is_validated(tmp_path: Path) -> None:
    """Also if it runs out between two rounds."""
    timed = trainer(budget=Budget(seconds=3600.0), validate_every_days=1000)
    rounds(timed, 1)
    assert timed.curve[-1].greedy_cost is None
    timed._started_s -= 3600
    train(timed, tmp_path / "c", 1000, lambda share: None)
    assert timed.curve[-1].greedy_cost is not None and timed.best is not None


def test_the_validation_cost_is_that_of_the_policy_that_was_kept(tmp_path: Path) -> None:
    one = trainer()
    rounds(one, 4)
    assert one.best is not None
    save_training(one, tmp_path, 8, {})
    assert validation_cost(tmp_path) == one.best.costs.mean()
