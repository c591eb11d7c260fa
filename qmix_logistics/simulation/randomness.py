"""
Random streams that no decision can move: one for each (day, purpose, entity).

Policies under one seed face the same day whatever they decide, and days of different splits share no number.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

import numpy as np


class Split(enum.IntEnum):
    """What a day is for."""

    TRAINING = 0
    VALIDATION = 1
    TEST = 2


class Purpose(enum.IntEnum):
    """What a stream of random numbers is for."""

    SITE = 0
    ARRIVALS = 1
    ORDERS = 2
    TASKS = 3
    PICK_UPS = 4
    SERVICES = 5
    BATTERIES = 6
    RESAMPLING = 7
    POLICY = 8
    DROP_OFFS = 9
    WINDOWS = 10
    BREAKDOWNS = 11
    MISHAPS = 12
    HINDSIGHT = 13
    INSIGHT = 14


@dataclass(frozen=True, slots=True, order=True)
class DayKey:
    """
    Which day.

    Parameters
    ----------
    split
        What it is for.
    index
        Number within the split, from 0.
    """

    split: Split
    index: int


def site_stream(seed: int) -> np.random.Generator:
    """
    Return the stream of what is drawn once for the whole experiment, such as which racks are popular.

    Parameters
    ----------
    seed
        Root of all seeds.
    """
    return _generator(seed, int(Purpose.SITE))


def day_stream(seed: int, day: DayKey, purpose: Purpose, entity: int = 0) -> np.random.Generator:
    """
    Return a stream of one day.

    Parameters
    ----------
    seed
        Root of all seeds.
    day
        The day.
    purpose
        What is drawn.
    entity
        For which station, vehicle or policy, from 0.
    """
    return _generator(seed, 1 + int(day.split), day.index, int(purpose), entity)


def _generator(seed: int, *key: int) -> np.random.Generator:
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=key))
