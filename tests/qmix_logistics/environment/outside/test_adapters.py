from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import gymnasium
import numpy as np
import pytest
from pettingzoo import ParallelEnv

from qmix_logistics.environment.outside.games import PAYOFFS
from qmix_logistics.environment.outside.gymnasium_env import GymnasiumTeam
from qmix_logistics.environment.outside.pettingzoo_env import PettingZooTeam
from qmix_logistics.environment.outside.registry import FAMILIES, make_environments
from qmix_logistics.environment.outside.smac_env import SmacTeam
from qmix_logistics.environment.outside.team_environment import TeamEnvironment, TeamStep, TeamView
from qmix_logistics.errors import TeamError


class Countdown(ParallelEnv):
    """
    Two agents of different kinds: one leaves after 2 steps, the other after ``length``, at the end or cut off.

    The first sees 2 numbers up to 10 and has 3 actions, of which 0 is legal at even steps only; the second sees one
    number and has 2.
    """

    metadata: ClassVar[dict[str, Any]] = {"name": "countdown"}

    def __init__(self, length: int = 4, is_cut_off: bool = True, masks_in: str = "info") -> None:
        self.possible_agents = ["early", "late"]
        self.agents: list[str] = []
        self._length, self._is_cut_off, self._masks_in, self._step = length, is_cut_off, masks_in, 0
        boxes = {
            "early": gymnasium.spaces.Box(-10, 10, (2,), np.float32),
            "late": gymnasium.spaces.Box(-np.inf, np.inf, (1,), np.float32),
        }
        if masks_in == "observation":
            for agent, number in (("early", 3), ("late", 2)):
                mask = gymnasium.spaces.Box(0, 1, (number,), np.int8)
                boxes[agent] = gymnasium.spaces.Dict({"observation": boxes[agent], "action_mask": mask})
        self._spaces = boxes

    def observation_space(self, agent: str) -> Any:
        return self._spaces[agent]

    def action_space(self, agent: str) -> Any:
        return gymnasium.spaces.Discrete(3 if agent == "early" else 2)

    def state(self) -> np.ndarray:
        return np.array([self._step], np.float32)

    def _seen(self, agents: list[str]) -> tuple[dict[str, Any], dict[str, Any]]:
        values = {"early": np.array([self._step, 5], np.float32), "late": np.array([self._step], np.float32)}
        masks = {"early": np.array([self._step % 2 == 0, 1, 1], np.int8), "late": np.ones(2, np.int8)}
        if self._masks_in == "observation":
            return {a: {"observation": values[a], "action_mask": masks[a]} for a in agents}, {a: {} for a in agents}
        infos = {agent: {"action_mask": masks[agent]} if self._masks_in == "info" else {} for agent in agents}
        return {agent: values[agent] for agent in agents}, infos

    def reset(self, seed: int | None = None, options: Mapping[str, Any] | None = None) -> Any:
        self.agents, self._step = list(self.possible_agents), 0
        return self._seen(self.agents)

    def step(self, actions: Mapping[str, int]) -> Any:
        live = list(self.agents)
        assert set(actions) == set(live)
        self._step += 1
        over = {"early": self._step >= 2, "late": self._step >= self._length}
        is_terminated = {agent: over[agent] and (agent == "early" or not self._is_cut_off) for agent in live}
        is_truncated = {agent: over[agent] and not is_terminated[agent] for agent in live}
        self.agents = [agent for agent in live if not over[agent]]
        observations, infos = self._seen(live)
        return observations, dict.fromkeys(live, 1.0), is_terminated, is_truncated, infos


class Pair(gymnasium.Env[Any, Any]):
    """Two agents with tuples of spaces, which never end by themselves; each is paid its action."""

    observation_space = gymnasium.spaces.Tuple([gymnasium.spaces.Box(0, 8, (3,), np.float32)] * 2)
    action_space = gymnasium.spaces.Tuple([gymnasium.spaces.Discrete(4)] * 2)

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> Any:
        super().reset(seed=seed)
        self._value = self.np_random.integers(0, 9)
        return self._observed(), {}

    def step(self, actions: Any) -> Any:
        return self._observed(), [float(action) for action in actions], False, False, {}

    def _observed(self) -> tuple[np.ndarray, ...]:
        return tuple(np.array([self._value, agent, 8], np.float32) for agent in range(2))


