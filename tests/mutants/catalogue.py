"""
Bugs that learners of this family have had, put into ours one at a time: each must make a test fail.

Numbers are those of the catalogue in ``docs/background/learners.md``, where each bug was found and by whom.
"""

from __future__ import annotations

from dataclasses import dataclass

LEARNING = "qmix_logistics/learning"
OUTSIDE = "qmix_logistics/environment/outside"
EPISODES = "tests/qmix_logistics/learning/episodes"


@dataclass(frozen=True, slots=True)
class Mutant:
    """
    A faulty version.

    Parameters
    ----------
    name
        What is wrong, with its number in the catalogue.
    file
        Where.
    right, wrong
        Source text, and what it becomes; the right one is there exactly once.
    tests
        Who must notice.
    """

    name: str
    file: str
    right: str
    wrong: str
    tests: str


MUTANTS = (
    Mutant(
        "1: steps that pad an episode flow into its lambda-returns",
        f"{LEARNING}/episodes/returns.py",
        "passes = np.where(is_last, np.float32(0.0), np.float32(discount * trace))",
        "passes = np.where(is_last & is_terminated[:, None], np.float32(0.0), np.float32(discount * trace))",
        f"{EPISODES}/test_returns.py",
    ),
    Mutant(
        "1: lambda-returns begin from the end of the batch",
        f"{LEARNING}/episodes/returns.py",
        "is_last = np.arange(num_steps) == lengths[:, None] - 1",
        "is_last = np.arange(num_steps) == num_steps - 1 + 0 * lengths[:, None]",
        f"{EPISODES}/test_returns.py",
    ),
    Mutant(
        "2: padding becomes steps",
        f"{LEARNING}/episodes/sample.py",
        "self._is_step = steps[:-1] < drawn.lengths[:, None]",
        "self._is_step = steps[:-1] < drawn.lengths.max() + 0 * drawn.lengths[:, None]",
        f"{EPISODES}/test_targets.py",
    ),
    Mutant(
        "3: a large number instead of no number",
        f"{LEARNING}/episodes/sample.py",
        "view(num_rows, -1), -torch.inf)",
        "view(num_rows, -1), 9999999.0)",
        f"{EPISODES}/test_targets.py",
    ),
    Mutant(
        "4: double Q-learning off by one step",
        f"{LEARNING}/episodes/sample.py",
        "return self._decisions(network, *self._unroll(network), self._next_places)",
        "return self._decisions(network, *self._unroll(network), self._now_places)",
        f"{EPISODES}/test_targets.py",
    ),
    Mutant(
        "4: the target network chooses for itself",
        f"{LEARNING}/objectives/objective.py",
        "slots = sample.choose(choosing)",
        "slots = sample.choose(valuing)",
        f"{EPISODES}/test_targets.py",
    ),
    Mutant(
        "5: a time limit is stored as an end",
        f"{LEARNING}/episodes/collecting.py",
        "place, bool(outcome.is_terminated[index]), float(outcome.metrics[index])",
        "place, bool(is_over[index]), float(outcome.metrics[index])",
        f"{EPISODES}/test_team_trainer.py::test_exploring_and_greedy_actions_are_legal_and_episodes_end_by_themselves",
    ),
    Mutant(
        "5: a Gymnasium time limit is an end",
        f"{OUTSIDE}/gymnasium_env.py",
        "is_terminated = is_over and bool(np.any(terminations))",
        "is_terminated = is_over",
        "tests/qmix_logistics/environment/outside",
    ),
    Mutant(
        "5: an end is bootstrapped",
        f"{LEARNING}/episodes/returns.py",
        "counts = np.where(is_last & is_terminated[:, None], np.float32(0.0), np.float32(discount))",
        "counts = np.full(is_last.shape, np.float32(discount))",
        f"{EPISODES}/test_returns.py",
    ),
    Mutant(
        "6: rewards are standardised",
        f"{LEARNING}/episodes/sample.py",
        "drawn.rewards * self._reward_scale,",
        "(drawn.rewards - drawn.rewards.mean()) * self._reward_scale,",
        f"{EPISODES}/test_targets.py",
    ),
    Mutant(
        "7: memory does not leave with its episode",
        f"{LEARNING}/episodes/collecting.py",
        "actions[~is_over], memory[torch.from_numpy(~is_over)]",
        "actions[~is_over], memory[: int((~is_over).sum())]",
        f"{EPISODES}/test_team_trainer.py::test_an_episode_does_not_depend_on_those_beside_it",
    ),
    Mutant(
        "7: memory is lost at every step",
        f"{LEARNING}/episodes/collecting.py",
        "                    memory,\n",
        "                    torch.zeros_like(memory),\n",
        f"{EPISODES}/test_team_trainer.py::test_teams_act_on_what_they_remember",
    ),
    Mutant(
        "8: the memory of a sequence is cut after its first step",
        f"{LEARNING}/episodes/recurrent.py",
        "gate, candidate, before = gates[step], of_memory[step], memory[step]",
        "gate, candidate, before = gates[step], of_memory[step], memory[min(step, 1)]",
        f"{EPISODES}/test_flat_network.py",
    ),
    Mutant(
        "9: one gradient step a round, whatever its episodes",
        f"{LEARNING}/episodes/trainer.py",
        "        while self._owed_updates >= 1.0:\n            self._owed_updates -= 1.0",
        "        if self._owed_updates >= 1.0:\n            self._owed_updates = 0.0",
        f"{EPISODES}/test_team_trainer.py::test_there_are_as_many_gradient_steps_as_the_settings_say",
    ),
    Mutant(
        "10: an agent that has left has no legal action",
        f"{OUTSIDE}/pettingzoo_env.py",
        "view.masks[place, index] = np.arange(self.spec.num_actions) == 0",
        "view.masks[place, index] = False",
        "tests/qmix_logistics/environment/outside",
    ),
    Mutant(
        "11: the mixer never sees the state",
        f"{LEARNING}/episodes/sample.py",
        "network.encoder(self._states.index_select(0, seen))",
        "network.encoder(0.0 * self._states.index_select(0, seen))",
        f"{EPISODES}/test_targets.py",
    ),
    Mutant(
        "12: the target network is not restored",
        f"{LEARNING}/checkpoint.py",
        '    learner.target.load_state_dict(_of("target", tensors))\n',
        "",
        f"{EPISODES}/test_team_trainer.py::test_stopped_and_resumed_equals_never_stopped[qmix-0.0]",
    ),
    Mutant(
        "12: the optimiser is not restored",
        f"{LEARNING}/checkpoint.py",
        '    _restore_optimiser(learner.optimiser, _of("optimiser", tensors))\n',
        "",
        f"{EPISODES}/test_team_trainer.py::test_stopped_and_resumed_equals_never_stopped[qmix-0.0]",
    ),
    Mutant(
        "12: random numbers are not restored",
        f"{LEARNING}/episodes/trainer.py",
        '        self._rng.bit_generator.state = values["rng"]\n',
        "",
        f"{EPISODES}/test_team_trainer.py::test_stopped_and_resumed_equals_never_stopped[qmix-0.0]",
    ),
    Mutant(
        "12: the replay is not restored",
        f"{LEARNING}/episodes/trainer.py",
        "        self.replay.restore(replay)\n",
        "",
        f"{EPISODES}/test_team_trainer.py::test_stopped_and_resumed_equals_never_stopped[qmix-0.0]",
    ),
    Mutant(
        "12: when the target network moves next is not restored",
        f"{LEARNING}/checkpoint.py",
        'learner.num_updates = values.pop("updates")',
        'learner.num_updates = 0 * values.pop("updates")',
        f"{EPISODES}/test_team_trainer.py::test_stopped_and_resumed_equals_never_stopped[qmix-0.0]",
    ),
    Mutant(
        "13: weighted QMIX bootstraps where its central value is largest",
        f"{LEARNING}/objectives/weighted.py",
        "targets = bootstrapped(sample, following, valuing, target.central.mixer)",
        "targets = bootstrapped(sample, valuing, valuing, target.central.mixer)",
        f"{EPISODES}/test_targets.py",
    ),
    Mutant(
        "14: the next mask is ignored",
        f"{LEARNING}/episodes/sample.py",
        "        if self._masks is not None:\n            chosen",
        "        if self._masks is not None and places is self._now_places:\n            chosen",
        f"{EPISODES}/test_targets.py",
    ),
    Mutant(
        "15: observations are not divided by their bounds",
        f"{OUTSIDE}/spaces.py",
        "return np.where(np.isfinite(bound) & (bound > 1.0), bound, np.float32(1.0))",
        "return np.ones_like(bound)",
        "tests/qmix_logistics/environment/outside",
    ),
    Mutant(
        "16: the greedy team is played with exploration",
        f"{LEARNING}/episodes/trainer.py",
        "played = play_episodes(self._evaluation, self.agents, seeds, 0.0, self._rng)",
        "played = play_episodes(self._evaluation, self.agents, seeds, self.explored_share, self._rng)",
        f"{EPISODES}/test_team_trainer.py::test_plays_without_exploration_leave_nothing_to_chance",
    ),
    Mutant(
        "QMIX: a weight that may be negative",
        f"{LEARNING}/mixers/monotonic.py",
        "weight = self.first_weight(team, team.state).abs()",
        "weight = self.first_weight(team, team.state)",
        "tests/qmix_logistics/learning/test_mixers.py",
    ),
    Mutant(
        "QPLEX: an importance that may be negative",
        f"{LEARNING}/mixers/duplex.py",
        "self.key(team, team.state).abs() + _EPSILON",
        "self.key(team, team.state) + _EPSILON",
        "tests/qmix_logistics/learning/test_mixers.py",
    ),
    Mutant(
        "QPLEX: importance that does not see the joint choice",
        f"{LEARNING}/mixers/duplex.py",
        "joint_choice = team.grouping.sum(decisions.choices.of(slots))",
        "joint_choice = 0.0 * team.grouping.sum(decisions.choices.of(slots))",
        "tests/qmix_logistics/learning/test_mixers.py",
    ),
    Mutant(
        "QPLEX: what a choice loses vanishes where it comes close to the best",
        f"{LEARNING}/mixers/duplex.py",
        "self._lost(decisions, slots), 0.0)",
        "(best - chosen) * self._lost(decisions, slots), 0.0)",
        "tests/qmix_logistics/learning/episodes/test_games.py",
    ),
    Mutant(
        "QTRAN: the gradient of the conditions reaches the joint value",
        f"{LEARNING}/objectives/transformation.py",
        "_sum(now, sample.slots) - values.detach() + offset",
        "_sum(now, sample.slots) - values + offset",
        f"{EPISODES}/test_targets.py::test_qtrans_conditions_do_not_move_its_joint_value",
    ),
    Mutant(
        "OW-QMIX: the wrong side is weighted down",
        f"{LEARNING}/objectives/weighted.py",
        "else values < targets",
        "else values > targets",
        f"{EPISODES}/test_games.py::test_more_expressive_learners_find_the_best_joint_action[ow_qmix]",
    ),
    Mutant(
        "VDN: a mean instead of a sum",
        f"{LEARNING}/mixers/additive.py",
        "total = decisions.team.grouping.sum(decisions.utilities.of(slots))",
        "total = decisions.team.grouping.sum(decisions.utilities.of(slots)) / 2",
        "tests/qmix_logistics/learning/test_mixers.py",
    ),
    Mutant(
        "Dispatch: both vehicles get the task in the bootstrap",
        f"{LEARNING}/dispatch/sample.py",
        "return torch.from_numpy(grant_slots(advantage, tasks, is_fallback, epoch_of_row))",
        "return torch.from_numpy(advantage.argmax(axis=1))",
        "tests/qmix_logistics/learning/test_learner.py",
    ),
    Mutant(
        "Dispatch: a completed day is bootstrapped",
        f"{LEARNING}/dispatch/replay.py",
        "np.where(is_over, 0.0, np.exp(-elapsed_s / time_constant_s))",
        "np.exp(-elapsed_s / time_constant_s)",
        "tests/qmix_logistics/learning/test_learner.py",
    ),
    Mutant(
        "Dispatch: a discount by decisions instead of seconds",
        f"{LEARNING}/dispatch/replay.py",
        "returns[going] += np.exp(-elapsed_s[going] / time_constant_s) * entries",
        "returns[going] += np.exp(-10.0 / time_constant_s) * entries",
        "tests/qmix_logistics/learning/test_replay.py",
    ),
    Mutant(
        "Priorities: weights that do not undo them",
        f"{LEARNING}/priorities.py",
        "weights = (number * chances) ** -beta",
        "weights = (number * chances) ** 0",
        "tests/qmix_logistics/learning/test_priorities.py",
    ),
)
