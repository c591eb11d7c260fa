from __future__ import annotations

import itertools
import statistics
import time
from dataclasses import dataclass

import numpy as np
import pytest
import simpy
from conftest import Figures
from playing import NEAREST, Watching, test_day
from sites import FLEETS, benchmark_scenario, growing_scenario

from qmix_logistics.episode import PlayedDay, play
from qmix_logistics.scenario import ScenarioSpec
from qmix_logistics.simulation import Day, DecisionEpoch, Simulator, Site, compile_site

REPEATS = 25


@dataclass
class Course:
    """A day that is played again and again."""

    site: Site
    day: Day

    def play(self) -> tuple[float, PlayedDay]:
        """Play it once; return the time that it took too."""
        simulator = Simulator(self.site)
        start_s = time.perf_counter()
        played = play(simulator, NEAREST, self.day, np.random.default_rng(0))
        return time.perf_counter() - start_s, played


def course(spec: ScenarioSpec) -> Course:
    """Return the first test day of a scenario."""
    return Course(compile_site(spec), test_day(spec))


def num_events(course: Course, monkeypatch: pytest.MonkeyPatch) -> int:
    """Count the SimPy events of a day."""
    counter, step = itertools.count(), simpy.Environment.step

    def counted(env: simpy.Environment) -> None:
        next(counter)
        step(env)

    with monkeypatch.context() as patch:
        patch.setattr(simpy.Environment, "step", counted)
        course.play()
    return next(counter)


@pytest.mark.parametrize("has_batteries", [False, True], ids=["no_batteries", "batteries"])
def test_a_day_of_300_orders(has_batteries: bool, figures: Figures, monkeypatch: pytest.MonkeyPatch) -> None:
    measured = course(benchmark_scenario(has_batteries=has_batteries))
    measured.play()
    times_s = [measured.play()[0] for _ in range(REPEATS)]
    orders, events = len(measured.day.orders), num_events(measured, monkeypatch)
    name = "with batteries" if has_batteries else "no batteries"
    note = f"1 h, 8 vehicles, {orders} orders, decisions of nearest included"
    figures.add(f"simulate a day, {name}", times_s, "s", budget=0.05, note=note)
    figures.add(f"events an order, {name}", [events / orders], "", budget=40)
    assert events / orders <= 40


def test_a_day_with_congestion(figures: Figures) -> None:
    figures.add_unmeasured("simulate a day, congestion", "<= 0.15 s", "not built")


def test_an_event_of_a_large_fleet(figures: Figures, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fleets take turns, so that other work on the machine slows both."""
    courses = [course(growing_scenario(fleet)) for fleet in FLEETS]
    events = [num_events(each, monkeypatch) for each in courses]
    event_s = np.array([[each.play()[0] for each in courses] for _ in range(5)]) / events
    pending = [mean_pending(each) / fleet for each, fleet in zip(courses, FLEETS, strict=True)]
    for fleet, column, waiting in zip(FLEETS, event_s.T, pending, strict=True):
        note = f"nearest, {waiting:.1f} orders pending per vehicle"
        figures.add(f"an event, {fleet} vehicles", column * 1e6, "us", note=note)
    note = "ratio of the bests; nearest, the whole day"
    growth = event_s[:, 1].min() / event_s[:, 0].min()
    figures.add("growth per event, 20 to 200", [growth], "times", budget=1.5, note=note)


def mean_pending(course: Course) -> float:
    """Return the mean number of pending orders at decisions."""
    pending: list[int] = []

    def note(epoch: DecisionEpoch) -> None:
        pending.append(epoch.num_pending)

    play(Simulator(course.site), Watching(NEAREST, note), course.day, np.random.default_rng(0))
    return statistics.mean(pending)
