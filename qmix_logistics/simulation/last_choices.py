"""What waiting vehicles could last choose among: they are asked again once that has changed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import simpy
from jaxtyping import Bool

from qmix_logistics.simulation.feasibility import Feasibility
from qmix_logistics.simulation.state import CHARGE, WAIT, Stop
from qmix_logistics.simulation.vehicle import Vehicle
from qmix_logistics.simulation.world import World

Signature = tuple[bytes, tuple[int, int] | None]
"""What a vehicle could choose among: facilities, and the state of the board if it could pick up."""


class LastChoices:
    """
    The last choice of each vehicle that stays where it is.

    Parameters
    ----------
    world
        The day.
    feasibility
        What vehicles may do.
    vehicles
        All of them.
    """

    def __init__(self, world: World, feasibility: Feasibility, vehicles: Sequence[Vehicle]) -> None:
        self._world, self._vehicles = world, vehicles
        self._num_facilities = feasibility.num_facilities
        self._signatures: list[Signature | None] = [None] * len(vehicles)
        self._releases_seen = [0] * len(vehicles)
        self._is_timeless = [feasibility.is_timeless(number) for number in range(len(vehicles))]

    def is_settled(self, number: int) -> bool:
        """
        Tell at once that a vehicle which waits has nothing new to choose: it had no work, and none has come.

        Parameters
        ----------
        number
            The vehicle.
        """
        last, board = self._signatures[number], self._world.board
        return (
            last is not None
            and last[1] is None
            and self._releases_seen[number] == board.num_releases
            and (self._is_timeless[number] or (board.num_pending == 0 and self._vehicles[number].is_charging))
        )

    def is_same(self, number: int, feasible: Bool[np.ndarray, " stop"]) -> bool:
        """
        Tell whether a vehicle may choose among what it has chosen among before.

        Parameters
        ----------
        number
            The vehicle.
        feasible
            Which stops it may choose.
        """
        last = self._signatures[number]
        return last is not None and last == self._signature(feasible, number)

    def note(self, number: int, stop: Stop, left: Bool[np.ndarray, " stop"]) -> None:
        """
        Note what a vehicle has chosen; if it stays, what else it could still have done, and for how long that holds.

        Parameters
        ----------
        number
            The vehicle.
        stop
            What it does.
        left
            Which stops it may choose still, those apart that others have taken.
        """
        self._signatures[number] = None
        if stop.kind is WAIT or (stop.kind is CHARGE and self._vehicles[number].is_charging):
            signature = self._signatures[number] = self._signature(left, number)
            self._releases_seen[number] = self._world.board.num_releases
            if stop.kind is WAIT and signature[1] is not None:
                self._ask_again_later(number, signature)

    def forget(self, numbers: Sequence[int]) -> None:
        """
        Ask some vehicles again, whatever they have chosen.

        Parameters
        ----------
        numbers
            The vehicles.
        """
        for number in numbers:
            self._signatures[number] = None
        self._world.is_dirty = True

    def forget_all(self) -> None:
        """Ask all who wait once more, because the planner can be reached again, or no longer."""
        self.forget(range(len(self._signatures)))

    def _signature(self, feasible: Bool[np.ndarray, " stop"], number: int) -> Signature:
        """Return what tells one choice from another; a vehicle that charges does not care who else was freed."""
        can_pick_up = np.count_nonzero(feasible[self._num_facilities :]) > 0  # or drop off
        num_freed = 0 if self._vehicles[number].is_charging else self._world.num_freed
        facilities = feasible[: self._num_facilities].tobytes()
        return facilities, (self._world.board.version, num_freed) if can_pick_up else None

    def _ask_again_later(self, number: int, signature: Signature) -> None:
        def ask_again(_: simpy.Event) -> None:
            if self._signatures[number] is signature:
                self.forget([number])

        timeout = self._world.env.timeout(self._world.site.candidates.max_wait_s)
        assert timeout.callbacks is not None
        timeout.callbacks.append(ask_again)