class Battle:
    """The interface of SMAC: two units, one of which is dead, and a battle that ends as it is told to."""

    def __init__(self, outcome: dict[str, Any]) -> None:
        self._outcome, self._steps = outcome, 0

    def get_env_info(self) -> dict[str, int]:
        return {"n_agents": 2, "n_actions": 3, "obs_shape": 2, "state_shape": 4, "episode_limit": 3}

    def reset(self) -> None:
        self._steps = 0

    def get_obs(self) -> list[np.ndarray]:
        return [np.full(2, agent + 1, np.float32) for agent in range(2)]

    def get_state(self) -> np.ndarray:
        return np.arange(4, dtype=np.float32)

    def get_avail_actions(self) -> list[list[int]]:
        return [[0, 1, 1], [1, 0, 0]]

    def step(self, actions: list[int]) -> tuple[float, bool, dict[str, Any]]:
        assert actions[1] == 0
        self._steps += 1
        return 2.0, self._steps == 3, self._outcome if self._steps == 3 else {}


def played(environment: TeamEnvironment, joint_actions: list[list[int]]) -> tuple[list[TeamView], list[TeamStep]]:
    views, steps = [], []
    environment.reset(0)
    for joint_action in [None, *joint_actions]:
        if joint_action is not None:
            steps.append(environment.step(np.array(joint_action)))
        views.append(TeamView.empty(environment.spec, 1))
        environment.see(views[-1], 0)
    return views, steps


@pytest.mark.parametrize("masks_in", ["info", "observation"])
def test_pettingzoo_agents_of_different_kinds(masks_in: str) -> None:
    team = PettingZooTeam(Countdown(masks_in=masks_in), has_own_state=True)
    assert (team.spec.num_agents, team.spec.num_actions, team.spec.observation_size) == (2, 3, 2)
    assert team.spec.state_size == 1 and team.spec.has_masks
    views, steps = played(team, [[0, 1], [1, 0], [0, 1], [0, 0]])
    # Divided by their bounds (bug 15), padded with zeros; infinite bounds divide nothing.
    np.testing.assert_allclose(views[1].observations[0], [[0.1, 0.5], [1, 0]])
    assert views[0].masks[0].tolist() == [[True, True, True], [True, True, False]]
    assert views[1].masks[0].tolist() == [[False, True, True], [True, True, False]]
    # The one that has left sees nothing and may do one thing (bug 10).
    np.testing.assert_allclose(views[3].observations[0], [[0, 0], [3, 0]])
    assert views[3].masks[0].tolist() == [[True, False, False], [True, True, False]]
    assert [view.states[0, 0] for view in views] == [0, 1, 2, 3, 4]
    assert [step.reward for step in steps] == [2, 2, 1, 1]


@pytest.mark.parametrize("is_cut_off", [True, False])
def test_pettingzoo_episodes_end_when_the_last_agent_does(is_cut_off: bool) -> None:
    """Bug 5: a truncation is none the less one because another agent had terminated before."""
    _, steps = played(PettingZooTeam(Countdown(3, is_cut_off), has_own_state=False), [[1, 0], [1, 0], [0, 0]])
    assert [(step.is_terminated, step.is_truncated) for step in steps[:2]] == [(False, False)] * 2
    assert (steps[2].is_terminated, steps[2].is_truncated) == (not is_cut_off, is_cut_off)


def test_without_masks_only_missing_actions_are_illegal() -> None:
    team = PettingZooTeam(Countdown(masks_in="nowhere"), has_own_state=False)
    views, _ = played(team, [[0, 1]])
    assert team.spec.has_masks and team.spec.state_size == 0
    assert views[1].masks[0].tolist() == [[True, True, True], [True, True, False]]


def test_gymnasium_time_limits_are_truncations() -> None:
    """Bug 5: ``TimeLimit`` sets truncated, and nothing makes a terminal of it."""
    team = GymnasiumTeam(gymnasium.wrappers.TimeLimit(Pair(), 2))
    views, steps = played(team, [[1, 3], [2, 2]])
    assert [step.reward for step in steps] == [4, 4]
    assert not steps[1].is_terminated and steps[1].is_truncated
    np.testing.assert_allclose(views[0].observations[0, :, 1:], [[0, 1], [1 / 8, 1]])


class Apart(Pair):
    """The first agent is done, the second is cut off; actions begin at 1."""

    action_space = gymnasium.spaces.Tuple([gymnasium.spaces.Discrete(4, start=1)] * 2)

    def step(self, actions: Any) -> Any:
        assert self.action_space.contains(tuple(map(np.int64, actions)))
        return self._observed(), [float(action) for action in actions], [True, False], [False, True], {}


