"""
Memory of joint decisions, in rings of compact numbers of a fixed size in bytes.

Decisions of one day are chained: each knows the next, what was earned until then and how long it took. Returns over
several decisions are summed when a batch is drawn.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float, Int

from qmix_logistics.environment.observation import JointObservation
from qmix_logistics.learning.dispatch.replay_records import DrawnDecisions, Shape
from qmix_logistics.learning.priorities import Priorities

ROWS_PER_EPOCH = 1.5
"""Room for deciders: on average fewer decide together."""
UNKNOWN, TERMINAL = -1, -2
"""Instead of the next decision: not known (yet, or for ever because time ran out); none, because all was done."""


class Replay:
    """
    The last joint decisions.

    Parameters
    ----------
    shape
        Sizes of the records.
    size_bytes
        Memory for all records; the oldest are forgotten.
    priority_exponent
        How much oftener badly predicted decisions are drawn, in [0, 1]; 0: all alike.
    """

    def __init__(self, shape: Shape, size_bytes: float, priority_exponent: float = 0.0) -> None:
        row, epoch = shape.row_dtype(), shape.epoch_dtype()
        capacity = int(size_bytes / (epoch.itemsize + ROWS_PER_EPOCH * row.itemsize))
        if capacity < 1:
            raise ValueError(
                f"a replay of {size_bytes:.0f} bytes holds no decision; one takes {epoch.itemsize + row.itemsize}"
            )
        self._epochs = np.zeros(capacity, epoch)
        self._rows = np.zeros(int(capacity * ROWS_PER_EPOCH), row)
        self._num_epochs = self._num_rows = 0
        self._last_connected = -1
        self._priorities = Priorities(capacity, priority_exponent) if priority_exponent else None

    @property
    def num_epochs(self) -> int:
        """Joint decisions ever added."""
        return self._num_epochs

    @property
    def size_bytes(self) -> int:
        """Memory of all records."""
        return self._epochs.nbytes + self._rows.nbytes

    def add(
        self,
        observation: JointObservation,
        epoch: int,
        rows: Int[np.ndarray, " row"],
        slots: Int[np.ndarray, " row"],
        hindsight: Float[np.ndarray, " hindsight_feature"],
    ) -> int:
        """
        Add a joint decision, whose future is not known yet.

        Parameters
        ----------
        observation
            What the deciders saw, with the state.
        epoch
            Which epoch of the observation.
        rows
            Its deciders that had a choice.
        slots
            What they chose; each must be a candidate.
        hindsight
            What comes after the decision; see ``Hindsight``.

        Returns
        -------
        Number by which the decision is known.
        """
        assert observation.mask[rows, slots].all(), "an executed stop was not on its list"
        places = (self._num_rows + np.arange(len(rows))) % len(self._rows)
        record = np.zeros(len(rows), self._rows.dtype)
        num_slots, num_neighbours = observation.mask.shape[1], observation.neighbour_mask.shape[1]
        record["decider"], record["slot"] = observation.decider[rows], slots
        record["shown"] = observation.shown[rows]
        record["vehicle"] = observation.vehicle[rows]
        record["stops"][:, :num_slots] = observation.stops[rows]
        record["mask"][:, :num_slots] = observation.mask[rows]
        record["is_fallback"][:, :num_slots] = observation.is_fallback[rows]
        record["tasks"][:, :num_slots] = observation.tasks[rows]
        record["neighbours"][:, :num_neighbours] = observation.neighbours[rows]
        record["neighbour_mask"][:, :num_neighbours] = observation.neighbour_mask[rows]
        self._rows[places] = record
        entry = self._epochs[self._num_epochs % len(self._epochs)]
        state = observation.state
        assert state is not None, "mixers learn from states"
        num_tasks = state.task_mask.shape[1]
        entry["first_row"], entry["num_rows"] = self._num_rows, len(rows)
        entry["next"], entry["reward"], entry["elapsed_s"] = UNKNOWN, 0.0, 0.0
        entry["state_vehicles"] = state.vehicles[epoch]
        entry["state_tasks"][:num_tasks] = state.tasks[epoch]
        entry["state_task_mask"][:] = False
        entry["state_task_mask"][:num_tasks] = state.task_mask[epoch]
        entry["state_site"] = state.site[epoch]
        entry["hindsight"] = hindsight
        if self._priorities is not None:
            self._priorities.remove(np.array([self._num_epochs % len(self._epochs)]))
        self._num_rows += len(rows)
        self._num_epochs += 1
        return self._num_epochs - 1

    def connect(self, decision: int, following: int, reward: float, elapsed_s: float) -> None:
        """
        Tell what came of a decision.

        Parameters
        ----------
        decision
            Its number; nothing happens if it is forgotten already.
        following
            Number of the next decision of the same day, or ``TERMINAL``.
        reward
            Reward until then, discounted to the decision.
        elapsed_s
            Time until then.
        """
        if decision >= self._num_epochs - len(self._epochs):
            entry = self._epochs[decision % len(self._epochs)]
            entry["next"], entry["reward"], entry["elapsed_s"] = following, reward, elapsed_s
            self._last_connected = max(self._last_connected, decision)
            if self._priorities is not None:
                self._priorities.add(decision % len(self._epochs))

    @property
    def can_sample(self) -> bool:
        """Whether any decision is remembered of which it is known what came of it."""
        return self._last_connected >= self._oldest()

    def sample(
        self,
        size: int,
        time_constant_s: float,
        return_horizon_s: float,
        rng: np.random.Generator,
        importance_exponent: float = 1.0,
    ) -> DrawnDecisions:
        """
        Draw decisions, with replacement, and sum their returns.

        Parameters
        ----------
        size
            How many.
        time_constant_s
            Of the discount.
        return_horizon_s
            Returns are summed at least this long, as far as decisions are known; at least to the next.
        rng
            Where the draws come from.
        importance_exponent
            How far weights undo the priorities, in [0, 1].
        """
        if self._priorities is None:
            chosen, weights = self._draw(size, rng), None
        else:
            chosen, weights = self._draw_by_priority(size, importance_exponent, rng)
        returns, discounts, nexts = self._walk(chosen, time_constant_s, return_horizon_s)
        epochs, following = self._epochs[chosen % len(self._epochs)], self._epochs[nexts % len(self._epochs)]
        rows, epoch_of_row = self._rows_of(epochs)
        next_rows, next_epoch_of_row = self._rows_of(following)
        return DrawnDecisions(
            epochs, rows, epoch_of_row, returns, discounts, following, next_rows, next_epoch_of_row, chosen, weights
        )

    def set_errors(self, numbers: Int[np.ndarray, " epoch"], errors: Float[np.ndarray, " epoch"]) -> None:
        """
        Tell how badly decisions were predicted.

        Parameters
        ----------
        numbers
            By which they are known.
        errors
            Absolute errors.
        """
        assert self._priorities is not None, "only what has priorities is weighed"
        self._priorities.set(numbers % len(self._epochs), errors)

    def state(self) -> dict[str, np.ndarray]:
        """Return all that is remembered, to be saved."""
        used_epochs, used_rows = min(self._num_epochs, len(self._epochs)), min(self._num_rows, len(self._rows))
        priorities = self._priorities.state() if self._priorities is not None else {}
        return priorities | {
            "epochs": self._epochs[:used_epochs].view(np.uint8).reshape(-1),
            "rows": self._rows[:used_rows].view(np.uint8).reshape(-1),
            "counts": np.array([self._num_epochs, self._num_rows, self._last_connected]),
        }

    def restore(self, state: dict[str, np.ndarray]) -> None:
        """
        Remember what was saved.

        Parameters
        ----------
        state
            What ``state`` returned.
        """
        for ring, name in ((self._epochs, "epochs"), (self._rows, "rows")):
            saved = state[name].view(ring.dtype)
            ring[: len(saved)] = saved
        self._num_epochs, self._num_rows, self._last_connected = state["counts"].tolist()
        if self._priorities is not None:
            self._priorities.restore(state)

    def _oldest(self) -> int:
        """Return the first decision whose deciders are all remembered."""
        first = max(self._num_epochs - len(self._epochs), 0)
        if self._num_rows <= len(self._rows):
            return first
        numbers = np.arange(first, self._num_epochs)
        first_rows = self._epochs["first_row"][numbers % len(self._epochs)]
        return first + int(np.searchsorted(first_rows, self._num_rows - len(self._rows)))

    def _draw(self, size: int, rng: np.random.Generator) -> Int[np.ndarray, " epoch"]:
        oldest, chosen = self._oldest(), np.zeros(0, np.int64)
        while len(chosen) < size:
            drawn = rng.integers(oldest, self._num_epochs, size)
            is_known = self._epochs["next"][drawn % len(self._epochs)] != UNKNOWN
            chosen = np.concatenate([chosen, drawn[is_known]])
        return chosen[:size]

    def _draw_by_priority(
        self, size: int, importance_exponent: float, rng: np.random.Generator
    ) -> tuple[Int[np.ndarray, " epoch"], Float[np.ndarray, " epoch"]]:
        assert self._priorities is not None
        oldest, capacity = self._oldest(), len(self._epochs)
        chosen, weights = np.zeros(0, np.int64), np.zeros(0, np.float32)
        while len(chosen) < size:
            places, counts = self._priorities.draw(size, importance_exponent, rng)
            numbers = places + (self._num_epochs - 1 - places) // capacity * capacity
            is_there = numbers >= oldest  # decisions whose deciders are forgotten keep their place until it is needed
            self._priorities.remove(places[~is_there])
            chosen = np.concatenate([chosen, numbers[is_there]])
            weights = np.concatenate([weights, counts[is_there].astype(np.float32)])
        return chosen[:size], weights[:size]

    def _walk(
        self, chosen: Int[np.ndarray, " epoch"], time_constant_s: float, return_horizon_s: float
    ) -> tuple[Float[np.ndarray, " epoch"], Float[np.ndarray, " epoch"], Int[np.ndarray, " epoch"]]:
        """Follow the chain from each decision until the horizon, the end of the day, or the last known decision."""
        at, elapsed_s, returns = chosen.copy(), np.zeros(len(chosen)), np.zeros(len(chosen))
        is_over = np.zeros(len(chosen), bool)
        going: Bool[np.ndarray, " epoch"] = np.ones(len(chosen), bool)
        while going.any():
            entries = self._epochs[at[going] % len(self._epochs)]
            returns[going] += np.exp(-elapsed_s[going] / time_constant_s) * entries["reward"]
            elapsed_s[going] += entries["elapsed_s"]
            is_over[going] = entries["next"] == TERMINAL
            at[going] = np.where(is_over[going], at[going], entries["next"])
            is_known = self._epochs["next"][at % len(self._epochs)] != UNKNOWN
            going &= ~is_over & is_known & (elapsed_s < return_horizon_s)
        return returns, np.where(is_over, 0.0, np.exp(-elapsed_s / time_constant_s)), at

    def _rows_of(self, epochs: np.ndarray) -> tuple[np.ndarray, Int[np.ndarray, " row"]]:
        counts = epochs["num_rows"].astype(np.int64)
        epoch_of_row = np.repeat(np.arange(len(epochs)), counts)
        offsets = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        return self._rows[(epochs["first_row"][epoch_of_row] + offsets) % len(self._rows)], epoch_of_row
