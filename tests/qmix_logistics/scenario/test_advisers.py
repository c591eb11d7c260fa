"""Who shows a learned policy what to do, and who advises it."""

from __future__ import annotations

import pytest
from documents import scenario

from qmix_logistics.scenario.advisers import adviser_of, teacher_of
from qmix_logistics.scenario.policies import LearnedPolicy, RollingHorizonPolicy

ROUTES = RollingHorizonPolicy(kind="rolling_horizon", solution_limit=40, travel_weight=10)
OWN = RollingHorizonPolicy(kind="rolling_horizon", name="own", information="local", solution_limit=3)
SPEC = scenario().model_copy(update={"policies": (ROUTES, LearnedPolicy(kind="qmix"))})


def test_routes_that_only_teach_are_planned_with_one_solution() -> None:
    teacher = teacher_of(SPEC, LearnedPolicy(kind="qmix", teacher="rolling_horizon"))
    assert teacher == ROUTES.model_copy(update={"solution_limit": 1})


def test_a_teacher_given_in_its_place_is_taken_as_it_is() -> None:
    assert teacher_of(SPEC, LearnedPolicy(kind="qmix", teacher=ROUTES)) == ROUTES


def test_an_adviser_is_taken_as_it_is_and_teaches_itself() -> None:
    entry = LearnedPolicy(kind="qmix", information="advised", teacher="rolling_horizon")
    assert (adviser_of(SPEC, entry), teacher_of(SPEC, entry)) == (ROUTES, None)


@pytest.mark.parametrize("information", ["local", "coordinator"])
def test_where_several_tasks_are_carried_a_vehicle_plans_for_itself_and_learns_from_that(information: str) -> None:
    entry = LearnedPolicy(kind="qmix", information=information, teacher="rolling_horizon")
    spec = scenario(fleet__0__max_tasks_on_board=2, fleet__0__capacity_units=2)
    spec = spec.model_copy(update={"policies": (ROUTES, entry)})
    on_vehicle = ROUTES.model_copy(update={"information": "local", "solution_limit": 1})
    assert (adviser_of(spec, entry), teacher_of(spec, entry)) == (on_vehicle, None)
    tuned = spec.model_copy(update={"policies": (ROUTES, OWN, entry)})
    assert (adviser_of(tuned, entry), teacher_of(tuned, entry)) == (OWN, None)
    alone = entry.model_copy(update={"adviser": None})
    assert (adviser_of(spec, alone), teacher_of(spec, alone)) == (
        None,
        on_vehicle.model_copy(update={"information": "global"}),
    )


def test_where_one_task_is_carried_a_vehicle_learns_from_a_planner_and_does_without() -> None:
    entry = LearnedPolicy(kind="qmix", teacher="rolling_horizon")
    assert adviser_of(SPEC, entry) is None and teacher_of(SPEC, entry) is not None
