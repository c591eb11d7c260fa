"""Who shows a learned policy what to do, and who advises it."""

from __future__ import annotations

from documents import scenario

from qmix_logistics.scenario.advisers import adviser_of, teacher_of
from qmix_logistics.scenario.policies import LearnedPolicy, RollingHorizonPolicy

ROUTES = RollingHorizonPolicy(kind="rolling_horizon", solution_limit=40, travel_weight=10)
SPEC = scenario().model_copy(update={"policies": (ROUTES, LearnedPolicy(kind="qmix"))})


def test_routes_that_only_teach_are_planned_with_one_solution() -> None:
    teacher = teacher_of(SPEC, LearnedPolicy(kind="qmix", teacher="rolling_horizon"))
    assert teacher == ROUTES.model_copy(update={"solution_limit": 1})


def test_a_teacher_given_in_its_place_is_taken_as_it_is() -> None:
    assert teacher_of(SPEC, LearnedPolicy(kind="qmix", teacher=ROUTES)) == ROUTES


def test_an_adviser_is_taken_as_it_is_and_teaches_itself() -> None:
    entry = LearnedPolicy(kind="qmix", information="advised", teacher="rolling_horizon")
    assert (adviser_of(SPEC, entry), teacher_of(SPEC, entry)) == (ROUTES, None)
