"""What happened in a window as rows of small whole numbers, each the difference from the row before."""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Sequence

import numpy as np

from qmix_logistics.evaluation.shown.events import Target, Waiting, cost_so_far
from qmix_logistics.evaluation.shown.site_map import MapVehicle
from qmix_logistics.evaluation.shown.whereabouts import Leg
from qmix_logistics.scenario.operations import Objective
from qmix_logistics.simulation import DayRecords, SegmentRecord, VehicleState
from qmix_logistics_reports.replay.scaling import Clock, Scale

TOLERANCE = 0.6
"""A point is left out if the straight way at constant speed passes it so near, in units or per cent."""
BOARD = len(VehicleState)
"""A code is the state, and this many times the number of tasks on board."""
MOST_ON_BOARD = 99
NEVER = -1
KINDS = ("pick_up", "drop_off", "charge", "park")
COST_SAMPLES = 240

Key = tuple[int, tuple[int, ...], int]
"""A tick, values at it, and the code of what was done until then."""


def track(legs: Sequence[Leg], loads: Sequence[tuple[float, int]], scale: Scale, clock: Clock) -> list[int]:
    """
    Return where a vehicle was: rows of ticks, x, y and code, the first three as differences.

    A row says where it was at that tick, and what it did until then, moving straight from the row before.

    Parameters
    ----------
    legs
        Its day.
    loads
        When it took a task on board (+1) or handed one over (-1), in order.
    scale, clock
        Units and ticks.
    """
    times_s = [time_s for time_s, _ in loads]
    on_board = np.cumsum([0, *(change for _, change in loads)]).tolist()
    keys: list[Key] = []
    for leg in legs:
        if leg.end_s <= clock.from_s or leg.start_s >= clock.until_s:
            continue
        number = on_board[bisect.bisect_right(times_s, leg.start_s)]
        code = int(leg.state) + BOARD * min(number, MOST_ON_BOARD)
        begin = clock(leg.start_s), scale(leg.at(max(leg.start_s, clock.from_s)))
        if not keys or keys[-1][:2] != begin:
            keys.append((*begin, code))
        keys.append((clock(leg.end_s), scale(leg.at(min(leg.end_s, clock.until_s))), code))
    return _rows(_thinned(keys))


def battery(segments: Sequence[SegmentRecord], vehicle: MapVehicle, clock: Clock) -> list[int]:
    """
    Return the level of a battery: rows of ticks and per cent, both as differences; nothing without a battery.

    Parameters
    ----------
    segments
        What the vehicle did.
    vehicle
        The vehicle.
    clock
        Ticks.
    """
    known = [s for s in segments if s.battery_wh is not None and vehicle.capacity_wh]
    if not known or vehicle.capacity_wh is None:
        return []
    times_s = [segment.start_s for segment in known]
    levels = [100 * max(segment.battery_wh or 0.0, 0.0) / vehicle.capacity_wh for segment in known]
    times_s.append(known[-1].end_s)
    levels.append(max(levels[-1] - 100 * known[-1].energy_wh / vehicle.capacity_wh, 0.0))
    inside = [time_s for time_s in times_s if clock.from_s < time_s < clock.until_s]
    wanted = [clock.from_s, *inside, clock.until_s]
    found = np.interp(wanted, times_s, levels)
    keys = [(clock(time_s), (round(level),), 0) for time_s, level in zip(wanted, found.tolist(), strict=True)]
    return [number for row in _differences(_thinned(keys)) for number in row[:2]]


def targets(sent: Sequence[Target], places: dict[str, int], clock: Clock) -> list[int]:
    """
    Return where a vehicle was sent: rows of ticks (as differences), kind, place and order (-1: none).

    Parameters
    ----------
    sent
        Where to and when.
    places
        Numbers of places; more are added.
    clock
        Ticks.
    """
    before = [target for target in sent if target.from_s <= clock.from_s][-1:]
    inside = [target for target in sent if clock.from_s < target.from_s < clock.until_s]
    rows, last = [], 0
    for target in (*before, *inside):
        tick = clock(target.from_s)
        place = places.setdefault(target.place, len(places))
        rows += [tick - last, KINDS.index(target.kind), place, NEVER if target.order is None else target.order]
        last = tick
    return rows


