from __future__ import annotations

import warnings

import numpy as np
import pytest
from documents import battery_scenario, scenario

from qmix_logistics.composition import build_demand
from qmix_logistics.environment.parallel_env import DispatchParallelEnv
from qmix_logistics.scenario import ScenarioSpec
from qmix_logistics.simulation import compile_site

with warnings.catch_warnings():  # of PettingZoo about itself, where pygame is installed
    warnings.simplefilter("ignore", DeprecationWarning)
    from pettingzoo.test import parallel_api_test, parallel_seed_test


def environment(spec: ScenarioSpec | None = None) -> DispatchParallelEnv:
    spec = spec or battery_scenario()
    site = compile_site(spec)
    return DispatchParallelEnv(site, build_demand(spec, site))


def play_legally(env: DispatchParallelEnv, seed: int) -> list[tuple]:
    """Play a day with legal random actions; return all steps."""
    rng, steps = np.random.default_rng(seed), []
    observations, _ = env.reset(seed=seed)
    while env.agents:
        actions = {agent: int(rng.choice(observations[agent]["action_mask"].nonzero()[0])) for agent in env.agents}
        steps.append((observations, actions, *env.step(actions)))
        observations = steps[-1][2]
    return steps


def test_pettingzoo_accepts_the_api() -> None:
    parallel_api_test(environment(), num_cycles=2000)


def test_pettingzoo_finds_seeds_repeatable() -> None:
    parallel_seed_test(environment, num_cycles=500)


def test_everything_lies_in_its_space() -> None:
    env = environment()
    for observations, *_ in play_legally(env, 1):
        assert all(env.observation_space(agent).contains(values) for agent, values in observations.items())
        assert env.state_space.contains(env.state())


def test_names_match_the_numbers() -> None:
    env = environment()
    observations, _ = env.reset(seed=0)
    assert (
        len(env.observation_names) == len(set(env.observation_names)) == len(observations["vehicle_0"]["observation"])
    )
    assert len(env.state_names) == len(set(env.state_names)) == len(env.state())


def test_the_state_at_the_end_of_a_day_is_that_of_the_end() -> None:
    """Whoever bootstraps a truncated day needs it."""
    spec = scenario(horizon__drain_s=0)
    env = environment(spec)
    play_legally(env, 0)
    state = dict(zip(env.state_names, env.state().tolist(), strict=True))
    assert state["site.demand_left"] == 0
    assert state["site.time"] == pytest.approx(1200 / (48 * compile_site(spec).mean_task_s))


def test_a_vehicle_that_need_not_decide_can_only_continue() -> None:
    env = environment()
    continuing = env.action_space("vehicle_0").n - 1
    seen = 0
    for observations, *_ in play_legally(env, 2):
        for values in observations.values():
            mask, is_busy = values["action_mask"], values["action_mask"][continuing] == 1
            assert mask.sum() == 1 if is_busy else mask.sum() >= 1
            assert not is_busy or not values["observation"].any()
            seen += is_busy
    assert seen


def test_costs_of_the_steps_sum_to_the_cost_of_the_day() -> None:
    """With what the time before the first decision cost: here vehicles are stranded before it."""
    low = {"fleet__0__battery__initial": {"low_pct": 5, "high_pct": 6}, "fleet__0__battery__drive_wh_per_m": 2.0}
    env = environment(battery_scenario(**low))
    _, first = env.reset(seed=3)
    assert first["vehicle_0"]["cost"] > 0
    steps = play_legally(env, 3)
    total = sum(infos["vehicle_0"]["cost"] for infos in (first, *(step[-1] for step in steps)))
    assert total == pytest.approx(env.total_cost, rel=1e-9)
    for *_, infos in steps:
        info = infos["vehicle_0"]
        assert info["discount"] == pytest.approx(np.exp(-info["elapsed_s"] / 120))


def test_a_day_ends_once_terminated_or_truncated_for_all() -> None:
    for seed, spec in enumerate((scenario(), scenario(horizon__drain_s=0))):
        *_, (_, _, _, _, terminations, truncations, _) = play_legally(environment(spec), seed)
        assert set(terminations.values()) == {spec.horizon.drain_s > 0}
        assert set(truncations.values()) == {spec.horizon.drain_s == 0}


def test_who_loses_a_task_is_asked_again_at_once() -> None:
    """Two idle vehicles and one task: the second step takes no time, and its only decider is the loser."""
    env = environment(scenario(candidates__wait_while_pending=True))
    lost = 0
    for observations, actions, after, rewards, _, _, infos in play_legally(env, 4):
        deciders = [agent for agent, values in observations.items() if not values["action_mask"][-1]]
        again = [agent for agent, values in after.items() if not values["action_mask"][-1]]
        if infos["vehicle_0"]["elapsed_s"] == 0 and len(deciders) == 2 and len(again) == 1:
            lost += 1
            assert actions[deciders[0]] == actions[deciders[1]]
            assert set(rewards.values()) == {0.0}
    assert lost


def test_grants_are_drawn_from_the_seed() -> None:
    """Over many contests either vehicle wins now and then; the same seed gives the same winners."""
    env = environment(scenario(candidates__wait_while_pending=True))

    def losers(seed: int) -> list[str]:
        found = []
        for observations, _, after, _, _, _, infos in play_legally(env, seed):
            deciders = [agent for agent, values in observations.items() if not values["action_mask"][-1]]
            again = [agent for agent, values in after.items() if not values["action_mask"][-1]]
            if infos["vehicle_0"]["elapsed_s"] == 0 and len(deciders) == 2 and len(again) == 1:
                found.extend(again)
        return found

    assert losers(5) == losers(5)
    assert set(losers(5) + losers(6) + losers(7)) == {"vehicle_0", "vehicle_1"}


def test_an_illegal_action_is_replaced_and_counted() -> None:
    env = environment()
    observations, _ = env.reset(seed=0)
    decider = next(agent for agent, values in observations.items() if not values["action_mask"][-1])
    illegal = env.action_space(decider).n - 1
    *_, infos = env.step(dict.fromkeys(env.agents, illegal))
    assert infos[decider]["num_illegal"] == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [({"split": "practice"}, "expected 'training', 'validation' or 'test'"), ({"day": -1}, "expected at least 0")],
)
def test_wrong_options_say_what_was_expected(options: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        environment().reset(options=options)


def test_the_same_day_can_be_asked_for() -> None:
    env = environment()
    first, _ = env.reset(seed=0, options={"split": "test", "day": 3})
    second, _ = env.reset(seed=9, options={"split": "test", "day": 3})
    np.testing.assert_equal(first, second)


def test_a_missing_action_is_refused() -> None:
    env = environment()
    env.reset(seed=0)
    with pytest.raises(ValueError, match="must decide, but has no action"):
        env.step({})


def test_a_day_without_orders_is_over_at_once() -> None:
    """With infos for all, and nothing to do."""
    env = environment(scenario(demand__rate_per_h=1e-6))
    observations, infos = env.reset(seed=0)
    assert env.agents == []
    assert set(observations) == set(infos) == set(env.possible_agents)
