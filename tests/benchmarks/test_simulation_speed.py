from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
import simpy
from conftest import Figures
from playing import NEAREST, Watching, first_orders, test_day
from sites import FLEETS, benchmark_scenario, growing_scenario

from qmix_logistics.episode import play
from qmix_logistics.scenario import ScenarioSpec
from qmix_logistics.simulation import Day, DecisionEpoch, Simulator, Site, compile_site

REPEATS = 25
WARM_UP_S = 200.0
"""Until then vehicles of a growing fleet are idle, and all of them are asked at every order."""


@dataclass
class Course:
    """A day that is played again and again."""

    site: Site
    day: Day

    def play(self, from_s: float = 0.0, clock: Callable[[], float] = time.process_time) -> float:
        """Play it once; return what it took by the clock, from the first decision at a time on."""
        simulator, started = Simulator(self.site), [clock()]

        def start_later(epoch: DecisionEpoch) -> None:
            if len(started) == 1 and epoch.time_s >= from_s > 0:
                started.append(clock())

        play(simulator, Watching(NEAREST, start_later), self.day, np.random.default_rng(0))
        return clock() - started[-1]

    def num_events(self, from_s: float = 0.0) -> int:
        """Count the SimPy events of a day."""
        step, num_events = simpy.Environment.step, 0

        def counted(env: simpy.Environment) -> None:
            nonlocal num_events
            num_events += 1
            step(env)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(simpy.Environment, "step", counted)
            return int(self.play(from_s, lambda: num_events))


def course(spec: ScenarioSpec) -> Course:
    """Return the first test day of a scenario."""
    return Course(compile_site(spec), test_day(spec))


@pytest.mark.parametrize("has_batteries", [False, True], ids=["no_batteries", "batteries"])
def test_a_day_of_300_orders(has_batteries: bool, figures: Figures) -> None:
    whole = course(benchmark_scenario(has_batteries=has_batteries))
    measured = Course(whole.site, first_orders(whole.day, 300))
    measured.play()
    times_s = [measured.play() for _ in range(REPEATS)]
    events = measured.num_events()
    name = "with batteries" if has_batteries else "no batteries"
    note = "1 h, 8 vehicles, 300 orders, decisions of nearest included"
    figures.add(f"simulate a day, {name}", times_s, "s", budget=0.05, note=note)
    figures.add(f"events an order, {name}", [events / 300], "", budget=40)
    assert events / 300 <= 40


def test_a_day_with_congestion(figures: Figures) -> None:
    spec = benchmark_scenario()
    network = spec.network.model_copy(update={"congestion": "segments", "one_way_aisles": True})
    whole = course(spec.model_copy(update={"network": network}))
    measured = Course(whole.site, first_orders(whole.day, 300))
    measured.play()
    times_s = [measured.play() for _ in range(REPEATS)]
    events = measured.num_events()
    note = "the same in one-way aisles where vehicles block each other"
    figures.add("simulate a day, congestion", times_s, "s", budget=0.15, note=note)
    figures.add("events an order, congestion", [events / 300], "", budget=40)
    assert events / 300 <= 40


def test_an_event_of_a_large_fleet(figures: Figures) -> None:
    """Fleets take turns, so that other work on the machine slows both."""
    courses = [course(growing_scenario(fleet)) for fleet in FLEETS]
    events = [each.num_events(WARM_UP_S) for each in courses]
    event_s = np.array([[each.play(WARM_UP_S) for each in courses] for _ in range(7)]) / events
    pending = [mean_pending(each) / fleet for each, fleet in zip(courses, FLEETS, strict=True)]
    for fleet, column, waiting in zip(FLEETS, event_s.T, pending, strict=True):
        note = f"nearest, all busy, {waiting:.1f} orders pending per vehicle"
        figures.add(f"an event, {fleet} vehicles", column * 1e6, "us", note=note)
    growth = event_s[:, 1].min() / event_s[:, 0].min()
    figures.add("growth per event, 20 to 200", [growth], "times", budget=1.5, note="ratio of the bests")


def mean_pending(course: Course) -> float:
    """Return the mean number of pending orders at decisions after the warm-up."""
    pending: list[int] = []

    def note(epoch: DecisionEpoch) -> None:
        if epoch.time_s >= WARM_UP_S:
            pending.append(epoch.num_pending)

    play(Simulator(course.site), Watching(NEAREST, note), course.day, np.random.default_rng(0))
    return statistics.mean(pending)