def waits(waiting: Sequence[Waiting], places: dict[str, int], clock: Clock) -> list[int]:
    """
    Return what waits to be picked up: rows of ticks from which (as differences), for how many (-1: to the end), place,
    and after how many it is late (-1: not within the window).

    Parameters
    ----------
    waiting
        Tasks, by the time at which they came.
    places
        Numbers of places; more are added.
    clock
        Ticks.
    """
    rows, last = [], 0
    for task in waiting:
        is_over = task.until_s is not None and task.until_s <= clock.from_s
        if is_over or task.from_s >= clock.until_s:
            continue
        tick = clock(task.from_s)
        ends = NEVER if task.until_s is None or task.until_s > clock.until_s else clock(task.until_s) - tick
        late = NEVER if task.due_s > clock.until_s else max(clock(task.due_s) - tick, 0)
        rows += [tick - last, ends, places.setdefault(task.place, len(places)), late]
        last = tick
    return rows


def orders(records: DayRecords, clock: Clock) -> dict[str, list[int]]:
    """
    Return when orders came in, were done, became late, and were declined or lost: ticks as differences.

    Those before the window count at its beginning.

    Parameters
    ----------
    records
        What happened.
    clock
        Ticks.
    """
    late_s = [o.due_s for o in records.orders if o.due_s < (records.end_s if o.closed_s is None else o.closed_s)]
    return {
        "in": _times((o.release_s for o in records.orders), clock),
        "done": _times((o.done_s for o in records.orders), clock),
        "late": _times(late_s, clock),
        "gone": _times((o.closed_s for o in records.orders if o.done_s is None), clock),
    }


def cost(records: DayRecords, objective: Objective, clock: Clock, unit: float) -> list[int]:
    """
    Return the cost so far at even times through the window, in whole units, as differences.

    Parameters
    ----------
    records
        What happened.
    objective
        What things cost.
    clock
        Ticks.
    unit
        The unit.
    """
    times_s = np.linspace(clock.from_s, clock.until_s, COST_SAMPLES + 1)
    units = np.rint(cost_so_far(records, objective, times_s) / unit).astype(int)
    return np.diff(units, prepend=0).tolist()


def loads_of(records: DayRecords) -> dict[str, list[tuple[float, int]]]:
    """
    Return when each vehicle took tasks on board and handed them over.

    Parameters
    ----------
    records
        What happened.
    """
    found: dict[str, list[tuple[float, int]]] = {}
    for task in records.tasks:
        for time_s, change in ((task.picked_up_s, 1), (task.dropped_off_s, -1)):
            if time_s is not None:
                found.setdefault(task.vehicle, []).append((time_s, change))
    return {vehicle: sorted(changes) for vehicle, changes in found.items()}


def _times(times_s: Iterable[float | None], clock: Clock) -> list[int]:
    ticks = sorted(clock(time_s) for time_s in times_s if time_s is not None and time_s <= clock.until_s)
    return np.diff(ticks, prepend=0).astype(int).tolist()


def _thinned(keys: Sequence[Key]) -> list[Key]:
    """Leave out keys near the straight line between those that stay, in time too."""
    kept = list(keys[:1])
    first = 0
    for index in range(1, len(keys)):
        is_last = index + 1 == len(keys)
        if is_last or keys[index + 1][2] != keys[index][2] or not _passes(keys, first, index + 1):
            kept.append(keys[index])
            first = index
    return kept


def _passes(keys: Sequence[Key], first: int, last: int) -> bool:
    """Tell whether all keys between two lie near the line that joins them."""
    (start, from_values, _), (end, to_values, _) = keys[first], keys[last]
    if end == start:
        return from_values == to_values
    for tick, values, _ in keys[first + 1 : last]:
        share = (tick - start) / (end - start)
        for value, low, high in zip(values, from_values, to_values, strict=True):
            if abs(low + share * (high - low) - value) > TOLERANCE:
                return False
    return True


def _differences(keys: Sequence[Key]) -> list[list[int]]:
    rows, last = [], (0, *(0 for _ in (keys[0][1] if keys else ())))
    for tick, values, code in keys:
        now = (tick, *values)
        rows.append([*(new - old for new, old in zip(now, last, strict=True)), code])
        last = now
    return rows


def _rows(keys: Sequence[Key]) -> list[int]:
    return [number for row in _differences(keys) for number in row]
