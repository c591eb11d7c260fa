"""What a source of days can do."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from qmix_logistics.simulation.day import Day
from qmix_logistics.simulation.randomness import DayKey, Split


@runtime_checkable
class DemandModel(Protocol):
    """A source of days: the same key always gives the same day."""

    def num_days(self, split: Split) -> int | None:
        """
        Return how many days of a split there are; None: as many as one likes.

        Parameters
        ----------
        split
            Training, validation or test.
        """

    def realise(self, key: DayKey) -> Day:
        """
        Return a day.

        Parameters
        ----------
        key
            Which one.
        """
