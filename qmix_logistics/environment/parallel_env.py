"""The decision process as a PettingZoo environment, for learners other than ours."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, ClassVar, SupportsInt

import gymnasium
import numpy as np
from jaxtyping import Float
from pettingzoo import ParallelEnv

from qmix_logistics.environment.candidates import QUICKEST, num_slots
from qmix_logistics.environment.codec import Codec
from qmix_logistics.environment.local_features import num_neighbours
from qmix_logistics.environment.observation import JointObservation
from qmix_logistics.environment.schema import LIMIT, NEIGHBOUR, STATE_SITE, STATE_TASK, STATE_VEHICLE, STOP, VEHICLE
from qmix_logistics.environment.state_features import MAX_STATE_TASKS
from qmix_logistics.environment.ways import ways_to
from qmix_logistics.simulation import Day, DayKey, DemandModel, Dispatch, End, Simulator, Site, Split

MAX_SEED_DAY = 2**31 - 1


class DispatchParallelEnv(ParallelEnv):  # type: ignore[misc, unused-ignore]
    """
    Vehicles of one site that choose their next stops; every step is a decision epoch.

    An agent is a vehicle. Its observation is a dictionary: ``observation``, a flat vector of numbers in
    [-8, 8] (its own features, then those of ``candidates.k`` candidate stops, then those of its neighbours, as
    ``observation_names`` lists them; 0 where there is none), and ``action_mask``, 1 for each legal action. Action
    ``i < k`` takes the i-th candidate. Action ``k`` is to continue: it is the only legal action of a vehicle that
    need not decide, whose observation is 0. To wait, to park and, where it goes by rule, to charge are legal while a
    vehicle sees pick-ups only if more vehicles decide than pick-ups are on its list.

    Two vehicles that choose one task draw lots, from the seed; who loses is asked again in the next step, in which no
    time passes. The reward, the same for all, is minus the cost until the next epoch, discounted within that time;
    ``infos`` hold the undiscounted ``cost``, ``elapsed_s``, and ``discount``, by which the value of the next step
    counts: epochs are irregular. A day on which all orders were closed terminates, one whose time ran out is
    truncated.

    Parameters
    ----------
    site
        The site.
    demand
        Where days come from.
    discount_time_constant_s
        Cost that is due in this time counts 1/e as much as cost now.
    """

    metadata: ClassVar[dict[str, Any]] = {"name": "qmix_logistics_dispatch_v0", "render_modes": []}
    render_mode = None

    def __init__(self, site: Site, demand: DemandModel, discount_time_constant_s: float = 120.0) -> None:
        self._site, self._demand, self._tau_s = site, demand, discount_time_constant_s
        self._simulator = Simulator(site, discount_time_constant_s=discount_time_constant_s, is_recording=False)
        self._codec = Codec(site)
        self._rng = np.random.default_rng()
        self._num_slots = num_slots(site)
        self._num_neighbours = num_neighbours(site)
        self.possible_agents = [f"vehicle_{number}" for number in range(site.fleet.num_vehicles)]
        self.agents: list[str] = []
        length = len(self.observation_names)
        self._observation_spaces = {
            agent: gymnasium.spaces.Dict(
                {
                    "observation": gymnasium.spaces.Box(-LIMIT, LIMIT, (length,), np.float32),
                    "action_mask": gymnasium.spaces.Box(0, 1, (self._num_slots + 1,), np.int8),
                }
            )
            for agent in self.possible_agents
        }
        self._action_spaces = {agent: gymnasium.spaces.Discrete(self._num_slots + 1) for agent in self.possible_agents}
        self.state_space = gymnasium.spaces.Box(-LIMIT, LIMIT, (len(self.state_names),), np.float32)

    @property
    def observation_names(self) -> list[str]:
        """Name of each number of an observation."""
        return (
            [f"vehicle.{feature.name}" for feature in VEHICLE]
            + [f"stop_{slot}.{feature.name}" for slot in range(self._num_slots) for feature in STOP]
            + [f"neighbour_{index}.{feature.name}" for index in range(self._num_neighbours) for feature in NEIGHBOUR]
        )

    @property
    def state_names(self) -> list[str]:
        """Name of each number of the state."""
        return (
            [
                f"vehicle_{number}.{feature.name}"
                for number in range(len(self.possible_agents))
                for feature in STATE_VEHICLE
            ]
            + [f"task_{index}.{feature.name}" for index in range(MAX_STATE_TASKS) for feature in STATE_TASK]
            + [f"site.{feature.name}" for feature in STATE_SITE]
        )

    @property
    def total_cost(self) -> float:
        """Cost of the day so far, not discounted."""
        return self._simulator.total_cost

    def observation_space(self, agent: str) -> gymnasium.spaces.Space[Any]:
        """
        Return the space of an agent's observations, always the same object.

        Parameters
        ----------
        agent
            Its name.
        """
        return self._observation_spaces[agent]

    def action_space(self, agent: str) -> gymnasium.spaces.Space[Any]:
        """
        Return the space of an agent's actions, always the same object.

        Parameters
        ----------
        agent
            Its name.
        """
        return self._action_spaces[agent]

    def reset(
        self, seed: int | None = None, options: Mapping[str, Any] | None = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """
        Begin a day.

        Parameters
        ----------
        seed
            Of the choice of the day and of the lots; None: go on with those of the last seed.
        options
            ``split`` ("training", the default, "validation" or "test") and ``day``, its index; without an index a
            day is drawn. Others are ignored, as PettingZoo asks.

        Returns
        -------
        Observations and infos by agent; these tell what the time before the first decision cost.

        Raises
        ------
        ValueError
            If there is no such split or day.
        """
        if seed is not None:
            self._rng = np.random.default_rng(seed)
        self._epoch = self._simulator.reset(self._draw_day(options or {}))
        self._columns = np.full(self._epoch.num_deciders, -1)
        self._ways = np.full(self._epoch.num_deciders, QUICKEST)
        self._num_illegal = [0] * len(self.possible_agents)
        self.agents = list(self.possible_agents) if self._epoch.end is None else []
        interval = self._epoch.interval
        return self._observe(), self._infos(interval.cost, interval.elapsed_s)

    def step(
        self, actions: Mapping[str, SupportsInt]
    ) -> tuple[dict[str, Any], dict[str, float], dict[str, bool], dict[str, bool], dict[str, Any]]:
        """
        Carry out the agents' choices, and go on to the next epoch.

        Parameters
        ----------
        actions
            One for each agent. No vehicle ever does what its mask forbids: instead of an illegal action a legal one
            is drawn, and counted in ``infos`` as ``num_illegal``.

        Returns
        -------
        Observations, rewards, terminations, truncations and infos by agent.

        Raises
        ------
        ValueError
            If a vehicle that must decide has no action, or the day is over.
        """
        if not self.agents:
            raise ValueError("the day is over; call reset() first")
        self._claim(actions)
        cost = elapsed_s = reward = 0.0
        if (self._columns >= 0).all():
            routes = ways_to(self._epoch, self._columns, self._ways)
            self._epoch = self._simulator.advance(Dispatch(self._columns, routes=routes))
            self._columns = np.full(self._epoch.num_deciders, -1)
            self._ways = np.full(self._epoch.num_deciders, QUICKEST)
            interval = self._epoch.interval
            cost, elapsed_s, reward = interval.cost, interval.elapsed_s, -interval.discounted_cost
        end, agents = self._epoch.end, self.agents
        result = (
            self._observe(),
            dict.fromkeys(agents, reward),
            dict.fromkeys(agents, end is End.COMPLETED),
            dict.fromkeys(agents, end is End.TRUNCATED),
            self._infos(cost, elapsed_s),
        )
        if end is not None:
            self.agents = []
        return result

    def state(self) -> Float[np.ndarray, " state"]:
        """
        Return the global state, for training only: numbers in [-8, 8] in the order of ``state_names``.

        After the last step it is the state in which the day ended, from which a truncated day can be bootstrapped.
        """
        return self._state.copy()

    def render(self) -> None:
        """Show nothing."""

    def close(self) -> None:
        """Free nothing."""

    def _draw_day(self, options: Mapping[str, Any]) -> Day:
        name = str(options.get("split", "training"))
        if name.upper() not in Split.__members__:
            raise ValueError(f"split '{name}': expected 'training', 'validation' or 'test'")
        split = Split[name.upper()]
        available = self._demand.num_days(split)
        index = options.get("day")
        if index is None:
            index = int(self._rng.integers(MAX_SEED_DAY if available is None else available))
        elif not 0 <= index < (math.inf if available is None else available):
            raise ValueError(
                f"day {index} of {name}: expected at least 0" + (f", below {available}" if available else "")
            )
        return self._demand.realise(DayKey(split, index))

    def _observe(self) -> dict[str, Any]:
        masks = np.zeros((len(self.possible_agents), self._num_slots + 1), np.int8)
        numbers = np.zeros((len(masks), len(self.observation_names)), np.float32)
        masks[:, -1] = 1
        self._seen = self._codec.encode([self._epoch.without(self._columns)], with_state=True)
        self._state = self._flat_state(self._seen)
        self._flatten(self._seen, numbers, masks)
        self._masks = masks.copy()
        return {
            agent: {"observation": numbers[row], "action_mask": masks[row]}
            for row, agent in enumerate(self.possible_agents)
        }

    def _flatten(self, seen: JointObservation, numbers: np.ndarray, masks: np.ndarray) -> None:
        num_slots, num_heard = seen.mask.shape[1], seen.neighbour_mask.shape[1]
        rows, num_rows = seen.decider, len(seen.decider)
        masks[rows, -1] = 0
        num_tasks = np.count_nonzero(seen.tasks >= 0, axis=1)
        masks[rows, :num_slots] = seen.mask & ~(seen.is_fallback & (num_tasks >= num_rows)[:, None])
        stops = np.zeros((num_rows, self._num_slots, len(STOP)), np.float32)
        stops[:, :num_slots] = seen.stops
        neighbours = np.zeros((num_rows, self._num_neighbours, len(NEIGHBOUR)), np.float32)
        neighbours[:, :num_heard] = seen.neighbours
        parts = (seen.vehicle[:, None], stops, neighbours)
        numbers[rows] = np.concatenate([part.reshape(num_rows, math.prod(part.shape[1:])) for part in parts], axis=1)

    def _flat_state(self, seen: JointObservation) -> Float[np.ndarray, " state"]:
        tasks = np.zeros((MAX_STATE_TASKS, len(STATE_TASK)), np.float32)
        assert seen.state is not None, "it was asked for"
        tasks[: seen.state.tasks.shape[1]] = seen.state.tasks[0]
        return np.concatenate([seen.state.vehicles[0].ravel(), tasks.ravel(), seen.state.site[0]])

    def _infos(self, cost: float, elapsed_s: float) -> dict[str, Any]:
        discount = math.exp(-elapsed_s / self._tau_s)
        info = {"cost": cost, "elapsed_s": elapsed_s, "discount": discount, "time_s": self._epoch.time_s}
        return {
            agent: info | {"num_illegal": num_illegal}
            for agent, num_illegal in zip(self.possible_agents, self._num_illegal, strict=True)
        }

    def _claim(self, actions: Mapping[str, SupportsInt]) -> None:
        """Grant the stops that were chosen, in random order."""
        seen, taken = self._seen, set[int]()
        chosen = [self._legal(row, actions) for row in range(len(seen.decider))]
        deciders = self._epoch.deciders
        for row in self._rng.permutation(len(chosen)).tolist():
            task = int(seen.tasks[row, chosen[row]])
            if task < 0 or task not in taken:
                taken.add(task)
                decider = np.searchsorted(deciders, seen.decider[row])
                self._columns[decider] = seen.columns[row, chosen[row]]
                self._ways[decider] = seen.ways[row, chosen[row]]

    def _legal(self, row: int, actions: Mapping[str, SupportsInt]) -> int:
        """Return a vehicle's action, or any legal one, and count it, instead of one that is not."""
        number = int(self._seen.decider[row])
        agent, mask = self.possible_agents[number], self._masks[number]
        if agent not in actions:
            raise ValueError(f"{agent} must decide, but has no action")
        action = int(actions[agent])
        if 0 <= action < len(mask) and mask[action]:
            return action
        self._num_illegal[number] += 1
        return int(self._rng.choice(mask.nonzero()[0]))
