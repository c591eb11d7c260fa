"""The state of a day as arrays of records: vehicles, stops and facilities. Times are seconds since the day began."""

from __future__ import annotations

import enum
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int, Shaped


class VehicleState(enum.IntEnum):
    """Each second of a vehicle's day is in exactly one of these."""

    IDLE = 0
    EMPTY_TRAVEL = 1
    LOADED_TRAVEL = 2
    HANDLING = 3
    QUEUEING = 4
    BLOCKED = 5
    CHARGING = 6
    BROKEN = 7


IDLE, EMPTY_TRAVEL, LOADED_TRAVEL, HANDLING, QUEUEING, BLOCKED, CHARGING, BROKEN = VehicleState
"""The members by name: looking them up in the class costs ten times as much, and they are looked up all the time."""


class StopKind(enum.IntEnum):
    """Why a vehicle goes somewhere."""

    PICK_UP = 0
    DROP_OFF = 1
    CHARGE = 2
    PARK = 3
    WAIT = 4


PICK_UP, DROP_OFF, CHARGE, PARK, WAIT = StopKind
"""The members by name."""


class OrderStatus(enum.IntEnum):
    """How an order stands."""

    OPEN = 0
    DONE = 1
    DECLINED = 2
    LOST = 3


NO_TASK = -1


class Stop(NamedTuple):
    """Go to a place, for a reason; ``task`` is ``NO_TASK`` unless it is picked up or dropped off."""

    kind: StopKind
    place: int
    task: int
    route: int = 0


class Track(NamedTuple):
    """Where a vehicle is on a lane: so far from its tail, going that direction."""

    lane: str
    from_m: float
    direction: int


RawSegment = tuple[int, VehicleState, float, float, int, int, float, float, float, Track | None]
"""A stretch of a vehicle's day: vehicle, state, start, end, place, target, distance, energy, battery, track."""

STOP = np.dtype(
    [
        ("kind", "i1"),  # a StopKind
        ("place", "i4"),  # where; -1 for WAIT: wherever the vehicle is
        ("task", "i4"),  # number of the task, or NO_TASK
        ("order", "i4"),  # number of its order, or -1
        ("destination", "i4"),  # where the task ends (the nearest station where it may choose); else the place
        ("load_units", "f8"),
        ("release_s", "f8"),
        ("due_s", "f8"),
        ("weight", "f8"),  # of the order
        ("is_declinable", "?"),  # whether its order may be declined
        ("handling_s", "f8"),  # mean time of its pick-up and drop-off, or of its drop-off
    ]
)
"""One way to go on; the columns of a decision epoch."""

VEHICLE = np.dtype(
    [
        ("state", "i1"),  # a VehicleState
        ("stop_kind", "i1"),  # what it is doing, a StopKind; WAIT when idle
        ("is_available", "?"),  # may be given a stop now
        ("task", "i4"),  # the task of its stop, or the last one on board, or NO_TASK
        ("place", "i4"),  # where it is, or set out from
        ("target", "i4"),  # where it is going; the place itself when it stands
        ("depart_s", "f8"),  # when it set out
        ("arrive_s", "f8"),  # when it arrives
        ("free_place", "i4"),  # where it is expected to be free
        ("free_s", "f8"),  # when it is expected to be free; not later than now when it is
        ("load_units", "f8"),  # on board
        ("num_on_board", "i4"),  # tasks on board
        ("battery_wh", "f8"),  # at since_s; infinite without a battery
        ("drain_w", "f8"),  # power drawn since then; negative while charging
        ("since_s", "f8"),  # when its state last changed
    ]
)
"""One vehicle, as the others hear it."""


class VehicleColumns:
    """
    The fields of ``VEHICLE`` records as columns: writing through them costs a fifth of writing through a record.

    Parameters
    ----------
    rows
        Records of type ``VEHICLE``.
    """

    __slots__ = tuple(VEHICLE.names or ())

    state: Int[np.ndarray, " vehicle"]
    stop_kind: Int[np.ndarray, " vehicle"]
    is_available: Bool[np.ndarray, " vehicle"]
    task: Int[np.ndarray, " vehicle"]
    place: Int[np.ndarray, " vehicle"]
    target: Int[np.ndarray, " vehicle"]
    depart_s: Float[np.ndarray, " vehicle"]
    arrive_s: Float[np.ndarray, " vehicle"]
    free_place: Int[np.ndarray, " vehicle"]
    free_s: Float[np.ndarray, " vehicle"]
    load_units: Float[np.ndarray, " vehicle"]
    num_on_board: Int[np.ndarray, " vehicle"]
    battery_wh: Float[np.ndarray, " vehicle"]
    drain_w: Float[np.ndarray, " vehicle"]
    since_s: Float[np.ndarray, " vehicle"]

    def __init__(self, rows: Shaped[np.ndarray, " vehicle"]) -> None:
        for name in self.__slots__:
            setattr(self, name, rows[name])


FACILITY = np.dtype(
    [
        ("place", "i4"),
        ("servers", "i4"),  # those that work
        ("mean_service_s", "f8"),
        ("num_busy", "i4"),  # vehicles being served
        ("num_waiting", "i4"),  # vehicles in the queue
        ("num_coming", "i4"),  # vehicles on the way
    ]
)
"""One station or charger."""


def battery_wh(
    vehicles: Shaped[np.ndarray, "*vehicle"] | np.void, time_s: float | Float[np.ndarray, "*vehicle"]
) -> Float[np.ndarray, "*vehicle"]:
    """
    Return the energy in batteries; infinite where there is none.

    Parameters
    ----------
    vehicles
        Records of type ``VEHICLE``.
    time_s
        Now.
    """
    left_wh = vehicles["battery_wh"] - vehicles["drain_w"] * (time_s - vehicles["since_s"]) / 3600
    return np.maximum(left_wh, 0.0)


OUT_OF_ORDER_S = 3600.0
"""The wait that a vehicle expects where nothing works."""


def expected_wait_s(facilities: Shaped[np.ndarray, "*facility"]) -> Float[np.ndarray, "*facility"]:
    """
    Return how long a vehicle that arrives now expects to queue.

    Parameters
    ----------
    facilities
        Records of type ``FACILITY``.
    """
    servers = facilities["servers"]
    ahead = np.maximum(facilities["num_busy"] + facilities["num_waiting"] + 1 - servers, 0)
    wait_s = ahead * facilities["mean_service_s"] / np.maximum(servers, 1)
    return np.where(servers > 0, wait_s, OUT_OF_ORDER_S)
