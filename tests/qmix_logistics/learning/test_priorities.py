from __future__ import annotations

import numpy as np
from scipy import stats

from qmix_logistics.learning.priorities import Priorities


def test_places_are_drawn_in_proportion_to_their_priorities() -> None:
    """Errors of 1, 2 and 5 with exponent 1: 12.5, 25 and 62.5 %; others never. A chi-square test at 0.1 %."""
    priorities = Priorities(100, 1.0)
    priorities.set(np.array([3, 40, 99]), np.array([1.0, 2.0, 5.0]))
    rng = np.random.default_rng(0)
    drawn = np.concatenate([priorities.draw(1, 1.0, rng)[0] for _ in range(8000)])
    places, counts = np.unique(drawn, return_counts=True)
    assert places.tolist() == [3, 40, 99]
    assert stats.chisquare(counts, 8000 * np.array([1, 2, 5]) / 8).pvalue > 0.001


def test_an_exponent_flattens_priorities() -> None:
    priorities = Priorities(2, 0.5)
    priorities.set(np.array([0, 1]), np.array([1.0, 9.0]))
    _, weights = priorities.draw(64, 1.0, np.random.default_rng(0))
    assert np.unique(weights.round(4)).tolist() == [0.3333, 1.0]  # 1 : 3, so the rare one counts three times as much


def test_weights_undo_priorities() -> None:
    """The weighted mean of what is drawn is the plain mean of all (Schaul et al. 2016, Sec. 3.4, beta 1)."""
    rng = np.random.default_rng(1)
    errors, values = rng.random(50) * 5, rng.normal(size=50)
    priorities = Priorities(50, 0.7)
    priorities.set(np.arange(50), errors)
    places, weights = priorities.draw(200_000, 1.0, rng)
    assert abs(np.average(values[places], weights=weights) - values.mean()) < 0.01


def test_what_is_removed_is_never_drawn_and_what_is_new_is_drawn_soon() -> None:
    priorities = Priorities(4, 1.0)
    priorities.set(np.array([0, 1, 2]), np.array([4.0, 1.0, 1.0]))
    priorities.remove(np.array([0]))
    priorities.add(3)
    places, _ = priorities.draw(1000, 1.0, np.random.default_rng(2))
    counts = np.bincount(places, minlength=4)
    assert counts[0] == 0
    assert counts[3] > 600  # the largest priority so far: 4 of 6


def test_priorities_are_restored() -> None:
    first, second = Priorities(9, 0.6), Priorities(9, 0.6)
    first.set(np.arange(5), np.arange(5.0))
    second.restore(first.state())
    for each in (first, second):
        each.add(7)
    drawn = [each.draw(64, 0.5, np.random.default_rng(3)) for each in (first, second)]
    assert np.array_equal(drawn[0][0], drawn[1][0]) and np.array_equal(drawn[0][1], drawn[1][1])
