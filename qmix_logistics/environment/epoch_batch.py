"""Decision epochs of several simulators, padded into common arrays, so that one numpy operation serves all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int, Shaped

from qmix_logistics.simulation import KNOWN_TASK, DecisionEpoch, Site, expected_wait_s
from qmix_logistics.simulation.day import WINDOW
from qmix_logistics.simulation.epoch import Ways
from qmix_logistics.simulation.state import FACILITY, STOP, VEHICLE


@dataclass(frozen=True, slots=True)
class Advice:
    """
    What a planner says at an epoch.

    Parameters
    ----------
    columns
        Column of the stop that it advises to each decider; -1: none.
    declined
        Numbers of orders that it declines.
    """

    columns: Int[np.ndarray, " decider"]
    declined: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class EpochBatch:
    """
    Epochs side by side.

    Parameters
    ----------
    time_s
        Time of each epoch.
    stops
        Records of type ``STOP``; beyond those of an epoch they are void.
    num_pending
        Pending tasks of each epoch.
    is_pick_up
        Whether a stop is the pick-up of a pending task.
    open_tasks
        Open tasks of each stop's order, at least 1.
    vehicles
        Records of type ``VEHICLE``.
    queue_s
        Expected wait at each place.
    coming
        Vehicles on their way to the facility at each place.
    epoch
        Epoch of each row; a row is a decider.
    decider
        Number of each row's vehicle.
    feasible
        Which stops each row may take.
    told, shown
        Column of the stop that a planner advises to each row, and of the one that a teacher would take; -1: none.
    ways
        The ways that each epoch offers; None where there is no choice of way.
    windows
        Records of type ``WINDOW`` for each stop with a task, zero and infinite elsewhere; None: there are none.
    carried, num_carried
        What each row has on board, as records of type ``KNOWN_TASK``, and how many; None where vehicles carry one task
        and never decide with it on board.
    """

    time_s: Float[np.ndarray, " epoch"]
    stops: Shaped[np.ndarray, "epoch stop"]
    num_pending: Int[np.ndarray, " epoch"]
    is_pick_up: Bool[np.ndarray, "epoch stop"]
    open_tasks: Float[np.ndarray, "epoch stop"]
    vehicles: Shaped[np.ndarray, "epoch vehicle"]
    queue_s: Float[np.ndarray, "epoch place"]
    coming: Float[np.ndarray, "epoch place"]
    epoch: Int[np.ndarray, " row"]
    decider: Int[np.ndarray, " row"]
    feasible: Bool[np.ndarray, "row stop"]
    told: Int[np.ndarray, " row"]
    shown: Int[np.ndarray, " row"]
    ways: tuple[Ways | None, ...]
    windows: Shaped[np.ndarray, "epoch stop"] | None
    carried: Shaped[np.ndarray, "row carried"] | None
    num_carried: Int[np.ndarray, " row"]


def collate(
    site: Site,
    epochs: Sequence[DecisionEpoch],
    told: Sequence[Advice] | None = None,
    shown: Sequence[Advice] | None = None,
) -> EpochBatch:
    """
    Copy epochs into common arrays.

    Parameters
    ----------
    site
        The site, the same for all.
    epochs
        At least one; ends of days have no rows.
    told, shown
        What a planner says at each, and what a teacher would do; what is not feasible is left out.
    """
    num, width = len(epochs), max(len(epoch.stops) for epoch in epochs)
    counts = [epoch.num_deciders for epoch in epochs]
    stops, open_tasks = np.zeros((num, width), STOP), np.ones((num, width))
    is_pick_up, feasible = np.zeros((num, width), bool), np.zeros((sum(counts), width), bool)
    vehicles = np.empty((num, site.fleet.num_vehicles), VEHICLE)
    stations, chargers = np.empty((num, len(site.stations)), FACILITY), np.empty((num, len(site.chargers)), FACILITY)
    row = 0
    for index, epoch in enumerate(epochs):
        length, pick_ups, snapshot = len(epoch.stops), epoch.pick_ups, epoch.snapshot
        vehicles[index], stations[index], chargers[index] = snapshot.vehicles, snapshot.stations, snapshot.chargers
        stops[index, :length] = epoch.stops
        is_pick_up[index, pick_ups] = True
        open_tasks[index, epoch.work] = snapshot.open_tasks[epoch.stops["order"][epoch.work]]
        feasible[row : row + counts[index], :length] = epoch.feasible
        row += counts[index]
    return EpochBatch(
        time_s=np.array([epoch.time_s for epoch in epochs], float),
        stops=stops,
        num_pending=np.array([epoch.num_pending for epoch in epochs]),
        is_pick_up=is_pick_up,
        open_tasks=open_tasks,
        vehicles=vehicles,
        queue_s=_by_place(site, stations, expected_wait_s(stations), chargers, expected_wait_s(chargers)),
        coming=_by_place(site, stations, stations["num_coming"], chargers, chargers["num_coming"]),
        epoch=np.repeat(np.arange(num), counts),
        decider=np.concatenate([epoch.deciders for epoch in epochs]),
        feasible=feasible,
        told=_columns(told, feasible),
        shown=_columns(shown, feasible),
        ways=tuple(epoch.ways for epoch in epochs),
        windows=_windows(epochs, width),
        carried=_carried(site, epochs, sum(counts)),
        num_carried=np.array(
            [len(epoch.snapshot.on_board[number]) for epoch in epochs for number in epoch.deciders.tolist()], int
        ),
    )


def _columns(advice: Sequence[Advice] | None, feasible: Bool[np.ndarray, "row stop"]) -> Int[np.ndarray, " row"]:
    if advice is None:
        return np.full(len(feasible), -1)
    columns = np.concatenate([said.columns for said in advice])
    columns[(columns >= 0) & ~feasible[np.arange(len(columns)), columns]] = -1
    return columns


def _windows(epochs: Sequence[DecisionEpoch], width: int) -> Shaped[np.ndarray, "epoch stop"] | None:
    found = [epoch.snapshot.known.windows(epoch.stops["task"][epoch.work]) for epoch in epochs]
    if all(windows is None for windows in found):
        return None
    table = np.zeros((len(epochs), width), WINDOW)
    table["pick_up_until_s"] = table["drop_off_until_s"] = np.inf
    for row, epoch, windows in zip(table, epochs, found, strict=True):
        if windows is not None:
            row[epoch.work] = windows
    return table


def _carried(site: Site, epochs: Sequence[DecisionEpoch], num_rows: int) -> Shaped[np.ndarray, "row carried"] | None:
    if site.max_tasks_on_board == 1:
        return None
    table, row = np.zeros((num_rows, site.max_tasks_on_board), KNOWN_TASK), 0
    for epoch in epochs:
        for number in epoch.deciders.tolist():
            tasks = epoch.snapshot.on_board[number]
            if tasks:
                table[row, : len(tasks)] = epoch.snapshot.known.of(tasks)
            row += 1
    return table


def _by_place(
    site: Site,
    stations: Shaped[np.ndarray, "epoch station"],
    of_stations: Shaped[np.ndarray, "epoch station"],
    chargers: Shaped[np.ndarray, "epoch charger"],
    of_chargers: Shaped[np.ndarray, "epoch charger"],
) -> Float[np.ndarray, "epoch place"]:
    values = np.zeros((len(stations), site.network.num_places))
    values[:, [station.place for station in site.stations]] = of_stations
    values[:, [charger.place for charger in site.chargers]] = of_chargers
    return values
