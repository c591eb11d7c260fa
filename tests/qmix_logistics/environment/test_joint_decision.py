from __future__ import annotations

import numpy as np
from documents import scenario
from hypothesis import given
from hypothesis import strategies as st
from playing import first_orders, test_day

from qmix_logistics.environment.codec import Codec
from qmix_logistics.environment.joint_decision import NO_SLOT, decide_jointly, grant_slots
from qmix_logistics.simulation import Simulator, compile_site

NONE = -np.inf


def grant(scores: list[list[float]], tasks: list[list[int]], fallback: list[list[bool]] | None = None) -> list[int]:
    is_fallback = np.zeros((len(scores), len(scores[0])), bool) if fallback is None else np.array(fallback)
    epoch = np.zeros(len(scores), int)
    return grant_slots(np.array(scores), np.array(tasks), is_fallback, epoch).tolist()


def test_a_task_goes_to_the_higher_advantage_and_the_loser_takes_its_next_best() -> None:
    assert grant([[0.9, 0.1, NONE], [0.8, 0.3, 0.2]], [[7, 8, -1], [7, 8, -1]]) == [0, 1]
    assert grant([[0.7, 0.1, NONE], [0.8, 0.3, 0.2]], [[7, 8, -1], [7, 8, -1]]) == [1, 0]


def test_stops_that_are_no_tasks_can_be_shared() -> None:
    assert grant([[0.9, 0.1], [0.8, 0.3]], [[-1, 7], [-1, 7]]) == [0, 0]


def test_who_is_left_without_a_candidate_gets_none() -> None:
    assert grant([[0.9], [0.8]], [[7], [7]]) == [0, NO_SLOT]


def test_ties_go_to_the_first_row_and_slot() -> None:
    assert grant([[0.5, 0.5], [0.5, 0.5]], [[7, 8], [7, 8]]) == [0, 1]


def test_epochs_do_not_compete() -> None:
    slots = grant_slots(np.array([[0.9], [0.8]]), np.array([[7], [7]]), np.zeros((2, 1), bool), np.array([0, 1]))
    assert slots.tolist() == [0, 0]


def test_a_fallback_is_taken_only_when_no_task_is_left() -> None:
    """Both would rather wait; one task: who gains most by it takes it, and only then the other may wait."""
    fallback = [[False, True], [False, True]]
    assert grant([[0.1, 0.9], [0.2, 0.9]], [[7, -1], [7, -1]], fallback) == [1, 0]
    assert grant([[0.1, 0.9], [0.2, 0.9]], [[7, -1], [8, -1]], fallback) == [0, 0]


@given(st.data())
def test_grants_equal_the_definition(data: st.DataObject) -> None:
    """Against the plainest program: look through all allowed pairs for the highest, again and again."""
    num_rows, num_slots = data.draw(st.integers(1, 4)), data.draw(st.integers(1, 4))
    size = num_rows * num_slots
    values = data.draw(st.lists(st.integers(0, 5), min_size=size, max_size=size))
    shape = (num_rows, num_slots)
    scores = np.array(values, float).reshape(shape)
    tasks = np.array([data.draw(st.permutations([-1, 3, 4, 5]))[:num_slots] for _ in range(num_rows)])
    is_fallback = (tasks < 0) & data.draw(st.booleans())
    expected, taken = [NO_SLOT] * num_rows, set()
    while True:
        pairs = []
        for row in range(num_rows):
            if expected[row] != NO_SLOT:
                continue
            can = [slot for slot in range(num_slots) if tasks[row, slot] not in taken]
            work = [slot for slot in can if tasks[row, slot] >= 0]
            pairs += [(-scores[row, slot], row, slot) for slot in can if not (work and is_fallback[row, slot])]
        if not pairs:
            break
        _, row, slot = min(pairs)
        expected[row] = slot
        taken |= {tasks[row, slot]} - {-1}
    assert grant_slots(scores, tasks, is_fallback, np.zeros(num_rows, int)).tolist() == expected


def test_losers_choose_again_from_a_refilled_list() -> None:
    """Ten idle vehicles and twelve tasks at once, four candidates each: all get a task, none is given twice."""
    spec = scenario(candidates__k=4, fleet__0__count=10, demand__rate_per_h=4000)
    site, day = compile_site(spec), first_orders(test_day(spec), 12)
    day.orders["release_s"] = 10.0
    epoch = Simulator(site).reset(day)
    scores = iter(np.random.default_rng(0).random((50, 1, 1)))
    (dispatch,), rounds = decide_jointly(Codec(site), [epoch], lambda seen: np.where(seen.mask, next(scores), NONE))
    tasks = epoch.stops["task"][dispatch.columns].tolist()
    assert len(rounds) > 1
    assert len(set(tasks)) == 10 and min(tasks) >= 0
    assert epoch.feasible[np.arange(10), dispatch.columns].all()
