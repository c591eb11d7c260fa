"""Decisions that take time: meanwhile the world goes on."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Int, Shaped

from qmix_logistics.simulation.epoch import DecisionEpoch, Dispatch


@dataclass(frozen=True, slots=True)
class LateDispatch:
    """
    A dispatch that is carried out later than it was asked for.

    Parameters
    ----------
    epoch
        What it answers.
    columns
        Column of the stop of each decider, in that epoch.
    dispatch
        The dispatch.
    at_s
        When it is carried out.
    news
        What had come in until it was asked for, see ``World.news``.
    """

    epoch: DecisionEpoch
    columns: list[int]
    dispatch: Dispatch
    at_s: float
    news: tuple[int, int]

    def __post_init__(self) -> None:
        """Keep the stops as they were: the epoch's change with the board."""
        object.__setattr__(self, "epoch", dataclasses.replace(self.epoch, stops=self.epoch.stops.copy()))

    def now_on(
        self,
        deciders: Int[np.ndarray, " decider"],
        stops: Shaped[np.ndarray, " stop"],
        feasible: Bool[np.ndarray, "decider stop"],
    ) -> tuple[DecisionEpoch, list[int], Dispatch]:
        """
        Return what is left of it among the stops of another instant: epoch, columns and dispatch.

        Parameters
        ----------
        deciders
            Those who can still be sent somewhere.
        stops, feasible
            Among which stops.
        """
        chosen = self.epoch.stops[self.columns]
        rows = {number: row for row, number in enumerate(self.epoch.deciders.tolist())}
        kept, was, columns = [], [], []
        for row, number in enumerate(deciders.tolist()):
            stop = chosen[rows[number]]
            same = (stops["kind"] == stop["kind"]) & (stops["place"] == stop["place"]) & (stops["task"] == stop["task"])
            found = np.flatnonzero(same & feasible[row])
            if len(found):
                kept.append(row)
                was.append(rows[number])
                columns.append(int(found[0]))
        routes = None if self.dispatch.routes is None else self.dispatch.routes[was]
        epoch = dataclasses.replace(self.epoch, deciders=deciders[kept], stops=stops, feasible=feasible[kept])
        return epoch, columns, dataclasses.replace(self.dispatch, routes=routes)
