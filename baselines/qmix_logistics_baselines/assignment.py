"""Optimal assignment by OR-Tools; numbers become integers here and nowhere else."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int
from ortools.graph.python.linear_sum_assignment import SimpleLinearSumAssignment

RESOLUTION = 1_000_000
"""The largest value becomes this integer."""


def best_assignment(values: Float[np.ndarray, "worker job"]) -> Int[np.ndarray, " worker"]:
    """
    Assign jobs to workers so that the sum of values is largest; no job twice, no worker twice.

    Parameters
    ----------
    values
        Value of each pair, at least 0; minus infinity where it is not allowed. Rounded to a millionth of the largest.

    Returns
    -------
    Job of each worker, or -1.
    """
    num_workers, num_jobs = values.shape
    assigned = np.full(num_workers, -1)
    allowed = np.isfinite(values)
    if not allowed.any():
        return assigned
    workers, jobs = allowed.nonzero()
    worth = np.rint(values[allowed] * (RESOLUTION / max(values[allowed].max(), 1e-12))).astype(np.int64)
    # A square problem: every worker may stay idle (job num_jobs + worker), every job may stay undone (worker
    # num_workers + job), and who is left over pairs up for nothing.
    idle, undone = np.arange(num_workers), np.arange(num_jobs)
    left = np.concatenate([workers, idle, num_workers + undone, num_workers + np.repeat(undone, num_workers)])
    right = np.concatenate([jobs, num_jobs + idle, undone, num_jobs + np.tile(idle, num_jobs)])
    cost = np.zeros(len(left), np.int64)
    cost[: len(worth)] = -worth
    solver = SimpleLinearSumAssignment()
    solver.add_arcs_with_cost(left, right, cost)
    status = solver.solve()
    assert status == SimpleLinearSumAssignment.Status.OPTIMAL
    for worker in range(num_workers):
        job = solver.right_mate(worker)
        assigned[worker] = job if job < num_jobs else -1
    return assigned
