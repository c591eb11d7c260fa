from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.optimize import linear_sum_assignment

from qmix_logistics_baselines.assignment import RESOLUTION, best_assignment

NONE = -np.inf
shapes = st.tuples(st.integers(0, 6), st.integers(0, 6))
whole = shapes.flatmap(
    lambda shape: arrays(float, shape, elements=st.sampled_from([NONE, *map(float, range(12))]), fill=st.nothing())
)
numbers = st.sampled_from([NONE, 0.0]) | st.floats(1e-3, 1e6)
real = shapes.flatmap(lambda shape: arrays(float, shape, elements=numbers, fill=st.nothing()))
quick = settings(deadline=None)


def worth(values: np.ndarray, assigned: np.ndarray) -> float:
    return sum(values[worker, job] for worker, job in enumerate(assigned) if job >= 0)


def optimum(values: np.ndarray) -> float:
    """By scipy: each worker has a job of its own, idleness, that is worth nothing."""
    allowed = np.where(np.isfinite(values), values, -1e12)
    padded = np.concatenate([allowed, np.zeros((len(values), len(values)))], axis=1)
    return float(padded[linear_sum_assignment(padded, maximize=True)].sum())


@quick
@given(whole)
def test_it_is_optimal(values: np.ndarray) -> None:
    assert worth(values, best_assignment(values)) == optimum(values)


@quick
@given(real)
def test_it_is_optimal_up_to_its_resolution(values: np.ndarray) -> None:
    """Every value of both assignments is rounded by half a step at most."""
    step = np.max(values, initial=0.0, where=np.isfinite(values)) / RESOLUTION
    missed = optimum(values) - worth(values, best_assignment(values))
    assert missed <= min(values.shape) * step * (1 + 1e-6)


@quick
@given(real)
def test_nothing_is_given_twice_and_nothing_forbidden_at_all(values: np.ndarray) -> None:
    pairs = [(worker, job) for worker, job in enumerate(best_assignment(values)) if job >= 0]
    assert len({job for _, job in pairs}) == len(pairs)
    assert all(np.isfinite(values[pair]) for pair in pairs)


@quick
@given(whole.filter(lambda values: values.size <= 12))
def test_scipy_agrees_with_brute_force(values: np.ndarray) -> None:
    num_workers, num_jobs = values.shape
    jobs = [*range(num_jobs), *[-1] * num_workers]
    assert optimum(values) == max(worth(values, np.array(p)) for p in itertools.permutations(jobs, num_workers))


@pytest.mark.parametrize("shape", [(0, 0), (0, 3), (3, 0)])
def test_without_workers_or_jobs_nothing_is_assigned(shape: tuple[int, int]) -> None:
    assert best_assignment(np.zeros(shape)).tolist() == [-1] * shape[0]


def test_where_nothing_is_allowed_nothing_is_assigned() -> None:
    assert best_assignment(np.full((2, 3), NONE)).tolist() == [-1, -1]


def test_the_best_sum_beats_the_best_pair() -> None:
    assert best_assignment(np.array([[10.0, 9.0], [9.0, 1.0]])).tolist() == [1, 0]
    assert best_assignment(np.array([[10.0, NONE], [9.0, NONE]])).tolist() == [0, -1]