def test_a_gymnasium_episode_is_over_when_it_is_for_each_agent_for_whatever_reason() -> None:
    _, (step,) = played(GymnasiumTeam(Apart()), [[0, 3]])
    assert step.reward == 1 + 4
    assert step.is_terminated and not step.is_truncated


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("gymnasium:CartPole-v1", {}, "its spaces are Box and Discrete"),
        ("game:two-step", {"nonsense": 3}, r"the options \{'nonsense': 3\} do not fit: there are none"),
    ],
)
def test_what_is_no_team_or_takes_no_options_is_said(name: str, options: dict[str, Any], message: str) -> None:
    with pytest.raises(TeamError, match=message):
        make_environments(name, 1, options)


def test_gymnasium_episodes_repeat_by_seed() -> None:
    team = GymnasiumTeam(Pair())
    views = [TeamView.empty(team.spec, 1) for _ in range(20)]
    for seed, view in enumerate(views):
        team.reset(seed % 10)
        team.see(view, 0)
    values = [float(view.observations[0, 0, 0]) for view in views]
    assert values[:10] == values[10:] and len(set(values)) > 3


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        ({"battle_won": True}, (True, False, 1.0)),
        ({"battle_won": False}, (True, False, 0.0)),
        ({"battle_won": False, "episode_limit": True}, (False, True, 0.0)),
    ],
)
def test_smac_limits_and_victories(outcome: dict[str, Any], expected: tuple[bool, bool, float]) -> None:
    views, steps = played(SmacTeam(Battle(outcome)), [[1, 0], [2, 0], [1, 0]])
    assert views[0].masks[0].tolist() == [[False, True, True], [True, False, False]]
    assert views[0].states[0].tolist() == [0, 1, 2, 3]
    assert (steps[2].is_terminated, steps[2].is_truncated, steps[2].metric) == expected
    assert sum(step.reward for step in steps) == 6.0


def test_continuous_actions_are_refused() -> None:
    env = Countdown()
    env.action_space = lambda agent: gymnasium.spaces.Box(-1, 1, (2,))
    with pytest.raises(TeamError, match="finite number of actions"):
        PettingZooTeam(env, has_own_state=False)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("spread", "expected FAMILY:NAME"),
        ("game:chess", "expected one of two-step"),
        ("pettingzoo:no_such_module", "install the package"),
        ("pettingzoo:json", "json has no parallel_env"),
    ],
)
def test_unknown_environments_are_explained(name: str, message: str) -> None:
    with pytest.raises(TeamError, match=message):
        make_environments(name, 1, {})


def test_games_pay_what_the_papers_say() -> None:
    environments = make_environments("game:matrix-2", 9, {})
    environments.reset([0] * 9)
    joint = np.array([[first, second] for first in range(3) for second in range(3)])
    step = environments.step(np.arange(9), joint)
    assert step.rewards.reshape(3, 3).tolist() == PAYOFFS["matrix-2"].tolist() and step.is_terminated.all()


PUBLIC = {
    "mpe2": ("simple_spread_v3", {"N": 3, "max_cycles": 25}, (3, 5, 18), 25),
    "lbforaging": ("Foraging-8x8-2p-2f-coop-v3", {}, (2, 6, 12), 50),
    "rware": ("rware-tiny-2ag-v2", {"max_steps": 30}, (2, 5, 71), 30),
    "smax": ("3m", {}, (3, 8, 75), 100),
}


@pytest.mark.parametrize("family", PUBLIC)
def test_public_environments_play(family: str) -> None:
    """Sizes as documented, time limits are truncations, the same seed plays the same, observations stay in bounds."""
    name, options, sizes, limit = PUBLIC[family]
    pytest.importorskip("jaxmarl" if family == "smax" else family, reason=f"the extra {FAMILIES[family].extra}")
    first, again = (make_environments(f"{family}:{name}", 2, options) for _ in range(2))
    spec = first.spec
    assert (spec.num_agents, spec.num_actions, spec.observation_size) == sizes
    views = [each.reset([5, 6]) for each in (first, again)]
    rng, live, lengths = np.random.default_rng(0), np.arange(2), np.zeros(2)
    while len(live):
        legal = views[0].masks[live]
        actions = (rng.random(legal.shape) * legal).argmax(axis=2)
        steps = [each.step(live, actions) for each in (first, again)]
        assert np.array_equal(views[0].observations, views[1].observations)
        assert np.array_equal(steps[0].rewards, steps[1].rewards)
        assert np.abs(views[0].observations).max() < 10 and np.abs(views[0].states).max(initial=0) < 5
        lengths[live] += 1
        is_over = steps[0].is_terminated | steps[0].is_truncated
        assert (steps[0].is_truncated <= (lengths[live] == limit)).all()
        live = live[~is_over]
    assert lengths.max() <= limit
