"""How a coordinator lets several vehicles decide at once: the joint choice with the largest sum of scores."""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy.optimize import linear_sum_assignment

from qmix_logistics.environment.joint_decision import NO_SLOT, SCORE_DECIMALS, grant_slots

LAST_RESORT = -1e6
"""Added to the score of a fallback: it is taken only by whom no pick-up is left."""


def match_slots(
    scores: Float[np.ndarray, "row slot"],
    tasks: Int[np.ndarray, "row slot"],
    is_fallback: Bool[np.ndarray, "row slot"],
    epoch: Int[np.ndarray, " row"],
) -> Int[np.ndarray, " row"]:
    """
    Grant the slots with the largest sum of scores in each epoch; a task goes to one row.

    Parameters
    ----------
    scores, tasks, is_fallback, epoch
        As for ``grant_slots``.

    Returns
    -------
    Slot granted to each row; ``NO_SLOT`` for one whose candidates all went to others.
    """
    slots = grant_slots(scores, tasks, is_fallback, epoch)
    for together in np.flatnonzero(np.bincount(epoch) > 1).tolist():
        rows = np.flatnonzero(epoch == together)
        slots[rows] = _match_group(np.round(scores[rows], SCORE_DECIMALS), tasks[rows], is_fallback[rows])
    return slots


def _match_group(
    scores: Float[np.ndarray, "row slot"],
    tasks: Int[np.ndarray, "row slot"],
    is_fallback: Bool[np.ndarray, "row slot"],
) -> Int[np.ndarray, " row"]:
    """Columns of the assignment: the tasks, then for each row the best of its other stops, and to get nothing."""
    num_rows = len(scores)
    has_work = (tasks >= 0).any(axis=1, keepdims=True)
    worth = np.where(is_fallback & has_work, scores + LAST_RESORT, scores)
    wanted = np.unique(tasks[(tasks >= 0) & (worth > -np.inf)])
    best, chosen = np.full((num_rows, len(wanted) + 2 * num_rows), -np.inf), {}
    for row in range(num_rows):
        for slot in np.flatnonzero(worth[row] > -np.inf).tolist():
            is_task = tasks[row, slot] >= 0
            column = int(np.searchsorted(wanted, tasks[row, slot])) if is_task else len(wanted) + row
            if worth[row, slot] > best[row, column]:
                best[row, column], chosen[row, column] = worth[row, slot], slot
        best[row, len(wanted) + num_rows + row] = 3 * LAST_RESORT
    assigned, columns = linear_sum_assignment(np.maximum(best, 1e3 * LAST_RESORT), maximize=True)
    pairs = zip(assigned.tolist(), columns.tolist(), strict=True)
    return np.array([chosen.get(pair, NO_SLOT) for pair in pairs])
