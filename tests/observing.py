"""Collect decision epochs and observations for the tests."""

from __future__ import annotations

import copy
from collections.abc import Iterator

import numpy as np
from playing import NEAREST, test_day

from qmix_logistics.environment.codec import Codec
from qmix_logistics.environment.observation import JointObservation
from qmix_logistics.scenario import ScenarioSpec
from qmix_logistics.simulation import DecisionEpoch, Simulator, Site, compile_site


def epochs_of_a_day(spec: ScenarioSpec, index: int = 0) -> Iterator[tuple[Site, DecisionEpoch]]:
    """Play a test day by the nearest rule, and show every epoch; each is valid until the next."""
    site = compile_site(spec)
    simulator = Simulator(site)
    NEAREST.reset(site, np.random.default_rng(0))
    epoch = simulator.reset(test_day(spec, index))
    while epoch.end is None:
        yield site, epoch
        epoch = simulator.advance(NEAREST.decide(epoch))


def kept_epochs(spec: ScenarioSpec, num: int = 40) -> tuple[Site, list[DecisionEpoch]]:
    """Return copies of a day's first epochs, which stay valid."""
    kept: list[DecisionEpoch] = []
    for _, epoch in epochs_of_a_day(spec):
        kept.append(copy.deepcopy(epoch))
        if len(kept) == num:
            break
    return compile_site(spec), kept


def observations_of_a_day(spec: ScenarioSpec) -> list[JointObservation]:
    """Return what the deciders of a day saw, epoch by epoch."""
    return [Codec(site).encode([epoch], with_state=True) for site, epoch in epochs_of_a_day(spec)]
