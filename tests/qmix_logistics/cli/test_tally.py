"""How far a command is, how fast, and who is best; with a clock that the test moves."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from qmix_logistics.cli.progress import as_words
from qmix_logistics.cli.tally import StageState, Tally
from qmix_logistics.evaluation.jobs import Progress, Report


@dataclass(frozen=True)
class Day:
    """A job that is done elsewhere."""

    subject: str
    number: int
    was_done: bool = False
    size: float = 1.0
    stage: str = "playing"
    counted_in: str = "days"
    after: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return f"{self.subject}-{self.number}"

    def is_done(self) -> bool:
        return self.was_done

    def cost(self) -> float | None:
        return None

    def run(self, report: Report) -> None:
        raise NotImplementedError


class Clock:
    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def state_of(tally: Tally) -> StageState:
    (state,) = tally.states()
    return state


def test_speed_and_time_left_are_those_of_what_was_done_here() -> None:
    """Ten days, four of them done before: two days a second leave (6 - 4) / 2 = 1 s after two seconds."""
    clock, days = Clock(), [Day("atc", number, was_done=number < 4) for number in range(10)]
    tally = Tally(days, clock)
    for day in days[:4]:
        tally.note(Progress(day, 1.0))
    for number, day in enumerate(days[4:8], start=1):
        clock.now_s = number / 2
        tally.note(Progress(day, 1.0))
    state = state_of(tally)
    assert (state.done, state.total) == (8, 10)
    assert (state.per_s, state.left_s) == (pytest.approx(2), pytest.approx(1))


def test_parts_of_a_job_count_and_no_time_is_told_before_there_is_evidence() -> None:
    clock, day = Clock(), Day("qmix", 1, size=1000, stage="training")
    tally = Tally([day], clock)
    clock.now_s = 1.0
    tally.note(Progress(day, 0.01))
    assert (state_of(tally).done, state_of(tally).left_s) == (10, None)
    clock.now_s = 10.0
    tally.note(Progress(day, 0.1))
    assert state_of(tally).left_s == pytest.approx(90)


def test_a_stage_that_stands_still_gets_slower() -> None:
    clock, day = Clock(), Day("qmix", 1, size=100)
    tally = Tally([day], clock)
    clock.now_s = 10.0
    tally.note(Progress(day, 0.5))
    assert state_of(tally).per_s == pytest.approx(5)
    clock.now_s = 50.0
    assert state_of(tally).per_s == pytest.approx(1)


def test_the_best_is_the_lowest_mean_of_those_of_whom_most_is_known() -> None:
    """Random has the cheapest day, but only one: its day may be an easy one."""
    tally = Tally([], Clock())
    for subject, number, cost in (
        ("atc", 0, 4.0),
        ("atc", 1, 8.0),
        ("fifo", 0, 6.0),
        ("fifo", 1, 7.0),
        ("random", 0, 1.0),
    ):
        tally.note(Progress(Day(subject, number), 1.0, cost))
    best = state_of(tally).best
    assert best is not None and (best.subject, best.cost, best.number) == ("atc", 6.0, 2)


def test_a_line_of_progress_has_stage_rate_time_left_and_the_best_cost() -> None:
    clock, days = Clock(), [Day("atc", number) for number in range(100)]
    tally = Tally(days, clock)
    for number in range(50):
        clock.now_s = 0.5 * (number + 1)
        tally.note(Progress(days[number], 1.0, 14.2))
    assert as_words(state_of(tally)) == "50 of 100 days, 2.0 days/s, 0:25 left, best atc 14.20 in 50 days"
