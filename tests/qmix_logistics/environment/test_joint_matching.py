"""A coordinator's joint choices are the best there are, and no task goes twice."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from qmix_logistics.environment.joint_decision import NO_SLOT, grant_slots
from qmix_logistics.environment.joint_matching import match_slots


def drawn(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return scores, tasks, fallbacks and epochs of up to four vehicles; the last slot waits, as a fallback."""
    rng = np.random.default_rng(seed)
    rows, slots = int(rng.integers(1, 5)), int(rng.integers(2, 6))
    scores = rng.normal(size=(rows, slots)).astype(np.float32)
    tasks = np.stack([rng.permutation(slots) for _ in range(rows)])
    tasks[:, -1] = -1
    scores[:, :-1][rng.random((rows, slots - 1)) < 0.3] = -np.inf
    tasks[scores == -np.inf] = -1
    is_fallback = np.zeros(scores.shape, bool)
    is_fallback[:, -1] = True
    return scores, tasks, is_fallback, np.zeros(rows, int)


def worth(slots: tuple[int, ...], scores: np.ndarray, tasks: np.ndarray, is_fallback: np.ndarray) -> tuple[int, float]:
    """Fallbacks taken beside work, the fewer the better, then the sum of scores; the worst if it is illegal."""
    rows = np.arange(len(scores))
    chosen = tasks[rows, slots]
    work = chosen[chosen >= 0].tolist()
    if (scores[rows, slots] == -np.inf).any() or len(set(work)) < len(work):
        return -100, -np.inf
    has_work = (tasks >= 0).any(axis=1)
    return -int((is_fallback[rows, slots] & has_work).sum()), float(np.round(scores[rows, slots], 5).sum())


@pytest.mark.parametrize("seed", range(60))
def test_the_joint_choice_is_the_best_of_all(seed: int) -> None:
    scores, tasks, is_fallback, epoch = drawn(seed)
    slots = match_slots(scores, tasks, is_fallback, epoch)
    assert (slots != NO_SLOT).all()
    every = itertools.product(range(scores.shape[1]), repeat=len(scores))
    best = max(worth(choice, scores, tasks, is_fallback) for choice in every)
    assert worth(tuple(slots), scores, tasks, is_fallback) == pytest.approx(best)


def test_two_that_want_the_same_get_what_is_best_for_both() -> None:
    """By claims the first gets 3 and leaves 0 to the second; together 2 + 2 is more."""
    scores, tasks = np.array([[3.0, 2.0], [2.0, 0.0]], np.float32), np.array([[7, 8], [7, 8]])
    nothing, epoch = np.zeros((2, 2), bool), np.zeros(2, int)
    assert grant_slots(scores, tasks, nothing, epoch).tolist() == [0, 1]
    assert match_slots(scores, tasks, nothing, epoch).tolist() == [1, 0]


def test_who_finds_nothing_left_chooses_again_and_epochs_are_apart() -> None:
    scores, tasks = np.array([[1.0], [2.0], [5.0]], np.float32), np.array([[7], [7], [7]])
    slots = match_slots(scores, tasks, np.zeros((3, 1), bool), np.array([0, 0, 1]))
    assert slots.tolist() == [NO_SLOT, 0, 0]
