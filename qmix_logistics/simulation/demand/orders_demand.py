"""Days of transports as a file lists them."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Int, Shaped

from qmix_logistics.scenario.demand import OrdersDemand
from qmix_logistics.scenario.orders_csv import TransportRow
from qmix_logistics.scenario.scenario import ScenarioSpec
from qmix_logistics.simulation.day import FIXED, NO_TASK, ORDER, TASK, WINDOW, Day
from qmix_logistics.simulation.demand.drawing import make_day, mean_drop_off_s
from qmix_logistics.simulation.randomness import DayKey, Split
from qmix_logistics.simulation.site import Site


class OrdersDemandModel:
    """
    Days as a file lists them: the last ones are test days, those before them for validation, the others for training.

    With fewer days than that, training and validation repeat what there is: such a file is to compare policies that do
    not learn.

    Parameters
    ----------
    spec
        The scenario.
    demand
        Its demand.
    site
        The site.
    rows
        The transports.
    """

    def __init__(self, spec: ScenarioSpec, demand: OrdersDemand, site: Site, rows: Sequence[TransportRow]) -> None:
        self._spec, self._site = spec, site
        self._rows: dict[str, list[TransportRow]] = {}
        for row in rows:
            self._rows.setdefault(row.day, []).append(row)
        names = list(self._rows)
        first_test = max(len(names) - demand.test_days, 0)
        first_validation = max(first_test - demand.validation_days, 0)
        test, validation, training = names[first_test:], names[first_validation:first_test], names[:first_validation]
        self._days = {
            Split.TEST: test,
            Split.VALIDATION: validation or training or test,
            Split.TRAINING: training or validation or test,
        }

    def num_days(self, split: Split) -> int | None:
        """Return how many days a split has; see ``DemandModel``."""
        return len(self._days[split])

    def realise(self, key: DayKey) -> Day:
        """Return a day as the file lists it; see ``DemandModel``."""
        names = self._days[key.split]
        name = names[key.index % len(names)]
        grouped: dict[str, list[TransportRow]] = {}
        for row in self._rows[name]:
            grouped.setdefault(row.order, []).append(row)
        ordered = sorted(grouped.values(), key=lambda rows: rows[0].release_s)
        rows = [row for group in ordered for row in group]
        orders = self._orders(ordered)
        tasks, choices = self._tasks(ordered)
        loads = np.array([row.load_units for row in rows])
        tasks["load_units"] = loads[:, 0]
        day = make_day(self._spec, self._site, key, name, orders, tasks, choices=choices, windows=_windows(rows))
        return _with_own_times(day, tasks, rows, loads)

    def _orders(self, ordered: Sequence[Sequence[TransportRow]]) -> Shaped[np.ndarray, " order"]:
        orders, classes = np.zeros(len(ordered), ORDER), self._spec.order_classes
        number = {order_class.id: index for index, order_class in enumerate(classes)}
        first_task = 0
        for index, rows in enumerate(ordered):
            first = rows[0]
            order_class = number.get(first.order_class, 0)
            of_class = classes[order_class]
            due_s = first.release_s + of_class.due_s if first.due_s is None else first.due_s
            weight = of_class.weight if first.weight is None else first.weight
            orders[index] = (first.release_s, max(due_s, first.release_s), weight, order_class, first_task, len(rows),
                             of_class.is_declinable)  # fmt: skip
            first_task += len(rows)
        return orders

    def _tasks(
        self, ordered: Sequence[Sequence[TransportRow]]
    ) -> tuple[Shaped[np.ndarray, " task"], tuple[Int[np.ndarray, " place"], ...]]:
        place = {name: index for index, name in enumerate(self._site.network.names)}
        distance_m = self._site.network.distance_m.min(axis=0)
        handling_s = mean_drop_off_s(self._spec, self._site)
        tasks = np.zeros(sum(map(len, ordered)), TASK)
        known: dict[tuple[str, ...], int] = {}
        for task, (order, position, row) in enumerate(_enumerate(ordered)):
            origin, choice = place[row.origin], FIXED
            ends = np.array([place[name] for name in row.destinations])
            if len(ends) > 1:
                choice = known.setdefault(row.destinations, len(known))
            destination = int(ends[distance_m[origin, ends].argmin()])
            after = task - 1 if row.is_chained and position else NO_TASK
            tasks[task] = (order, origin, destination, choice, after, 0.0, self._spec.demand.pick_up_s.mean_s,
                           handling_s[destination])  # fmt: skip
        return tasks, tuple(np.array([place[name] for name in names]) for names in known)


def _enumerate(ordered: Sequence[Sequence[TransportRow]]) -> list[tuple[int, int, TransportRow]]:
    return [(order, position, row) for order, rows in enumerate(ordered) for position, row in enumerate(rows)]


def _windows(rows: Sequence[TransportRow]) -> Shaped[np.ndarray, " task"] | None:
    windows = np.array(
        [(r.pick_up_from_s, r.pick_up_until_s, r.drop_off_from_s, r.drop_off_until_s) for r in rows], WINDOW
    )
    is_open = all(
        (windows[name] == value).all()
        for name, value in zip(WINDOW.names or (), (0.0, np.inf, 0.0, np.inf), strict=True)
    )
    return None if is_open else windows


def _with_own_times(
    day: Day, tasks: Shaped[np.ndarray, " task"], rows: Sequence[TransportRow], loads: Float[np.ndarray, "task unit"]
) -> Day:
    """Let the file's own handling times hold where it has any, at all places alike."""
    pick_up_s, drop_off_s, service_s = day.pick_up_s.copy(), day.drop_off_s.copy(), day.service_s.copy()
    for task, row in enumerate(rows):
        if row.pick_up_s is not None:
            pick_up_s[task] = tasks["mean_pick_up_s"][task] = row.pick_up_s
        if row.drop_off_s is not None:
            drop_off_s[task] = service_s[task] = tasks["mean_drop_off_s"][task] = row.drop_off_s
    return dataclasses.replace(
        day,
        pick_up_s=pick_up_s,
        drop_off_s=drop_off_s,
        service_s=service_s,
        more_loads=loads[:, 1:] if loads.shape[1] > 1 else None,
    )
